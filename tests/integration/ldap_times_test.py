# SPDX-License-Identifier: Apache-2.0
"""The table of R5.4 against a real slapd that has nothing better than modification times: each cell by the answer to
RCPT and by `waypost route`. A `no` of the incremental column must stay no until the full run."""
import contextlib
import unittest

import slapd_site
import waypost_site
from ldap_test import BASE, ROOTS, Questions, change, configuration, group, member, user

LIST = f"cn=team,ou=Groups,{BASE}"
SCHEDULE = '\n[directory]\nsync_interval = "1h"\nfull_sync_interval = "1d"\n'


class TableTest(unittest.TestCase):
    def setUp(self):
        scope = contextlib.ExitStack()
        self.addCleanup(scope.close)
        self.directory = scope.enter_context(slapd_site.Slapd(syncprov=False))
        self.directory.add(ROOTS)
        self.site = scope.enter_context(waypost_site.temporary(configuration(self.directory) + SCHEDULE))
        self.site.start()
        self.site.add_people()
        self.ask = Questions(self.site)

    def sync(self, kind):
        done = self.site.run("sync", f"--{kind}")
        self.assertEqual(done.returncode, 0, done.stderr)

    def cell(self, prepare, act, seen, incremental=True):
        """One row: `seen` tells whether the change is known. Both columns, with a fresh change each."""
        for kind in ("incremental", "full"):
            with self.subTest(kind=kind):
                prepare()
                self.sync("full")
                self.assertFalse(seen())
                act()
                self.sync(kind)
                self.assertEqual(seen(), kind == "full" or incremental)
                self.sync("full")
                self.assertTrue(seen())

    def in_route(self, address, text):
        return text in self.site.waypost("route", address)

    def drop(self, *uids):
        for uid in uids:
            dn = uid if "," in uid else f"uid={uid},ou=People,{BASE}"
            if self.directory.search(dn, "-s", "base", "dn"):
                self.directory.delete(dn)

    def test_new_users_added(self):
        self.cell(lambda: self.drop("bob"), lambda: self.directory.add(user("bob")),
                  lambda: self.site.run("user", "show", "bob@example.com").returncode == 0)
        self.assertEqual(self.ask.rcpt("bob@example.com"), 250)

    def test_modified_users_updated(self):
        def prepare():
            self.drop("bob")
            self.directory.add(user("bob"))

        self.cell(prepare, lambda: self.directory.modify(
            change(f"uid=bob,ou=People,{BASE}", "replace: mailUserStatus", "mailUserStatus: disabled")),
                  lambda: self.ask.rcpt("bob@example.com") == 550 and self.in_route("bob@example.com", "disabled"))

    def test_deleted_users_removed(self):
        def prepare():
            self.drop("bob")
            self.directory.add(user("bob"))

        self.cell(prepare, lambda: self.drop("bob"),
                  lambda: self.ask.rcpt("bob@example.com") == 550 and self.ask.goes_to("bob@example.com") == [],
                  incremental=False)

    def test_a_sweep_finds_deleted_users(self):
        self.directory.add(user("bob"))
        self.sync("incremental")
        self.drop("bob")
        self.sync("incremental")
        self.assertEqual(self.ask.rcpt("bob@example.com"), 250)
        self.sync("sweep")
        self.assertEqual(self.ask.rcpt("bob@example.com"), 550)
        self.assertEqual(self.ask.rcpt("ann@example.com"), 250)

    def test_new_members_of_existing_lists(self):
        def prepare():
            self.drop(LIST, "bob")
            self.directory.add(user("bob") + group("team", member("ann")))

        self.cell(prepare, lambda: self.directory.modify(change(LIST, "add: uniqueMember", member("bob"))),
                  lambda: "bob@example.com" in self.ask.goes_to("team@example.com"))

    def test_deleted_members_of_existing_lists(self):
        def prepare():
            self.drop(LIST, "bob")
            self.directory.add(user("bob") + group("team", member("ann"), member("bob")))

        self.cell(prepare, lambda: self.directory.modify(change(LIST, "delete: uniqueMember", member("bob"))),
                  lambda: self.ask.goes_to("team@example.com") == ["ann@example.com"])

    def test_modified_access_control_information(self):
        node = "dc=example,dc=com,o=internet"

        def prepare():
            if "waypostAdministrator" in self.directory.search(node, "-s", "base"):
                self.directory.modify(change(node, "delete: waypostAdministrator"))

        shown = lambda: "waypostAdministrator" in self.site.waypost("domain", "show", "example.com")  # noqa: E731
        self.cell(prepare, lambda: self.directory.modify(
            change(node, "add: waypostAdministrator", f"waypostAdministrator: uid=ann,ou=People,{BASE}", "-",
                   "replace: mailDomainCatchallAddress", "mailDomainCatchallAddress: ann@example.com")),
                  shown, incremental=False)

    def test_an_incremental_run_takes_the_rest_of_such_an_entry(self):
        self.directory.modify(change(
            "dc=example,dc=com,o=internet", "add: waypostAdministrator", f"waypostAdministrator: uid=ann,ou=People,{BASE}",
            "-", "replace: mailDomainCatchallAddress", "mailDomainCatchallAddress: ann@example.com"))
        self.sync("incremental")
        self.assertEqual(self.ask.rcpt("anything@example.com"), 250)
        self.assertNotIn("waypostAdministrator", self.site.waypost("domain", "show", "example.com"))

    def test_new_lists(self):
        self.cell(lambda: self.drop(LIST), lambda: self.directory.add(group("team", member("ann"))),
                  lambda: self.ask.goes_to("team@example.com") == ["ann@example.com"])
        self.assertEqual(self.ask.rcpt("team@example.com"), 250)

    def test_deleted_lists(self):
        def prepare():
            self.drop(LIST)
            self.directory.add(group("team", member("ann")))

        self.cell(prepare, lambda: self.drop(LIST), lambda: self.ask.rcpt("team@example.com") == 550)

    def test_a_deleted_user_leaves_the_lists_when_the_deletion_is_known(self):
        self.directory.add(user("bob") + group("team", member("ann"), member("bob")))
        self.sync("incremental")
        self.drop("bob")
        self.sync("full")
        self.assertEqual(self.ask.goes_to("team@example.com"), ["ann@example.com"])

    def test_an_emptied_server_changes_nothing(self):
        content = self.directory.emptied()
        for kind in ("full", "sweep", "incremental"):
            self.assertNotEqual(self.site.run("sync", f"--{kind}").returncode, 0)
            self.assertEqual(self.ask.rcpt("ann@example.com"), 250)
        self.directory.add(content)
        self.sync("full")
        self.assertEqual(self.ask.rcpt("ann@example.com"), 250)

    def test_one_domain_alone(self):
        self.site.waypost("domain", "add", "other.example")
        self.directory.add(user("bob") + user("eve", base="o=other.example,o=isp", domain="other.example"))
        self.drop("ann")
        done = self.site.run("sync", "--full", "--domain", "example.com")
        self.assertEqual(done.returncode, 0, done.stderr)
        shown = self.site.waypost("user", "list")
        self.assertIn("bob@example.com", shown)
        self.assertNotIn("eve@other.example", shown)
        self.assertNotIn("ann@example.com", shown)
        refused = self.site.run("sync", "--domain", "nowhere.example")
        self.assertNotEqual(refused.returncode, 0)
        self.assertIn("nowhere.example", refused.stderr)

    def test_a_user_who_is_in_the_directory_already_is_not_bounced(self):
        """R5.7: the miss is confirmed by a look-up; while the directory is away it is 4xx."""
        self.directory.add(user("bob"))
        self.assertEqual(self.ask.rcpt("bob@example.com"), 250)
        self.assertEqual(self.ask.rcpt("nobody@example.com"), 550)
        self.directory.stop()
        self.assertEqual(self.ask.rcpt("eve@example.com"), 450)
        self.assertEqual(self.ask.rcpt("bob@example.com"), 250)
        self.directory.start()


if __name__ == "__main__":
    unittest.main()
