#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The daemon as an operator meets it: start, check, status, changes, reload, stop, crash."""
import json
import os
import signal
import socket
import stat
import time
import unittest

import waypost_site as site


class running(site.Case):
    configuration = site.COMPLETE

    @classmethod
    def prepare(cls):
        cls.site.add_people()

    def test_status_lists_what_listens_with_real_ports(self):
        status = self.site.json("status")
        listeners = {one["instance"]: one for one in status["listeners"]}
        for name in ("smtp", "pop3"):
            self.assertEqual(listeners[name]["plugin"], name)
            host, port = self.site.address_of(listeners[name]["endpoint"])
            with socket.create_connection((host, port), timeout=10) as peer:
                self.assertTrue(peer.recv(100))
        self.assertEqual(status["state"], "running")
        self.assertEqual({one["state"] for one in status["plugins"]}, {"running"})
        for part in ("directory", "log", "queue"):
            self.assertIn(part, status)

    def test_every_listing_is_readable_with_and_without_json(self):
        for words in (["status"], ["plugins"], ["domain", "list"], ["user", "list"], ["mailbox", "list"], ["queue", "list"],
                      ["domain", "show", "example.com"], ["user", "show", "ann@example.com"], ["route", "ann@example.com"]):
            with self.subTest(words):
                self.assertTrue(self.site.waypost(*words).strip())
                self.assertIsNotNone(self.site.json(*words))

    def test_a_new_domain_and_user_are_listed_and_routed_at_once(self):
        self.site.waypost("domain", "add", "new.example")
        self.site.waypost("user", "add", "carl@new.example", "--password-stdin", stdin="secret phrase\n")
        self.assertIn("new.example", [one["domain"] for one in self.site.json("domain", "list")])
        self.assertEqual([one["user"] for one in self.site.json("user", "list", "new.example")], ["carl@new.example"])
        route = self.site.json("route", "carl@new.example")
        self.assertEqual(route["verdict"], "accepted")
        self.assertEqual(route["destinations"][0]["account"], "carl@new.example")
        self.assertNotEqual(self.site.json("route", "nobody@new.example")["verdict"], "accepted")
        self.site.waypost("user", "remove", "carl@new.example")
        self.assertEqual(self.site.json("user", "list", "new.example"), [])
        self.site.waypost("domain", "remove", "new.example")
        self.assertNotIn("new.example", [one["domain"] for one in self.site.json("domain", "list")])

    def test_a_refusal_ends_with_1_and_says_why(self):
        done = self.site.run("domain", "show", "missing.example")
        self.assertEqual(done.returncode, 1)
        self.assertIn("missing.example", done.stderr)
        again = self.site.run("domain", "add", "example.com")
        self.assertEqual(again.returncode, 1)

    def test_the_password_is_in_no_listing_and_not_in_the_log(self):
        for words in (["user", "show", "ann@example.com"], ["status"]):
            self.assertNotIn("correct horse", json.dumps(self.site.json(*words)))
        self.assertNotIn("correct horse", self.site.log_file.read_text(errors="replace"))

    def test_state_and_control_socket_are_private(self):
        self.assertEqual(stat.S_IMODE(os.stat(self.site.folder / "state").st_mode) & 0o077, 0)
        self.assertEqual(stat.S_IMODE(os.stat(self.site.control).st_mode), 0o660)

    def test_a_second_daemon_on_the_same_state_is_refused(self):
        done = self.site.run_daemon("-c", str(self.site.config_file))
        self.assertEqual(done.returncode, 1)
        self.assertIn("another waypostd", done.stderr)
        self.assertEqual(self.site.json("status")["state"], "running")

    def test_garbage_on_the_control_socket_is_answered_and_hurts_nobody(self):
        with socket.socket(socket.AF_UNIX) as peer:
            peer.settimeout(10)
            peer.connect(str(self.site.control))
            peer.sendall(b"\x00\xffnonsense\n")
            self.assertFalse(json.loads(peer.makefile("rb").readline())["ok"])
        self.assertEqual(self.site.json("status")["state"], "running")


