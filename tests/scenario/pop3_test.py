#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""R9.1: POP3 by RFC 1939 and 2449: the maildrop, its lock, deletion, unique ids."""
import time
import unittest

from dialogue import PASSWORD, Case, Pop3, Smtp, site

ANN, BEN = "ann@example.com", "ben@example.com"
HEADER = b"From: bob@example.org\r\nSubject: %s\r\n\r\n"


def deliver(where, *names, to=ANN):
    with Smtp(where.listener("smtp")) as smtp:
        for name in names:
            answer = smtp.mail(HEADER % name + b"one\r\n.two\r\nthree\r\n", to)
            if not answer.startswith("250"):
                raise AssertionError(answer)


class maildrop(Case):
    users = ("ann", "ben")

    def setUp(self):
        self.inbox(ANN)

    def logged_in(self, user=ANN):
        session = self.pop3()
        self.addCleanup(session.close)
        self.assert_answer(session.login(user), "+OK")
        return session

    def test_capabilities(self):
        with self.pop3() as pop3:
            self.assert_answer(pop3.greeting, "+OK")
            before = pop3.many("CAPA").decode().split("\r\n")
            for one in ("TOP", "UIDL", "PIPELINING", "RESP-CODES", "AUTH-RESP-CODE", "USER", "SASL PLAIN"):
                self.assertIn(one, before)
            self.assertNotIn("STLS", before)  # without a certificate
            self.assert_answer(pop3.ask("STLS"), "-ERR")
            self.assert_answer(pop3.login(), "+OK")
            self.assertNotIn("USER", pop3.many("CAPA").decode().split("\r\n"))

    def test_commands_of_another_state_are_refused(self):
        with self.pop3() as pop3:
            for line in ("STAT", "LIST", "UIDL", "RETR 1", "TOP 1 1", "DELE 1", "NOOP", "RSET", "PASS x"):
                self.assert_answer(pop3.ask(line), "-ERR")
        with self.logged_in() as pop3:
            for line in ("USER ann@example.com", "PASS x", "AUTH PLAIN", "STLS", "NONSENSE", "STAT x"):
                self.assert_answer(pop3.ask(line), "-ERR")

    def test_listing_and_reading(self):
        deliver(self.site, b"first", b"second")
        pop3 = self.logged_in()
        count, octets = pop3.ask("STAT").split()[1:]
        sizes = [int(line.split()[1]) for line in pop3.many("LIST").splitlines()]
        self.assertEqual((int(count), int(octets)), (2, sum(sizes)))
        self.assertEqual(pop3.ask("LIST 2"), f"+OK 2 {sizes[1]}")
        message = pop3.many("RETR 2")
        self.assertEqual(len(message), sizes[1])
        self.assertTrue(message.endswith(HEADER % b"second" + b"one\r\n.two\r\nthree\r\n"))
        for line in ("LIST 3", "RETR 3", "RETR 0", "RETR -1", "RETR", "RETR 99999999999", "DELE x", "TOP 1", "TOP 1 -1"):
            self.assert_answer(pop3.ask(line), "-ERR")
            pop3.ask("RETR 1") and pop3.below()  # errors in a row would end the session

    def test_top_gives_the_header_and_as_many_lines(self):
        deliver(self.site, b"top")
        pop3 = self.logged_in()
        whole = pop3.many("RETR 1")
        header = whole[:whole.index(b"\r\n\r\n") + 4]
        for lines, body in ((0, b""), (1, b"one\r\n"), (2, b"one\r\n.two\r\n"), (1000, b"one\r\n.two\r\nthree\r\n")):
            self.assertEqual(pop3.many(f"TOP 1 {lines}"), header + body)

    def test_pipelined_commands_are_answered_in_order(self):
        deliver(self.site, b"piped")
        with self.pop3() as pop3:
            pop3.send(f"USER {ANN}\r\nPASS {PASSWORD}\r\nSTAT\r\nRETR 1\r\nUIDL\r\nDELE 1\r\nRETR 1\r\nQUIT\r\n")
            self.assertEqual([pop3.reply()[:5] for _ in range(3)], ["+OK N", "+OK L", "+OK 1"])
            self.assert_answer(pop3.reply(), "+OK")
            self.assertTrue(pop3.below().endswith(b"three\r\n"))
            self.assert_answer(pop3.reply(), "+OK")
            self.assertEqual(len(pop3.below().splitlines()), 1)
            self.assertEqual([one[:4] for one in pop3.rest()], ["+OK ", "-ERR", "+OK "])

    def test_deleted_messages_go_with_quit_and_only_then(self):
        deliver(self.site, b"first", b"second", b"third")
        with self.logged_in() as pop3:
            self.assert_answer(pop3.ask("DELE 2"), "+OK")
            for line in ("RETR 2", "LIST 2", "DELE 2"):
                self.assert_answer(pop3.ask(line), "-ERR")
            self.assertEqual(pop3.many("UIDL").count(b"\r\n"), 2)
        # Lost connection: nothing was removed.
        pop3 = self.login_soon()
        self.assertEqual(pop3.ask("STAT").split()[1], "3")
        pop3.ask_all("DELE 1", "DELE 2", "RSET")
        self.assertEqual(pop3.ask("STAT").split()[1], "3")
        self.assert_answer(pop3.ask("DELE 2"), "+OK")
        self.assert_answer(pop3.ask("QUIT"), "+OK")
        found = self.inbox()
        self.assertEqual([b"first" in found[0], b"third" in found[1], len(found)], [True, True, 2])

    def login_soon(self):
        """The daemon needs a moment to see that the connection before is gone."""
        deadline = time.monotonic() + 10
        while True:
            session = self.pop3()
            self.addCleanup(session.close)
            answer = session.login()
            if answer.startswith("+OK") or time.monotonic() > deadline:
                self.assert_answer(answer, "+OK")
                return session
            self.assert_answer(answer, "-ERR [IN-USE]")

    def test_a_second_session_is_told_that_the_mailbox_is_in_use(self):
        first = self.logged_in()
        with self.pop3() as second:
            self.assert_answer(second.login(), "-ERR [IN-USE]")
            self.assert_answer(second.login(BEN), "+OK")  # another mailbox is not concerned
        deliver(self.site, b"meanwhile")  # delivery goes on, the session does not see it
        self.assertEqual(first.ask("STAT"), "+OK 0 0")
        first.ask("QUIT")
        self.assertEqual(self.logged_in().ask("STAT").split()[1], "1")

    def test_bad_lines(self):
        with self.pop3() as pop3:
            self.assert_answer(pop3.ask("USER " + "a" * 5000), "-ERR")
            self.assert_answer(pop3.ask(b"USER a\0b"), "+OK")  # as any name; the password decides
            pop3.send(b"CAPA\nCAPA\r\n")
            self.assertEqual([one[:4] for one in pop3.rest()], ["-ERR"])
        with self.pop3() as pop3:
            pop3.send(b"NONSENSE\r\n" * 20)
            self.assertEqual(len(pop3.rest()), 11)


class restarts(unittest.TestCase):
    def test_unique_ids_are_the_same_after_a_restart_and_given_once(self):
        with site.temporary() as here:
            here.start()
            here.add_people(password=PASSWORD)
            deliver(here, b"first", b"second", b"third")
            before = self.unique_ids(here, "DELE 3")
            for end in (here.stop, here.kill):
                end()
                here.start()
                self.assertEqual(self.unique_ids(here), before[:2])
            deliver(here, b"fourth")
            after = self.unique_ids(here)
            self.assertEqual((after[:2], len(set(before + after))), (before[:2], 4))

    def unique_ids(self, here, *then):
        with Pop3(here.listener("pop3")) as pop3:
            pop3.login()
            found = [line.split()[1] for line in pop3.many("UIDL").splitlines()]
            for line in (*then, "QUIT"):
                self.assertTrue(pop3.ask(line).startswith("+OK"))
        return found


if __name__ == "__main__":
    unittest.main()
