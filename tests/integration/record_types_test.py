# SPDX-License-Identifier: Apache-2.0
"""Every record that a mail domain wants (R7.1, R7.3), from the template to real Knot, BIND and PowerDNS: written, read back, found
to be missing, mended, found to be other, and removed."""
import contextlib
import unittest

import bind_site
import dns_site
import pdns_site
import waypost_site

ZONE = "hosted.example"
NAME = f"abc.{ZONE}"
KEY = "v=DKIM1; k=rsa; p=" + "MIIBIjANBg" * 39 + "AQAB"
# The template's line, and what a server says.
RECORDS = {
    ("@", "MX"): ("10 {hostname}.", ["10 mail.example.com."]),
    ("@", "A"): ("192.0.2.7", ["192.0.2.7"]),
    ("@", "AAAA"): ("2001:DB8:0:0::7", ["2001:db8::7"]),
    ("@", "TXT"): ('"v=spf1 mx -all"', ['"v=spf1 mx -all"']),
    ("@", "CAA"): ('0 issue "ca.example.net"', ['0 issue "ca.example.net"']),
    ("_dmarc", "TXT"): ('"v=DMARC1; p=reject; rua=mailto:postmaster@{domain},mailto:a@b.example"',
                        [f'"v=DMARC1; p=reject; rua=mailto:postmaster@{NAME},mailto:a@b.example"']),
    ("s1._domainkey", "TXT"): (f'"{KEY}"', [f'"{KEY[:255]}" "{KEY[255:]}"']),
    ("_mta-sts", "TXT"): ('"v=STSv1; id=20260101"', ['"v=STSv1; id=20260101"']),
    ("_smtp._tls", "TXT"): ('"v=TLSRPTv1; rua=mailto:tls@{domain}"', [f'"v=TLSRPTv1; rua=mailto:tls@{NAME}"']),
    ("mta-sts", "CNAME"): ("{hostname}.", ["mail.example.com."]),
    ("_submissions._tcp", "SRV"): ("0 1 465 {hostname}.", ["0 1 465 mail.example.com."]),
    ("_imaps._tcp", "SRV"): ("0 1 993 {hostname}.", ["0 1 993 mail.example.com."]),
    ("_25._tcp", "TLSA"): ("3 1 1 " + "AB" * 32, ["3 1 1 " + "AB" * 32]),
}


def absolute(owner):
    return NAME if owner == "@" else f"{owner}.{NAME}"


class RecordTypesTests:
    """`server` is a context whose `port` answers, with the zone, and whose `updater` is the plugin's section."""

    def setUp(self):
        scope = contextlib.ExitStack()
        self.addCleanup(scope.close)
        self.dns = self.server(scope)
        lines = ", ".join(f"'{owner} {kind} {data}'" for (owner, kind), (data, _) in RECORDS.items())
        lines = lines.replace("{", "{{").replace("}", "}}")  # the site formats its configuration
        self.site = scope.enter_context(waypost_site.temporary(waypost_site.COMPLETE + self.dns.updater() +
                                                               f"\n[domains]\nrecords = [{lines}]\n"))
        self.site.start()

    def said(self, owner, kind):
        """With hex digits as in the table: servers differ."""
        rows = dns_site.answers(self.dns.port, absolute(owner), kind)
        if kind == "TLSA":
            head = [row.split(maxsplit=3) for row in rows]
            return [" ".join(one[:3]) + " " + one[3].replace(" ", "").upper() for one in head]
        return rows

    def all_there(self):
        for (owner, kind), (_, wanted) in RECORDS.items():
            self.assertEqual(self.said(owner, kind), wanted, f"{owner} {kind}")

    def test_each_type(self):
        self.assertNotIn("not finished", self.site.waypost("domain", "add", NAME))
        self.all_there()
        self.assertIn("as it should be", self.site.waypost("domain", "check", NAME))
        for owner, kind in RECORDS:
            with self.subTest(f"{owner} {kind}"):
                dns_site.edit(self.dns.port, ZONE, absolute(owner), remove=kind)
                found = self.site.run("domain", "check", NAME)
                self.assertEqual(found.returncode, 1)
                self.assertIn(f"+ {absolute(owner)}. 3600 {kind} ", found.stdout)
                self.site.waypost("domain", "check", NAME, "--repair")
                self.assertEqual(self.said(owner, kind), RECORDS[owner, kind][1])
        dns_site.edit(self.dns.port, ZONE, absolute("_dmarc"), remove="TXT")
        dns_site.edit(self.dns.port, ZONE, absolute("_dmarc"), add='60 TXT "v=DMARC1; p=none"')
        found = self.site.run("domain", "check", NAME, "--repair")
        self.assertEqual(found.returncode, 1)
        self.assertIn("not ours to change", found.stdout)
        self.assertEqual(self.said("_dmarc", "TXT"), ['"v=DMARC1; p=none"'])
        dns_site.edit(self.dns.port, ZONE, absolute("_dmarc"), remove="TXT")
        self.site.waypost("domain", "check", NAME, "--repair")
        self.site.waypost("domain", "remove", NAME)
        for owner, kind in RECORDS:
            self.assertEqual(self.said(owner, kind), [], f"{owner} {kind}")


class KnotTest(RecordTypesTests, unittest.TestCase):
    def server(self, scope):
        return scope.enter_context(dns_site.Knot({ZONE: ""}, updates=True))


class BindTest(RecordTypesTests, unittest.TestCase):
    def server(self, scope):
        return scope.enter_context(bind_site.Bind(ZONE))


class PowerDnsSqliteTest(RecordTypesTests, unittest.TestCase):
    backend = "sqlite"

    def server(self, scope):
        dns = scope.enter_context(pdns_site.PowerDns(self.backend))
        dns.make(ZONE, updates=True)
        return dns


class PowerDnsLmdbTest(PowerDnsSqliteTest):
    backend = "lmdb"


if __name__ == "__main__":
    unittest.main()
