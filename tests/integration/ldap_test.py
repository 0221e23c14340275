# SPDX-License-Identifier: Apache-2.0
"""The LDAP directory followed live (RFC 4533), beside a real slapd: every change is known without a sync (R5.4, R5.5),
and nothing that happens to either side loses one."""
import contextlib
import poplib
import smtplib
import threading
import time
import unittest

import slapd_site
import waypost_site

PATIENCE = 10  # seconds until a change must be known; it takes milliseconds
ROOTS = "".join(f"dn: o={name}\nobjectClass: top\nobjectClass: organization\no: {name}\n\n" for name in ("internet", "isp"))
BASE = "o=example.com,o=isp"


def user(uid, *more, base=BASE, domain="example.com"):
    lines = [f"dn: uid={uid},ou=People,{base}", "objectClass: inetOrgPerson", "objectClass: inetUser", "objectClass: inetMailUser",
             "objectClass: inetLocalMailRecipient", f"uid: {uid}", f"cn: {uid}", f"sn: {uid}", f"mail: {uid}@{domain}", *more]
    return "\n".join(lines) + "\n\n"


def group(name, *more):
    lines = [f"dn: cn={name},ou=Groups,{BASE}", "objectClass: groupOfUniqueNames", "objectClass: inetMailGroup",
             "objectClass: inetLocalMailRecipient", f"cn: {name}", f"mail: {name}@example.com", *more]
    return "\n".join(lines) + "\n\n"


def member(uid):
    return f"uniqueMember: uid={uid},ou=People,{BASE}"


def change(dn, *lines):
    return "\n".join((f"dn: {dn}", "changetype: modify", *lines)) + "\n\n"


class Questions:
    """What an SMTP client and the operator see of a site."""

    def __init__(self, site):
        self.site = site

    def rcpt(self, address):
        with smtplib.SMTP(*self.site.listener("smtp"), timeout=30) as client:
            client.ehlo()
            client.mail("sender@elsewhere.example")
            return client.rcpt(address)[0]

    def goes_to(self, address):
        """Local addresses that the router names for it."""
        answer = self.site.json("route", address)
        return sorted(one["account"] for one in answer["destinations"])

    def until(self, question, wanted):
        """Waits for an answer; the last one when it does not come."""
        deadline = time.monotonic() + PATIENCE
        while (answer := question()) != wanted and time.monotonic() < deadline:
            time.sleep(0.005)
        return answer

    def until_live(self):
        return self.until(lambda: self.site.json("status")["directory"]["live"], True)


def configuration(directory, *more):
    return waypost_site.KERNEL + waypost_site.SMTP + waypost_site.POP3 + directory.plugin(*more) + waypost_site.STORE


class LiveCase(unittest.TestCase):
    """A site of its own for each test, with example.com and ann."""
    log = 100
    options = ()

    def setUp(self):
        scope = contextlib.ExitStack()
        self.addCleanup(scope.close)
        self.directory = scope.enter_context(slapd_site.Slapd(log=self.log))
        self.directory.add(ROOTS)
        self.site = scope.enter_context(waypost_site.temporary(configuration(self.directory, *self.options)))
        self.site.start()
        self.site.add_people()
        self.ask = Questions(self.site)

    def know(self, address, code):
        self.assertEqual(self.ask.until(lambda: self.ask.rcpt(address), code), code)

    def log_text(self):
        return (self.site.folder / "waypostd.log").read_text(errors="replace")


