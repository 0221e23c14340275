# SPDX-License-Identifier: Apache-2.0
"""Every directory backend behaves the same in every layout (R4.1, R4.3): the samples of conf/samples/ as they are, changes by
the backend's own tool, seen by SMTP, POP3 and `waypost route`. One daemon for each backend and layout."""
import contextlib
import pathlib
import poplib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "integration"))

import backends  # noqa: E402  pylint: disable=wrong-import-position
import layouts  # noqa: E402  pylint: disable=wrong-import-position
from ldap_test import Questions  # noqa: E402  pylint: disable=wrong-import-position

# What the samples say: address, code at RCPT, accounts.
SAMPLE = (("ann@example.com", 250, ["ann@example.com"]), ("ANN.Archer@Example.COM", 250, ["ann@example.com"]),
          ("bob@example.com", 250, ["bob@example.com"]), ("staff@example.com", 250, ["ann@example.com", "bob@example.com"]),
          ("postmaster@example.com", 250, ["ann@example.com"]), ("nobody@example.com", 550, []),
          ("ann@example.net", 250, ["ann@example.com"]), ("bob@example.net", 250, ["bob@example.com"]),
          ("staff@example.net", 250, ["ann@example.com", "bob@example.com"]), ("nobody@example.net", 550, []),
          ("ann@example.org", 250, ["ann@example.org"]), ("cat@example.org", 250, ["ann@example.org"]),
          ("bob@example.org", 550, []), ("postmaster@example.org", 250, ["ann@example.com"]),
          ("ann@elsewhere.example", 550, []), ("ann@com", 550, []))


def replaced(dn, name, value):
    return f"dn: {dn}\nchangetype: modify\nreplace: {name}\n{name}: {value}\n-\n\n"


def deleted(dn):
    return f"dn: {dn}\nchangetype: delete\n\n"


