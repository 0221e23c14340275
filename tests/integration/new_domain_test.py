# SPDX-License-Identifier: Apache-2.0
"""New domains (R7) with a real directory (slapd) and real name servers (Knot): by command, by the directory, by a message;
and the whole story, from an empty directory and a wildcard MX to mail in a mailbox."""
import contextlib
import poplib
import shutil
import smtplib
import unittest

import dns_site
import slapd_site
import waypost_site
from ldap_test import ROOTS, Questions, change

ZONE = "hosted.example"
MX = ["10 mail.example.com."]
RESOLVER = """
[plugins.unbound]
stub = [{stubs}]
dnssec = "off"
"""
DOMAINS = """
[domains]
retry = "1s"
"""
MESSAGES = f'''from_messages = "automatic"
suffixes = ["{ZONE}"]
catch_all = "postmaster@example.com"
'''


class NewDomainCase(unittest.TestCase):
    zones = {ZONE: "", "wild.example": "* MX 10 mail.example.com.\n", "elsewhere.example": "* MX 10 mail.elsewhere.example.\n",
             "bare.example": ""}
    may_update = (ZONE,)
    keys = ""

    def setUp(self):
        scope = contextlib.ExitStack()
        self.addCleanup(scope.close)
        self.dns = scope.enter_context(dns_site.Knot(self.zones, updates=True))
        self.directory = scope.enter_context(slapd_site.Slapd())
        self.directory.add(ROOTS)
        text = (waypost_site.KERNEL + waypost_site.SMTP + waypost_site.POP3 + self.directory.plugin() + waypost_site.STORE
                + self.dns.updater(*self.may_update) + RESOLVER.format(stubs=self.dns.stubs()) + DOMAINS + self.keys)
        self.site = scope.enter_context(waypost_site.temporary(text))
        self.site.start()
        self.ask = Questions(self.site)

    def state(self, domain):
        for one in self.site.json("domain", "progress"):
            if one["domain"] == domain:
                return one["state"]
        return ""

    def until(self, question, wanted):
        self.assertEqual(self.ask.until(question, wanted), wanted)


class CommandTest(NewDomainCase):
    def test_added_checked_and_removed(self):
        plan = self.site.waypost("domain", "add", f"abc.{ZONE}", "--dry-run")
        self.assertIn(f"+ dc=abc,dc=hosted,dc=example,o=internet", plan)
        self.assertIn(f"abc.{ZONE}. 3600 MX 10 mail.example.com.", plan)
        self.assertEqual(self.directory.search("o=internet", "dc=abc", "dn"), "")
        self.assertEqual(self.dns.data(f"abc.{ZONE}", "MX"), [])
        self.site.waypost("domain", "add", f"abc.{ZONE}")
        self.assertEqual(self.state(f"abc.{ZONE}"), "verified")
        self.assertEqual(self.dns.data(f"abc.{ZONE}", "MX"), MX)
        self.assertEqual(self.dns.data(f"mail.abc.{ZONE}", "CNAME"), ["mail.example.com."])
        for name in ("dc=example", "dc=hosted,dc=example", "dc=abc,dc=hosted,dc=example"):
            self.assertIn(f"dn: {name},o=internet", self.directory.search("o=internet", "dn"))
        self.assertIn("as it should be", self.site.waypost("domain", "check", f"abc.{ZONE}"))
        before = self.directory.search("o=internet", "dn")
        self.site.waypost("domain", "remove", f"abc.{ZONE}")
        self.assertEqual(self.dns.data(f"abc.{ZONE}", "MX"), [])
        self.assertEqual(self.dns.data(f"mail.abc.{ZONE}", "CNAME"), [])
        self.assertNotEqual(before, self.directory.search("o=internet", "dn"))
        self.assertEqual(self.directory.search("o=internet", "dn").split(), ["dn:", "o=internet"])
        self.assertEqual(self.state(f"abc.{ZONE}"), "")

    def test_what_is_there_already_stays(self):
        self.site.waypost("domain", "add", f"one.{ZONE}")
        self.site.waypost("domain", "add", f"two.{ZONE}")
        self.site.waypost("domain", "remove", f"one.{ZONE}")
        self.assertEqual(self.state(f"two.{ZONE}"), "verified")
        self.assertEqual(self.dns.data(f"two.{ZONE}", "MX"), MX)
        self.assertIn("dc=hosted,dc=example", self.directory.search("o=internet", "dn"))
        self.site.add_people(domain=f"three.{ZONE}")
        refused = self.site.run("domain", "remove", f"three.{ZONE}")
        self.assertNotEqual(refused.returncode, 0)
        self.assertIn("still has users", refused.stderr)
        self.assertEqual(self.dns.data(f"three.{ZONE}", "MX"), MX)
        self.assertEqual(self.state(f"three.{ZONE}"), "verified")
        self.site.waypost("user", "remove", f"ann@three.{ZONE}")
        self.site.waypost("domain", "remove", f"three.{ZONE}")
        self.assertEqual(self.dns.data(f"three.{ZONE}", "MX"), [])

    def test_a_zone_that_is_not_ours(self):
        name = "abc.bare.example"
        shown = self.site.waypost("domain", "add", name)
        self.assertIn(f"{name}. 3600 MX 10 mail.example.com.", shown)
        self.assertIn(f"not finished: {name} MX is absent", shown)
        self.assertEqual(self.state(name), "tables")
        self.site.waypost("user", "add", f"ann@{name}", "--password-stdin", stdin="secret word\n")
        self.assertEqual(self.ask.rcpt(f"ann@{name}"), 250)
        self.dns.edit("bare.example", name, add="60 MX 10 mail.example.com.")
        self.dns.edit("bare.example", name, add='60 TXT "v=spf1 mx ~all"')
        self.dns.edit("bare.example", name, add='60 TXT "of somebody else"')
        found = self.ask.until(lambda: self.site.run("domain", "check", name).stdout.count("\n  = "), 2)
        self.assertEqual(found, 2)  # the alias is missing
        self.assertEqual(self.state(name), "tables")
        self.dns.edit("bare.example", f"mail.{name}", add="60 CNAME mail.example.com.")
        self.until(lambda: self.state(name), "verified")
        self.assertIn("as it should be", self.site.waypost("domain", "check", name))

    def test_drift_is_found_and_mended(self):
        self.site.waypost("domain", "add", f"abc.{ZONE}")
        self.dns.edit(ZONE, f"abc.{ZONE}", remove="MX")
        found = self.site.run("domain", "check", f"abc.{ZONE}")
        self.assertEqual(found.returncode, 1)
        self.assertIn("+ abc.hosted.example. 3600 MX", found.stdout)
        self.site.waypost("domain", "check", f"abc.{ZONE}", "--repair")
        self.assertEqual(self.dns.data(f"abc.{ZONE}", "MX"), MX)


