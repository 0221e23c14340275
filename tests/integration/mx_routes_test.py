# SPDX-License-Identifier: Apache-2.0
"""Routes from MX records (R6.2) with a real Knot: whole zones by transfer with TSIG, domains by query; changes, a start while
DNS is away, and mail that goes on to the better exchanger."""
import contextlib
import unittest

import dns_site
import waypost_site
from ldap_test import Questions
from new_domain_test import RESOLVER

ZONE = """backup MX 10 mail.backup
backup MX 20 mail.example.com.
mail.backup A 127.0.0.1
first MX 10 mail.example.com.
other MX 10 mail.other.example.
"""


class MxTest(unittest.TestCase):
    def setUp(self):
        scope = contextlib.ExitStack()
        self.addCleanup(scope.close)
        self.dns = scope.enter_context(dns_site.Knot({"zone.example": ZONE, "asked.example": "@ MX 10 far\n@ MX 20 mail.example.com.\n"},
                                                     updates=True))
        (self.dns.folder / "secret").write_text(dns_site.SECRET + "\n")
        text = waypost_site.COMPLETE + RESOLVER.format(stubs=self.dns.stubs()) + f"""
[plugins.exchangers]
plugin = "mx"
zones = ["zone.example"]
domains = ["asked.example"]
hosts = ["mail.example.com"]
primary_hop = "[192.0.2.1]"
server = "127.0.0.1"
port = {self.dns.port}
key_name = "{dns_site.KEY}"
key_file = "{self.dns.folder}/secret"
interval = "1s"
"""
        self.site = scope.enter_context(waypost_site.temporary(text))
        self.site.start()
        self.ask = Questions(self.site)

    def route(self, address):
        return [(one["what"], one["next_hop"]) for one in self.site.json("route", address)["destinations"]]

    def until(self, question, wanted):
        self.assertEqual(self.ask.until(question, wanted), wanted)

    def test_rows_follow_the_zone_and_the_answers(self):
        self.until(lambda: self.ask.rcpt("a@backup.zone.example"), 250)
        self.assertIn("backup.zone.example: relay to backup.zone.example", self.site.waypost("route", "a@backup.zone.example"))
        self.assertIn("relay to [192.0.2.1]", self.site.waypost("route", "a@first.zone.example"))
        self.until(lambda: self.ask.rcpt("a@asked.example"), 250)
        self.assertEqual(self.ask.rcpt("a@other.zone.example"), 550)  # it does not name this host: no open relay
        self.assertEqual(self.ask.rcpt("a@zone.example"), 550)
        self.dns.edit("zone.example", "other.zone.example", add="60 MX 20 mail.example.com.")
        self.until(lambda: self.ask.rcpt("a@other.zone.example"), 250)
        self.dns.edit("zone.example", "backup.zone.example", remove="MX")
        self.until(lambda: self.ask.rcpt("a@backup.zone.example"), 550)
        self.dns.stop()
        self.site.waypost("sync", "--full")
        self.assertEqual(self.ask.rcpt("a@other.zone.example"), 250)
        self.site.kill()
        self.site.start()
        self.site.waypost("sync", "--full")
        self.assertEqual((self.ask.rcpt("a@other.zone.example"), self.ask.rcpt("a@backup.zone.example")), (250, 550))
        self.assertEqual(self.ask.rcpt("a@asked.example"), 250)


if __name__ == "__main__":
    unittest.main()
