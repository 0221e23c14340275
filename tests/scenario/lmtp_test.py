#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""R2.1: LMTP by RFC 2033: one reply for each recipient, each its own."""
import re
import unittest

from dialogue import Case, Smtp, site

ANN, BEN = "ann@example.com", "ben@example.com"
MESSAGE = b"From: bob@example.org\r\nSubject: one\r\n\r\nbody\r\n"
LMTP = """
[plugins.lmtp]
plugin = "smtp"
protocol = "lmtp"
listen = ["127.0.0.1:0"]
"""


class lmtp(Case):
    configuration = site.COMPLETE + LMTP
    users = ("ann", "ben", "full", "both", "held")

    @classmethod
    def prepare(cls):
        super().prepare()
        cls.site.waypost("user", "set", "full@example.com", "mailQuota=10")
        cls.site.waypost("user", "set", "held@example.com", "mailUserStatus=hold")
        cls.site.waypost("user", "set", "both@example.com", "mailDeliveryOption=mailbox", "mailDeliveryOption+=forward",
                         "mailForwardingAddress=full@example.com")

    def lmtp(self, hello="LHLO client.example.org"):
        return Smtp(self.site.listener("lmtp"), hello=hello)

    def test_hello_is_lhlo(self):
        with self.lmtp(hello=None) as lmtp:
            self.assertIn(" LMTP ", lmtp.greeting)
            for verb in ("EHLO", "HELO"):
                self.assert_answer(lmtp.ask(f"{verb} client.example.org"), "500 5.5.2")
            self.assert_answer(lmtp.ask("LHLO client.example.org"), "250")

    def test_one_reply_for_each_accepted_recipient(self):
        with self.lmtp() as lmtp:
            lmtp.ask_all("MAIL FROM:<bob@example.org>", f"RCPT TO:<{ANN}>", "RCPT TO:<nobody@example.com>", f"RCPT TO:<{BEN}>")
            answers = [lmtp.content(MESSAGE + b".\r\n"), lmtp.reply(), lmtp.ask("NOOP")]
            self.assertEqual([re.match(r"\d\d\d [\d.]+", one)[0] for one in answers], ["250 2.0.0"] * 3)
        for user in (ANN, BEN):
            self.assertEqual([one.split(b"\r\n")[0] for one in self.inbox(user)], [b"Return-Path: <bob@example.org>"])

    def test_a_recipient_that_cannot_take_it_is_told_apart(self):
        with self.lmtp() as lmtp:
            lmtp.ask_all("MAIL FROM:<bob@example.org>", f"RCPT TO:<{ANN}>", "RCPT TO:<full@example.com>", f"RCPT TO:<{BEN}>")
            answers = [lmtp.content(MESSAGE + b".\r\n"), lmtp.reply(), lmtp.reply(), lmtp.ask("NOOP")]
            self.assertEqual([one[:3] for one in answers], ["250", "452", "250", "250"])
            self.assertIn(" 4.2.2 ", answers[1])
        self.assertEqual([len(self.inbox(f"{user}@example.com")) for user in ("ann", "full", "ben")], [1, 0, 1])

    def test_a_refused_message_is_refused_for_each_recipient(self):
        with self.lmtp() as lmtp:
            lmtp.ask_all("MAIL FROM:<bob@example.org>", f"RCPT TO:<{ANN}>", f"RCPT TO:<{BEN}>")
            answers = [lmtp.content(b"bare\nline\r\n.\r\n"), lmtp.reply(), lmtp.ask("NOOP")]
            self.assertEqual([one[:3] for one in answers], ["550", "550", "250"])

    def test_a_recipient_with_two_places_is_one_promise(self):
        with self.lmtp() as lmtp:
            lmtp.ask_all("MAIL FROM:<bob@example.org>", "RCPT TO:<both@example.com>")
            self.assert_answer(lmtp.content(MESSAGE + b".\r\n"), "250")
        self.assertEqual(len(self.inbox("both@example.com")), 1)
        waiting = [one for one in self.site.json("queue", "list") if one["recipients"] == ["full@example.com"]]
        self.assertEqual(len(waiting), 1)

    def test_one_that_waits_and_one_that_is_refused_are_told_apart(self):
        with self.lmtp() as lmtp:
            lmtp.ask_all("MAIL FROM:<bob@example.org>", "RCPT TO:<full@example.com>", "RCPT TO:<held@example.com>")
            answers = [lmtp.content(MESSAGE + b".\r\n"), lmtp.reply()]
        self.assertEqual([one[:3] for one in answers], ["452", "250"])
        self.assertIn(["held@example.com"], [one["recipients"] for one in self.site.json("queue", "list")])

    def test_two_addresses_of_one_mailbox_get_a_reply_each_and_one_copy(self):
        with self.lmtp() as lmtp:
            lmtp.ask_all("MAIL FROM:<bob@example.org>", f"RCPT TO:<{ANN}>", f"RCPT TO:<{ANN.upper()}>")
            answers = [lmtp.content(MESSAGE + b".\r\n"), lmtp.reply(), lmtp.ask("NOOP")]
            self.assertEqual([one[:3] for one in answers], ["250"] * 3)
        self.assertEqual(len(self.inbox(ANN)), 1)

    def test_data_without_recipients_gets_one_reply(self):
        with self.lmtp() as lmtp:
            lmtp.ask_all("MAIL FROM:<bob@example.org>", "RCPT TO:<nobody@example.com>")
            self.assertEqual([one[:3] for one in lmtp.ask_all("DATA", "NOOP")], ["554", "250"])


if __name__ == "__main__":
    unittest.main()
