# SPDX-License-Identifier: Apache-2.0
"""A site for trying out and for tests: its folder, its daemon (started, waited for, stopped), its `waypost` tool.

    site = Site(folder, build)
    site.start()
    site.waypost("domain", "add", "example.com")
    host, port = site.listener("smtp")
    site.stop()
"""
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time

CONFIGURATION = """\
# A site for trying out: free ports of the loopback interface, all state in this folder.
[site]
state = "state"
hostname = "mail.example.com"
control = "control"
plugin_path = ["{plugins}"]

[plugins.smtp]
listen = ["127.0.0.1:0"]

[plugins.pop3]
listen = ["127.0.0.1:0"]

[plugins.directory-file]
plugin = "ldif"
file = "directory.ldif"

[plugins.directory-routes]
plugin = "directory"

[plugins.mailbox]

[plugins.lmdb]
"""


class SiteError(Exception):
    """What went wrong, with what there is to see of it."""


class Site:
    def __init__(self, folder, build, configuration=CONFIGURATION):
        self.folder = pathlib.Path(folder).resolve()
        self.build = pathlib.Path(build).resolve()
        self.configuration = configuration
        self.config_file = self.folder / "waypost.toml"
        self.control = self.folder / "state" / "control"
        self.log_file = self.folder / "waypostd.log"
        self.process = None
        self.environment = {}  # additions for the daemon
        self.before_exec = None  # called in the daemon's process before it becomes waypostd

    def program(self, name):
        for path in sorted(self.build.rglob(name)):
            if path.is_file() and os.access(path, os.X_OK):
                return path
        raise SiteError(f"there is no program {name} in {self.build}; ./dev build makes it")

    def create(self):
        """A fresh folder with a configuration; an earlier one is removed."""
        shutil.rmtree(self.folder, ignore_errors=True)
        (self.folder / "state").mkdir(parents=True, mode=0o700)
        plugins = os.path.relpath(self.build / "plugins", self.folder)
        self.config_file.write_text(self.configuration.format(plugins=plugins))

    def start(self, timeout=30):
        """Returns when the daemon says READY=1; raises with the end of its log when it does not."""
        daemon = self.program("waypostd")
        # A folder of its own: the path of a socket has at most 107 bytes.
        place = tempfile.mkdtemp(prefix="waypost-")
        address = os.path.join(place, "notify")
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notify:
                notify.bind(address)
                os.chmod(place, 0o711)  # the daemon may become another user
                os.chmod(address, 0o622)
                with open(self.log_file, "ab") as log:
                    self.process = subprocess.Popen(
                        [daemon, "-c", self.config_file], stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                        env={**os.environ, "NOTIFY_SOCKET": address, **self.environment}, start_new_session=True,
                        cwd=self.folder, preexec_fn=self.before_exec)
                self._await_ready(notify, time.monotonic() + timeout)
        except BaseException:
            self.stop()
            raise
        finally:
            shutil.rmtree(place, ignore_errors=True)

    def _await_ready(self, notify, deadline):
        notify.settimeout(0.1)
        while True:
            try:
                if b"READY=1" in notify.recv(4096).split(b"\n"):
                    return
            except socket.timeout:
                pass
            if self.process.poll() is not None:
                raise SiteError(f"waypostd ended with {self.process.returncode} before it was ready:\n{self.log_tail()}")
            if time.monotonic() > deadline:
                raise SiteError(f"waypostd did not become ready:\n{self.log_tail()}")

    def log_tail(self, lines=30):
        text = self.log_file.read_text(errors="replace") if self.log_file.exists() else ""
        return "\n".join(text.splitlines()[-lines:])

    def stop(self, timeout=20):
        """Ends the daemon as an operator would; its exit code."""
        if self.process is None:
            return None
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(timeout)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        code, self.process = self.process.returncode, None
        return code

    def waypost(self, *arguments, stdin=None, as_json=False):
        """Runs the operator's tool against this site; its output, decoded when as_json."""
        command = [self.program("waypost"), "--socket", self.control, *(["--json"] if as_json else []), *arguments]
        done = subprocess.run(command, input=stdin if stdin is not None else "", capture_output=True, text=True, timeout=60)
        if done.returncode != 0:
            raise SiteError(f"waypost {' '.join(arguments)}: {(done.stderr or done.stdout).strip()}")
        return json.loads(done.stdout) if as_json else done.stdout

    def listeners(self):
        """{instance: [endpoint, ...]} of what is bound now."""
        found = {}
        for entry in self.waypost("status", as_json=True)["listeners"]:
            found.setdefault(entry["instance"], []).append(entry["endpoint"])
        return found

    @staticmethod
    def address_of(endpoint):
        """(host, port) of "127.0.0.1:25" or "[::1]:25"; None for anything else."""
        parts = re.fullmatch(r"\[?([^\]]*)\]?:(\d+)", endpoint)
        return (parts[1], int(parts[2])) if parts and int(parts[2]) else None

    def listener(self, instance):
        """(host, port) of the first TCP listener of an instance."""
        for address in map(self.address_of, self.listeners().get(instance, [])):
            if address:
                return address
        raise SiteError(f"waypost status lists no listener of {instance}")
