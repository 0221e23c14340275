# SPDX-License-Identifier: Apache-2.0
"""New domains with a zone of their own at a real PowerDNS: made by its HTTP interface, filled by DNS UPDATE, removed."""
import contextlib
import unittest

import pdns_site
import waypost_site


class PowerDnsTests:
    backend = ""

    def test_a_domain_with_a_zone_of_its_own(self):
        with contextlib.ExitStack() as scope:
            dns = scope.enter_context(pdns_site.PowerDns(self.backend))
            site = scope.enter_context(waypost_site.temporary(waypost_site.COMPLETE + dns.plugins()))
            site.start()
            name = "abc.customers.example"
            self.assertFalse(dns.zone(name))
            said = site.waypost("domain", "add", name)
            self.assertNotIn("not finished", said)
            self.assertTrue(dns.zone(name))
            self.assertEqual(dns.data(name, "MX"), ["10 mail.example.com."])
            self.assertEqual(dns.data(f"mail.{name}", "CNAME"), ["mail.example.com."])
            self.assertEqual(site.json("domain", "progress")[0]["state"], "verified")
            self.assertIn("as it should be", site.waypost("domain", "check", name))
            site.waypost("domain", "remove", name)
            self.assertFalse(dns.zone(name))
            self.assertEqual(site.json("domain", "progress"), [])
            foreign = site.waypost("domain", "add", "abc.elsewhere.example")
            self.assertIn("abc.elsewhere.example. 3600 MX 10 mail.example.com.", foreign)
            self.assertFalse(dns.zone("abc.elsewhere.example"))

    def test_a_zone_of_somebody_else_stays(self):
        with contextlib.ExitStack() as scope:
            dns = scope.enter_context(pdns_site.PowerDns(self.backend))
            name = "abc.customers.example"
            dns.make(name)
            site = scope.enter_context(waypost_site.temporary(waypost_site.COMPLETE + dns.plugins()))
            site.start()
            site.run("domain", "add", name)
            self.assertIn(name, site.waypost("domain", "list"))
            site.waypost("domain", "remove", name)
            self.assertTrue(dns.zone(name))
            self.assertEqual(dns.data(name, "NS"), ["ns.other.example."])


class SqliteTest(PowerDnsTests, unittest.TestCase):
    backend = "sqlite"


class LmdbTest(PowerDnsTests, unittest.TestCase):
    backend = "lmdb"


if __name__ == "__main__":
    unittest.main()
