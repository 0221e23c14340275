#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""R2.1, R3.1, R3.4: mail for elsewhere goes to the next system, by a server that answers as each test wants."""
import tempfile
import time
import unittest

from dialogue import Case, Smtp, certificate, inbox, site
from far_side import FarSide

MESSAGE = b"From: ann@example.com\r\nSubject: one\r\n\r\n.dot\r\nbody\r\n..\r\n"
RELAY = """
[plugins.relay]
plugin = "smtp"
listen = ["127.0.0.1:0"]
trusted_networks = ["127.0.0.0/8"]
smart_host = "{hop}"
deliver_idle_timeout = "1s"
deliver_timeout = "5s"
{more}
"""
KERNEL = site.KERNEL + """
[transfer]
retry_schedule = ["1s"]
destination_pauses = ["1s"]
"""


class relay(unittest.TestCase):
    def site(self, far, more=""):
        """A daemon that sends everything to `far`; ended with the test."""
        listens = site.SMTP.replace("[plugins.smtp]", "[plugins.inbound]\nplugin = \"smtp\"")
        # the relay comes first: routing rows name the channel smtp
        text = KERNEL + RELAY.replace("{hop}", far.hop if far else "[127.0.0.1]:1").replace("{more}", more) + listens + \
            site.POP3 + site.DIRECTORY + site.STORE
        here = self.enter_site(text)
        here.add_people(users=("ann",))
        return here

    def enter_site(self, text):
        scope = site.temporary(text)
        here = scope.__enter__()
        self.addCleanup(scope.__exit__, None, None, None)
        here.start()
        return here

    def send(self, here, *to, raw=MESSAGE, sender="ann@example.com"):
        with Smtp(here.listener("relay")) as smtp:
            answer = smtp.mail(raw, *to, sender=sender)
            self.assertTrue(answer.startswith("250"), answer)

    def test_the_message_arrives_as_it_was_with_its_envelope(self):
        with FarSide() as far:
            here = self.site(far)
            self.send(here, "x@far.example", "y@far.example")
            message = far.wait(1)[0]
        self.assertTrue(message.sender.startswith("<ann@example.com>"), message.sender)
        self.assertEqual([one.split(" ")[0] for one in message.recipients], ["<x@far.example>", "<y@far.example>"])
        self.assertTrue(message.content.endswith(MESSAGE), message.content)
        self.assertEqual(message.content.count(b"Received:"), 1)

    def test_a_list_has_its_own_return_path(self):
        """RFC 5321 s3.9.2, mgrpErrorsTo: members hear from the list, others from the sender, each in a transaction of its own."""
        with FarSide() as far:
            here = self.site(far)
            here.waypost("group", "add", "team@example.com", "mgrpErrorsTo=owner@example.com")
            for member in ("ann@example.com", "x@far.example", "y@far.example"):
                here.waypost("group", "join", "team@example.com", member)
            self.send(here, "team@example.com", "z@far.example", sender="boss@elsewhere.example")
            messages = far.wait(2)
            self.assertEqual({one.sender.split(" ")[0]: sorted(to.split(" ")[0] for to in one.recipients) for one in messages},
                             {"<owner@example.com>": ["<x@far.example>", "<y@far.example>"],
                              "<boss@elsewhere.example>": ["<z@far.example>"]})
            self.assertIn(b"Return-Path: <owner@example.com>", inbox(here, "ann@example.com")[0])
            self.send(here, "team@example.com", sender="")
            self.assertEqual(far.wait(3)[2].sender.split(" ")[0], "<>")  # a report stays one

    def test_who_owns_a_list_hears_of_its_failures(self):
        with FarSide(rcpt=lambda to: "550 5.1.1 nobody") as far:
            here = self.site(far)
            here.waypost("user", "add", "owner@example.com", "--password-stdin", stdin="correct horse\n")
            here.waypost("group", "add", "team@example.com", "mgrpErrorsTo=mailto:owner@example.com")
            here.waypost("group", "join", "team@example.com", "x@far.example")
            self.send(here, "team@example.com", "z@far.example", sender="ann@example.com")
            reports = [wait_inbox(here, f"{name}@example.com") for name in ("owner", "ann")]
        for report, about in zip(reports, ("x@far.example", "z@far.example")):
            self.assertIn(f"Final-Recipient: rfc822;{about}".encode(), report.replace(b"rfc822; ", b"rfc822;"))
        self.assertNotIn(b"z@far.example", reports[0])

    def test_strangers_do_not_relay(self):
        with FarSide() as far:
            here = self.site(far)
            with Smtp(here.listener("inbound")) as smtp:
                self.assertIn("5.7.1", smtp.envelope("x@far.example"))
        self.assertEqual(far.commands, [])

    def test_a_server_without_pipelining_or_ehlo_is_served(self):
        for options in ({"extensions": ("SIZE",)}, {"hello": "500 5.5.2 what?"}):
            with self.subTest(**options), FarSide(**options) as far:
                here = self.site(far)
                self.send(here, "x@far.example", "y@far.example")
                self.assertEqual(len(far.wait(1)[0].recipients), 2)
                self.assertTrue(far.messages[0].content.endswith(MESSAGE))

    def test_one_connection_serves_several_messages(self):
        with FarSide() as far:
            here = self.site(far)
            for count in range(1, 6):
                self.send(here, "x@far.example")
                far.wait(count)
            self.assertEqual(far.connections, 1)

    def test_a_connection_that_died_meanwhile_costs_nothing(self):
        with FarSide() as far:
            here = self.site(far, 'deliver_messages = 50')
            self.send(here, "x@far.example")
            far.wait(1)
            far.cut()
            self.send(here, "x@far.example")
            far.wait(2)

    def test_a_refused_recipient_is_tried_again_and_the_other_is_not(self):
        refused = []

        def rcpt(to):
            if "later" in to and len(refused) < 2:
                refused.append(to)
                return "450 4.2.1 later"
            return "250 2.1.5 ok"

        with FarSide(rcpt=rcpt) as far:
            here = self.site(far)
            self.send(here, "now@far.example", "later@far.example")
            messages = far.wait(2)
        self.assertEqual([[to.split(" ")[0] for to in one.recipients] for one in messages],
                         [["<now@far.example>"], ["<later@far.example>"]])

    def test_starttls_is_used_where_it_is_offered(self):
        with tempfile.TemporaryDirectory() as folder:
            lines = certificate(folder)
            files = [line.split('"')[1] for line in lines.splitlines()]
            with FarSide(certificate=files) as far:
                here = self.site(far)
                self.send(here, "x@far.example")
                self.assertTrue(far.wait(1)[0].session.secure)
            with FarSide(certificate=files) as far:
                here = self.site(far, f'deliver_tls = "require"\ndeliver_tls_verify = true\n'
                                      f'deliver_tls_authorities = "{files[0]}"')
                self.send(here, "x@far.example")
                far.wait_for(lambda: far.connections >= 2)  # the name in the certificate is another
                self.assertEqual(far.messages, [])

    def test_a_server_that_is_away_gets_the_message_when_it_is_back(self):
        with FarSide(greeting="421 4.3.2 not now") as far:
            here = self.site(far)
            self.send(here, "x@far.example")
            far.wait_for(lambda: far.connections >= 2)
            far.greeting = "220 far.example ESMTP"
            far.wait(1)

    def test_a_message_whose_answer_is_lost_is_sent_again(self):
        answers = iter([None])
        with FarSide(content=lambda message: next(answers, "250 2.0.0 taken")) as far:
            here = self.site(far)
            self.send(here, "x@far.example")
            self.assertEqual(len(far.wait(1)), 1)
            self.assertGreaterEqual(far.connections, 2)

    def test_lmtp_gives_each_recipient_its_own_end(self):
        answers = {"full": "452 4.2.2 full", "good": "250 2.0.0 taken"}

        def content(message):
            found = [answers["full" if "full" in to else "good"] for to in message.recipients]
            answers["full"] = answers["good"]
            return found

        with tempfile.TemporaryDirectory() as folder, FarSide(content=content, lmtp=True, path=f"{folder}/lmtp") as far:
            here = self.site(None, 'deliver_protocol = "lmtp"'.replace("{", "{{"))
            here.stop()
            text = here.config_file.read_text().replace("[127.0.0.1]:1", f"unix:{folder}/lmtp")
            here.config_file.write_text(text)
            here.start()
            self.send(here, "good@far.example", "full@far.example")
            messages = far.wait(2)
            self.assertTrue(far.commands[0].startswith("LHLO "))
        self.assertEqual([len(one.recipients) for one in messages], [2, 1])

    def test_a_large_message_goes_in_pieces(self):
        raw = b"Subject: large\r\n\r\n" + b"".join(b"%078d\r\n" % line for line in range(100_000))
        with FarSide() as far:
            here = self.site(far)
            self.send(here, "x@far.example", raw=raw)
            self.assertTrue(far.wait(1)[0].content.endswith(raw))

    def test_an_unknown_recipient_far_away_comes_back_to_its_sender(self):
        with FarSide(rcpt=lambda to: "550 5.1.1 no such user") as far:
            here = self.site(far)
            self.send(here, "gone@far.example")
            found = wait_inbox(here)
        self.assertIn(b"no such user", found)
        self.assertIn(b"Final-Recipient: rfc822;gone@far.example", found.replace(b"; ", b";"))


def wait_inboxes(here, user="ann@example.com"):
    """What comes into a mailbox first, at least one message; it is empty afterwards."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:  # a mailbox tells POP3 nothing: ask until it is there
        found = inbox(here, user)
        if found:
            return found
        time.sleep(0.05)
    raise AssertionError("nothing came into the mailbox")


def wait_inbox(here, user="ann@example.com"):
    return wait_inboxes(here, user)[0]


if __name__ == "__main__":
    unittest.main()
