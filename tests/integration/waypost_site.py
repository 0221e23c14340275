# SPDX-License-Identifier: Apache-2.0
"""A site in a temporary folder, for integration tests: free ports, the real daemon, the real tool.

    class smtp_test(waypost_site.Case):                      # one site for all tests of the class
        def test_it_greets(self):
            host, port = self.site.listener("smtp")

    with waypost_site.temporary(configuration) as here:      # or a site of its own
        here.start()

WAYPOST_BUILD names the build folder (CTest sets it). Folder, daemon and sockets are gone afterwards.
"""
import contextlib
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("WAYPOST_BUILD", ROOT / "build" / "dev"))
sys.path.insert(0, str(ROOT / "tests" / "tools"))

from site_folder import Site as _Site, SiteError  # noqa: E402  pylint: disable=wrong-import-position

KERNEL = """\
[site]
state = "state"
hostname = "mail.example.com"
control = "control"
shutdown_deadline = "5s"
plugin_path = ["{plugins}"]
"""
DIRECTORY = """
[plugins.directory-file]
plugin = "ldif"
file = "directory.ldif"

[plugins.directory-routes]
plugin = "directory"
"""
STORE = """
[plugins.mailbox]

[plugins.lmdb]
"""
SMTP = """
[plugins.smtp]
listen = ["127.0.0.1:0"]
"""
POP3 = """
[plugins.pop3]
listen = ["127.0.0.1:0"]
"""
COMPLETE = KERNEL + SMTP + POP3 + DIRECTORY + STORE


class Site(_Site):
    """With a configuration whose paths are relative to the state folder."""

    def __init__(self, folder, configuration=COMPLETE):
        super().__init__(folder, BUILD, configuration)

    def run(self, *arguments, stdin=""):
        """The tool, whatever comes of it: a CompletedProcess."""
        command = [self.program("waypost"), "--socket", self.control, *arguments]
        return subprocess.run(command, input=stdin, capture_output=True, text=True, timeout=60)

    def json(self, *arguments, stdin=""):
        return self.waypost(*arguments, stdin=stdin, as_json=True)

    def run_daemon(self, *arguments, timeout=30):
        """waypostd in the foreground, to its end: a CompletedProcess."""
        return subprocess.run([self.program("waypostd"), *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              timeout=timeout, cwd=self.folder)

    def call(self, request, connection):
        """One raw request on an open control connection; the last line of the answer, decoded."""
        connection.sendall(json.dumps(request).encode() + b"\n")
        with connection.makefile("rb") as lines:
            for line in lines:
                answer = json.loads(line)
                if "ok" in answer:
                    return answer
        raise SiteError("the daemon closed the control connection")

    def kill(self):
        """As a crash would."""
        self.process.kill()
        self.process.wait()
        self.process = None

    def add_people(self, domain="example.com", users=("ann",), password="correct horse"):
        self.waypost("domain", "add", domain)
        for user in users:
            self.waypost("user", "add", f"{user}@{domain}", "--password-stdin", stdin=password + "\n")


@contextlib.contextmanager
def temporary(configuration=COMPLETE):
    """A site that is made and not started; whatever runs is ended at the end."""
    folder = tempfile.mkdtemp(prefix="waypost-site-")
    here = Site(pathlib.Path(folder) / "site", configuration)
    try:
        here.create()
        yield here
    finally:
        here.stop()
        shutil.rmtree(folder, ignore_errors=True)


class Case(unittest.TestCase):
    """One running site for all tests of the class; configuration and prepare() can be replaced."""
    configuration = COMPLETE
    site = None

    @classmethod
    def setUpClass(cls):
        cls._scope = contextlib.ExitStack()
        cls.addClassCleanup(cls._scope.close)
        cls.site = cls._scope.enter_context(temporary(cls.configuration))
        cls.site.start()
        cls.prepare()

    @classmethod
    def prepare(cls):
        """What all tests of the class need, for instance people."""
