#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""R9.1-R9.3: who may log in to POP3, and how (RFC 1939, 2595, 5034). One wording for every refused login; the log says
which it was."""
import base64
import unittest

from dialogue import PASSWORD, Case, Pop3, site

ANN = "ann@example.com"
REFUSED = "-ERR [AUTH] Login refused"
POP3S = """
[plugins.pop3s]
plugin = "pop3"
listen = []
listen_tls = ["127.0.0.1:0"]
"""


class logins(Case):
    # name -> what the log says; each from an address of its own: failures make the next answer slower.
    refused = {
        "wrong@example.com": "wrong password",
        "nobody@example.com": "the user is not known",
        "ann@missing.example": "the domain is not known",
        "idle@example.com": "the user is inactive (inetUserStatus)",
        "disabled@example.com": "the user is disabled (mailUserStatus)",
        "ann@idle.example": "the domain is inactive",
        "ann@deleted.example": "the domain is deleted",
        "nopop@example.com": "mailAllowedServiceAccess does not allow it",
        "ann@nopop.example": "mailDomainAllowedServiceAccess does not allow it",
    }

    @classmethod
    def prepare(cls):
        cls.site.add_people(users=("ann", "wrong", "idle", "disabled", "nopop"), password=PASSWORD)
        for domain in ("idle.example", "deleted.example", "nopop.example"):
            cls.site.add_people(domain, ("ann",), PASSWORD)
        for words in (("user", "set", "idle@example.com", "inetUserStatus=inactive"),
                      ("user", "set", "disabled@example.com", "mailUserStatus=disabled"),
                      ("user", "set", "nopop@example.com", "mailAllowedServiceAccess=+imap:*$+smtp:*"),
                      ("domain", "set", "idle.example", "inetDomainStatus=inactive"),
                      ("domain", "set", "deleted.example", "inetDomainStatus=deleted"),
                      ("domain", "set", "nopop.example", "mailDomainAllowedServiceAccess=-pop:*")):
            cls.site.waypost(*words)

    def test_one_wording_for_the_client_and_the_reason_in_the_log(self):
        for number, (name, reason) in enumerate(self.refused.items()):
            with self.subTest(name), self.pop3(source=f"127.0.7.{number + 1}") as pop3:
                self.assertEqual(pop3.ask(f"USER {name}"), "+OK Now the password")
                self.assertEqual(pop3.ask("PASS wrong" if name.startswith("wrong") else f"PASS {PASSWORD}"), REFUSED)
                self.assertIn(f"login of {name} for pop3 from 127.0.7.{number + 1} refused: {reason}",
                              self.site.log_file.read_text())
        self.assertNotIn(PASSWORD, self.site.log_file.read_text())

    def test_active_users_log_in_by_address_in_any_case(self):
        for number, name in enumerate((ANN, "Ann@EXAMPLE.com")):
            with self.pop3(source=f"127.0.8.{number + 1}") as pop3:
                self.assert_answer(pop3.login(name), "+OK")
                pop3.ask("QUIT")

    def test_a_state_takes_effect_at_the_next_login(self):
        self.site.add_people("later.example", ("ann",), PASSWORD)
        for number, (change, answer) in enumerate((("inactive", REFUSED), ("active", "+OK"))):
            self.site.waypost("domain", "set", "later.example", f"inetDomainStatus={change}")
            with self.pop3(source=f"127.0.9.{number + 1}") as pop3:
                self.assert_answer(pop3.login("ann@later.example"), answer)

    def test_auth_plain(self):
        right = base64.b64encode(f"\0{ANN}\0{PASSWORD}".encode()).decode()
        with self.pop3() as pop3:
            self.assert_answer(pop3.ask("AUTH CRAM-MD5"), "-ERR")
            self.assert_answer(pop3.ask("AUTH PLAIN !!!"), "-ERR")
            self.assertEqual(pop3.ask("AUTH PLAIN"), "+ ")
            self.assert_answer(pop3.ask("*"), "-ERR")
            self.assertEqual(pop3.ask("AUTH PLAIN"), "+ ")
            self.assert_answer(pop3.ask(right), "+OK")
            pop3.ask("QUIT")
        with self.pop3() as pop3:
            self.assert_answer(pop3.ask(f"AUTH PLAIN {right}"), "+OK")


class tls(Case):
    configuration = site.COMPLETE.replace(site.POP3, site.POP3 + "CERTIFICATE\n" + POP3S + "CERTIFICATE\n")

    def test_stls(self):
        with self.pop3() as pop3:
            self.assertIn(b"STLS\r\n", pop3.many("CAPA"))
            self.assert_answer(pop3.ask(f"USER {ANN}"), "+OK")
            self.assert_answer(pop3.ask("STLS"), "+OK")
            pop3.start_tls()
            self.assert_answer(pop3.ask(f"PASS {PASSWORD}"), "-ERR")  # RFC 2595 s4: the USER before is forgotten
            self.assertNotIn(b"STLS\r\n", pop3.many("CAPA"))
            self.assert_answer(pop3.login(), "+OK")

    def test_tls_from_the_first_octet(self):
        with Pop3(self.site.listener("pop3s"), tls=True) as pop3s:
            self.assertNotIn(b"STLS\r\n", pop3s.many("CAPA"))
            self.assert_answer(pop3s.login(), "+OK")
            self.assertIn(f"login of {ANN} for pop3s from", self.site.log_file.read_text())

    def test_commands_behind_stls_end_the_session(self):
        with self.pop3() as pop3:
            pop3.send(f"STLS\r\nUSER {ANN}\r\nPASS {PASSWORD}\r\nSTAT\r\n")
            self.assertEqual([one[:4] for one in pop3.rest()], ["-ERR"])


if __name__ == "__main__":
    unittest.main()
