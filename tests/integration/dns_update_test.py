#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""R7.3: DNS UPDATE with TSIG against real Knot and BIND, private, on loopback."""
import os
import pathlib
import shutil
import socket
import subprocess
import tempfile
import time
import unittest

os.environ["PATH"] += ":/usr/sbin"  # named, knotd
DRIVER = pathlib.Path(os.environ.get("WAYPOST_BUILD", "build/dev"), "tests/unit/dns_update/dns_driver")
SECRET = "c2VjcmV0IG9mIHRoZSB1cGRhdGUga2V5IGZvciB0ZXN0cw=="
OTHER = "YW5vdGhlciBzZWNyZXQgZm9yIHRoZSB1cGRhdGUga2V5ISE="
ZONE = """$TTL 300
@ SOA ns1.example.net. hostmaster.example.net. 1 3600 600 86400 300
@ NS ns1.example.net.
"""
OK, NOT_FOUND, TEMPFAIL, INVALID, DENIED, CONFLICT = "0", "2", "3", "5", "9", "11"


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def knot(folder, port):
    pathlib.Path(folder, "knot.conf").write_text(f"""
server:
    rundir: {folder}
    listen: 127.0.0.1@{port}
database:
    storage: {folder}
key:
  - id: mailupd
    algorithm: hmac-sha256
    secret: {SECRET}
acl:
  - id: upd
    key: mailupd
    action: [update, transfer]
zone:
  - domain: example.com
    storage: {folder}
    file: example.com.zone
    acl: upd
""")
    return ["knotd", "-c", f"{folder}/knot.conf"]


def bind(folder, port):
    pathlib.Path(folder, "named.conf").write_text(f"""
key "mailupd" {{ algorithm hmac-sha256; secret "{SECRET}"; }};
controls {{ }};
options {{ directory "{folder}"; pid-file "{folder}/named.pid"; session-keyfile "{folder}/session.key";
  managed-keys-directory "{folder}"; listen-on port {port} {{ 127.0.0.1; }}; listen-on-v6 {{ none; }};
  recursion no; dnssec-validation no; notify no; }};
zone "example.com" {{ type primary; file "{folder}/example.com.zone"; update-policy {{ grant mailupd zonesub ANY; }}; }};
""")
    return ["named", "-n", "1", "-c", f"{folder}/named.conf", "-g"]


