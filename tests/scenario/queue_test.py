#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""R3.1, R10.1: the operator's hand on the queue; reports (RFC 3461 to 3464) read by a parser of somebody else."""
import email
import email.policy
import json
import pathlib
import tempfile
import unittest

from dialogue import Smtp, site, stuffed
from far_side import FarSide
from relay_test import KERNEL, MESSAGE, RELAY, wait_inbox

LATER, NEVER = "451 4.3.0 later", "550 5.1.1 no such user"


class queue(unittest.TestCase):
    def site(self, far, transfer='retry_schedule = ["1h"]'):
        text = KERNEL.split("[transfer]")[0] + f"[transfer]\n{transfer}\n" + \
            RELAY.replace("{hop}", far.hop).replace("{more}", "") + site.POP3 + site.DIRECTORY + site.STORE
        scope = site.temporary(text)
        here = scope.__enter__()
        self.addCleanup(scope.__exit__, None, None, None)
        here.start()
        here.add_people(users=("ann", "bob"))
        return here

    def send(self, here, *to, sender="ann@example.com", options="", each=""):
        with Smtp(here.listener("relay")) as smtp:
            smtp.ask(f"MAIL FROM:<{sender}>{options}")
            for one in to:
                self.assertTrue(smtp.ask(f"RCPT TO:<{one}>{each}").startswith("250"))
            self.assertTrue(smtp.content(stuffed(MESSAGE)).startswith("250"))

    def deferred(self, here, count):
        """Waits until so many messages have an answer that lets them wait."""
        import time
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            rows = [row for row in here.json("queue", "list") if row["last_error"]]
            if len(rows) >= count:
                return rows
            time.sleep(0.05)
        raise AssertionError(here.json("queue", "list"))

    def report(self, here, user="ann@example.com"):
        raw = wait_inbox(here, user)
        message = email.message_from_bytes(raw, policy=email.policy.default)
        self.assertEqual(message.get_content_type(), "multipart/report")
        self.assertEqual(message["Auto-Submitted"], "auto-replied")
        self.assertEqual(raw.split(b"\r\n")[0], b"Return-Path: <>")
        people, status, original = message.iter_parts()
        return people.get_content(), list(status.iter_parts()), original

    def test_it_is_listed_held_released_redirected_and_deleted(self):
        with FarSide(rcpt=lambda to: LATER) as far:
            here = self.site(far)
            self.send(here, "one@far.example")
            self.send(here, "two@other.example", sender="bob@example.com")
            rows = self.deferred(here, 2)
            self.assertEqual([row["recipients"] for row in rows], [["one@far.example"], ["two@other.example"]])
            places = {row["destination"]: row for row in here.json("queue", "destinations")}
            self.assertEqual([places[f"smtp {name}"]["pending"] for name in ("far.example", "other.example")], [1, 1])
            for filters, expected in ((["--sender", "bob@example.com"], ["two@other.example"]),
                                      (["--destination", "smtp far.example"], ["one@far.example"]),
                                      (["--destination", "other.example"], ["two@other.example"]),
                                      (["--error", "later", "--limit", "1"], ["one@far.example"]), (["--state", "held"], [])):
                found = here.json("queue", "list", *filters)
                self.assertEqual([one for row in found for one in row["recipients"]], expected, filters)
            first, second = rows[0]["id"], rows[1]["id"]
            here.waypost("queue", "hold", str(first))
            self.assertEqual(here.json("queue", "show", str(first))["recipients"][0]["state"], "held")
            far.rcpt = lambda to: "250 2.1.5 ok"
            here.waypost("queue", "retry", "--all")
            self.assertIn("two@other.example", far.wait(1)[0].recipients[0])
            here.waypost("queue", "release", str(first))
            self.assertIn("one@far.example", far.wait(2)[1].recipients[0])
            far.rcpt = lambda to: LATER
            self.send(here, "three@far.example")
            third = self.deferred(here, 1)[0]["id"]
            with tempfile.TemporaryDirectory() as folder:
                here.waypost("queue", "export", "--folder", folder, str(third))
                self.assertTrue((pathlib.Path(folder) / f"{third}.eml").read_bytes().endswith(MESSAGE))
                self.assertEqual(json.loads((pathlib.Path(folder) / f"{third}.json").read_text())["sender"], "ann@example.com")
            here.waypost("queue", "redirect", str(third), "--to", "bob@example.com")
            self.assertTrue(wait_inbox(here, "bob@example.com").endswith(MESSAGE))
            self.send(here, "four@far.example")
            fourth = self.deferred(here, 1)[0]["id"]
            here.waypost("queue", "delete", str(fourth))
            self.assertEqual(here.json("queue", "list"), [])
            self.assertNotEqual(here.run("queue", "retry").returncode, 0)
            self.assertNotEqual(here.run("queue", "hold", "999999").returncode, 0)
            self.assertNotEqual(here.run("queue", "redirect", str(fourth), "--to", "nobody@example.com").returncode, 0)
            self.assertEqual(second in [row["id"] for row in here.json("queue", "list")], False)

    def test_the_postmaster_chooses_channels(self):
        with FarSide() as far:
            rules = ('channels = ["held.example=parked", ".gone.example=discard", "bad.example=bounce", '
                     f'"other.example=relay:{far.hop}"]')
            here = self.site(far, rules + "\n\n[plugins.parked]\nplugin = \"hold\"\n[plugins.discard]\n[plugins.bounce]\ntext = \"we know them\"")
            self.send(here, "x@held.example", "x@sub.gone.example", "x@bad.example", "x@other.example")
            self.assertIn("x@other.example", far.wait(1)[0].recipients[0])
            text, fields, _ = self.report(here)
            self.assertIn("we know them", text)
            self.assertEqual([fields[1]["Final-Recipient"], fields[1]["Status"]], ["rfc822; x@bad.example", "5.7.1"])
            row = self.deferred(here, 1)[0]
            self.assertEqual(row["recipients"], ["x@held.example"])
            held = here.json("queue", "show", str(row["id"]))["recipients"][0]
            self.assertEqual([held["state"], held["channel"]], ["held", "parked"])
            self.assertEqual(len(far.messages), 1)

    def test_a_trace_tells_what_happened_to_a_message_and_its_report(self):
        with FarSide(rcpt=lambda to: NEVER if "gone" in to else "250 2.1.5 ok") as far:
            here = self.site(far)
            self.send(here, "good@far.example", "gone@far.example")
            self.report(here)
            events = here.json("trace", "1")
        told = [(row["event"], row.get("to")) for row in events]
        for expected in (("queued", "good@far.example"), ("queued", "gone@far.example"), ("delivered", "good@far.example"),
                         ("failed", "gone@far.example"), ("reported", "ann@example.com"), ("delivered", "ann@example.com")):
            self.assertIn(expected, told)
        passed = next(row for row in events if row["event"] == "delivered" and row["to"] == "good@far.example")
        self.assertEqual([passed["remote"], passed["reply"]], ["127.0.0.1 (127.0.0.1)", "250 2.0.0 taken"])
        self.assertNotEqual(here.run("trace", "999").returncode, 0)

    def test_a_failure_is_reported_with_all_that_is_known(self):
        with FarSide(rcpt=lambda to: NEVER) as far:
            here = self.site(far)
            self.send(here, "x@far.example", "y@far.example", options=" RET=HDRS ENVID=envelope-7", each=" ORCPT=rfc822;orig@first")
            text, fields, original = self.report(here)
        self.assertIn("<x@far.example>", text)
        self.assertEqual(fields[0]["Original-Envelope-Id"], "envelope-7")
        self.assertEqual(fields[0]["Reporting-MTA"], "dns; mail.example.com")
        self.assertEqual(len(fields), 3)
        self.assertEqual(fields[1]["Original-Recipient"], "rfc822; orig@first")
        self.assertEqual(fields[1]["Final-Recipient"], "rfc822; x@far.example")
        self.assertEqual([fields[1][name] for name in ("Action", "Status")], ["failed", "5.1.1"])
        self.assertEqual(fields[1]["Diagnostic-Code"], "smtp; 550 5.1.1 no such user")
        self.assertEqual(original.get_content_type(), "text/rfc822-headers")
        self.assertIn("Subject: one", original.get_content())
        self.assertNotIn("body", original.get_content())

    def test_notify_is_honoured_and_passed_on(self):
        with FarSide(rcpt=lambda to: NEVER if "gone" in to else "250 2.1.5 ok") as far:
            here = self.site(far)
            self.send(here, "gone@far.example", each=" NOTIFY=NEVER")
            self.send(here, "good@far.example", options=" RET=FULL ENVID=e+2B1", each=" NOTIFY=SUCCESS,DELAY")
            message = far.wait(1)[0]
            self.assertIn(" RET=FULL ENVID=e+2B1", message.sender)
            self.assertIn(" NOTIFY=SUCCESS,DELAY", message.recipients[0])
            self.send(here, "bob@example.com", each=" NOTIFY=SUCCESS")
            _, fields, _ = self.report(here)  # the only one: neither of the others makes any here
            self.assertEqual([fields[1]["Action"], fields[1]["Final-Recipient"]], ["delivered", "rfc822; bob@example.com"])
        with FarSide(extensions=("PIPELINING",)) as far:
            here = self.site(far)
            self.send(here, "good@far.example", each=" NOTIFY=SUCCESS")
            self.assertNotIn("NOTIFY", far.wait(1)[0].recipients[0])
            self.assertEqual(self.report(here)[1][1]["Action"], "relayed")

    def test_what_is_late_is_told_once_and_returned_at_the_end(self):
        with FarSide(rcpt=lambda to: LATER) as far:
            here = self.site(far, 'retry_schedule = ["1s"]\ndestination_pauses = ["1s"]\nqueue_lifetime = "60s"\ndelay_warning = "1s"')
            self.send(here, "x@far.example")
            _, fields, original = self.report(here)
            self.assertEqual([fields[1]["Action"], fields[1]["Status"][0]], ["delayed", "4"])
            self.assertIn("Will-Retry-Until", fields[1])
            self.assertEqual(original.get_content_type(), "text/rfc822-headers")
            here.waypost("queue", "return", "--all")
            self.assertEqual(self.report(here)[1][1]["Action"], "failed")
            self.assertEqual(here.json("queue", "list"), [])

    def test_a_report_that_fails_goes_to_the_postmaster_once(self):
        with FarSide(rcpt=lambda to: NEVER) as far:
            here = self.site(far, 'postmaster = "bob@example.com"')
            self.send(here, "x@far.example", sender="gone@elsewhere.example")
            _, fields, original = self.report(here, "bob@example.com")
            self.assertEqual(fields[1]["Final-Recipient"], "rfc822; gone@elsewhere.example")
            self.assertEqual(original.get_content_type(), "message/rfc822")
            self.assertEqual(here.json("queue", "list"), [])


if __name__ == "__main__":
    unittest.main()
