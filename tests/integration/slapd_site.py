# SPDX-License-Identifier: Apache-2.0
"""A real slapd in a temporary folder, configured as docs/operations/directory.md says, on a free port.

    with slapd_site.Slapd() as directory:          # with syncprov: changes are live
        directory.add(LDIF)
        configuration = KERNEL + directory.plugin() + ...
"""
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
PASSWORD = "directory secret"
ADMIN = "cn=admin,o=isp"
CONFIG = """\
dn: cn=config
objectClass: olcGlobal
cn: config
olcPidFile: {folder}/slapd.pid
olcIdleTimeout: 0
{tls}
dn: cn=module,cn=config
objectClass: olcModuleList
cn: module
olcModulePath: /usr/lib/ldap
olcModuleLoad: back_mdb
{module}
dn: cn=schema,cn=config
objectClass: olcSchemaConfig
cn: schema

include: file:///etc/ldap/schema/core.ldif
include: file:///etc/ldap/schema/cosine.ldif
include: file:///etc/ldap/schema/inetorgperson.ldif
include: file://{schema}

dn: olcDatabase=frontend,cn=config
objectClass: olcDatabaseConfig
objectClass: olcFrontendConfig
olcDatabase: frontend
olcSizeLimit: unlimited

"""
DATABASE = """\
dn: olcDatabase=mdb,cn=config
objectClass: olcDatabaseConfig
objectClass: olcMdbConfig
olcDatabase: mdb
olcSuffix: {suffix}
olcRootDN: {admin}
{password}olcDbDirectory: {folder}
olcDbMaxSize: {size}
olcDbNoSync: TRUE
olcDbIndex: objectClass,entryUUID,entryCSN,modifyTimestamp eq
olcDbIndex: mail,mailAlternateAddress,mailEquivalentAddress,uid eq
olcAccess: to attrs=userPassword by anonymous auth by * none
olcAccess: to * by * read

"""
SYNCPROV = """\
dn: olcOverlay=syncprov,olcDatabase={{{number}}}mdb,cn=config
objectClass: olcOverlayConfig
objectClass: olcSyncProvConfig
olcOverlay: syncprov
olcSpSessionlog: {log}

"""


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


class Slapd:
    """`syncprov`: whether changes can be followed; `log`: how many deletions it remembers; `bases`: a database each, the last
    one with the administrator, whose name and password the daemon has."""

    def __init__(self, syncprov=True, log=100, tls=None, size=1 << 28, bases=("o=internet", "o=isp")):
        self.bases = bases
        self.admin = f"cn=admin,{bases[-1]}"
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="waypost-slapd-"))
        self.port = free_port()
        self.tls_port = free_port()
        self.url = f"ldap://127.0.0.1:{self.port}"
        self.tls = tls
        self.process = None
        self._configure(syncprov, log, size)

    def _configure(self, syncprov, log, size):
        files = "" if not self.tls else (f"olcTLSCertificateFile: {self.tls.certificate}\n"
                                         f"olcTLSCertificateKeyFile: {self.tls.key}\n")
        text = CONFIG.format(folder=self.folder, schema=ROOT / "conf/schema/waypost.ldif", tls=files,
                             module="olcModuleLoad: syncprov\n" if syncprov else "")
        for number, suffix in enumerate(self.bases, start=1):
            (self.folder / f"db{number}").mkdir()
            own = suffix == self.bases[-1]
            text += DATABASE.format(suffix=suffix, admin=self.admin, password=f"olcRootPW: {PASSWORD}\n" if own else "",
                                    folder=self.folder / f"db{number}", size=size)
            if syncprov:
                text += SYNCPROV.format(number=number, log=log)
        (self.folder / "config.ldif").write_text(text)
        (self.folder / "config").mkdir()
        self._run("slapadd", "-n0", "-F", self.folder / "config", "-l", self.folder / "config.ldif")

    @staticmethod
    def _run(*command, stdin=None, codes=(0,)):
        done = subprocess.run([str(part) for part in command], input=stdin, capture_output=True, text=True, timeout=600,
                              env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"})
        if done.returncode not in codes:
            raise AssertionError(f"{command[0]} ended with {done.returncode}: {done.stdout}{done.stderr}")
        return done

    def start(self):
        listeners = f"{self.url}/" + (f" ldaps://127.0.0.1:{self.tls_port}/" if self.tls else "")
        with open(self.folder / "log", "ab") as log:
            self.process = subprocess.Popen(["/usr/sbin/slapd", "-F", str(self.folder / "config"), "-d", "none",
                                             "-h", listeners], stdout=log, stderr=log, stdin=subprocess.DEVNULL)
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise AssertionError("slapd ended: " + (self.folder / "log").read_text(errors="replace")[-2000:])
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return self
            time.sleep(0.01)
        raise AssertionError("slapd does not listen")

    def emptied(self):
        """Starts again without a single entry; what there was, as LDIF."""
        content = "\n".join(self.search(base, "(objectClass=*)", "*") for base in self.bases)
        self.stop()
        for database in self.folder.glob("db*/*.mdb"):
            database.unlink()
        self.start()
        return content

    def stop(self):
        self._end(signal.SIGTERM)

    def kill(self):
        self._end(signal.SIGKILL)

    def _end(self, how):
        if self.process is not None:
            self.process.send_signal(how)
            self.process.wait(timeout=30)
            self.process = None

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _tool(self, name, ldif, *options, codes=(0,)):
        return self._run(name, "-x", "-H", self.url, "-D", self.admin, "-w", PASSWORD, *options, stdin=ldif, codes=codes)

    def add(self, ldif):
        self._tool("ldapadd", ldif)

    def modify(self, ldif):
        self._tool("ldapmodify", ldif)

    def delete(self, *names):
        self._tool("ldapdelete", "".join(f"{name}\n" for name in names))

    def rename(self, dn, rdn):
        self.modify(f"dn: {dn}\nchangetype: modrdn\nnewrdn: {rdn}\ndeleteoldrdn: 1\n")

    def search(self, base, *what):
        return self._run("ldapsearch", "-x", "-LLL", "-o", "ldif-wrap=no", "-H", self.url, "-D", self.admin, "-w", PASSWORD,
                         "-b", base, *what, codes=(0, 32)).stdout

    def plugin(self, *more, servers=None):
        """The section of the configuration."""
        secret = self.folder / "secret"
        secret.write_text(PASSWORD + "\n")
        urls = ", ".join(f'"{url}"' for url in servers or [self.url])
        bases = ", ".join(f'"{base}"' for base in self.bases)
        lines = ["", "[plugins.directory-servers]", 'plugin = "ldap"', f"servers = [{urls}]",
                 f"bases = [{bases}]", f'bind_dn = "{self.admin}"', f'bind_password_file = "{secret}"', *more,
                 "", "[plugins.directory-routes]", 'plugin = "directory"', ""]
        return "\n".join(lines)
