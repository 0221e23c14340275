# SPDX-License-Identifier: Apache-2.0
"""A BIND of its own for tests: primary for one zone on a free port, which the key of dns_site may change."""
import pathlib
import shutil
import subprocess
import tempfile
import time

import dns_site

CONFIGURATION = """\
key "{key}" {{ algorithm hmac-sha256; secret "{secret}"; }};
controls {{ }};
options {{
  directory "{folder}"; pid-file "{folder}/named.pid"; session-keyfile "{folder}/session.key";
  managed-keys-directory "{folder}"; listen-on port {port} {{ 127.0.0.1; }}; listen-on-v6 {{ none; }};
  recursion no; dnssec-validation no; notify no;
}};
zone "{zone}" {{ type primary; file "{folder}/zone"; update-policy {{ grant {key} zonesub ANY; }}; }};
"""


class Bind:
    def __init__(self, zone):
        self.zone, self.process = zone, None
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="waypost-bind-"))
        self.port = dns_site.free_port()

    def __enter__(self):
        (self.folder / "zone").write_text(dns_site.ZONE.format(zone=self.zone, records=""))
        (self.folder / "named.conf").write_text(CONFIGURATION.format(key=dns_site.KEY, secret=dns_site.SECRET, folder=self.folder,
                                                                     port=self.port, zone=self.zone))
        with open(self.folder / "log", "wb") as log:
            self.process = subprocess.Popen(["/usr/sbin/named", "-n", "1", "-c", self.folder / "named.conf", "-g"],
                                            stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        deadline = time.monotonic() + 30
        while self.process.poll() is None and time.monotonic() < deadline:
            if dns_site.answers(self.port, self.zone, "SOA"):
                return self
        raise AssertionError("named did not start: " + (self.folder / "log").read_text(errors="replace")[-2000:])

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def updater(self):
        return dns_site.updater(self.folder, self.port, [self.zone])