class Behaviours:
    layout = backend = None

    @classmethod
    def setUpClass(cls):
        scope = contextlib.ExitStack()
        cls.addClassCleanup(scope.close)
        cls.site, cls.directory = scope.enter_context(backends.running(cls.backend, cls.layout))
        cls.ask = Questions(cls.site)

    # --- words of the tests ---

    def change(self, *records):
        self.directory.change("".join(records))

    def seen(self, address):
        """(code at RCPT, accounts), of which `waypost route` says the same verdict."""
        code = self.ask.rcpt(address)
        route = self.site.json("route", address)
        verdict = 250 if route["verdict"] == "accepted" else int(route["verdict"].split()[0])
        return (code if code == verdict else f"RCPT {code}, route {verdict}", sorted(one["account"] for one in route["destinations"]))

    def becomes(self, address, code, accounts=()):
        wanted = (code, list(accounts))
        self.assertEqual(self.ask.until(lambda: self.seen(address), wanted), wanted, address)

    def code_becomes(self, address, code):
        self.assertEqual(self.ask.until(lambda: self.seen(address)[0], code), code, address)

    def user(self, uid, domain, *more):
        return "\n".join((f"dn: {self.layout.user(uid, domain)}", "changetype: add", "objectClass: inetOrgPerson",
                          "objectClass: inetUser", "objectClass: inetLocalMailRecipient", "objectClass: inetMailUser", f"uid: {uid}",
                          f"cn: {uid}", "sn: Someone", f"mail: {uid}@{domain}", *more)) + "\n\n"

    def group(self, name, domain, *members):
        return "\n".join((f"dn: {self.layout.group(name, domain)}", "changetype: add", "objectClass: groupOfUniqueNames",
                          "objectClass: inetMailGroup", "objectClass: inetLocalMailRecipient", f"cn: {name}",
                          f"mail: {name}@{domain}", *(f"uniqueMember: {self.layout.user(uid, domain)}" for uid in members))) + "\n\n"

    def login(self, name, password):
        client = poplib.POP3(*self.site.listener("pop3"), timeout=30)
        try:
            client.user(name)
            client.pass_(password)
            return "+OK"
        except poplib.error_proto as refused:
            return refused.args[0].decode()
        finally:
            client.close()

    def refused(self, *words):
        done = self.site.run(*words)
        self.assertEqual(done.returncode, 1, (words, done.stdout))
        return done.stderr

    # --- the sample ---

    def test_the_sample(self):
        for address, code, accounts in SAMPLE:
            self.becomes(address, code, accounts)

    def test_a_full_sync_changes_nothing(self):
        answers = lambda: [self.site.waypost(what, "list") for what in ("domain", "user", "group")]  # noqa: E731
        before = answers()
        self.site.waypost("sync", "--full")
        self.assertEqual(answers(), before)
        self.test_the_sample()

    # --- users ---

    def test_users_come_change_and_go(self):
        self.change(self.user("dee", "example.com"))
        self.becomes("dee@example.com", 250, ["dee@example.com"])
        dn = self.layout.user("dee", "example.com")
        self.change(replaced(dn, "mail", "dora@example.com"))
        self.code_becomes("dora@example.com", 250)
        self.change(f"dn: {dn}\nchangetype: modify\nadd: mailAlternateAddress\nmailAlternateAddress: d.d@example.com\n-\n\n")
        self.code_becomes("d.d@example.com", 250)
        self.change(f"dn: {dn}\nchangetype: modify\ndelete: mailAlternateAddress\n-\n\n")
        self.code_becomes("d.d@example.com", 550)
        self.change(f"dn: {dn}\nchangetype: modrdn\nnewrdn: uid=dolly\ndeleteoldrdn: 1\n\n")
        self.code_becomes("dolly@example.com", 250)
        self.code_becomes("dee@example.com", 550)
        self.change(deleted(self.layout.user("dolly", "example.com")))
        for name in ("dora", "dolly", "dee"):
            self.becomes(f"{name}@example.com", 550)

    def test_states_of_a_user(self):
        self.change(self.user("sam", "example.com"))
        self.code_becomes("sam@example.com", 250)
        for name in ("mailUserStatus", "inetUserStatus"):
            for state, code in (("inactive", 450), ("deleted", 550), ("active", 250)):
                self.change(replaced(self.layout.user("sam", "example.com"), name, state))
                self.code_becomes("sam@example.com", code)
        self.change(deleted(self.layout.user("sam", "example.com")))

    def test_one_login_name_in_two_domains(self):
        self.change(self.user("two", "example.com"), self.user("two", "example.org"))
        for domain in ("example.com", "example.org"):
            self.becomes(f"two@{domain}", 250, [f"two@{domain}"])
        self.change(deleted(self.layout.user("two", "example.com")))
        self.becomes("two@example.com", 550)
        self.becomes("two@example.org", 250, ["two@example.org"])
        self.change(deleted(self.layout.user("two", "example.org")))
        self.becomes("two@example.org", 550)

    # --- domains ---

    def test_states_of_a_domain(self):
        for name in ("inetDomainStatus", "mailDomainStatus"):
            for state, code in (("inactive", 450), ("deleted", 550), ("active", 250)):
                self.change(replaced(self.layout.nodes["example.org"], name, state))
                self.code_becomes("cat@example.org", code)
                self.becomes("ann@example.com", 250, ["ann@example.com"])

    def test_an_alias_comes_and_goes(self):
        make, unmake = self.layout.alias("example-too")
        self.change(make)
        self.becomes("ann@example-too.net", 250, ["ann@example.com"])
        self.becomes("staff@example-too.net", 250, ["ann@example.com", "bob@example.com"])
        self.becomes("nobody@example-too.net", 550)
        self.change(unmake)
        self.becomes("ann@example-too.net", 550)

    def test_catch_all(self):
        node = self.layout.nodes["example.org"]
        self.change(replaced(node, "mailDomainCatchallAddress", "bob@example.com"))
        self.becomes("whoever@example.org", 250, ["bob@example.com"])
        self.becomes("cat@example.org", 250, ["ann@example.org"])
        self.change(f"dn: {node}\nchangetype: modify\ndelete: mailDomainCatchallAddress\n-\n\n")
        self.becomes("whoever@example.org", 550)

    def test_who_is_postmaster(self):
        node = self.layout.nodes["example.org"]
        self.change(replaced(node, "mailDomainReportAddress", "bob@example.com"))
        self.becomes("postmaster@example.org", 250, ["bob@example.com"])
        self.change(replaced(node, "mailDomainReportAddress", "ann@example.com"))
        self.becomes("postmaster@example.org", 250, ["ann@example.com"])

    # --- lists ---

    def test_lists_and_their_members(self):
        self.change(self.user("m1", "example.com"), self.user("m2", "example.com"), self.group("team", "example.com", "m1"))
        self.becomes("team@example.com", 250, ["m1@example.com"])
        member = f"uniqueMember: {self.layout.user('m2', 'example.com')}"
        modify = f"dn: {self.layout.group('team', 'example.com')}\nchangetype: modify\n%s: uniqueMember\n{member}\n-\n\n"
        self.change(modify % "add")
        self.becomes("team@example.com", 250, ["m1@example.com", "m2@example.com"])
        self.change(modify % "delete")
        self.becomes("team@example.com", 250, ["m1@example.com"])
        self.change(modify % "add", deleted(self.layout.user("m1", "example.com")))
        self.becomes("team@example.com", 250, ["m2@example.com"])
        self.change(deleted(self.layout.group("team", "example.com")), deleted(self.layout.user("m2", "example.com")))
        self.becomes("team@example.com", 550)

    # --- the tool ---

    def test_the_tool_makes_a_domain_and_takes_it_back(self):
        self.site.waypost("domain", "add", "fresh.org")
        self.site.waypost("user", "add", "flo@fresh.org", "--password-stdin", stdin="correct horse\n")
        self.site.waypost("group", "add", "all@fresh.org")
        self.site.waypost("group", "join", "all@fresh.org", "flo@fresh.org")
        self.assertEqual(self.seen("flo@fresh.org"), (250, ["flo@fresh.org"]))
        self.assertEqual(self.seen("all@fresh.org"), (250, ["flo@fresh.org"]))
        self.assertEqual(self.seen("eve@fresh.org"), (550, []))
        self.assertEqual(self.login("flo@fresh.org", "correct horse"), "+OK")
        self.assertIn("[AUTH]", self.login("flo@fresh.org", "wrong horse"))
        self.assertIn("still has users", self.refused("domain", "remove", "fresh.org"))
        self.site.waypost("group", "remove", "all@fresh.org")
        self.site.waypost("user", "remove", "flo@fresh.org")
        self.assertEqual(self.seen("flo@fresh.org"), (550, []))
        self.site.waypost("domain", "remove", "fresh.org")
        self.assertNotIn("fresh.org", self.site.waypost("domain", "list"))
        self.test_the_sample()

    def test_the_tool_changes_what_the_sample_has(self):
        self.site.waypost("user", "set", "ann@example.org", "mailAlternateAddress=carter@example.org")
        self.assertEqual(self.seen("carter@example.org"), (250, ["ann@example.org"]))
        self.site.waypost("user", "set", "ann@example.org", "mailAlternateAddress=cat@example.org")
        self.assertEqual(self.seen("carter@example.org"), (550, []))
        self.assertEqual(self.seen("cat@example.org"), (250, ["ann@example.org"]))

    def test_an_administrator_of_one_domain(self):
        self.site.waypost("admin", "add", "example.com", "ann@example.com")
        who = ("--as", "ann@example.com")
        self.site.waypost(*who, "user", "add", "new@example.com", "--password-stdin", stdin="correct horse\n")
        self.assertEqual(self.seen("new@example.com"), (250, ["new@example.com"]))
        for words in (("user", "add", "new@example.org", "--no-password"), ("user", "remove", "ann@example.org"),
                      ("domain", "add", "third.org")):
            self.assertIn("may not", self.refused(*who, *words))
        self.assertEqual(self.seen("new@example.org"), (550, []))
        self.site.waypost(*who, "user", "remove", "new@example.com")
        self.site.waypost("admin", "remove", "example.com", "ann@example.com")
        self.assertIn("may not", self.refused(*who, "user", "remove", "bob@example.com"))


for _layout in (layouts.SCHEMA1, layouts.SCHEMA2, layouts.LABEL, layouts.ORGANISATIONAL):
    for _backend in (backends.Ldif, backends.Ldap):
        _name = f"{_backend.__name__}_{_layout.name}"
        globals()[_name] = type(_name, (Behaviours, unittest.TestCase), {"layout": _layout, "backend": _backend})

if __name__ == "__main__":
    unittest.main()
