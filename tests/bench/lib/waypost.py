# SPDX-License-Identifier: Apache-2.0
"""Waypost as a system under measurement: an instance of its own in a temporary folder."""
import json
import os
import socket
import subprocess

from lib.account import Group

CONFIG = """[site]
state = "state"
hostname = "mail.example.com"
control = "state/control"
plugin_path = ["{build}/plugins"]
{transfer}
[plugins.smtp]
listen = ["127.0.0.1:0"]
max_connections_per_address = 0
max_connections = 20000
[plugins.pop3]
listen = ["127.0.0.1:0"]
max_connections = 20000
max_connections_per_address = 0
[plugins.directory-file]
plugin = "ldif"
file = "directory.ldif"
[plugins.directory-routes]
plugin = "directory"
[plugins.mailbox]
[plugins.lmdb]
"""

ROOTS = """dn: o=internet
objectClass: organization
o: internet

dn: dc=com,o=internet
objectClass: domain
dc: com

dn: dc=example,dc=com,o=internet
objectClass: domain
objectClass: inetDomain
objectClass: mailDomain
dc: example
inetDomainBaseDN: o=example.com,o=isp
inetDomainStatus: active

dn: o=isp
objectClass: organization
o: isp

dn: o=example.com,o=isp
objectClass: organization
o: example.com

dn: ou=People,o=example.com,o=isp
objectClass: organizationalUnit
ou: People

"""

USER = """dn: uid=u{i},ou=People,o=example.com,o=isp
objectClass: inetOrgPerson
objectClass: inetUser
objectClass: inetMailUser
objectClass: inetLocalMailRecipient
uid: u{i}
cn: u{i}
sn: u{i}
mail: u{i}@example.com
mailDeliveryOption: mailbox
userPassword: {{SSHA512}}{password}

"""


def hashed(password):
    import base64
    import hashlib
    salt = b"benchmark"
    return base64.b64encode(hashlib.sha512(password.encode() + salt).digest() + salt).decode()


class Waypost:
    name = "waypost"

    def __init__(self, folder, users, build=None, transfer="", environment=None):
        self.build = build or os.environ["WAYPOST_BUILD"]
        self.root = f"{folder}/waypost"
        os.makedirs(f"{self.root}/state", exist_ok=True)
        with open(f"{self.root}/waypost.toml", "w") as out:
            out.write(CONFIG.format(build=self.build, transfer=transfer))
        password = hashed("secret")
        with open(f"{self.root}/state/directory.ldif", "w") as out:
            out.write(ROOTS)
            for i in range(users):
                out.write(USER.format(i=i, password=password))
        self.group = Group("waypost")
        self.environment = environment or {}
        self.start()

    def program(self, name):
        for folder in ("kernel/daemon", "kernel/cli", "bin", "."):
            if os.path.exists(f"{self.build}/{folder}/{name}"):
                return f"{self.build}/{folder}/{name}"
        raise FileNotFoundError(name)

    def start(self):
        notify = f"{self.root}/notify"
        if os.path.exists(notify):
            os.unlink(notify)
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ready:
            ready.bind(notify)
            ready.settimeout(60)
            with open(f"{self.root}/waypost.log", "a") as log:
                self.process = subprocess.Popen(
                    [self.program("waypostd"), "-c", f"{self.root}/waypost.toml"], stdin=subprocess.DEVNULL,
                    stdout=log, stderr=log, env={**os.environ, "NOTIFY_SOCKET": notify, **self.environment},
                    preexec_fn=self.group.enter)
            while b"READY=1" not in ready.recv(4096):
                pass
        status = self.call("status")
        self.ports = {row["plugin"]: int(row["endpoint"].rsplit(":", 1)[1]) for row in status["listeners"]}
        self.port = self.ports["smtp"]

    def call(self, *words):
        out = subprocess.run([self.program("waypost"), "--socket", f"{self.root}/state/control", "--json", *words],
                             check=True, capture_output=True, text=True, timeout=60)
        return json.loads(out.stdout)

    def delivered(self):
        return sum(row["messages"] for row in self.call("mailbox", "list"))

    def stop(self):
        self.group.stop()