class LayoutTests:
    """What a new domain gets in each layout, and that users, lists and states work in it."""
    layout = node = people = ""

    def setUp(self):
        self.keys = f'\n[directory]\nlayout = "{self.layout}"\n'
        super().setUp()

    def test_a_domain_and_its_users(self):
        name = f"abc.{ZONE}"
        before = self.directory.search("o=internet", "dn") + self.directory.search("o=isp", "dn")
        self.site.add_people(domain=name, users=("ann", "bob"))
        self.assertEqual(self.state(name), "verified")
        self.assertEqual(self.dns.data(name, "MX"), MX)
        self.assertIn(f"dn: {self.node}\n", self.directory.search(self.node, "-s", "base", "dn"))
        self.assertIn("uid=ann", self.directory.search(self.people, "uid=ann", "dn"))
        self.assertEqual((self.ask.rcpt(f"ann@{name}"), self.ask.rcpt(f"eve@{name}")), (250, 550))
        self.directory.add(f"dn: cn=team,{self.people.replace('ou=People', 'ou=Groups')}\nobjectClass: groupOfUniqueNames\n"
                           f"objectClass: inetMailGroup\nobjectClass: inetLocalMailRecipient\ncn: team\nmail: team@{name}\n"
                           f"uniqueMember: uid=ann,{self.people}\nuniqueMember: uid=bob,{self.people}\n\n")
        self.until(lambda: self.ask.goes_to(f"team@{name}"), [f"ann@{name}", f"bob@{name}"])
        for state, code in (("inactive", 450), ("deleted", 550), ("active", 250)):
            self.directory.modify(change(self.node, "replace: inetDomainStatus", f"inetDomainStatus: {state}"))
            self.until(lambda: self.ask.rcpt(f"ann@{name}"), code)
        self.directory.delete(f"uid=bob,{self.people}")
        self.until(lambda: self.ask.goes_to(f"team@{name}"), [f"ann@{name}"])
        box = poplib.POP3(*self.site.listener("pop3"), timeout=30)
        box.user(f"ann@{name}")
        self.assertIn(b"+OK", box.pass_("correct horse"))
        box.close()
        self.directory.delete(f"cn=team,{self.people.replace('ou=People', 'ou=Groups')}", f"uid=ann,{self.people}")
        self.until(lambda: self.ask.rcpt(f"ann@{name}"), 550)
        self.site.waypost("domain", "remove", name)
        self.assertEqual(self.dns.data(name, "MX"), [])
        self.assertEqual(self.directory.search("o=internet", "dn") + self.directory.search("o=isp", "dn"), before)


