# SPDX-License-Identifier: Apache-2.0
"""R6.3: the operator's rows beside the directory's; of a conflict the documented one counts, and `route` shows both."""
import unittest

import waypost_site

STATIC = """
[plugins.static]
rows = ["old.example alias example.com", "far.example relay [127.0.0.1]", "ann@example.com forward bob@example.com",
        "both.example relay [192.0.2.1]"]
"""


class StaticRoutesTest(waypost_site.Case):
    configuration = waypost_site.COMPLETE + STATIC

    @classmethod
    def prepare(cls):
        cls.site.add_people(users=("ann", "bob"))
        cls.site.waypost("domain", "add", "both.example")

    def route(self, address):
        return self.site.json("route", address)

    def test_a_relayed_domain(self):
        answer = self.route("who@far.example")
        self.assertEqual(answer["verdict"], "accepted")
        self.assertEqual(answer["destinations"][0]["next_hop"], "[127.0.0.1]")
        self.assertIn(("config", "rows"), {(one["source"], one["attribute"]) for one in answer["steps"]})

    def test_an_alias_domain(self):
        self.assertEqual([one["account"] for one in self.route("bob@old.example")["destinations"]], ["bob@example.com"])
        self.assertNotEqual(self.route("nobody@old.example")["verdict"], "accepted")

    def test_of_a_conflict_the_lower_priority_number_counts(self):
        self.assertEqual([one["account"] for one in self.route("ann@example.com")["destinations"]], ["bob@example.com"])
        shown = self.route("who@both.example")
        self.assertEqual(shown["destinations"][0]["next_hop"], "[192.0.2.1]")
        self.assertIn("conflict", {one["step"] for one in shown["steps"]})

    def test_a_row_that_is_none_is_refused(self):
        with waypost_site.temporary(waypost_site.COMPLETE + '[plugins.static]\nrows = ["example.org deliver"]\n') as site:
            with self.assertRaises(waypost_site.SiteError) as seen:
                site.start()
            self.assertIn("example.org deliver", str(seen.exception))


if __name__ == "__main__":
    unittest.main()
