#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""R2.1, R9.1: mail goes in and comes out by clients that nobody here wrote, byte for byte: swaks, curl, msmtp and
smtplib send; poplib, curl and getmail6 read."""
import os
import pathlib
import poplib
import shutil
import smtplib
import subprocess
import sys
import tempfile
import unittest

TOP = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "tests" / "tools"))
from site_folder import Site  # noqa: E402

PASSWORD = "correct horse"
# What clients and servers like to damage: dots at line starts, long lines, 8-bit text, trailing spaces, no final text.
BODY = (b"From: Bob <bob@example.org>\r\nTo: ann@example.com\r\nSubject: =?utf-8?q?gr=C3=BC=C3=9Fe?=\r\n"
        b"Message-ID: <%s@clients>\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"
        b"Content-Transfer-Encoding: 8bit\r\n\r\n.\r\n..\r\n.leading dot\r\ntrailing space \r\n\ttab\r\n"
        + "grüße über alles\r\n".encode() + b"x" * 900 + b"\r\n\r\n\r\nend\r\n")


def run(*words, **options):
    done = subprocess.run(words, capture_output=True, timeout=60, **options)
    if done.returncode != 0:
        raise AssertionError(f"{words}: {done.stdout.decode(errors='replace')}{done.stderr.decode(errors='replace')}")
    return done.stdout


class Clients(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="waypost-clients-")
        cls.site = Site(os.path.join(cls.folder.name, "site"), os.environ["WAYPOST_BUILD"])
        cls.site.create()
        cls.site.start()
        cls.site.waypost("domain", "add", "example.com")
        cls.site.waypost("user", "add", "ann@example.com", "--password-stdin", stdin=PASSWORD + "\n")
        cls.smtp, cls.pop3 = cls.site.listener("smtp"), cls.site.listener("pop3")

    @classmethod
    def tearDownClass(cls):
        cls.site.stop()
        cls.folder.cleanup()

    def setUp(self):
        self.raw_messages()  # what a failed test left

    def message(self, name):
        path = pathlib.Path(self.folder.name) / f"{name}.eml"
        path.write_bytes(BODY % name.encode())
        return path

    def login(self):
        box = poplib.POP3(*self.pop3, timeout=30)
        box.user("ann@example.com")
        box.pass_(PASSWORD)
        return box

    def raw_messages(self):
        """Whole messages as poplib gets them, deleted afterwards."""
        box = self.login()
        found = [b"\r\n".join(box.retr(number)[1]) + b"\r\n" for number in range(1, len(box.list()[1]) + 1)]
        for number in range(1, len(found) + 1):
            box.dele(number)
        box.quit()
        return found

    def assert_arrived(self, path):
        found = self.raw_messages()
        self.assertEqual(len(found), 1)
        sent = path.read_bytes()
        self.assertTrue(found[0].endswith(sent), found[0])
        trace = found[0][: -len(sent)]
        self.assertTrue(trace.startswith(b"Return-Path: <bob@example.org>\r\n"), trace)
        self.assertEqual(trace.count(b"Received: "), 1, trace)
        self.assertIn(b"\tby mail.example.com with ", trace)

    def test_smtplib_sends(self):
        path = self.message("smtplib")
        with smtplib.SMTP(*self.smtp, timeout=30) as smtp:
            smtp.sendmail("bob@example.org", ["ann@example.com"], path.read_bytes(), mail_options=["BODY=8BITMIME"])
        self.assert_arrived(path)

    def test_swaks_sends(self):
        path = self.message("swaks")
        run("swaks", "--server", f"{self.smtp[0]}:{self.smtp[1]}", "--from", "bob@example.org", "--to",
            "ann@example.com", "--data", f"@{path}", "--suppress-data")
        path.write_bytes(path.read_bytes() + b"\r\n")  # what swaks adds
        self.assert_arrived(path)

    def test_curl_sends(self):
        path = self.message("curl")
        run("curl", "-sS", f"smtp://{self.smtp[0]}:{self.smtp[1]}/client.example.org", "--mail-from", "bob@example.org",
            "--mail-rcpt", "ann@example.com", "--upload-file", str(path))
        self.assert_arrived(path)

    def test_msmtp_sends(self):
        path = self.message("msmtp")
        with open(path, "rb") as text:
            # msmtp reads local line ends
            run("msmtp", f"--host={self.smtp[0]}", f"--port={self.smtp[1]}", "--from=bob@example.org", "--auth=off",
                "--tls=off", "--set-from-header=off", "--set-date-header=off", "ann@example.com",
                input=text.read().replace(b"\r\n", b"\n"))
        self.assert_arrived(path)

    def deliver(self, name):
        path = self.message(name)
        with smtplib.SMTP(*self.smtp, timeout=30) as smtp:
            smtp.sendmail("bob@example.org", ["ann@example.com"], path.read_bytes(), mail_options=["BODY=8BITMIME"])
        return path

    def test_curl_reads(self):
        path = self.deliver("curl-reads")
        url = f"pop3://{self.pop3[0]}:{self.pop3[1]}"
        listing = run("curl", "-sS", "--user", f"ann@example.com:{PASSWORD}", url + "/")
        self.assertEqual(len(listing.split(b"\r\n")) - 1, 1, listing)
        got = run("curl", "-sS", "--user", f"ann@example.com:{PASSWORD}", url + "/1")
        self.assertTrue(got.endswith(path.read_bytes()), got)
        self.assert_arrived(path)

    def test_getmail_reads_and_deletes(self):
        path = self.deliver("getmail")
        home = pathlib.Path(self.folder.name) / "getmail"
        os.chmod(self.folder.name, 0o755)
        for part in ("", "Maildir", "Maildir/new", "Maildir/cur", "Maildir/tmp"):
            (home / part).mkdir()
            if os.getuid() == 0:  # as which getmail delivers nothing
                shutil.chown(home / part, "nobody")
        (home / "getmailrc").write_text(
            f"[retriever]\ntype = SimplePOP3Retriever\nserver = {self.pop3[0]}\nport = {self.pop3[1]}\n"
            f"username = ann@example.com\npassword = {PASSWORD}\n"
            f"[destination]\ntype = Maildir\npath = {home}/Maildir/\n"
            "[options]\ndelete = true\nread_all = true\ndelivered_to = false\nreceived = false\n")
        run("getmail", f"--getmaildir={home}", "--rcfile=getmailrc",
            **({"user": "nobody", "group": "nogroup", "extra_groups": []} if os.getuid() == 0 else {}))
        files = list((home / "Maildir" / "new").iterdir())
        self.assertEqual(len(files), 1)
        self.assertTrue(files[0].read_bytes().endswith(path.read_bytes().replace(b"\r\n", b"\n")))
        self.assertEqual(self.raw_messages(), [])

    def test_poplib_sees_stable_uids_and_top(self):
        self.deliver("poplib")
        box = self.login()
        first = box.uidl()[1]
        top = b"\r\n".join(box.top(1, 0)[1])
        self.assertIn(b"Message-ID: <poplib@clients>", top)
        self.assertNotIn(b"leading dot", top)
        box.quit()
        box = self.login()
        self.assertEqual(box.uidl()[1], first)
        box.quit()
        self.assertEqual(len(self.raw_messages()), 1)


if __name__ == "__main__":
    unittest.main(verbosity=2)
