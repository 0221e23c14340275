#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""R2.1: SMTP smuggling (CVE-2023-51764 and its kin). Only CRLF "." CRLF ends a message, whatever else looks like it, in
whatever segments it arrives; a message with a bare CR or LF is refused, and no second message ever gets in."""
import unittest

from dialogue import Case

# What some server somewhere takes for the end of the data.
FALSE_ENDS = {
    "LF . LF": b"\n.\n",
    "LF . CRLF": b"\n.\r\n",
    "CRLF . LF": b"\r\n.\n",
    "CR . CR": b"\r.\r",
    "CR . CRLF": b"\r.\r\n",
    "CR . LF": b"\r.\n",
    "CRLF . CR": b"\r\n.\r",
    "LF . CR": b"\n.\r",
    "CRLF . CR x LF": b"\r\n.\rx\n",
    "CR CR LF . CR CR LF": b"\r\r\n.\r\r\n",
    "CRLF . CR CR LF": b"\r\n.\r\r\n",
    "CR LF LF . LF": b"\r\n\n.\n",
    "bare LF in the body": b"one\ntwo",
    "bare CR in the body": b"one\rtwo",
    "LF at the end of a line": b"one\n\r\ntwo",
}
# Nothing bare in them: content, which ends nothing.
WITH_NUL = {
    "CRLF NUL . CRLF": b"\r\n\0.\r\n",
    "CRLF . NUL CRLF": b"\r\n.\0\r\n",
    "CRLF .. CRLF": b"\r\n..\r\n",
    "CRLF . SP CRLF": b"\r\n. \r\n",
}
HEADER = b"From: bob@example.org\r\nSubject: first\r\n\r\nbegin"
SECOND = (b"MAIL FROM:<evil@example.org>\r\nRCPT TO:<ann@example.com>\r\nDATA\r\n"
          b"From: admin@example.com\r\nSubject: smuggled\r\n\r\nsecond\r\n")
END = b"\r\n.\r\n"
REFUSED = "550 5.5.2"


class smuggling(Case):
    def send_whole(self, smtp, octets):
        smtp.send(octets)

    def send_octets(self, smtp, octets):
        for at in range(len(octets)):
            smtp.send(octets[at:at + 1])

    def send_lines(self, smtp, octets):
        for line in octets.split(b"\n")[:-1]:
            smtp.send(line)
            smtp.send(b"\n")

    def attempt(self, content, send):
        """One message; the one reply it gets. What is left of the dialogue must be in step."""
        with self.smtp() as smtp:
            self.assert_answer(smtp.envelope(), "250")
            self.assert_answer(smtp.ask("DATA"), "354")
            send(smtp, content)
            answer = smtp.reply()
            self.assert_answer(smtp.ask("NOOP"), "250 2.0.0")
            self.assert_answer(smtp.ask("QUIT"), "221")
            self.assertEqual(smtp.rest(), [])
        return answer

    def test_no_false_end_ends_a_message_in_whatever_segments(self):
        for name, false_end in FALSE_ENDS.items():
            for send in (self.send_whole, self.send_octets, self.send_lines):
                with self.subTest(name, send=send.__name__):
                    answer = self.attempt(HEADER + false_end + SECOND + END[2:], send)
                    self.assert_answer(answer, REFUSED)
        self.assertEqual(self.inbox(), [])

    def test_a_false_end_among_the_headers_is_refused_too(self):
        for name, false_end in FALSE_ENDS.items():
            with self.subTest(name):
                answer = self.attempt(b"Subject: one" + false_end + b"X-Injected: yes\r\n\r\nbody" + END, self.send_whole)
                self.assert_answer(answer, REFUSED)
        self.assertEqual(self.inbox(), [])

    def test_a_false_end_split_at_each_octet_is_refused(self):
        for name, false_end in FALSE_ENDS.items():
            whole = HEADER + false_end + SECOND + END[2:]
            for at in range(len(HEADER) - 1, len(HEADER) + len(false_end) + 2):
                with self.subTest(name, at=at - len(HEADER)):
                    with self.smtp() as smtp:
                        smtp.envelope()
                        smtp.ask("DATA")
                        smtp.send(whole[:at])
                        # A dialogue in between: the daemon has time to read what came before it.
                        with self.smtp():
                            pass
                        smtp.send(whole[at:])
                        self.assert_answer(smtp.reply(), REFUSED)
        self.assertEqual(self.inbox(), [])

    def test_all_of_it_in_one_segment_with_its_commands(self):
        for name, false_end in FALSE_ENDS.items():
            with self.subTest(name), self.smtp(hello=None) as smtp:
                smtp.send(b"EHLO client.example.org\r\nMAIL FROM:<bob@example.org>\r\nRCPT TO:<ann@example.com>\r\nDATA\r\n"
                          + HEADER + false_end + SECOND + END[2:] + b"QUIT\r\n")
                self.assertEqual([one[:3] for one in smtp.rest()], ["250", "250", "250", "354", "550", "221"])
        self.assertEqual(self.inbox(), [])

    def test_what_is_no_line_end_stays_content_of_the_one_message(self):
        for name, odd in WITH_NUL.items():
            with self.subTest(name):
                self.assert_answer(self.attempt(HEADER + odd + SECOND + END[2:], self.send_octets), "250 2.0.0")
                found = self.inbox()
                self.assertEqual(len(found), 1)
                content = odd.replace(b"\r\n.", b"\r\n")
                self.assertTrue(found[0].endswith(HEADER + content + SECOND), found[0])

    def test_the_true_end_lets_a_pipelined_second_message_in(self):
        with self.smtp() as smtp:
            smtp.envelope()
            smtp.ask("DATA")
            smtp.send(HEADER + END + SECOND + END[2:])
            self.assertEqual([smtp.reply()[:3] for _ in range(5)], ["250", "250", "250", "354", "250"])
        self.assertEqual(len(self.inbox()), 2)

    def test_chunks_with_a_bare_line_end_are_refused(self):
        for name, false_end in FALSE_ENDS.items():
            with self.subTest(name), self.smtp() as smtp:
                smtp.envelope()
                content = HEADER + false_end + SECOND
                cut = len(HEADER) + 1
                answers = []
                for part, last in ((content[:cut], ""), (content[cut:], " LAST")):
                    smtp.send(f"BDAT {len(part)}{last}\r\n".encode() + part)
                    answers.append(smtp.reply())
                self.assertRegex(" ".join(answers), "550 5.5.2|503 5.5.1")
                self.assertNotEqual(answers[-1][:3], "250")
                self.assert_answer(smtp.ask("NOOP"), "250")
        self.assertEqual(self.inbox(), [])

    def test_a_chunk_may_hold_what_would_end_data_and_comes_out_as_content(self):
        content = HEADER + END + SECOND
        with self.smtp() as smtp:
            smtp.envelope()
            smtp.send(f"BDAT {len(content)} LAST\r\n".encode() + content)
            self.assert_answer(smtp.reply(), "250 2.0.0")
        found = self.inbox()
        self.assertEqual(len(found), 1)
        self.assertTrue(found[0].endswith(content), found[0])

    def test_dots_at_line_starts_come_out_as_they_went_in(self):
        body = b"Subject: dots\r\n\r\n.\r\n..\r\n...\r\n.x\r\n..x\r\nx.\r\n. \r\n\r\n.\r\n"
        with self.smtp() as smtp:
            self.assert_answer(smtp.mail(body), "250")
            # RFC 5321 s4.5.2: a first dot goes even when its line was not stuffed.
            smtp.envelope()
            self.assert_answer(smtp.content(b"Subject: lost\r\n\r\n.dot\r\n.\r\n"), "250")
        found = self.inbox()
        self.assertTrue(found[0].endswith(body), found[0])
        self.assertTrue(found[1].endswith(b"\r\n\r\ndot\r\n"), found[1])

    def test_a_bare_line_end_in_a_command_ends_the_session(self):
        for name, line_end in (("LF", b"\n"), ("CR", b"\r"), ("CR CR LF", b"\r\r\n")):
            with self.subTest(name), self.smtp() as smtp:
                smtp.send(b"MAIL FROM:<bob@example.org>" + line_end + b"RCPT TO:<ann@example.com>\r\nDATA\r\n")
                self.assertEqual([one[:9] for one in smtp.rest()], ["500 5.5.2"])

    def test_long_lines_of_a_message_are_kept_and_long_commands_refused(self):
        body = b"Subject: long\r\n\r\n" + b"x" * 998 + b"\r\n" + b"y" * 200_000 + b"\r\nend\r\n"
        with self.smtp() as smtp:
            self.assert_answer(smtp.mail(body), "250")
            for size in (4097, 100_000):
                self.assert_answer(smtp.ask(b"MAIL FROM:<" + b"a" * size + b"@example.org>"), "500 5.5.2")
            self.assert_answer(smtp.ask("NOOP"), "250")
        found = self.inbox()
        self.assertEqual(len(found), 1)
        self.assertTrue(found[0].endswith(body))


if __name__ == "__main__":
    unittest.main()
