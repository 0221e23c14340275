# SPDX-License-Identifier: Apache-2.0
"""Mail servers of others as the next system: Exim and OpenSMTPD, unpacked from their packages (Debian lets only one mail
server be installed), each in a mount namespace with users and spool of its own; Postfix and Dovecot's LMTP as installed.

Each has a port, and arrived(): the messages it has put down."""
import os
import pathlib
import shutil
import subprocess
import sys
import time

TOP = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(TOP / "tests" / "bench"), str(TOP / "tests" / "scenario")]

from far_side import FarSide  # noqa: E402
from lib.peers import Postfix, free_port, wait_port  # noqa: E402

UNPACKED = TOP / "build" / "peers"
PACKAGES = ("exim4-daemon-light", "opensmtpd")
USERS = "Debian-exim:x:{0}:{0}::/:/usr/sbin/nologin\nopensmtpd:x:{1}:{1}::/:/usr/sbin/nologin\nopensmtpq:x:{2}:{2}::/:/usr/sbin/nologin\n"
GROUPS = "Debian-exim:x:{0}:\nopensmtpd:x:{1}:\nopensmtpq:x:{2}:\n"
IDS = (64901, 64902, 64903)

EXIM = """primary_hostname = exim.example.net
exim_path = {unpacked}/usr/sbin/exim4
spool_directory = {folder}/spool
log_file_path = {folder}/%slog
daemon_smtp_ports = {port}
local_interfaces = 127.0.0.1
tls_advertise_hosts =
dsn_advertise_hosts = *
acl_smtp_rcpt = check_rcpt
begin acl
check_rcpt:
  deny local_parts = gone
       message = no such user here
  accept
begin routers
local:
  driver = accept
  transport = box
begin transports
box:
  driver = appendfile
  maildir_format
  create_directory
  directory = {folder}/mail
  user = Debian-exim
"""
OPENSMTPD = """listen on 127.0.0.1 port {port} hostname opensmtpd.example.net
action "on" relay host smtp://127.0.0.1:{sink}
match from any for any action "on"
"""


def unpack():
    """Downloads and unpacks what is not there yet."""
    if not (UNPACKED / "usr/sbin/smtpd").exists():
        UNPACKED.mkdir(parents=True, exist_ok=True)
        subprocess.run(["apt-get", "download", "-q", *PACKAGES], cwd=UNPACKED, check=True, capture_output=True)
        for package in UNPACKED.glob("*.deb"):
            subprocess.run(["dpkg", "-x", package, UNPACKED], check=True)


def files_below(folder):
    return [path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file() and path.parent.name in ("new", "cur")]


class Unpacked:
    """A server in a mount namespace: /etc/passwd and /etc/group with its users, /var/spool of its own."""

    def __init__(self, folder, command):
        self.folder = folder
        folder.mkdir()
        os.chmod(folder, 0o755)
        for name, more in (("passwd", USERS), ("group", GROUPS)):
            (folder / name).write_text(pathlib.Path(f"/etc/{name}").read_text() + more.format(*IDS))
        mounts = (f"mount --make-rprivate / && mount --bind {folder}/passwd /etc/passwd && mount --bind {folder}/group /etc/group && "
                  "mount -t tmpfs -o mode=755 none /var/spool && mount -t tmpfs -o mode=755 none /var/lib && mount -t tmpfs -o mode=755 none /run")
        self.log = open(folder / "start.log", "wb")
        self.process = subprocess.Popen(["unshare", "-m", "/bin/sh", "-c", f"{mounts} && {command}"], stdin=subprocess.DEVNULL,
                                        stdout=self.log, stderr=self.log, start_new_session=True)

    def wait(self, port):
        try:
            wait_port(port)
        except BaseException:
            self.close()
            raise

    def close(self):
        subprocess.run(["pkill", "-TERM", "-s", str(self.process.pid)], check=False)
        self.process.terminate()
        self.process.wait(timeout=20)
        self.log.close()


class Exim:
    def __init__(self, folder):
        self.folder, self.port = folder / "exim", free_port()
        config = folder / "exim.conf"
        config.write_text(EXIM.format(folder=self.folder, port=self.port, unpacked=UNPACKED))
        os.chmod(config, 0o644)
        self.server = Unpacked(self.folder, f"chown {IDS[0]}:{IDS[0]} {self.folder} && exec {UNPACKED}/usr/sbin/exim4 -C {config} -bdf")
        self.server.wait(self.port)

    def arrived(self):
        return files_below(self.folder / "mail")

    def close(self):
        self.server.close()


class Opensmtpd:
    """Hands on what it gets to a sink, so that it needs no user and no mail program."""

    def __init__(self, folder):
        self.sink = FarSide()
        self.sink.__enter__()
        self.port = free_port()
        config = folder / "opensmtpd.conf"
        config.write_text(OPENSMTPD.format(port=self.port, sink=self.sink.port))
        spool = ("mkdir -p /var/lib/opensmtpd/empty && mkdir -p -m 711 /var/spool/smtpd && cd /var/spool/smtpd && mkdir -m 700 corrupt incoming purge queue temporary && "
                 f"mkdir -m 770 offline && chown {IDS[2]} corrupt incoming purge queue temporary && chown 0:{IDS[2]} offline")
        self.server = Unpacked(folder / "opensmtpd", f"{spool} && exec {UNPACKED}/usr/sbin/smtpd -d -f {config}")
        self.server.wait(self.port)

    def arrived(self):
        return [message.content for message in self.sink.messages]

    def close(self):
        self.server.close()
        self.sink.__exit__()


class PostfixPeer:
    """Postfix alone, or its Dovecot's LMTP asked directly."""

    def __init__(self, folder, lmtp=False):
        self.server = Postfix(str(folder), 2, with_dovecot=lmtp)
        self.port = self.server.values["lmtp"] if lmtp else self.server.port

    def arrived(self):
        return files_below(pathlib.Path(self.server.root) / "mail")

    def close(self):
        self.server.close()


def wait_arrived(peer, count, seconds=30):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found = peer.arrived()
        if len(found) >= count:
            return found
        time.sleep(0.05)
    raise AssertionError(f"{type(peer).__name__}: {len(peer.arrived())} of {count} messages arrived")


def remove(folder):
    shutil.rmtree(folder, ignore_errors=True)
