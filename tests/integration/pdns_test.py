# SPDX-License-Identifier: Apache-2.0
"""New domains with a zone of their own at a real PowerDNS: made by its HTTP interface, filled by DNS UPDATE, removed."""
import contextlib
import pathlib
import shutil
import subprocess
import tempfile
import time
import unittest
import urllib.error
import urllib.request

import dns_site
import waypost_site

SCHEMA = "/usr/share/pdns-backend-sqlite3/schema/schema.sqlite3.sql"


class PowerDns:
    """On free ports, with a database of its own in a temporary folder."""

    def __init__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="waypost-pdns-"))
        self.port, self.http = dns_site.free_port(), dns_site.free_port()
        self.process = None

    def __enter__(self):
        with open(SCHEMA, "rb") as schema:
            subprocess.run(["sqlite3", str(self.folder / "db")], stdin=schema, check=True)
        (self.folder / "pdns.conf").write_text(f"""launch=gsqlite3
gsqlite3-database={self.folder}/db
local-address=127.0.0.1
local-port={self.port}
socket-dir={self.folder}
dnsupdate=yes
allow-dnsupdate-from=127.0.0.0/8
api=yes
api-key=secret of the interface
webserver=yes
webserver-address=127.0.0.1
webserver-port={self.http}
zone-cache-refresh-interval=0
default-soa-edit=INCREASE
""")
        subprocess.run(["pdnsutil", f"--config-dir={self.folder}", "import-tsig-key", dns_site.KEY, "hmac-sha256", dns_site.SECRET],
                       check=True, capture_output=True)
        with open(self.folder / "log", "ab") as log:
            self.process = subprocess.Popen(["/usr/sbin/pdns_server", f"--config-dir={self.folder}", "--daemon=no", "--guardian=no",
                                             "--disable-syslog"], stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            try:
                if self.zone(""):
                    return self
            except OSError:
                time.sleep(0.02)
        raise AssertionError("PowerDNS did not start: " + (self.folder / "log").read_text(errors="replace")[-2000:])

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def make(self, name, updates=False):
        """A zone of somebody else; `updates`: that the key may change."""
        tool = ["pdnsutil", f"--config-dir={self.folder}"]
        subprocess.run([*tool, "create-zone", name, "ns.other.example"], check=True, capture_output=True)
        if updates:
            subprocess.run([*tool, "set-meta", name, "TSIG-ALLOW-DNSUPDATE", dns_site.KEY], check=True, capture_output=True)

    def zone(self, name):
        """Whether there is one; all of them without a name."""
        asked = urllib.request.Request(f"http://127.0.0.1:{self.http}/api/v1/servers/localhost/zones" + (f"/{name}." if name else ""),
                                       headers={"X-API-Key": "secret of the interface"})
        try:
            with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(asked, timeout=5) as answer:
                return answer.status == 200
        except urllib.error.HTTPError as refused:
            if refused.code == 404:
                return False
            raise

    def data(self, name, kind):
        shown = subprocess.run(["kdig", "@127.0.0.1", "-p", str(self.port), "+short", "+timeout=2", "+retry=0", name, kind],
                               capture_output=True, text=True, check=True).stdout
        return sorted(line for line in shown.splitlines() if line and not line.startswith(";;"))

    def updater(self, *zones):
        """The section of the plugin that changes records."""
        (self.folder / "tsig").write_text(dns_site.SECRET + "\n")
        names = ", ".join(f'"{zone}"' for zone in zones)
        return f"""
[plugins.dns]
plugin = "rfc2136"
port = {self.port}
key_name = "{dns_site.KEY}"
key_file = "{self.folder}/tsig"
zones = [{names}]
"""

    def plugins(self):
        (self.folder / "api").write_text("secret of the interface\n")
        return self.updater("customers.example") + f"""
[plugins.zones]
plugin = "pdns-api"
url = "http://127.0.0.1:{self.http}"
key_file = "{self.folder}/api"
suffixes = ["customers.example"]
nameservers = ["ns1.example.net"]
update_key = "{dns_site.KEY}"

[domains]
create_zones = true
"""


class PowerDnsTest(unittest.TestCase):
    def test_a_domain_with_a_zone_of_its_own(self):
        with contextlib.ExitStack() as scope:
            dns = scope.enter_context(PowerDns())
            site = scope.enter_context(waypost_site.temporary(waypost_site.COMPLETE + dns.plugins()))
            site.start()
            name = "abc.customers.example"
            self.assertFalse(dns.zone(name))
            said = site.waypost("domain", "add", name)
            self.assertNotIn("not finished", said)
            self.assertTrue(dns.zone(name))
            self.assertEqual(dns.data(name, "MX"), ["10 mail.example.com."])
            self.assertEqual(dns.data(f"mail.{name}", "CNAME"), ["mail.example.com."])
            self.assertEqual(site.json("domain", "progress")[0]["state"], "verified")
            self.assertIn("as it should be", site.waypost("domain", "check", name))
            site.waypost("domain", "remove", name)
            self.assertFalse(dns.zone(name))
            self.assertEqual(site.json("domain", "progress"), [])
            foreign = site.waypost("domain", "add", "abc.elsewhere.example")
            self.assertIn("abc.elsewhere.example. 3600 MX 10 mail.example.com.", foreign)
            self.assertFalse(dns.zone("abc.elsewhere.example"))

    def test_a_zone_of_somebody_else_stays(self):
        with contextlib.ExitStack() as scope:
            dns = scope.enter_context(PowerDns())
            name = "abc.customers.example"
            dns.make(name)
            site = scope.enter_context(waypost_site.temporary(waypost_site.COMPLETE + dns.plugins()))
            site.start()
            site.run("domain", "add", name)
            self.assertIn(name, site.waypost("domain", "list"))
            site.waypost("domain", "remove", name)
            self.assertTrue(dns.zone(name))
            self.assertEqual(dns.data(name, "NS"), ["ns.other.example."])


if __name__ == "__main__":
    unittest.main()
