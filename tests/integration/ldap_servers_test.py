# SPDX-License-Identifier: Apache-2.0
"""Directory servers that hang, are emptied, are away; several of them; TLS. With real slapd."""
import contextlib
import pathlib
import signal
import subprocess
import tempfile
import time
import unittest

import slapd_site
import waypost_site
from ldap_test import BASE, ROOTS, LiveCase, Questions, configuration, user


class SilentServerTest(LiveCase):
    options = ('heartbeat = "200ms"', 'timeout = "1s"')

    def test_a_server_that_hangs_is_not_live(self):
        live = lambda: self.site.json("status")["directory"]["live"]
        self.directory.process.send_signal(signal.SIGSTOP)
        try:
            self.assertFalse(self.ask.until(live, False))
            self.assertEqual(self.ask.rcpt("ann@example.com"), 250)
            self.assertEqual(self.ask.rcpt("nobody@example.com"), 450)
        finally:
            self.directory.process.send_signal(signal.SIGCONT)
        self.assertTrue(self.ask.until(live, True))
        self.directory.add(user("late"))
        self.know("late@example.com", 250)
        self.assertEqual(self.ask.until(lambda: self.ask.rcpt("nobody@example.com"), 550), 550)

    def test_a_quiet_server_stays_live(self):
        self.assertIn("are followed", self.log_text())
        followed = self.log_text().count("are followed")
        time.sleep(1)  # several heartbeats, and nothing else
        self.assertTrue(self.site.json("status")["directory"]["live"])
        self.assertEqual(self.log_text().count("are followed"), followed)


class EmptiedServerTest(LiveCase):
    def test_what_is_known_is_kept(self):
        content = self.directory.emptied()
        self.assertFalse(self.ask.until(lambda: self.site.json("status")["directory"]["live"], False))
        self.assertNotEqual(self.site.run("sync", "--full").returncode, 0)
        self.assertEqual((self.ask.rcpt("ann@example.com"), self.ask.rcpt("nobody@example.com")), (250, 450))
        self.directory.add(content)
        self.assertTrue(self.ask.until_live())
        self.directory.delete(f"uid=ann,ou=People,{BASE}")
        self.know("ann@example.com", 550)


class SeveralServersTest(unittest.TestCase):
    """R4.7: two servers with a base each; one that is away leaves the other live."""

    def test_one_away_leaves_the_other_live(self):
        with slapd_site.Slapd() as nodes, slapd_site.Slapd() as people:
            nodes.add(ROOTS)
            people.add(ROOTS)
            text = waypost_site.KERNEL + waypost_site.SMTP + waypost_site.STORE
            first = nodes.plugin().replace('bases = ["o=internet", "o=isp"]', 'bases = ["o=internet"]')
            second = people.plugin().split("[plugins.directory-routes]")[0].replace("directory-servers", "customer-servers")
            second = second.replace('bases = ["o=internet", "o=isp"]', 'bases = ["o=isp"]')
            with waypost_site.temporary(text + first + second) as site:
                site.start()
                site.waypost("domain", "add", "example.com")
                ask = Questions(site)
                self.assertIn("dc=example", nodes.search("o=internet", "dn"))
                self.assertNotIn("dc=example", people.search("o=internet", "dn"))
                people.add(user("bob"))
                self.assertEqual(ask.until(lambda: ask.rcpt("bob@example.com"), 250), 250)
                nodes.stop()
                people.add(user("eve"))
                self.assertEqual(ask.until(lambda: ask.rcpt("eve@example.com"), 250), 250)
                people.delete(f"uid=bob,ou=People,{BASE}")
                self.assertEqual(ask.until(lambda: ask.rcpt("bob@example.com"), 450), 450)  # a server that is away may know him
                nodes.start()
                self.assertEqual(ask.until(lambda: ask.rcpt("bob@example.com"), 550), 550)


class Certificate:
    """Of 127.0.0.1, signed by itself."""

    def __init__(self, folder, name):
        self.certificate, self.key = folder / f"{name}.pem", folder / f"{name}.key"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
                        "-subj", f"/CN={name}", "-addext", "subjectAltName=IP:127.0.0.1", "-out", str(self.certificate),
                        "-keyout", str(self.key)], check=True, capture_output=True)


class TlsTest(unittest.TestCase):
    """LDAPS and StartTLS; a server whose certificate does not verify is not used."""

    def setUp(self):
        scope = contextlib.ExitStack()
        self.addCleanup(scope.close)
        folder = pathlib.Path(scope.enter_context(tempfile.TemporaryDirectory()))
        self.right, self.wrong = Certificate(folder, "right"), Certificate(folder, "wrong")
        self.directory = scope.enter_context(slapd_site.Slapd(tls=self.right))
        self.directory.add(ROOTS)

    def known(self, url, trusted, *more):
        """Whether a site that trusts this certificate reads the directory."""
        section = self.directory.plugin(f'ca_file = "{trusted.certificate}"', *more, servers=[url])
        text = waypost_site.KERNEL + waypost_site.SMTP + section + waypost_site.STORE + '\n[directory]\nsync_retry = "1s"\n'
        with waypost_site.temporary(text) as site:
            site.start()
            if trusted is self.right:
                site.add_people()
                return Questions(site).rcpt("ann@example.com") == 250
            self.assertIn("cannot be read", (site.folder / "waypostd.log").read_text(errors="replace"))
            return site.json("status")["directory"]["complete"]

    def test_ldaps(self):
        url = f"ldaps://127.0.0.1:{self.directory.tls_port}"
        self.assertTrue(self.known(url, self.right))
        self.assertFalse(self.known(url, self.wrong))

    def test_starttls(self):
        self.assertTrue(self.known(self.directory.url, self.right, "start_tls = true"))
        self.assertFalse(self.known(self.directory.url, self.wrong, "start_tls = true"))


class FailoverTest(unittest.TestCase):
    def test_the_second_server_is_asked_when_the_first_is_away(self):
        with slapd_site.Slapd() as directory:
            directory.add(ROOTS)
            away = f"ldap://127.0.0.1:{slapd_site.free_port()}"
            text = (waypost_site.KERNEL + waypost_site.SMTP + directory.plugin(servers=[away, directory.url]) + waypost_site.STORE)
            with waypost_site.temporary(text) as site:
                site.start()
                site.add_people()
                self.assertEqual(Questions(site).rcpt("ann@example.com"), 250)

    def test_a_refused_bind_is_told(self):
        with slapd_site.Slapd() as directory:
            directory.add(ROOTS)
            text = configuration(directory).replace(slapd_site.ADMIN, "cn=nobody,o=isp")
            with waypost_site.temporary(text + '\n[directory]\nsync_retry = "1s"\n') as site:
                site.start()
                log = site.folder / "waypostd.log"
                found = Questions(site).until(lambda: "Invalid credentials" in log.read_text(errors="replace"), True)
                self.assertTrue(found)
                self.assertNotIn(slapd_site.PASSWORD, log.read_text(errors="replace"))

if __name__ == "__main__":
    unittest.main()