class Matrix:
    program = None

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix="waypost-dns-")
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        pathlib.Path(cls.folder, "example.com.zone").write_text(ZONE)
        cls.port = free_port()
        cls.log = open(f"{cls.folder}/log", "wb")
        cls.addClassCleanup(cls.log.close)
        cls.server = subprocess.Popen(cls.program(cls.folder, cls.port), stdout=cls.log, stderr=cls.log)
        cls.addClassCleanup(cls.end)
        until = time.monotonic() + 20
        while cls.call("zone\texample.com")[0][:2] != [OK, "example.com"]:
            if time.monotonic() > until or cls.server.poll() is not None:
                raise AssertionError(pathlib.Path(cls.folder, "log").read_text())

    @classmethod
    def end(cls):
        cls.server.kill()
        cls.server.wait()

    @classmethod
    def call(cls, *lines, key="mailupd", secret=SECRET):
        made = subprocess.run([DRIVER, str(cls.port), key, secret, "example.com"], check=True, text=True,
                              input="\n".join(lines) + "\n", capture_output=True, timeout=30)
        return [line.split("\t") for line in made.stdout.splitlines()]

    def status(self, *lines, **keys):
        return self.call(*lines, **keys)[-1][0]

    def test_a_set_is_added_once_answered_twice_and_a_foreign_one_is_left(self):
        batch = ["ABSENT\tadd.example.com\tMX", "ADD\tadd.example.com\tMX\t10 mail.example.net.", "apply\texample.com"]
        self.assertEqual(self.call(*batch), [[OK, ""]])
        self.assertEqual(self.call(*batch), [[OK, ""]])
        batch[1] = "ADD\tadd.example.com\tMX\t10 elsewhere.example.net."
        self.assertEqual(self.status(*batch), CONFLICT)
        self.assertEqual(self.call("read\tadd.example.com\tMX"), [[OK, "10 mail.example.net."]])

    def test_replace_and_delete_of_one_type_leave_the_others(self):
        self.assertEqual(self.status("ADD\trep.example.com\tA\t192.0.2.1", "ADD\trep.example.com\tAAAA\t2001:db8::1",
                                     "apply\texample.com"), OK)
        replace = ["REQUIRE\trep.example.com\tA\t192.0.2.1", "REMOVE\trep.example.com\tA",
                   "ADD\trep.example.com\tA\t192.0.2.2", "apply\texample.com"]
        self.assertEqual([self.status(*replace), self.status(*replace)], [OK, OK])
        self.assertEqual(self.call("read\trep.example.com\tA"), [[OK, "192.0.2.2"]])
        self.assertEqual(self.status("REMOVE\trep.example.com\tA", "apply\texample.com"), OK)
        self.assertEqual(self.call("read\trep.example.com\tA", "read\trep.example.com\tAAAA"),
                         [[OK], [OK, "2001:db8::1"]])

    def test_types_that_mail_needs_are_read_back(self):
        dkim = '"v=DKIM1; k=rsa; p=' + "A" * 200 + '" "' + "B" * 192 + '"'
        rows = {("_25._tcp.mx", "TLSA"): "3 1 1 " + "ab" * 32, ("_imaps._tcp", "SRV"): "0 1 993 mail.example.com.",
                ("caa", "CAA"): '0 issue "ca.example.net"', ("s1._domainkey", "TXT"): dkim}
        self.assertEqual(self.status(*[f"ADD\t{name}.example.com\t{kind}\t{data}" for (name, kind), data in rows.items()],
                                     "apply\texample.com"), OK)
        for (name, kind), data in rows.items():
            self.assertEqual(self.call(f"read\t{name}.example.com\t{kind}"), [[OK, data]])

    def test_wrong_keys_are_named(self):
        change = ["ADD\tkey.example.com\tA\t192.0.2.1", "apply\texample.com"]
        for keys, name in (({"secret": OTHER}, "BADSIG"), ({"key": "nobody"}, "BADKEY")):
            status, text = self.call(*change, **keys)[-1]
            self.assertEqual(status, DENIED)
            self.assertIn(name, text)
            self.assertNotIn(OTHER, text)
        self.assertEqual(self.call("read\tkey.example.com\tA"), [[OK]])

    def test_zones_are_found_and_others_are_not_ours(self):
        self.assertEqual(self.call("zone\ta.b.example.com", "zone\texample.org"), [[OK, "example.com"], [OK, ""]])
        self.assertEqual(self.status("ADD\ta.example.org\tA\t192.0.2.1", "apply\texample.com"), INVALID)
        self.assertEqual(self.status("ADD\ta.example.org\tA\t192.0.2.1", "apply\texample.org"), DENIED)
        # Knot does not sign NOTAUTH.
        self.assertIn(self.status("ADD\ta.no.example.com\tA\t192.0.2.1", "apply\tno.example.com"), (NOT_FOUND, DENIED))


class Knot(Matrix, unittest.TestCase):
    program = staticmethod(knot)


class Bind(Matrix, unittest.TestCase):
    program = staticmethod(bind)


class Away(unittest.TestCase):
    def test_a_server_that_is_away_is_a_temporary_failure(self):
        with socket.socket() as held:  # bound and not listening: nobody else can be there
            held.bind(("127.0.0.1", 0))
            made = subprocess.run([DRIVER, str(held.getsockname()[1]), "mailupd", SECRET, "example.com"], check=True,
                                  text=True, input="read\texample.com\tMX\n", capture_output=True, timeout=30)
        self.assertEqual(made.stdout.split("\t")[0], TEMPFAIL)


if __name__ == "__main__":
    unittest.main()
