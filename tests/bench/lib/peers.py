# SPDX-License-Identifier: Apache-2.0
"""The peers of the SMTP measurements: Postfix with virtual(8), and Postfix with Dovecot's LMTP, each as an instance
of its own in a temporary folder, on loopback, with all logs on, without TLS and DNS."""
import glob
import os
import pwd
import socket
import subprocess
import time

from lib.account import Group

USER = "waypost-bench"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_port(port, seconds=20):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.05)
    raise RuntimeError(f"nothing listens on port {port}")


def mail_user():
    try:
        return pwd.getpwnam(USER)
    except KeyError:
        subprocess.run(["useradd", "--system", "-M", "-d", "/nonexistent", "-s", "/usr/sbin/nologin", USER], check=True)
        return pwd.getpwnam(USER)


def count_files(root):
    return sum(len(files) for pattern in ("new", "cur") for folder in glob.glob(f"{root}/**/{pattern}", recursive=True)
               for _, _, files in os.walk(folder))


MASTER = """127.0.0.1:{port} inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
error unix - - n - - error
retry unix - - n - - error
virtual unix - n n - - virtual
lmtp unix - - n - - lmtp
anvil unix - - n - 1 anvil
postlog unix-dgram n - n - 1 postlogd
"""

MAIN = """compatibility_level = 3.6
queue_directory = {root}/spool
data_directory = {root}/data
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
mail_owner = postfix
setgid_group = postdrop
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = mx.example.com
mydestination =
mynetworks = 127.0.0.0/8
alias_maps =
alias_database =
local_recipient_maps =
maillog_file = {root}/mail.log
maillog_file_prefixes = {root}
smtpd_recipient_restrictions = permit_mynetworks,reject
smtpd_relay_restrictions = permit_mynetworks,reject
disable_dns_lookups = yes
smtpd_peername_lookup = no
smtp_host_lookup = native
in_flow_delay = 0
default_process_limit = 200
smtpd_client_connection_count_limit = 0
virtual_destination_concurrency_limit = 20
lmtp_destination_concurrency_limit = 20
virtual_mailbox_domains = example.com
"""

VIRTUAL = """virtual_mailbox_base = {root}/mail
virtual_mailbox_maps = lmdb:{root}/etc/vmail
virtual_uid_maps = static:{uid}
virtual_gid_maps = static:{gid}
virtual_mailbox_limit = 0
"""

LMTP = """virtual_mailbox_maps = static:ok
virtual_transport = lmtp:inet:127.0.0.1:{lmtp}
"""

RELAY = """virtual_mailbox_maps =
relayhost = [127.0.0.1]:{sink}
smtp_destination_concurrency_limit = 20
"""

DOVECOT = """base_dir = {root}/run
state_dir = {root}/run
instance_name = waypost-bench-{lmtp}
protocols = lmtp
listen = 127.0.0.1
ssl = no
log_path = {root}/dovecot.log
mail_location = maildir:{root}/mail/%u/Maildir
mail_home = {root}/mail/%u
first_valid_uid = 1
passdb {{
  driver = static
  args = password=secret
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={root}/mail/%u allow_all_users=yes
}}
service lmtp {{
  inet_listener lmtp {{
    port = {lmtp}
  }}
  process_min_avail = 4
  process_limit = 100
}}
service stats {{
  unix_listener stats-writer {{
    mode = 0666
  }}
}}
protocol lmtp {{
  postmaster_address = postmaster@example.com
}}
"""


class Postfix:
    """name "postfix-virtual" or "postfix-dovecot"; both servers of the latter are in one accounting group. With `sink`
    "postfix": everything goes on to that port."""

    def __init__(self, folder, users, with_dovecot=False, sink=None):
        self.name = "postfix-dovecot" if with_dovecot else "postfix" if sink else "postfix-virtual"
        self.root, self.port = f"{folder}/{self.name}", free_port()
        self.group = Group(self.name)
        owner = mail_user()
        for part in ("", "etc", "spool", "data", "mail", "run"):
            os.makedirs(f"{self.root}/{part}", exist_ok=True)
            os.chmod(f"{self.root}/{part}", 0o755)
        subprocess.run(["chown", "postfix", f"{self.root}/data"], check=True)
        os.chown(f"{self.root}/mail", owner.pw_uid, owner.pw_gid)
        self.values = {"root": self.root, "port": self.port, "uid": owner.pw_uid, "gid": owner.pw_gid,
                       "lmtp": free_port() if with_dovecot else 0, "sink": sink}
        if with_dovecot:
            self.start_dovecot()
        self.start_postfix(users, LMTP if with_dovecot else RELAY if sink else VIRTUAL)

    def write(self, name, text):
        with open(f"{self.root}/{name}", "w") as out:
            out.write(text.format(**self.values))

    def run(self, *words):
        with open(f"{self.root}/start.log", "a") as log:
            done = subprocess.run(words, timeout=60, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                  preexec_fn=self.group.enter)
        if done.returncode:
            with open(f"{self.root}/start.log") as log:
                raise RuntimeError(f"{' '.join(words)}: {log.read()[-2000:]}")

    def start_dovecot(self):
        self.write("dovecot.conf", DOVECOT)
        self.run("dovecot", "-c", f"{self.root}/dovecot.conf")
        wait_port(self.values["lmtp"])

    def start_postfix(self, users, delivery):
        self.write("etc/main.cf", MAIN + delivery)
        self.write("etc/master.cf", MASTER)
        self.write("etc/vmail", "".join(f"u{i}@example.com u{i}/\n" for i in range(users)))
        subprocess.run(f"cp -r /etc/postfix/dynamicmaps.cf* {self.root}/etc/", shell=True, check=False)
        self.run("postmap", "-c", f"{self.root}/etc", f"lmdb:{self.root}/etc/vmail")
        self.run("postfix", "-c", f"{self.root}/etc", "start")
        wait_port(self.port)

    def delivered(self):
        return count_files(f"{self.root}/mail")

    def close(self):
        self.group.stop()
