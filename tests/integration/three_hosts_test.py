#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""R6.1: three daemons and one directory: mail that comes in at any of them reaches each user's mailHost, also after that
has changed while it waited; nothing goes in circles."""
import pathlib
import shutil
import socket
import sys
import tempfile
import time
import unittest

import waypost_site

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "scenario"))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "bench"))

from dialogue import PASSWORD, Smtp  # noqa: E402  pylint: disable=wrong-import-position
from lib.waypost import ROOTS, USER, hashed  # noqa: E402  pylint: disable=wrong-import-position
from relay_test import MESSAGE, wait_inbox, wait_inboxes  # noqa: E402  pylint: disable=wrong-import-position

CONFIGURATION = """
[site]
state = "state"
hostname = "store{number}.example.com"
control = "control"
shutdown_deadline = "5s"
plugin_path = ["{{plugins}}"]

[transfer]
retry_schedule = ["1s"]
destination_pauses = ["1s"]

[plugins.unbound]
hosts = ["store1.example.com A 127.0.1.1", "store2.example.com A 127.0.1.2", "store3.example.com A 127.0.1.3"]
dnssec = "off"
forward = ["127.0.0.1@1"]

[plugins.smtp]
listen = ["127.0.1.{number}:{port}"]
deliver_port = {port}
address_family = "ipv4"

[plugins.directory-file]
plugin = "ldif"
file = "{directory}"

[plugins.directory-routes]
plugin = "directory"
""" + waypost_site.POP3 + waypost_site.STORE


def common_port():
    """Free at all three addresses."""
    while True:
        sockets = [socket.socket() for _ in range(3)]
        try:
            sockets[0].bind(("127.0.1.1", 0))
            port = sockets[0].getsockname()[1]
            for number in (2, 3):
                sockets[number - 1].bind((f"127.0.1.{number}", port))
            return port
        except OSError:
            continue
        finally:
            for one in sockets:
                one.close()


class three_hosts(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="waypost-three-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        port = common_port()
        self.hosts = []
        for number in (1, 2, 3):
            text = CONFIGURATION.replace("{number}", str(number)).replace("{port}", str(port)) \
                .replace("{directory}", str(self.folder / "directory.ldif")).replace("{{plugins}}", "{plugins}")
            scope = waypost_site.temporary(text)
            here = scope.__enter__()
            self.addCleanup(scope.__exit__, None, None, None)
            self.hosts.append(here)
        self.write_directory(ann=1, bob=2, cyd=3)
        for here in self.hosts:
            here.start()

    def write_directory(self, **hosts):
        """The one directory, as an editor would save it."""
        text = ROOTS
        for user, number in hosts.items():
            text += USER.replace("u{i}", user).format(password=hashed(PASSWORD),
                                                      delivery=f"mailDeliveryOption: mailbox\nmailHost: store{number}.example.com")
        fresh = self.folder / "directory.new"
        fresh.write_text(text)
        fresh.rename(self.folder / "directory.ldif")

    def wait_route(self, here, address, word):
        """Until the host's tables say so."""
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            if word in here.waypost("route", address):
                return
            time.sleep(0.05)
        raise AssertionError(here.waypost("route", address))

    def send(self, here, *to):
        with Smtp(here.listener("smtp")) as smtp:
            self.assertTrue(smtp.mail(MESSAGE, *to, sender="").startswith("250"))

    def test_mail_finds_the_host_of_its_user_from_everywhere_and_follows_it(self):
        users = ("ann@example.com", "bob@example.com", "cyd@example.com")
        for here in self.hosts:
            self.wait_route(here, users[2], "cyd")
        for here in self.hosts:
            self.send(here, *users)
        for here, user in zip(self.hosts, users):
            found = []
            while len(found) < 3:  # one from each entry
                found += wait_inboxes(here, user)
            self.assertEqual(len(found), 3)
            self.assertTrue(all(one.endswith(MESSAGE) for one in found))
            self.assertTrue(all(one.count(b"Received:") <= 2 for one in found))
        # ann's host goes down; what waits for her elsewhere follows her to another one
        self.hosts[0].stop()
        third = self.hosts[2]
        self.send(third, users[0])
        self.send(third, users[1])
        self.assertTrue(wait_inbox(self.hosts[1], users[1]).endswith(MESSAGE))
        self.write_directory(ann=2, bob=2, cyd=3)
        self.wait_route(third, users[0], "store2")
        self.wait_route(self.hosts[1], users[0], "mailbox of ann")
        self.assertTrue(wait_inbox(self.hosts[1], users[0]).endswith(MESSAGE))
        deadline = time.monotonic() + 10
        while third.json("queue", "list") and time.monotonic() < deadline:  # "passed on" may wait for a flush
            time.sleep(0.05)
        self.assertEqual(third.json("queue", "list"), [])


if __name__ == "__main__":
    unittest.main()
