# SPDX-License-Identifier: Apache-2.0
"""Waypost as a system under measurement: a site of its own with users u0, u1, ... of example.com (password "secret"),
each process in an accounting group."""
import base64
import hashlib
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.realpath(__file__)), "..", "..", "tools"))
from lib.account import Group  # noqa: E402
from site_folder import Site  # noqa: E402

CONFIG = """[site]
state = "state"
hostname = "mail.example.com"
control = "control"
plugin_path = ["{{plugins}}"]
{extra}
[plugins.smtp]
listen = ["127.0.0.1:0"]
max_connections_per_address = 0
max_connections = 20000
{{smtp}}
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
{delivery}
userPassword: {{SSHA512}}{password}

"""


def hashed(password):
    salt = b"benchmark"
    return base64.b64encode(hashlib.sha512(password.encode() + salt).digest() + salt).decode()


class Waypost(Site):
    name = "waypost"

    def __init__(self, folder, users, build=None, extra="", entries="", forward=None, smtp=""):
        """`extra` configuration, `entries` of LDIF; `forward`: {number of a user: address}."""
        super().__init__(f"{folder}/waypost", build or os.environ["WAYPOST_BUILD"], CONFIG.format(extra=extra).replace("{smtp}", smtp))
        self.create()
        self.root = str(self.folder)
        password = hashed("secret")
        with open(self.folder / "state" / "directory.ldif", "w") as out:
            out.write(ROOTS)
            for i in range(users):
                to = (forward or {}).get(i)
                delivery = f"mailDeliveryOption: forward\nmailForwardingAddress: {to}" if to else "mailDeliveryOption: mailbox"
                out.write(USER.format(i=i, password=password, delivery=delivery))
            out.write(entries)
        self.group = Group("waypost")
        self.before_exec = self.group.enter

    def start(self, timeout=60):
        super().start(timeout)
        self.port = self.listener("smtp")[1]
        self.pop3_port = self.listener("pop3")[1]

    def delivered(self):
        return sum(row["messages"] for row in self.waypost("mailbox", "list", as_json=True))

    def close(self):
        self.stop()
        self.group.stop()
