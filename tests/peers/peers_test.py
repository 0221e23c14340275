#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""R2.1: real servers on the far side: Postfix, Exim, OpenSMTPD by SMTP, Dovecot by LMTP. Needs root (mount namespaces).

  peers_test.py            with WAYPOST_BUILD"""
import pathlib
import sys
import tempfile
import unittest

import far_peers
from far_peers import wait_arrived

sys.path.insert(0, str(far_peers.TOP / "tests" / "integration"))

import waypost_site  # noqa: E402
from dialogue import Smtp  # noqa: E402
from relay_test import MESSAGE, wait_inbox  # noqa: E402

CONFIGURATION = waypost_site.KERNEL + """
[transfer]
retry_schedule = ["1s"]
destination_pauses = ["1s"]

[plugins.smtp]
listen = ["127.0.0.1:0"]
trusted_networks = ["127.0.0.1"]
smart_host = "[127.0.0.1]:{port}"
deliver_protocol = "{protocol}"
""" + waypost_site.POP3 + waypost_site.DIRECTORY + waypost_site.STORE
LARGE = b"Subject: large\r\n\r\n" + b"".join(b"%078d\r\n" % line for line in range(20_000))


class peers(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        far_peers.unpack()

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="waypost-peers-"))
        self.folder.chmod(0o755)
        self.addCleanup(far_peers.remove, self.folder)

    def site(self, peer, protocol="smtp"):
        self.addCleanup(peer.close)
        text = CONFIGURATION.replace("{port}", str(peer.port)).replace("{protocol}", protocol)
        scope = waypost_site.temporary(text)
        here = scope.__enter__()
        self.addCleanup(scope.__exit__, None, None, None)
        here.start()
        here.add_people("home.example", users=("ann",))
        return here

    def send(self, here, raw, *to):
        with Smtp(here.listener("smtp")) as smtp:
            answer = smtp.mail(raw, *to, sender="ann@home.example")
            self.assertTrue(answer.startswith("250"), answer)

    def check(self, peer, domain, protocol="smtp"):
        here = self.site(peer, protocol)
        for _ in range(3):
            self.send(here, MESSAGE, f"u0@{domain}")
        self.send(here, LARGE, f"u1@{domain}")
        found = [one.replace(b"\r\n", b"\n") for one in wait_arrived(peer, 4)]
        for raw, count in ((MESSAGE, 3), (LARGE, 1)):
            body = raw.replace(b"\r\n", b"\n").split(b"\n\n", 1)[1]  # header fields may be added
            self.assertEqual(sum(one.split(b"\n\n", 1)[1] == body for one in found), count)
        return here

    def test_exim(self):
        here = self.check(far_peers.Exim(self.folder), "exim.example.net")
        self.send(here, MESSAGE, "gone@exim.example.net")
        report = wait_inbox(here, "ann@home.example")
        self.assertIn(b"no such user here", report)
        self.assertIn(b"Status: 5.", report)

    def test_opensmtpd(self):
        self.check(far_peers.Opensmtpd(self.folder), "opensmtpd.example.net")

    def test_postfix(self):
        self.check(far_peers.PostfixPeer(self.folder), "example.com")

    def test_dovecot_lmtp(self):
        self.check(far_peers.PostfixPeer(self.folder, lmtp=True), "example.com", "lmtp")


if __name__ == "__main__":
    unittest.main()
