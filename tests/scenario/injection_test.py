#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""R2.1, R3.2: what a client puts into addresses, its name and parameters is refused with the right code, or kept as
data: it becomes no command, no header line, no line of the envelope. Commands behind STARTTLS are never executed."""
import re
import socket
import unittest

from dialogue import Case, site

ANN = "ann@example.com"
MESSAGE = b"From: bob@example.org\r\nSubject: one\r\n\r\nbody\r\n"
CONTROLS = (b"\0", b"\1", b"\1\1", b"\t", b"\x0b", b"\x1b[2J", b"\x7f")
# path -> reply to RCPT TO:path
RECIPIENTS = {
    "ann@example.com": "501 5.1.3",
    "<ann@example.com": "501 5.1.3",
    "<<ann@example.com>>": "501 5.1.3",
    "<ann@example.com>>": "501 5.5.4",
    "<ann@example.com>,<bob@example.com>": "501 5.5.4",
    "<ann@example.com><eve@example.org>": "501 5.5.4",
    "<ann @example.com>": "501 5.1.3",
    "<ann@example.com >": "501 5.1.3",
    "<ann@exam ple.com>": "501 5.1.3",
    "<ann(comment)@example.com>": "501 5.1.3",
    "<ann@example.com;DATA>": "501 5.1.3",
    "<.ann@example.com>": "501 5.1.3",
    "<ann..ann@example.com>": "501 5.1.3",
    "<ann@-example.com>": "501 5.1.3",
    "<ann@example..com>": "501 5.1.3",
    "<ann@>": "501 5.1.3",
    "<@example.com>": "501 5.1.3",
    "<>": "501 5.1.3",
    "<ann@[300.1.1.1]>": "501 5.1.3",
    '<"ann@example.com>': "501 5.1.3",
    '<"ann"x@example.com>': "501 5.1.3",
    "<" + "a" * 129 + "@example.com>": "501 5.1.3",
    "<ann@" + "a" * 64 + ".example.com>": "501 5.1.3",
    "<ann@" + "a." * 130 + "com>": "501 5.1.3",
    "<anné@example.com>": "553 5.6.7",
    "<ann@exämple.com>": "553 5.6.7",
    # Well-formed; what is in them means nothing special.
    "<ann%0D%0ADATA@example.com>": "550 5.1.1",
    "<ann%example.org@example.com>": "550 5.1.1",
    "<example.org!ann@example.com>": "550 5.1.1",
    '<"ann@example.org"@example.com>': "550 5.1.1",
    '<"a\\"b <x>"@example.com>': "550 5.1.1",
    "<|program@example.com>": "550 5.1.1",
    "</etc/passwd@example.com>": "550 5.1.1",
    "<:include:/etc/passwd@example.com>": "501 5.1.3",
}
NAMES = ("", "two words", "a\0b", "(comment)", "<b>", "name]", "[300.1.1.1]", "[127.0.0.1", "a" * 64 + ".org", "a." * 140 + "org",
         "exämple.org", "-a.org", "a..org", "x;y", 'x"y', "x\tby", "x\1\1y", "${jndi}", "a=b")
# For MAIL FROM:<bob@example.org>
SENDER_PARAMETERS = {
    "SIZE=": "501 5.5.4",
    "SIZE": "501 5.5.4",
    "SIZE=-1": "501 5.5.4",
    "SIZE=0x10": "501 5.5.4",
    "SIZE=1e9": "501 5.5.4",
    "SIZE=99999999999999999999": "501 5.5.4",
    "SIZE=1 SIZE=2": "501 5.5.4",
    "SIZE=9999999999": "552 5.3.4",
    "BODY=9BIT": "501 5.5.4",
    "BODY=BINARYMIME": "555 5.5.4",
    "ENVID=": "501 5.5.4",
    "ENVID=a+0D+0AX-Injected:+20yes": "501 5.5.4",
    "ENVID=a+00b": "501 5.5.4",
    "ENVID=a+01+01b": "501 5.5.4",
    "ENVID=a+GG": "501 5.5.4",
    "ENVID=a+4": "501 5.5.4",
    "ENVID=a=b": "501 5.5.4",
    "ENVID=é": "501 5.5.4",
    "ENVID=" + "a" * 101: "501 5.5.4",
    "RET=ALL": "501 5.5.4",
    "SMTPUTF8=yes": "501 5.5.4",
    "XFORWARD=1": "555 5.5.4",
    "=1": "501 5.5.4",
    "A\"B=1": "501 5.5.4",
    " ".join(f"X{i}=1" for i in range(40)): "555 5.5.4",
}
RECIPIENT_PARAMETERS = {
    "ORCPT=rfc822": "501 5.5.4",
    "ORCPT=rfc822;": "501 5.5.4",
    "ORCPT=;ann@example.com": "501 5.5.4",
    "ORCPT=rfc822;ann+0D+0AX-Injected:yes": "501 5.5.4",
    "ORCPT=rfc822;ann+00": "501 5.5.4",
    "ORCPT=rfc822;+01+01": "501 5.5.4",
    "ORCPT=x\"y;ann": "501 5.5.4",
    "ORCPT=utf-8;ann\\x{0A}x": "501 5.5.4",
    "ORCPT=utf-8;ann\\x{D800}": "501 5.5.4",
    "ORCPT=rfc822;" + "a" * 600: "501 5.5.4",
    "NOTIFY=NEVER,SUCCESS": "501 5.5.4",
    "NOTIFY=ALWAYS": "501 5.5.4",
    "NOTIFY=SUCCESS,SUCCESS": "501 5.5.4",
    "NOTIFY=": "501 5.5.4",
    "SIZE=1": "555 5.5.4",
}


def header_of(message):
    """[(name, value), ...] with folds taken back."""
    head = message.split(b"\r\n\r\n", 1)[0]
    return [tuple(line.split(b": ", 1)) for line in re.sub(rb"\r\n[ \t]+", b" ", head).split(b"\r\n")]


class injection(Case):
    def refusals(self, cases, command, opened):
        """One connection for each, so that errors do not add up."""
        for words, expected in cases.items():
            with self.subTest(words[:60]), self.smtp() as smtp:
                if opened:
                    self.assert_answer(smtp.ask("MAIL FROM:<bob@example.org>"), "250")
                answer = smtp.ask(command % words)
                self.assert_answer(answer, expected)
                self.assertRegex(answer, r"\A[ -~]*\Z")
                self.assert_answer(smtp.ask("NOOP"), "250 2.0.0")
                self.assert_answer(smtp.ask("DATA"), "554 5.5.1" if expected.startswith("550 5.1.1") else "503 5.5.1")
        self.assertEqual(self.inbox(), [])

    def test_addresses_of_recipients(self):
        self.refusals(RECIPIENTS, "RCPT TO:%s", True)

    def test_addresses_of_senders(self):
        bad = {path: code.replace("5.1.3", "5.1.7") for path, code in RECIPIENTS.items()
               if not code.startswith("550") and path != "<>"}
        self.refusals(bad, "MAIL FROM:%s", False)

    def test_parameters_of_senders(self):
        self.refusals(SENDER_PARAMETERS, "MAIL FROM:<bob@example.org> %s", False)

    def test_parameters_of_recipients(self):
        self.refusals(RECIPIENT_PARAMETERS, f"RCPT TO:<{ANN}> %s", True)

    def test_control_characters_make_no_command(self):
        for octets in CONTROLS:
            with self.subTest(octets), self.smtp() as smtp:
                self.assert_answer(smtp.ask(b"MAIL FROM:<bob" + octets + b"@example.org>"), "500 5.5.2")
                self.assert_answer(smtp.ask("MAIL FROM:<bob@example.org>"), "250")
                self.assert_answer(smtp.ask(b"RCPT TO:<ann" + octets + b"@example.com>"), "500 5.5.2")
                self.assert_answer(smtp.ask(b"RCPT TO:<ann@example.com> ORCPT=rfc822;a" + octets + b"b"), "500 5.5.2")
                self.assert_answer(smtp.ask("DATA"), "503 5.5.1")
        self.assertEqual(self.inbox(), [])

    def test_utf8_that_is_none_is_refused_with_the_extension_too(self):
        for octets in (b"\xff", b"\xc0\x80", b"\xed\xa0\x80", b"\xe2\x82", b"\xf5\x80\x80\x80"):
            with self.subTest(octets), self.smtp() as smtp:
                self.assert_answer(smtp.ask(b"MAIL FROM:<b" + octets + b"@example.org> SMTPUTF8"), "501 5.1.7")

    def test_names_of_clients(self):
        for name in NAMES:
            for verb in ("EHLO", "HELO"):
                with self.subTest(name[:40], verb=verb), self.smtp(hello=None) as smtp:
                    self.assertRegex(smtp.ask(f"{verb} {name}"), r"\A(501 5\.5\.4|500 5\.5\.2) [ -~]*\Z")
                    self.assert_answer(smtp.ask("MAIL FROM:<bob@example.org>"), "503 5.5.1")

    def test_odd_but_right_values_are_data_in_the_headers(self):
        sender = '"a> b\\\\c\\"<x>: (y)"@example.org'
        with self.smtp(hello="EHLO under_score.example.org") as smtp:
            self.assert_answer(smtp.ask(f"MAIL FROM:<{sender}> ENVID=a+2Bb+20c"), "250")
            self.assert_answer(smtp.ask(f"RCPT TO:<@relay.example.org:{ANN}> ORCPT=rfc822;a+2Bn@example.com"), "250")
            self.assert_answer(smtp.content(MESSAGE + b".\r\n"), "250")
        found = self.inbox()
        self.assertEqual(len(found), 1)
        header = header_of(found[0])
        self.assertEqual([name for name, _ in header], [b"Return-Path", b"Received", b"From", b"Subject"])
        self.assertEqual(header[0][1], b"<" + sender.encode() + b">")
        self.assertRegex(header[1][1], rb"\Afrom under_score\.example\.org \(\[127\.0\.0\.1\]\) by mail\.example\.com with ESMTP "
                                       rb"id \S+ for <ann@example\.com>; [ -~]*\Z")

    def test_a_null_sender_has_an_empty_return_path(self):
        with self.smtp(hello="EHLO [127.0.0.1]") as smtp:
            self.assert_answer(smtp.mail(MESSAGE, sender=""), "250")
        header = header_of(self.inbox()[0])
        self.assertEqual(header[0], (b"Return-Path", b"<>"))
        self.assertTrue(header[1][1].startswith(b"from [127.0.0.1] ("), header[1])


class starttls(Case):
    configuration = site.COMPLETE.replace(site.SMTP, site.SMTP + "CERTIFICATE\n")

    def test_commands_behind_starttls_end_the_session(self):
        with self.smtp() as smtp:
            smtp.send(f"STARTTLS\r\nEHLO evil.example.org\r\nMAIL FROM:<evil@example.org>\r\nRCPT TO:<{ANN}>\r\nDATA\r\n"
                      "Subject: injected\r\n\r\n.\r\n")
            self.assertEqual([one[:9] for one in smtp.rest()], ["554 5.5.1"])
        self.assertEqual(self.inbox(), [])

    def test_commands_that_come_before_the_handshake_are_no_commands_after_it(self):
        with self.smtp() as smtp:
            self.assert_answer(smtp.ask("STARTTLS"), "220 2.0.0")
            smtp.send(f"MAIL FROM:<evil@example.org>\r\nRCPT TO:<{ANN}>\r\n")
            smtp.socket.shutdown(socket.SHUT_WR)
            self.assertFalse([one for one in smtp.rest() if re.match(r"\d\d\d[ -]", one)])

    def test_after_the_handshake_everything_said_before_is_forgotten(self):
        with self.smtp() as smtp:
            self.assertIn("250-STARTTLS", smtp.extensions)
            smtp.envelope(ANN)
            self.assert_answer(smtp.ask("STARTTLS"), "220 2.0.0")
            smtp.start_tls()
            self.assertEqual([one[:9] for one in smtp.ask_all("DATA", "RCPT TO:<ann@example.com>")], ["503 5.5.1"] * 2)
            self.assert_answer(smtp.ask("MAIL FROM:<bob@example.org>"), "503 5.5.1")
            self.assertNotIn("STARTTLS", smtp.ask("EHLO client.example.org"))
            self.assert_answer(smtp.ask("STARTTLS"), "503 5.5.1")
            self.assert_answer(smtp.mail(MESSAGE), "250")
        header = header_of(self.inbox()[0])
        self.assertRegex(header[1][1], rb"\(using TLSv1\.[23] with \S+\) by mail\.example\.com with ESMTPS id ")

    def test_starttls_takes_no_argument(self):
        with self.smtp() as smtp:
            self.assert_answer(smtp.ask("STARTTLS now"), "501 5.5.4")
            self.assert_answer(smtp.ask("NOOP"), "250")


if __name__ == "__main__":
    unittest.main()
