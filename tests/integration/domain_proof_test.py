# SPDX-License-Identifier: Apache-2.0
"""Domains from messages outside the suffixes (R7.2): proposed, and made once their owner has proved it by a TXT record. With a real
Knot and unbound."""
import smtplib
import unittest

import dns_site
import waypost_site
from ldap_test import Questions
from new_domain_test import MESSAGES, NewDomainCase, RESOLVER

NAME = "abc.wild.example"
CHALLENGE = f"_waypost-challenge.{NAME}"


INSIDE = """
[plugins.inside]
plugin = "smtp"
listen = ["127.0.0.1:0"]
trusted_networks = ["127.0.0.1"]
"""


class ProofTest(NewDomainCase):
    # The name exists: a token below a name that only a wildcard gives an MX would hide that MX (RFC 4592).
    zones = {**NewDomainCase.zones, "wild.example": "abc MX 10 mail.example.com.\n"}
    keys = MESSAGES + "lookups_per_client = 4\nlookups_per_day = 1000000\n" + INSIDE

    def propose(self):
        self.assertEqual(self.ask.rcpt(f"ann@{NAME}"), 450)
        self.assertEqual(self.state(NAME), "proposed")

    def token(self):
        shown = self.site.json("domain", "token", NAME)
        self.assertEqual(shown["name"], CHALLENGE)
        return shown["token"]

    def test_it_is_made_once_the_token_is_seen(self):
        self.site.add_people(users=("postmaster",))
        self.propose()
        # Until then nothing is defined: mail of our own users goes where public DNS says.
        with smtplib.SMTP(*self.site.listener("inside"), timeout=30) as client:
            client.sendmail("ann@example.com", [f"ann@{NAME}"], "Subject: from inside\r\n\r\nHello.\r\n")
        self.assertEqual(self.state(NAME), "proposed")
        self.assertEqual(self.ask.rcpt(f"ann@{NAME}"), 450)
        token = self.token()
        self.assertIn(f'{CHALLENGE}. TXT "{token}"', self.site.waypost("domain", "token", NAME.upper()))
        self.dns.edit("wild.example", CHALLENGE, add='60 TXT "of something else"')
        self.dns.edit("wild.example", CHALLENGE, add=f"60 TXT {token}")
        self.until(lambda: self.ask.rcpt(f"ann@{NAME}"), 250)
        one = [one for one in self.site.json("domain", "progress") if one["domain"] == NAME][0]
        self.assertEqual((one["origin"], one["state"]), ("message", "tables"))
        self.assertIn(f"{NAME} TXT is absent", one["problem"])  # its other records are for its owner to publish
        self.dns.edit("wild.example", f"mail.{NAME}", add="60 CNAME mail.example.com.")
        self.dns.edit("wild.example", NAME, add='60 TXT "v=spf1 mx ~all"')
        self.until(lambda: self.state(NAME), "verified")

    def test_a_token_of_another_domain_or_site_is_no_proof(self):
        other = self.site.json("domain", "token", f"x{NAME}")["token"]
        self.assertNotEqual(other, self.token())
        self.dns.edit("wild.example", CHALLENGE, add=f"60 TXT {other}")
        self.propose()
        before = self.token()
        self.site.stop()
        self.site.start()
        self.assertEqual(self.token(), before)  # the key is kept
        with waypost_site.temporary() as elsewhere:
            elsewhere.start()
            self.assertNotEqual(elsewhere.json("domain", "token", NAME)["token"], before)

    def test_who_proves_first_need_not_wait(self):
        self.site.add_people(users=("postmaster",))
        self.dns.edit("wild.example", CHALLENGE, add=f"60 TXT {self.token()}")
        self.assertEqual(self.ask.rcpt(f"ann@{NAME}"), 250)


class RejectedTest(NewDomainCase):
    keys = MESSAGES

    def test_what_an_operator_rejected_stays_so(self):
        self.assertEqual(self.ask.rcpt(f"ann@{NAME}"), 450)
        self.site.waypost("domain", "reject", NAME)
        token = self.site.json("domain", "token", NAME)["token"]
        self.dns.edit("wild.example", CHALLENGE, add=f"60 TXT {token}")
        self.assertEqual(self.ask.rcpt(f"ann@{NAME}"), 550)
        self.assertEqual(self.state(NAME), "rejected")


class BogusTest(unittest.TestCase):
    def test_an_answer_that_does_not_validate_is_none(self):
        with dns_site.Knot({"bogus.example": "* MX 10 mail.example.com.\n"}, signed=("bogus.example",)) as dns:
            anchors = dns.anchors()
            wrong = anchors[:-9] + "deadbeef" + anchors[-1:]
            resolver = RESOLVER.format(stubs=dns.stubs()).replace('dnssec = "off"', f"trust_anchors = [{wrong}]")
            with waypost_site.temporary(waypost_site.COMPLETE + resolver + "\n[domains]\n" + MESSAGES) as site:
                site.start()
                self.assertEqual(Questions(site).rcpt("ann@abc.bogus.example"), 450)
                self.assertEqual(site.json("domain", "progress"), [])


if __name__ == "__main__":
    unittest.main()
