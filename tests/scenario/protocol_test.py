#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""R2.1: the SMTP dialogue by RFC 5321 and its extensions: order of commands, PIPELINING, SIZE, 8BITMIME,
SMTPUTF8, CHUNKING, DSN, enhanced status codes, limits, and no open relay."""
import time
import unittest

from dialogue import Case, site

ANN, BEN = "ann@example.com", "ben@example.com"
MESSAGE = b"From: bob@example.org\r\nSubject: one\r\n\r\nbody\r\n"
LIMIT = 65536
TRANSFER = f"[transfer]\nmessage_size_limit = {LIMIT}\nmax_recipients = 100\n"


class commands(Case):
    configuration = site.COMPLETE.replace(site.SMTP, "\n" + TRANSFER + site.SMTP)
    users = ("ann", "ben", "held")

    @classmethod
    def prepare(cls):
        super().prepare()
        cls.site.waypost("user", "set", "held@example.com", "mailUserStatus=hold")

    def test_greeting_and_extensions(self):
        with self.smtp() as smtp:
            self.assertRegex(smtp.greeting, r"\A220 mail\.example\.com ESMTP ")
            self.assertEqual({line[4:].split()[0] for line in smtp.extensions[1:]},
                             {"PIPELINING", "SIZE", "8BITMIME", "ENHANCEDSTATUSCODES", "DSN", "SMTPUTF8", "CHUNKING", "LIMITS"})
            self.assertIn(f"250-SIZE {LIMIT}", smtp.extensions)
            self.assertEqual(smtp.ask("HELO client.example.org"), "250 mail.example.com")

    def test_commands_in_the_wrong_order(self):
        with self.smtp(hello=None) as smtp:
            for line in ("MAIL FROM:<bob@example.org>", f"RCPT TO:<{ANN}>", "DATA"):
                self.assert_answer(smtp.ask(line), "503 5.5.1")
            smtp.ask("EHLO client.example.org")
            for line in (f"RCPT TO:<{ANN}>", "DATA"):
                self.assert_answer(smtp.ask(line), "503 5.5.1")
            self.assert_answer(smtp.ask("MAIL FROM:<bob@example.org>"), "250 2.1.0")
            self.assert_answer(smtp.ask("MAIL FROM:<eve@example.org>"), "503 5.5.1")
            self.assert_answer(smtp.ask("DATA"), "503 5.5.1")
            self.assert_answer(smtp.ask(f"RCPT TO:<{ANN}>"), "250 2.1.5")
            self.assert_answer(smtp.ask("RSET"), "250 2.0.0")
            self.assert_answer(smtp.ask("DATA"), "503 5.5.1")
            smtp.envelope(ANN)
            smtp.ask("EHLO client.example.org")  # RFC 5321 s4.1.4: like RSET
            self.assert_answer(smtp.ask("DATA"), "503 5.5.1")
            self.assert_answer(smtp.mail(MESSAGE), "250 2.0.0")
            self.assert_answer(smtp.mail(MESSAGE), "250 2.0.0")  # a session may have several
        self.assertEqual(len(self.inbox()), 2)

    def test_small_commands(self):
        with self.smtp() as smtp:
            for line, expected in (("NOOP", "250 2.0.0"), ("noop and words", "250 2.0.0"), ("HELP", "214 2.0.0"),
                                   (f"VRFY {ANN}", "252 2.5.2"), ("VRFY nobody@example.com", "252 2.5.2"),
                                   ("EXPN list", "502 5.5.1"), ("RSET x", "501 5.5.4"), ("AUTH PLAIN", "502 5.5.1"),
                                   ("ETRN example.com", "502 5.5.1"), ("LHLO x.org", "500 5.5.2"), ("TURN", "500 5.5.2"),
                                   ("", "500 5.5.2"), ("MAIL", "501 5.5.4"), ("MAIL TO:<a@example.org>", "501 5.5.4"),
                                   ("GET / HTTP/1.1", "500 5.5.2"), ("STARTTLS", "454 4.7.0"), ("quit", "221 2.0.0")):
                with self.subTest(line):
                    self.assert_answer(smtp.ask(line), expected)
            self.assertEqual(smtp.rest(), [])

    def test_every_reply_has_an_enhanced_code_of_its_class(self):
        # RFC 2034 s4: 2xx, 4xx and 5xx, but not the greeting and the answer to EHLO.
        lines = ("NOOP", "HELP", "VRFY x", "EXPN x", "NONSENSE", "RSET", "RCPT TO:<x>", "DATA", "MAIL FROM:<bob@example.org> A=B",
                 "MAIL FROM:bob", "MAIL FROM:<bob@example.org>", "MAIL FROM:<bob@example.org>", "RCPT TO:<nobody@example.com>",
                 "RCPT TO:<a@example.net>", f"RCPT TO:<{ANN}>", "STARTTLS", "RSET", "BDAT 0 LAST", "QUIT")
        with self.smtp() as smtp:
            for answer in smtp.ask_all(*lines):
                self.assertRegex(answer, r"\A([245])\d\d \1\.\d{1,3}\.\d{1,3} \S")

    def test_pipelined_commands_are_answered_in_order(self):
        lines = ["MAIL FROM:<bob@example.org>", "RCPT TO:<nobody@example.com>", f"RCPT TO:<{ANN}>", "NOOP", "RSET",
                 "MAIL FROM:<bob@example.org>", f"RCPT TO:<{BEN}>", "DATA"]
        with self.smtp() as smtp:
            answers = smtp.ask_all(*lines)
            self.assertEqual([one[:3] for one in answers], ["250", "550", "250", "250", "250", "250", "250", "354"])
            smtp.send(MESSAGE + b".\r\nMAIL FROM:<>\r\nRCPT TO:<ben@example.com>\r\nDATA\r\n")
            self.assertEqual([smtp.reply()[:3] for _ in range(4)], ["250", "250", "250", "354"])
            smtp.send(MESSAGE + b".\r\nQUIT\r\n")
            self.assertEqual([one[:3] for one in smtp.rest()], ["250", "221"])
        self.assertEqual((len(self.inbox(ANN)), len(self.inbox(BEN))), (0, 2))

    def test_size_too_large_is_refused_at_mail_data_and_bdat(self):
        large = b"Subject: large\r\n\r\n" + (b"x" * 78 + b"\r\n") * (LIMIT // 80 + 1)
        with self.smtp() as smtp:
            self.assert_answer(smtp.ask(f"MAIL FROM:<bob@example.org> SIZE={LIMIT + 1}"), "552 5.3.4")
            self.assert_answer(smtp.ask(f"MAIL FROM:<bob@example.org> SIZE={LIMIT}"), "250 2.1.0")
            smtp.ask("RSET")
            self.assert_answer(smtp.mail(large), "552 5.3.4")
            smtp.envelope()
            smtp.send(f"BDAT {len(large)} LAST\r\n".encode() + large)
            self.assert_answer(smtp.reply(), "552 5.3.4")
            smtp.envelope()
            answers = []
            for at in range(0, len(large), 24_000):
                part = large[at:at + 24_000]
                smtp.send(f"BDAT {len(part)}\r\n".encode() + part)
                answers.append(smtp.reply()[:9])
            self.assertEqual(answers, ["250 2.0.0", "250 2.0.0", "552 5.3.4"])
            self.assert_answer(smtp.mail(MESSAGE), "250 2.0.0")
        self.assertEqual(len(self.inbox()), 1)

    def test_a_message_of_exactly_the_announced_size_is_taken(self):
        head = b"Subject: exact\r\n\r\n"
        exact = head + b"x" * ((LIMIT - len(head)) % 80 - 2) + b"\r\n" + (b"x" * 78 + b"\r\n") * ((LIMIT - len(head)) // 80)
        self.assertEqual(len(exact), LIMIT)
        with self.smtp() as smtp:
            self.assert_answer(smtp.mail(exact), "250 2.0.0")
            smtp.envelope()
            smtp.send(f"BDAT {len(exact)} LAST\r\n".encode() + exact)
            self.assert_answer(smtp.reply(), "250 2.0.0")
        self.assertTrue(all(one.endswith(exact) for one in self.inbox()))

    def test_one_copy_for_recipients_that_are_the_same_mailbox(self):
        self.site.waypost("user", "set", ANN, "mailAlternateAddress=anna@example.com")
        with self.smtp() as smtp:
            smtp.ask_all("MAIL FROM:<bob@example.org>", f"RCPT TO:<{ANN}>", f"RCPT TO:<{ANN.upper()}>", "RCPT TO:<anna@example.com>")
            self.assert_answer(smtp.content(MESSAGE + b".\r\n"), "250 2.0.0")
        self.assertEqual(len(self.inbox()), 1)

    def test_eight_bit_content_is_kept(self):
        body = b"Subject: eight\r\n\r\n" + bytes(set(range(256)) - {10, 13}) + b"\r\n"
        with self.smtp() as smtp:
            self.assert_answer(smtp.ask("MAIL FROM:<bob@example.org> BODY=8BITMIME"), "250")
            smtp.ask(f"RCPT TO:<{ANN}>")
            self.assert_answer(smtp.content(body + b".\r\n"), "250")
        self.assertTrue(self.inbox()[0].endswith(body))

    def test_smtputf8_addresses_need_the_parameter(self):
        with self.smtp() as smtp:
            self.assert_answer(smtp.ask("MAIL FROM:<grün@example.org>"), "553 5.6.7")
            self.assert_answer(smtp.ask("MAIL FROM:<grün@example.org> SMTPUTF8"), "250 2.1.0")
            self.assert_answer(smtp.ask("RCPT TO:<über@example.com>"), "550 5.1.1")
            self.assert_answer(smtp.ask(f"RCPT TO:<{ANN}>"), "250 2.1.5")
            self.assert_answer(smtp.content("Subject: grün\r\n\r\n.\r\n".encode()), "250")
        found = self.inbox()[0]
        self.assertTrue(found.startswith("Return-Path: <grün@example.org>\r\n".encode()), found)
        self.assertIn(b"with UTF8SMTP id", found)

    def test_bdat_in_pieces_and_an_empty_last_piece(self):
        content = MESSAGE + b".\r\n..\r\nlast"
        with self.smtp() as smtp:
            smtp.envelope()
            for at in range(0, len(content), 7):
                part = content[at:at + 7]
                smtp.send(b"BDAT %d\r\n" % len(part) + part)
                self.assert_answer(smtp.reply(), "250 2.0.0")
            self.assert_answer(smtp.ask("DATA"), "503 5.5.1")
            self.assert_answer(smtp.ask("BDAT 0 LAST"), "250 2.0.0")
            smtp.envelope()
            smtp.send(b"BDAT 10\r\n0123456789BDAT 4 LAST\r\nabc\n" + b"NOOP\r\n")  # a bare LF
            self.assertEqual([smtp.reply()[:3] for _ in range(3)], ["250", "550", "250"])
        found = self.inbox()
        self.assertEqual(len(found), 1)
        self.assertTrue(found[0].endswith(content + b"\r\n"), found[0])

    def test_bdat_that_is_refused_is_read_to_its_end(self):
        with self.smtp() as smtp:
            smtp.send(b"BDAT 6\r\nQUIT\r\nBDAT 6 LAST\r\nQUIT\r\nNOOP\r\n")
            self.assertEqual([smtp.reply()[:9] for _ in range(3)], ["503 5.5.1", "503 5.5.1", "250 2.0.0"])
            smtp.ask("MAIL FROM:<bob@example.org>")
            smtp.ask("RCPT TO:<nobody@example.com>")
            smtp.send(b"BDAT 6\r\nQUIT\r\nBDAT 6 LAST\r\nQUIT\r\nNOOP\r\n")
            self.assertEqual([smtp.reply()[:9] for _ in range(3)], ["554 5.5.1", "503 5.5.1", "250 2.0.0"])
            # Where a piece ends that cannot be counted nobody knows.
            smtp.send(b"BDAT x\r\nNOOP\r\n")
            self.assertEqual([one[:9] for one in smtp.rest()], ["501 5.5.4"])

    def test_no_open_relay(self):
        with self.smtp() as smtp:
            smtp.ask("MAIL FROM:<ann@example.com>")
            for path in ("ann@example.net", "ann@[127.0.0.1]", "ann@mail.example.org", "ann@example.com.example.net",
                         "@example.com:ann@example.net", '"ann@example.com"@example.net'):
                with self.subTest(path):
                    self.assert_answer(smtp.ask(f"RCPT TO:<{path}>"), "550 5.7.1")
            for path in ("ann%example.net@example.com", "example.net!ann@example.com"):
                with self.subTest(path):
                    self.assert_answer(smtp.ask(f"RCPT TO:<{path}>"), "550 5.1.1")
            self.assert_answer(smtp.ask("DATA"), "554 5.5.1")

    def test_envelope_id_and_recipients_of_a_message_that_waits(self):
        with self.smtp() as smtp:
            self.assert_answer(smtp.ask("MAIL FROM:<bob@example.org> RET=HDRS ENVID=QQ+2B314159"), "250")
            self.assert_answer(smtp.ask("RCPT TO:<held@example.com> NOTIFY=SUCCESS,DELAY ORCPT=rfc822;Held+2Bx@example.com"),
                               "250")
            self.assert_answer(smtp.content(MESSAGE + b".\r\n"), "250")
        queued = self.site.json("queue", "list")
        self.assertEqual([(one["sender"], one["recipients"]) for one in queued], [("bob@example.org", ["held@example.com"])])
        shown = self.site.json("queue", "show", str(queued[0]["id"]))
        self.assertEqual((shown["ret"], shown["recipients"][0]["orcpt"], shown["recipients"][0]["notify"]),
                         ("HDRS", "rfc822;Held+x@example.com", ["SUCCESS", "DELAY"]))
        self.assertEqual((shown["envid"], shown["protocol"], shown["client_name"], shown["recipients"][0]["state"]),
                         ("QQ+314159", "ESMTP", "client.example.org", "held"))
        # R3.2: the rest can be read with plain tools.
        records = b"".join(path.read_bytes() for path in (self.site.folder / "state").rglob("*") if path.is_file()
                           and b"held@example.com" in path.read_bytes())
        self.assertRegex(records, rb"recipient: held@example\.com [^\n]*orcpt=rfc822;Held\+x@example\.com")

    def test_too_many_errors_end_the_session(self):
        with self.smtp() as smtp:
            smtp.send(b"NONSENSE\r\n" * 30)
            answers = smtp.rest()
            self.assertEqual([one[:9] for one in answers], ["500 5.5.2"] * 20 + ["421 4.7.0"])
        with self.smtp() as smtp:
            smtp.ask("MAIL FROM:<bob@example.org>")
            smtp.send("".join(f"RCPT TO:<guess{i}@example.com>\r\n" for i in range(30)))
            self.assertEqual([one[:3] for one in smtp.rest()], ["550"] * 20 + ["421"])


    def test_more_recipients_than_the_limit_are_put_off(self):
        with self.smtp() as smtp:
            self.assertIn("250 LIMITS RCPTMAX=100", smtp.extensions)
            answers = smtp.ask_all("MAIL FROM:<bob@example.org>", *[f"RCPT TO:<ann+{i}@example.com>" for i in range(130)])
            self.assertEqual([one[:9] for one in answers], ["250 2.1.0"] + ["250 2.1.5"] * 100 + ["452 4.5.3"] * 30)
            self.assert_answer(smtp.ask("RSET"), "250")


class limits(Case):
    configuration = site.COMPLETE.replace(site.SMTP, site.SMTP + 'command_timeout = "1s"\ndata_timeout = "1s"\n'
                                          "max_connections_per_address = 2\n")

    def test_a_silent_client_is_sent_away(self):
        with self.smtp() as smtp:
            self.assertEqual([one[:9] for one in smtp.rest()], ["421 4.4.2"])
        with self.smtp() as smtp:
            smtp.envelope()
            smtp.ask("DATA")
            smtp.send("Subject: half\r\n")
            self.assertEqual([one[:9] for one in smtp.rest()], ["421 4.4.2"])
        self.assertEqual(self.inbox(), [])

    def test_a_message_that_is_cut_off_leaves_nothing(self):
        half = b"Subject: half\r\n\r\n" + (b"x" * 70 + b"\r\n") * 20_000
        spool = self.site.folder / "state" / "spool"
        for command in (b"DATA\r\n", b"BDAT 9000000 LAST\r\n"):
            with self.smtp() as smtp:
                smtp.envelope()
                smtp.send(command + half)
                self.wait_until(lambda: list(spool.iterdir()))
            self.wait_until(lambda: not list(spool.iterdir()))
        self.assertEqual(self.inbox(), [])
        self.assertEqual(self.site.json("status")["queue"]["messages"], 0)

    def wait_until(self, condition):
        deadline = time.monotonic() + 10
        while not condition():
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.01)

    def test_one_address_has_only_so_many_connections(self):
        sessions = [self.smtp(source="127.0.6.1") for _ in range(2)]
        with self.smtp(hello=None, source="127.0.6.1") as third:
            self.assert_answer(third.greeting, "421 4.7.0")
            self.assertEqual(third.rest(), [])
        with self.smtp(hello=None, source="127.0.6.2") as other:
            self.assert_answer(other.greeting, "220")
        for one in sessions:
            one.ask("QUIT")
            one.rest()
            one.close()
        with self.smtp(hello=None, source="127.0.6.1") as again:
            self.assert_answer(again.greeting, "220")


if __name__ == "__main__":
    unittest.main()