class Schema1Test(LayoutTests, NewDomainCase):
    layout = "schema1"
    node = "dc=abc,dc=hosted,dc=example,o=internet"
    people = f"ou=People,o=abc.{ZONE},o=isp"


class Schema2Test(LayoutTests, NewDomainCase):
    layout = "schema2"
    node = f"o=abc.{ZONE},o=isp"
    people = f"ou=People,o=abc.{ZONE},o=isp"


class LabelsTest(LayoutTests, NewDomainCase):
    layout = "labels"
    node = "dc=abc,dc=hosted,dc=example,o=internet"
    people = "ou=People,dc=abc,dc=hosted,dc=example,o=internet"


class OrganisationalTest(LayoutTests, NewDomainCase):
    layout = "organisational"
    node = f"o=abc.{ZONE},o=isp"
    people = f"ou=People,o=abc.{ZONE},o=isp"


class ForeignRecordTest(NewDomainCase):
    zones = {ZONE: "abc MX 5 mail.other.example.\n"}

    def test_nothing_foreign_is_overwritten(self):
        plan = self.site.waypost("domain", "add", f"abc.{ZONE}", "--dry-run")
        self.assertIn("not ours to change", plan)
        said = self.site.waypost("domain", "add", f"abc.{ZONE}")
        self.assertIn("not finished", said)
        self.assertIn("5 mail.other.example.", said)
        self.assertEqual(self.dns.data(f"abc.{ZONE}", "MX"), ["5 mail.other.example."])
        self.assertEqual(self.dns.data(f"mail.abc.{ZONE}", "CNAME"), [])  # all or nothing
        self.site.waypost("domain", "remove", f"abc.{ZONE}")
        self.assertEqual(self.dns.data(f"abc.{ZONE}", "MX"), ["5 mail.other.example."])


class DirectoryTest(NewDomainCase):
    node = f"""dn: dc=example,o=internet
objectClass: domain
dc: example

dn: dc=hosted,dc=example,o=internet
objectClass: domain
dc: hosted

dn: dc=feed,dc=hosted,dc=example,o=internet
objectClass: domain
objectClass: inetDomain
objectClass: mailDomain
dc: feed
inetDomainStatus: active

"""

    def test_a_domain_that_another_tool_writes_gets_its_records_and_loses_them(self):
        self.directory.add(self.node)
        self.until(lambda: self.dns.data(f"feed.{ZONE}", "MX"), MX)
        self.until(lambda: self.state(f"feed.{ZONE}"), "verified")
        self.assertEqual(self.ask.rcpt(f"postmaster@feed.{ZONE}"), 550)  # nobody is postmaster yet, but it is hosted
        self.directory.delete("dc=feed,dc=hosted,dc=example,o=internet")
        self.until(lambda: self.dns.data(f"feed.{ZONE}", "MX"), [])
        self.until(lambda: self.state(f"feed.{ZONE}"), "")

    def missing_after_a_restart(self, name, dn):
        """The domain stands; then the directory comes back without it, and everything is read anew."""
        self.directory.add(self.node[self.node.index(f"dn: {dn}"):])
        self.until(lambda: self.state(name), "verified")
        self.site.kill()
        self.directory.delete(dn)
        shutil.rmtree(self.site.folder / "state/cache")
        self.site.start()
        self.until(lambda: self.state(name), "dns")

    def test_a_directory_that_came_back_with_less_is_no_order_to_withdraw(self):
        name, dn = f"feed.{ZONE}", "dc=feed,dc=hosted,dc=example,o=internet"
        self.directory.add(self.node[:self.node.index(f"dn: {dn}")])
        self.missing_after_a_restart(name, dn)
        self.until(lambda: self.ask.rcpt(f"a@{name}"), 550)
        self.assertEqual(self.dns.data(name, "MX"), MX)
        said = [one["problem"] for one in self.site.json("domain", "progress") if one["domain"] == name]
        self.assertIn("`waypost domain remove feed.hosted.example` withdraws its records", said[0])
        self.missing_after_a_restart(name, dn)
        self.site.waypost("domain", "remove", name)
        self.assertEqual(self.dns.data(name, "MX"), [])
        self.assertEqual(self.state(name), "")


