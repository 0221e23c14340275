# SPDX-License-Identifier: Apache-2.0
"""A PowerDNS of its own for tests, with either backend: zones are made by its HTTP interface or its tool.

    with PowerDns("lmdb") as dns:
        dns.plugins()      # the sections of the plugins `pdns-api` and `rfc2136`
"""
import pathlib
import shutil
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

import dns_site

SCHEMA = "/usr/share/pdns-backend-sqlite3/schema/schema.sqlite3.sql"


class PowerDns:
    """On free ports, with a database of its own in a temporary folder."""

    def __init__(self, backend="sqlite"):
        self.backend = backend
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="waypost-pdns-"))
        self.port, self.http = dns_site.free_port(), dns_site.free_port()
        self.process = None

    def __enter__(self):
        if self.backend == "sqlite":
            with open(SCHEMA, "rb") as schema:
                subprocess.run(["sqlite3", str(self.folder / "db")], stdin=schema, check=True)
        launch = (f"launch=gsqlite3\ngsqlite3-database={self.folder}/db" if self.backend == "sqlite"
                  else f"launch=lmdb\nlmdb-filename={self.folder}/lmdb\nlmdb-shards=1")
        (self.folder / "pdns.conf").write_text(f"""{launch}
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
        return dns_site.answers(self.port, name, kind)

    def updater(self, *zones):
        """The section of the plugin that changes records."""
        return dns_site.updater(self.folder, self.port, zones or ["hosted.example"])

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
