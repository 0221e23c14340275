# SPDX-License-Identifier: Apache-2.0
"""Records of new domains in a file that the operator's zone file includes, with a real Knot that he reloads."""
import contextlib
import subprocess
import unittest

import dns_site
import waypost_site
from ldap_test import Questions

ZONE = "hosted.example"
NAME = f"abc.{ZONE}"


class ZoneFileTest(unittest.TestCase):
    def setUp(self):
        scope = contextlib.ExitStack()
        self.addCleanup(scope.close)
        self.dns = dns_site.Knot({ZONE: ""})
        self.file = self.dns.folder / "files" / f"{ZONE}.records"
        self.file.parent.mkdir()
        self.file.touch()
        self.dns.zones = {ZONE: f"mine A 192.0.2.1\n$INCLUDE {self.file}\n"}
        scope.enter_context(self.dns)
        text = waypost_site.COMPLETE + f"""
[plugins.dns]
plugin = "zonefile"
folder = "{self.file.parent}"
zones = ["{ZONE}"]
port = {self.dns.port}

[domains]
retry = "1s"
"""
        self.site = scope.enter_context(waypost_site.temporary(text))
        self.site.start()
        self.ask = Questions(self.site)

    def reload(self):
        """As the operator: Knot looks at the times of the zone file and not of what it includes."""
        (self.dns.folder / f"{ZONE}.zone").touch()
        subprocess.run(["/usr/sbin/knotc", "-b", "-s", self.dns.folder / "run/knot.sock", "zone-reload", ZONE], check=True,
                       capture_output=True)

    def state(self):
        return [one["state"] for one in self.site.json("domain", "progress") if one["domain"] == NAME]

    def test_it_waits_until_the_server_says_so(self):
        said = self.site.waypost("domain", "add", NAME)
        self.assertIn(f"not finished: {NAME} MX is absent", said)
        self.assertEqual(self.state(), ["tables"])
        written = self.file.read_text()
        self.assertIn(f"{NAME}.\t3600\tIN\tMX\t10 mail.example.com.\n", written)
        self.site.run("domain", "check", NAME, "--repair")
        self.assertEqual(self.file.read_text(), written)
        self.reload()
        self.assertEqual(self.ask.until(self.state, ["verified"]), ["verified"])
        self.assertEqual(self.dns.data(f"mail.{NAME}", "CNAME"), ["mail.example.com."])
        self.assertEqual(self.dns.data(f"mine.{ZONE}", "A"), ["192.0.2.1"])
        self.assertIn("as it should be", self.site.waypost("domain", "check", NAME))
        self.site.waypost("domain", "add", f"two.{ZONE}")
        self.site.waypost("domain", "remove", NAME)
        self.assertNotIn(NAME, self.file.read_text())
        self.assertIn(f"two.{ZONE}.", self.file.read_text())
        self.reload()
        self.assertEqual(self.dns.data(NAME, "MX"), [])
        self.assertEqual([one.name for one in self.file.parent.iterdir()], [self.file.name])

    def test_other_zones_and_records_of_others_stay(self):
        shown = self.site.waypost("domain", "add", "abc.elsewhere.example")
        self.assertIn("publish these DNS records", shown)
        self.assertIn("not finished: mail.mine", self.with_alias_of_others())
        self.assertNotIn("mine", self.file.read_text())

    def with_alias_of_others(self):
        zone = self.dns.folder / f"{ZONE}.zone"
        zone.write_text(zone.read_text() + "mail.mine CNAME other.example.\n")
        self.reload()
        return self.site.waypost("domain", "add", f"mine.{ZONE}")

    def test_a_file_that_somebody_edited_is_not_overwritten(self):
        self.file.write_text("this is no record\n")
        said = self.site.run("domain", "add", NAME)
        self.assertIn("line 1: no record", said.stdout + said.stderr)
        self.assertEqual(self.file.read_text(), "this is no record\n")


if __name__ == "__main__":
    unittest.main()