class MessageTest(NewDomainCase):
    keys = MESSAGES.replace(f'"{ZONE}"', '"wild.example", "elsewhere.example"')
    may_update = ("wild.example", "elsewhere.example")

    def test_the_whole_story(self):
        """An empty directory, a wildcard MX that names this host, a message for a domain that nobody has defined."""
        self.site.add_people(users=("postmaster",))
        domain = "abc.wild.example"
        with smtplib.SMTP(*self.site.listener("smtp"), timeout=60) as client:
            client.sendmail("sender@far.example", [f"new.user@{domain}"], "Subject: the first one\r\n\r\nHello.\r\n")
        for name in ("dc=example", "dc=wild,dc=example", "dc=abc,dc=wild,dc=example"):
            self.assertIn(f"dn: {name},o=internet", self.directory.search("o=internet", "dn"))
        self.assertEqual(self.dns.data(f"mail.{domain}", "CNAME"), ["mail.example.com."])
        self.assertEqual(self.dns.data(domain, "MX"), MX)
        self.assertEqual(self.state(domain), "verified")
        self.assertIn(domain, self.site.waypost("domain", "list"))
        audit = [one for one in self.site.json("domain", "progress") if one["domain"] == domain][0]
        self.assertEqual((audit["origin"], audit["asked_by"]), ("message", "client 127.0.0.1 sender <sender@far.example>"))
        box = poplib.POP3(*self.site.listener("pop3"), timeout=30)
        box.user("postmaster@example.com")
        box.pass_("correct horse")
        self.assertIn(b"Subject: the first one", box.retr(1)[1])
        box.close()
        self.site.waypost("domain", "remove", domain)
        self.assertEqual(self.dns.data(f"mail.{domain}", "CNAME"), [])
        self.assertEqual(self.dns.data(domain, "MX"), MX)  # the wildcard's

    def test_its_refusals(self):
        entries = self.directory.search("o=internet", "dn")
        for address, code, why in (("a@abc.elsewhere.example", 550, "the MX is another host"),
                                   ("a@nowhere.bare.example", 550, "no such domain"),
                                   ("a@wild.example", 550, "the suffix itself has no MX"),
                                   ("a@localhost", 550, "reserved"), ("a@b.internal", 550, "reserved"),
                                   ("a@co.uk", 550, "a public suffix"), ("a@[127.0.0.1]", 550, "no domain name")):
            with self.subTest(why):
                self.assertEqual(self.ask.rcpt(address), code)
        self.assertEqual(self.directory.search("o=internet", "dn"), entries)
        self.assertEqual(self.site.json("domain", "progress"), [])


class ProposalTest(NewDomainCase):
    keys = 'from_messages = "propose"\n'
    may_update = ("wild.example",)

    def test_an_operator_decides(self):
        self.assertEqual(self.ask.rcpt("ann@abc.wild.example"), 450)
        self.assertEqual(self.state("abc.wild.example"), "proposed")
        self.assertEqual(self.directory.search("o=internet", "dn").split(), ["dn:", "o=internet"])
        self.site.waypost("domain", "approve", "abc.wild.example")
        self.assertEqual(self.state("abc.wild.example"), "verified")
        self.assertEqual(self.ask.rcpt("ann@def.wild.example"), 450)
        self.site.waypost("domain", "reject", "def.wild.example")
        self.assertEqual(self.ask.rcpt("ann@def.wild.example"), 550)


class LimitsTest(NewDomainCase):
    keys = 'from_messages = "propose"\nlookups_per_client = 2\nproposals = 1\n'
    may_update = ("wild.example",)

    def test_over_a_limit_a_message_waits(self):
        for name in ("one", "two", "three"):
            self.assertEqual(self.ask.rcpt(f"ann@{name}.wild.example"), 450)
        self.assertEqual(self.ask.rcpt("ann@abc.elsewhere.example"), 450)  # whose it is was not looked up
        self.assertEqual([one["domain"] for one in self.site.json("domain", "progress")], ["one.wild.example"])


class UnlistedSuffixTest(NewDomainCase):
    keys = MESSAGES
    may_update = ("wild.example", ZONE)

    def test_a_domain_outside_the_suffixes_is_only_proposed(self):
        self.assertEqual(self.ask.rcpt("ann@abc.wild.example"), 450)
        self.assertEqual(self.state("abc.wild.example"), "proposed")


if __name__ == "__main__":
    unittest.main()