class reloading(unittest.TestCase):
    def test_reload_keeps_a_connection(self):
        with site.temporary() as here:
            here.start()
            with socket.create_connection(here.listener("smtp"), timeout=10) as peer:
                lines = peer.makefile("rb")
                self.assertTrue(lines.readline().startswith(b"220"))
                text = here.config_file.read_text()
                here.config_file.write_text(text.replace('shutdown_deadline = "5s"', 'shutdown_deadline = "6s"'))
                here.waypost("reload")
                peer.sendall(b"NOOP\r\n")
                self.assertTrue(lines.readline().startswith(b"250"))
                self.assertEqual(here.json("status")["reloads"], 1)

    def test_a_wrong_configuration_is_refused_and_the_old_one_stays(self):
        with site.temporary(site.KERNEL + site.DIRECTORY) as here:
            here.start()
            here.config_file.write_text(here.config_file.read_text().replace("hostname", "hostnam"))
            done = here.run("reload")
            self.assertEqual(done.returncode, 1)
            self.assertIn("hostname", done.stderr)
            self.assertEqual(here.json("status")["state"], "running")

    def test_the_hangup_signal_reloads(self):
        with site.temporary(site.KERNEL + site.DIRECTORY) as here:
            here.start()
            here.process.send_signal(signal.SIGHUP)
            deadline = time.monotonic() + 10
            while here.json("status")["reloads"] == 0 and time.monotonic() < deadline:
                time.sleep(0.01)
            self.assertEqual(here.json("status")["reloads"], 1)


class ending(unittest.TestCase):
    def test_the_signal_and_the_command_stop_within_the_deadline(self):
        with site.temporary() as here:
            for way in ("signal", "command"):
                here.start()
                with socket.create_connection(here.listener("smtp"), timeout=10):  # a session that does not end itself
                    begun = time.monotonic()
                    if way == "command":
                        here.waypost("stop")
                    self.assertEqual(here.stop(), 0)
                    self.assertLess(time.monotonic() - begun, 8)
                self.assertFalse(here.control.exists())

    def test_after_a_kill_the_next_start_has_everything(self):
        with site.temporary() as here:
            here.start()
            here.add_people()
            here.kill()
            here.start()
            self.assertEqual([one["user"] for one in here.json("user", "list")], ["ann@example.com"])
            self.assertEqual(here.json("route", "ann@example.com")["verdict"], "accepted")

    def test_the_helper_ends_with_a_killed_daemon(self):
        with site.temporary(site.KERNEL + site.DIRECTORY) as here:
            here.start()
            helper = here.json("status")["helper"]["pid"]
            here.kill()
            deadline = time.monotonic() + 10
            while os.path.exists(f"/proc/{helper}/exe") and time.monotonic() < deadline:
                time.sleep(0.01)
            self.assertFalse(os.path.exists(f"/proc/{helper}/exe"))

    def test_without_a_daemon_the_tool_ends_with_3(self):
        with site.temporary(site.KERNEL) as here:
            done = here.run("status")
            self.assertEqual(done.returncode, 3)
            self.assertIn("is waypostd running?", done.stderr)


class checking(unittest.TestCase):
    def test_check_accepts_the_complete_site_and_starts_nothing(self):
        with site.temporary() as here:
            done = here.run_daemon("--check", "-c", str(here.config_file))
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertEqual(os.listdir(here.folder / "state"), [])

    def test_check_names_file_line_and_the_nearest_key(self):
        with site.temporary() as here:
            here.config_file.write_text(here.config_file.read_text().replace("hostname", "hostnam"))
            done = here.run_daemon("--check", "-c", str(here.config_file))
            self.assertEqual(done.returncode, 1)
            self.assertIn("waypost.toml:3", done.stderr)
            self.assertIn("hostname", done.stderr)

    def test_check_knows_the_keys_of_plugins(self):
        with site.temporary(site.COMPLETE.replace("listen =", "lisen =")) as here:
            done = here.run_daemon("--check", "-c", str(here.config_file))
            self.assertEqual(done.returncode, 1)
            self.assertIn("listen", done.stderr)

    def test_a_plugin_that_is_not_there_is_named(self):
        with site.temporary(site.KERNEL + "\n[plugins.smpt]\n") as here:
            done = here.run_daemon("--check", "-c", str(here.config_file))
            self.assertEqual(done.returncode, 1)
            self.assertIn("smpt", done.stderr)

    def test_reference_and_version(self):
        with site.temporary(site.KERNEL) as here:
            self.assertIn("shutdown_deadline", here.run_daemon("--reference").stdout)
            self.assertIn("waypostd", here.run_daemon("--version").stdout)
            self.assertEqual(here.run_daemon("--no-such").returncode, 2)


if __name__ == "__main__":
    unittest.main()
