# SPDX-License-Identifier: Apache-2.0
"""A name server of its own for tests: Knot on a free port, zones that it signs when asked to.

    with Knot({"far.test.example": "@ MX 10 mx\\nmx A 127.0.0.1\\n"}) as dns:
        dns.stubs()        # for the `stub` key of the unbound plugin
        dns.anchors()      # for its `trust_anchors`
"""
import pathlib
import shutil
import socket
import subprocess
import tempfile
import time

CONFIGURATION = """\
server:
    listen: [ 127.0.0.1@{port} ]
    rundir: "{folder}/run"
    pidfile: "{folder}/run/knot.pid"
log:
  - target: stderr
    any: warning
database:
    storage: "{folder}/db"
template:
  - id: default
    storage: "{folder}"
    zonefile-sync: -1
    journal-content: none
"""
KEY = "mailupd"
SECRET = "c2VjcmV0IG9mIHRoZSB1cGRhdGUga2V5IGZvciB0ZXN0cw=="
UPDATES = f"""\
key:
  - id: {KEY}
    algorithm: hmac-sha256
    secret: {SECRET}
acl:
  - id: updates
    key: {KEY}
    action: [update, transfer]
"""
ZONE = "$TTL 60\n@ SOA ns.{zone}. postmaster.{zone}. 1 60 60 600 1\n@ NS ns.{zone}.\nns A 127.0.0.1\n{records}\n"


def free_port():
    """Free for UDP and for TCP."""
    while True:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp, socket.socket() as tcp:
            udp.bind(("127.0.0.1", 0))
            try:
                tcp.bind(udp.getsockname())
            except OSError:
                continue
            return udp.getsockname()[1]


def answers(port, name, kind):
    """What the server there says, sorted; nothing also when it does not answer."""
    shown = subprocess.run(["kdig", "@127.0.0.1", "-p", str(port), "+short", "+timeout=2", "+retry=0", name, kind], capture_output=True,
                           text=True, check=False).stdout
    return sorted(line.rstrip() for line in shown.splitlines() if line and not line.startswith(";;"))


def edit(port, zone, owner, remove=None, add=None):
    """As another tool would; `add`: "60 MX 10 mail.example.com."."""
    change = f"update delete {owner} {remove}" if remove else f"update add {owner} {add}"
    subprocess.run(["knsupdate", "-y", f"hmac-sha256:{KEY}:{SECRET}"], text=True, check=True, capture_output=True,
                   input=f"server 127.0.0.1 {port}\nzone {zone}\n{change}\nsend\n")


def updater(folder, port, zones):
    """The section of the plugin `rfc2136`."""
    (folder / "secret").write_text(SECRET + "\n")
    names = ", ".join(f'"{zone}"' for zone in zones)
    return (f'\n[plugins.dns]\nplugin = "rfc2136"\nport = {port}\nkey_name = "{KEY}"\nkey_file = "{folder}/secret"\n'
            f"zones = [{names}]\n")


class Knot:
    """`updates`: whether UPDATE with the key is allowed."""

    def __init__(self, zones, signed=(), updates=False):
        self.zones, self.signed, self.updates, self.process = zones, signed, updates, None
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="waypost-knot-"))
        self.port = free_port()

    def __enter__(self):
        for name in ("run", "db"):
            (self.folder / name).mkdir()
        text = CONFIGURATION.format(port=self.port, folder=self.folder)
        if self.updates:
            text = text.replace("journal-content: none", "journal-content: all\n    zonefile-load: difference\n    acl: updates")
            at = text.index("template:")
            text = text[:at] + UPDATES + text[at:]
        text += "zone:\n"
        for zone, records in self.zones.items():
            (self.folder / f"{zone}.zone").write_text(ZONE.format(zone=zone, records=records))
            text += f"  - domain: {zone}\n"
            if zone in self.signed:
                text += "    dnssec-signing: on\n"
        (self.folder / "knot.conf").write_text(text)
        self.start()
        return self

    def start(self):
        with open(self.folder / "log", "ab") as log:
            self.process = subprocess.Popen(["/usr/sbin/knotd", "-c", self.folder / "knot.conf"], stdin=subprocess.DEVNULL,
                                            stdout=log, stderr=log)
        deadline = time.monotonic() + 30
        while self.process.poll() is None and time.monotonic() < deadline:
            if all(self.ask(zone, "DNSKEY" if zone in self.signed else "SOA") for zone in self.zones):
                return
        raise AssertionError("knotd did not start: " + (self.folder / "log").read_text(errors="replace")[-2000:])

    def stop(self):
        self.process.terminate()
        self.process.wait()

    def __exit__(self, *_):
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def ask(self, name, kind, *options):
        """Whether there is an answer."""
        return subprocess.run(["kdig", "@127.0.0.1", "-p", str(self.port), "+short", "+timeout=1", "+retry=0", *options, name, kind],
                              capture_output=True, text=True, check=False).stdout != ""

    def data(self, name, kind):
        """The answers, sorted."""
        return answers(self.port, name, kind)

    def edit(self, zone, owner, remove=None, add=None):
        edit(self.port, zone, owner, remove, add)

    def updater(self, *zones):
        """The section of the configuration."""
        return updater(self.folder, self.port, zones or self.zones)

    def stubs(self):
        return ", ".join(f'"{zone}=127.0.0.1@{self.port}"' for zone in self.zones)

    def anchors(self):
        """DS records of the signed zones."""
        found = []
        for zone in self.signed:
            lines = subprocess.run(["/usr/sbin/keymgr", "-c", self.folder / "knot.conf", zone, "ds"], capture_output=True, text=True,
                                   check=True).stdout.splitlines()
            found += [f'"{line}"' for line in lines if line.split()[4] == "2"]  # SHA-256
        return ", ".join(found)
