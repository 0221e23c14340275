# SPDX-License-Identifier: Apache-2.0
"""Administrators of a domain and its lists, by the tool: `waypost --as ACCOUNT`, with a real slapd and with a file."""
import contextlib
import unittest

import slapd_site
import waypost_site
from ldap_test import ROOTS, Questions, configuration


class DelegationTests:
    def setUp(self):
        self.scope = contextlib.ExitStack()
        self.addCleanup(self.scope.close)
        self.site = self.scope.enter_context(waypost_site.temporary(self.text()))
        self.site.start()
        self.site.add_people(users=("ann", "bob"))
        self.site.add_people(domain="other.example", users=("eve",))
        self.site.waypost("admin", "add", "example.com", "ann@example.com")
        self.ask = Questions(self.site)

    def by(self, account, *words, stdin=""):
        return self.site.run("--as", account, *words, stdin=stdin)

    def refused(self, account, *words):
        done = self.by(account, *words)
        self.assertEqual(done.returncode, 1, (words, done.stdout))
        return done.stderr

    def done(self, account, *words, stdin=""):
        done = self.by(account, *words, stdin=stdin)
        self.assertEqual(done.returncode, 0, (words, done.stderr))
        return done.stdout

    def test_an_administrator_works_in_its_domain(self):
        self.done("ann@example.com", "user", "add", "new@example.com", "--password-stdin", stdin="secret word\n")
        self.assertEqual(self.ask.rcpt("new@example.com"), 250)
        self.done("ann@example.com", "user", "set", "new@example.com", "mailAlternateAddress=n@example.com")
        self.assertEqual(self.ask.rcpt("n@example.com"), 250)
        self.assertIn("an address in example.com",
                      self.refused("ann@example.com", "user", "set", "new@example.com", "mailAlternateAddress=n@other.example"))
        self.assertEqual(self.ask.rcpt("n@other.example"), 550)
        for words in (("user", "add", "x@other.example", "--no-password"), ("user", "remove", "eve@other.example"),
                      ("user", "list", "other.example"), ("domain", "add", "third.example"), ("domain", "remove", "example.com"),
                      ("domain", "set", "example.com", "mailDomainStatus=active"), ("queue", "list"), ("reload",), ("sync",),
                      ("admin", "add", "example.com", "bob@example.com"), ("route", "eve@other.example")):
            self.assertIn("may not", self.refused("ann@example.com", *words))
        listed = self.done("ann@example.com", "user", "list")
        self.assertIn("bob@example.com", listed)
        self.assertNotIn("eve@other.example", listed)
        self.assertEqual([one["domain"] for one in self.site.json("--as", "ann@example.com", "domain", "list")], ["example.com"])
        self.done("ann@example.com", "user", "remove", "new@example.com")
        self.assertEqual(self.ask.rcpt("new@example.com"), 550)
        self.site.waypost("admin", "remove", "example.com", "ann@example.com")
        self.refused("ann@example.com", "user", "show", "bob@example.com")

    def test_groups(self):
        self.done("ann@example.com", "group", "add", "team@example.com")
        for member in ("ann@example.com", "bob@example.com"):
            self.done("ann@example.com", "group", "join", "team@example.com", member)
        self.refused("ann@example.com", "group", "join", "team@example.com", "eve@other.example")
        self.assertEqual(self.ask.goes_to("team@example.com"), ["ann@example.com", "bob@example.com"])
        self.done("ann@example.com", "group", "leave", "team@example.com", "bob@example.com")
        self.assertEqual(self.ask.goes_to("team@example.com"), ["ann@example.com"])
        self.done("ann@example.com", "group", "join", "team@example.com", "guest@far.example")
        self.assertIn("guest@far.example", self.site.waypost("group", "show", "team@example.com"))
        self.site.waypost("group", "add", "all@other.example")
        self.assertEqual([one["group"] for one in self.site.json("--as", "ann@example.com", "group", "list")], ["team@example.com"])
        self.assertEqual(len(self.site.json("group", "list")), 2)
        self.done("ann@example.com", "group", "remove", "team@example.com")
        self.assertEqual(self.ask.rcpt("team@example.com"), 550)

    def test_a_user_has_what_is_its_own(self):
        self.done("bob@example.com", "user", "set", "bob@example.com", "mailForwardingAddress=bob@far.example",
                  "mailDeliveryOption=forward")
        self.assertIn("bob@far.example", self.site.waypost("route", "bob@example.com"))
        self.refused("bob@example.com", "user", "set", "bob@example.com", "mailQuota=-1")
        self.refused("bob@example.com", "user", "show", "ann@example.com")
        self.refused("nobody@example.com", "user", "show", "nobody@example.com")


class FileTest(DelegationTests, unittest.TestCase):
    @staticmethod
    def text():
        return waypost_site.COMPLETE


class LdapTest(DelegationTests, unittest.TestCase):
    def text(self):
        directory = self.scope.enter_context(slapd_site.Slapd())
        directory.add(ROOTS)
        return configuration(directory)


if __name__ == "__main__":
    unittest.main()