class ChangesTest(LiveCase):
    def test_users_come_change_and_go(self):
        self.directory.add(user("bob"))
        self.know("bob@example.com", 250)
        for old, new in (("bob", "rob"), ("rob", "robert")):
            self.directory.modify(change(f"uid=bob,ou=People,{BASE}", "replace: mail", f"mail: {new}@example.com"))
            self.know(f"{new}@example.com", 250)
            self.know(f"{old}@example.com", 250 if old == "bob" else 550)  # a login name stays an address
        self.directory.delete(f"uid=bob,ou=People,{BASE}")
        self.know("robert@example.com", 550)
        self.know("bob@example.com", 550)

    def test_a_change_is_one_of_its_domain_alone(self):
        self.site.waypost("domain", "add", "other.example")
        change_of = lambda name: self.site.json("route", f"x@{name}")["tables"]["domain_change"]  # noqa: E731
        mine, other = change_of("example.com"), change_of("other.example")
        self.directory.add(user("bob"))
        self.know("bob@example.com", 250)
        self.assertGreater(change_of("example.com"), mine)
        self.assertEqual(change_of("other.example"), other)
        self.assertTrue(self.site.json("route", "x@example.com")["tables"]["live"])

    def test_states_of_a_domain(self):
        node = "dc=example,dc=com,o=internet"
        for state, code in (("inactive", 450), ("deleted", 550), ("active", 250)):
            self.directory.modify(change(node, "replace: inetDomainStatus", f"inetDomainStatus: {state}"))
            self.know("ann@example.com", code)

    def test_lists_and_their_members(self):
        self.directory.add(user("bob") + group("team", member("ann")))
        self.know("team@example.com", 250)
        who = lambda: self.ask.goes_to("team@example.com")  # noqa: E731
        dn = f"cn=team,ou=Groups,{BASE}"
        self.assertEqual(self.ask.until(who, ["ann@example.com"]), ["ann@example.com"])
        self.directory.modify(change(dn, "add: uniqueMember", member("bob")))
        self.assertEqual(self.ask.until(who, ["ann@example.com", "bob@example.com"]), ["ann@example.com", "bob@example.com"])
        self.directory.delete(f"uid=bob,ou=People,{BASE}")
        self.assertEqual(self.ask.until(who, ["ann@example.com"]), ["ann@example.com"])
        self.directory.delete(dn)
        self.know("team@example.com", 550)

    def test_members_by_search(self):
        clerk = "title: clerk"
        self.directory.add(user("c1", clerk))
        self.site.waypost("group", "add", "clerks@example.com", f"memberURL=ldap:///{BASE}??sub?(title=clerk)")
        goes_to = lambda: self.ask.goes_to("clerks@example.com")  # noqa: E731
        self.assertEqual(self.ask.until(goes_to, ["c1@example.com"]), ["c1@example.com"])
        self.directory.add(user("c2", clerk))
        self.assertEqual(self.ask.until(goes_to, ["c1@example.com", "c2@example.com"]), ["c1@example.com", "c2@example.com"])
        self.directory.modify(change(f"uid=c1,ou=People,{BASE}", "delete: title"))
        self.assertEqual(self.ask.until(goes_to, ["c2@example.com"]), ["c2@example.com"])

    def test_administrators(self):
        self.directory.modify(change("dc=example,dc=com,o=internet", "add: waypostAdministrator",
                                     f"waypostAdministrator: uid=ann,ou=People,{BASE}"))
        shown = lambda: "waypostAdministrator" in self.site.waypost("domain", "show", "example.com")  # noqa: E731
        self.assertTrue(self.ask.until(shown, True))

    def test_a_rename_keeps_the_entry(self):
        self.directory.add(user("bob"))
        self.know("bob@example.com", 250)
        self.directory.rename(f"uid=bob,ou=People,{BASE}", "uid=bobby")
        dn = lambda: self.site.json("user", "show", "bobby@example.com").get("dn", "").split(",")[0]  # noqa: E731
        self.assertEqual(self.ask.until(lambda: self.site.run("user", "show", "bobby@example.com").returncode, 0), 0)
        self.assertEqual(dn(), "uid=bobby")
        self.assertEqual(self.ask.rcpt("bob@example.com"), 250)  # its address is what it was
        self.assertEqual(self.site.json("status")["directory"]["users"], 2)

    def test_one_entry_deleted_and_added_again_is_there(self):
        for _ in range(20):
            self.directory.modify(user("bob", "description: again").replace("\nobjectClass", "\nchangetype: add\nobjectClass", 1)
                                  + f"dn: uid=bob,ou=People,{BASE}\nchangetype: delete\n\n")
        self.directory.add(user("bob"))
        self.know("bob@example.com", 250)

    def test_what_the_tool_writes_is_there_when_it_returns(self):
        for number in range(20):
            self.site.waypost("user", "add", f"u{number}@example.com", "--password-stdin", stdin="secret word\n")
            self.assertEqual(self.ask.rcpt(f"u{number}@example.com"), 250)
            self.site.waypost("user", "remove", f"u{number}@example.com")
            self.assertEqual(self.ask.rcpt(f"u{number}@example.com"), 550)


class LoginTest(LiveCase):
    def login(self, password):
        client = poplib.POP3(*self.site.listener("pop3"), timeout=30)
        try:
            client.user("ann@example.com")
            client.pass_(password)
            return "+OK"
        except poplib.error_proto as refused:
            return refused.args[0].decode()
        finally:
            client.close()

    def test_the_directory_judges_passwords(self):
        self.assertEqual(self.login("correct horse"), "+OK")
        self.assertIn("[AUTH]", self.login("wrong horse"))
        self.assertNotIn("correct horse", self.directory.search(BASE, "uid=ann"))

    def test_a_changed_password_counts_at_once(self):
        self.assertEqual(self.login("correct horse"), "+OK")
        self.directory.modify(change(f"uid=ann,ou=People,{BASE}", "replace: userPassword", "userPassword: another horse"))
        self.assertEqual(self.ask.until(lambda: "[AUTH]" in self.login("correct horse"), True), True)

    def test_a_directory_that_is_away_is_no_wrong_password(self):
        self.directory.stop()
        self.assertIn("[SYS/TEMP]", self.login("correct horse"))
        self.assertEqual(self.ask.rcpt("ann@example.com"), 250)
        self.directory.start()
        self.assertEqual(self.ask.until(lambda: self.login("correct horse"), "+OK"), "+OK")


