#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""R2.1, R3.4: where mail goes by DNS, with a real name server: MX, its fallbacks, null MX, DNSSEC, a server that is away."""
import pathlib
import sys
import unittest

import waypost_site
from dns_site import Knot

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "scenario"))

from dialogue import Smtp  # noqa: E402  pylint: disable=wrong-import-position
from far_side import FarSide  # noqa: E402  pylint: disable=wrong-import-position
from relay_test import MESSAGE, wait_inbox  # noqa: E402  pylint: disable=wrong-import-position

ZONES = {
    "mx.example.net": "@ MX 5 dead\n@ MX 20 mx\ndead A 127.0.0.9\nmx A 127.0.0.1",
    "plain.example.net": "@ A 127.0.0.1",
    "none.example.net": "@ MX 0 .",
    "loop.example.net": "@ MX 10 mail.example.com.\n@ MX 20 other\nother A 127.0.0.1",
    "signed.example.net": "@ MX 10 mx\nmx A 127.0.0.1",
    "bogus.example.net": "@ MX 10 mx\nmx A 127.0.0.1",
}
SIGNED = ("signed.example.net", "bogus.example.net")
CONFIGURATION = waypost_site.KERNEL + """
[transfer]
retry_schedule = ["1s"]
destination_pauses = ["1s"]

[plugins.unbound]
stub = [{stubs}]
trust_anchors = [{anchors}]
timeout = "3s"

[plugins.smtp]
listen = ["127.0.0.1:0"]
trusted_networks = ["127.0.0.1"]
deliver_port = {port}
connect_timeout = "5s"
""" + waypost_site.POP3 + waypost_site.DIRECTORY + waypost_site.STORE


class mx(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.far = FarSide()
        cls.enterClassContext(cls.far)
        cls.dns = Knot(ZONES, SIGNED)
        cls.enterClassContext(cls.dns)
        anchors = cls.dns.anchors()
        last = anchors.rindex('"')
        anchors = anchors[:last - 8] + "deadbeef" + anchors[last:]  # of the bogus zone
        text = CONFIGURATION.replace("{stubs}", cls.dns.stubs()).replace("{anchors}", anchors).replace("{port}", str(cls.far.port))
        cls.site = cls.enterClassContext(waypost_site.temporary(text))
        cls.site.start()
        cls.site.add_people(users=("ann",))

    @classmethod
    def enterClassContext(cls, context):
        value = context.__enter__()
        cls.addClassCleanup(context.__exit__, None, None, None)
        return value

    def setUp(self):
        self.far.messages.clear()

    def send(self, to):
        with Smtp(self.site.listener("smtp")) as smtp:
            self.assertTrue(smtp.mail(MESSAGE, to, sender="ann@example.com").startswith("250"))

    def assert_arrives(self, to):
        self.send(to)
        self.assertIn(to, self.far.wait(1)[0].recipients[0])

    def assert_returned(self, to, status):
        self.send(to)
        report = wait_inbox(self.site)
        self.assertIn(f"Status: {status}\r\n".encode(), report)
        self.assertEqual(self.far.messages, [])

    def test_the_next_host_gets_it_where_the_best_is_dead(self):
        self.assert_arrives("x@mx.example.net")

    def test_without_mx_the_domain_itself_is_the_host(self):
        self.assert_arrives("x@plain.example.net")

    def test_a_signed_zone_is_believed(self):
        self.assert_arrives("x@signed.example.net")

    def test_a_null_mx_returns_it(self):
        self.assert_returned("x@none.example.net", "5.1.10")

    def test_a_domain_that_does_not_exist_returns_it(self):
        self.assert_returned("x@gone.plain.example.net", "5.1.2")

    def test_an_mx_that_is_this_host_returns_it(self):
        self.assert_returned("x@loop.example.net", "5.4.6")

    def test_a_forged_zone_is_not_believed_and_the_mail_waits(self):
        self.send("x@bogus.example.net")
        row = self.wait_queued("x@bogus.example.net")
        self.assertIn("DNSSEC", row["last_error"])
        self.site.waypost("queue", "delete", "--all")

    def test_mail_waits_while_dns_is_away(self):
        self.dns.stop()
        try:
            self.send("x@sub.mx.example.net")
            self.assertIn("cannot look", self.wait_queued("x@sub.mx.example.net")["last_error"])
        finally:
            self.dns.start()
            self.site.waypost("queue", "delete", "--all")

    def wait_queued(self, to):
        """Its row, once it has been tried."""
        import time
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            for row in self.site.json("queue", "list", "--recipient", to):
                if row["last_error"]:
                    return row
            time.sleep(0.05)
        raise AssertionError(self.site.json("queue", "list"))


if __name__ == "__main__":
    unittest.main()