class ResumeTest(LiveCase):
    log = 20

    def changed_while_the_daemon_is_down(self, count=3, restart=False):
        """Adds users, deletes others, and says how the site learns of it."""
        self.directory.add("".join(user(f"old{i}") for i in range(count)))
        self.know(f"old{count - 1}@example.com", 250)
        self.site.kill()
        self.directory.delete(*(f"uid=old{i},ou=People,{BASE}" for i in range(count)))
        self.directory.add(user("new"))
        if restart:
            self.directory.stop()
            self.directory.start()
        self.site.start()
        self.ask.until_live()
        self.assertEqual(self.ask.rcpt("new@example.com"), 250)
        self.assertEqual([self.ask.rcpt(f"old{i}@example.com") for i in range(count)], [550] * count)
        self.assertEqual(self.ask.rcpt("ann@example.com"), 250)

    def test_from_the_cookie(self):
        self.changed_while_the_daemon_is_down()

    def test_after_a_restart_of_slapd_that_forgot_its_log(self):
        self.changed_while_the_daemon_is_down(restart=True)

    def test_after_more_changes_than_the_log_holds(self):
        self.changed_while_the_daemon_is_down(count=40)

    def test_slapd_restarts_below_a_running_daemon(self):
        self.directory.stop()
        self.assertFalse(self.ask.until(lambda: self.site.json("status")["directory"]["live"], False))
        self.assertEqual(self.ask.rcpt("ann@example.com"), 250)
        self.assertEqual(self.ask.rcpt("nobody@example.com"), 450)  # R5.7: not on the word of an old cache
        self.directory.start()
        self.directory.add(user("late"))
        self.know("late@example.com", 250)
        self.assertEqual(self.ask.until(lambda: self.ask.rcpt("nobody@example.com"), 550), 550)

    def test_the_daemon_starts_while_the_directory_is_away(self):
        self.directory.stop()
        self.site.kill()
        self.site.start()
        self.assertEqual(self.ask.rcpt("ann@example.com"), 250)
        self.assertEqual(self.ask.rcpt("nobody@example.com"), 450)
        self.assertFalse(self.site.json("status")["directory"]["live"])
        self.directory.start()
        begun = time.monotonic()
        self.directory.add(user("late"))
        self.know("late@example.com", 250)
        self.assertTrue(self.ask.until_live())
        self.assertLess(time.monotonic() - begun, 2)

    def test_a_killed_slapd_may_be_older_than_the_cookie(self):
        self.directory.add("".join(user(f"u{i}") for i in range(5)))
        self.know("u4@example.com", 250)
        self.directory.delete(f"uid=u4,ou=People,{BASE}", f"uid=u3,ou=People,{BASE}")
        self.know("u3@example.com", 550)
        self.directory.kill()
        self.directory.start()
        self.assertTrue(self.ask.until_live())
        self.directory.add(user("late"))
        self.know("late@example.com", 250)
        # Whatever the server lost or kept, the site says the same.
        for uid in ("u0", "u2", "u3", "u4"):
            there = f"uid={uid}," in self.directory.search(BASE, f"uid={uid}", "dn")
            self.assertEqual(self.ask.until(lambda u=uid: self.ask.rcpt(f"{u}@example.com"), 250 if there else 550),
                             250 if there else 550, uid)

    def test_a_daemon_killed_in_the_middle_of_a_refresh(self):
        for start in range(0, 2000, 500):
            self.directory.add("".join(user(f"m{i}") for i in range(start, start + 500)))
        whole = time.monotonic()
        self.site.waypost("sync", "--full")
        whole = time.monotonic() - whole
        for part in (0.1, 0.3, 0.5, 0.7, 0.9):
            running = threading.Thread(target=self.site.run, args=("sync", "--full"))
            running.start()
            time.sleep(whole * part)  # where in the refresh the kill falls is the point
            self.site.kill()
            running.join()
            self.site.start()
            self.assertEqual(self.ask.rcpt("m100@example.com"), 250)
        self.site.kill()
        self.directory.delete(*(f"uid=m{i},ou=People,{BASE}" for i in range(0, 2000, 100)))
        self.site.start()
        self.ask.until_live()
        self.assertEqual(self.ask.rcpt("m100@example.com"), 550)
        self.assertEqual(self.ask.rcpt("m101@example.com"), 250)
        self.assertEqual(self.site.json("status")["directory"]["users"], 1 + 2000 - 20)

if __name__ == "__main__":
    unittest.main()
