#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""R3.4, R3.5, R4.4, R4.8: what RCPT answers for each state of a domain and of a user, and where the mail is then:
delivered, held, or not taken at all."""
import unittest

from dialogue import PASSWORD, Case, site

MESSAGE = b"From: bob@example.org\r\nSubject: %s\r\n\r\nbody\r\n"
# One of these attributes with one of these values -> the answer to RCPT.
DOMAIN_STATES = {
    "inetDomainStatus=active": "250 2.1.5",
    "inetDomainStatus=inactive": "450 4.2.1",
    "inetDomainStatus=deleted": "550 5.2.1",
    "mailDomainStatus=active": "250 2.1.5",
    "mailDomainStatus=inactive": "450 4.2.1",
    "mailDomainStatus=disabled": "550 5.2.1",
    "mailDomainStatus=deleted": "550 5.2.1",
    "mailDomainStatus=overquota": "452 4.2.2",
    "mailDomainStatus=hold": "250 2.1.5",
    "mailDomainStatus=nonsense": "450 4.2.1",  # unknown values are inactive: nothing bounces by a slip of the pen
}
USER_STATES = {
    "inetUserStatus=active": "250 2.1.5",
    "inetUserStatus=inactive": "450 4.2.1",
    "inetUserStatus=deleted": "550 5.2.1",
    "mailUserStatus=active": "250 2.1.5",
    "mailUserStatus=inactive": "450 4.2.1",
    "mailUserStatus=disabled": "550 5.2.1",
    "mailUserStatus=deleted": "550 5.2.1",
    "mailUserStatus=removed": "550 5.2.1",
    "mailUserStatus=overquota": "452 4.2.2",
    "mailUserStatus=hold": "250 2.1.5",
    "mailUserStatus=nonsense": "450 4.2.1",
}
# The first that is not active decides, the domain before the user.
PRECEDENCE = (
    ("inetDomainStatus=inactive", "mailDomainStatus=deleted", "inetUserStatus=active", "mailUserStatus=active", "450 4.2.1"),
    ("inetDomainStatus=active", "mailDomainStatus=deleted", "inetUserStatus=inactive", "mailUserStatus=active", "550 5.2.1"),
    ("inetDomainStatus=active", "mailDomainStatus=active", "inetUserStatus=deleted", "mailUserStatus=hold", "550 5.2.1"),
    ("inetDomainStatus=inactive", "mailDomainStatus=active", "inetUserStatus=deleted", "mailUserStatus=deleted", "450 4.2.1"),
    ("inetDomainStatus=", "mailDomainStatus=", "inetUserStatus=", "mailUserStatus=disabled", "550 5.2.1"),
)


class answers(Case):
    def rcpt(self, address):
        with self.smtp() as smtp:
            return smtp.envelope(address)

    def mail(self, name, address):
        with self.smtp() as smtp:
            self.assert_answer(smtp.mail(MESSAGE % name, address), "250 2.0.0")

    def names(self, user):
        """Subjects in an inbox."""
        return [line[9:] for message in self.inbox(user) for line in message.split(b"\r\n") if line.startswith(b"Subject: ")]

    def test_states_of_a_domain(self):
        self.site.add_people("states.example", ("ann",), PASSWORD)
        for change, expected in DOMAIN_STATES.items():
            with self.subTest(change):
                self.site.waypost("domain", "set", "states.example", change)
                answer = self.rcpt("ann@states.example")
                self.assert_answer(answer, expected)
                if expected.startswith("550 5.2.1"):
                    self.assertIn(change.split("=")[1], answer)  # R3.4: an error that says so
                if not expected.startswith("250"):
                    # Nobody is told who exists in a domain that takes no mail.
                    self.assert_answer(self.rcpt("nobody@states.example"), expected)
                self.site.waypost("domain", "set", "states.example", "inetDomainStatus=active", "mailDomainStatus=active")
        self.assert_answer(self.rcpt("nobody@states.example"), "550 5.1.1")

    def test_states_of_a_user(self):
        self.site.add_people("users.example", ("ann", "ben"), PASSWORD)
        for change, expected in USER_STATES.items():
            with self.subTest(change):
                self.site.waypost("user", "set", "ann@users.example", change)
                self.assert_answer(self.rcpt("ann@users.example"), expected)
                self.assert_answer(self.rcpt("ann+detail@users.example"), expected)
                self.assert_answer(self.rcpt("ben@users.example"), "250 2.1.5")
                self.site.waypost("user", "set", "ann@users.example", "inetUserStatus=active", "mailUserStatus=active")

    def test_the_first_state_that_is_not_active_decides(self):
        self.site.add_people("order.example", ("ann",), PASSWORD)
        for *changes, expected in PRECEDENCE:
            with self.subTest(changes):
                self.site.waypost("domain", "set", "order.example", *changes[:2])
                self.site.waypost("user", "set", "ann@order.example", *changes[2:])
                self.assert_answer(self.rcpt("ann@order.example"), expected)

    def test_unknown_users_and_domains(self):
        self.assert_answer(self.rcpt("nobody@example.com"), "550 5.1.1")
        self.assert_answer(self.rcpt("ann@foreign.example"), "550 5.7.1")

    def test_mail_for_a_held_user_waits_in_the_queue(self):
        self.site.add_people("held.example", ("ann",), PASSWORD)
        self.site.waypost("user", "set", "ann@held.example", "mailUserStatus=hold")
        self.mail(b"held", "ann@held.example")
        queued = [one for one in self.site.json("queue", "list") if one["recipients"] == ["ann@held.example"]]
        self.assertEqual(len(queued), 1)
        shown = self.site.json("queue", "show", str(queued[0]["id"]))
        self.assertEqual(shown["recipients"][0]["state"], "held")
        self.assertIn("Subject: held", self.site.waypost("queue", "show", "--content", str(queued[0]["id"])))

    def test_subaddresses_case_and_alternate_addresses_lead_to_the_user(self):
        self.site.add_people("ways.example", ("ann",), PASSWORD)
        self.site.waypost("user", "set", "ann@ways.example", "mailAlternateAddress=a.nn@ways.example")
        for name, address in ((b"1", "ann+detail@ways.example"), (b"2", "ANN@Ways.Example"), (b"3", "A.nn@ways.example"),
                              (b"4", "ann+a+b@ways.example"), (b"5", '"ann"@ways.example'), (b"6", "ann+@ways.example")):
            with self.subTest(address):
                self.mail(name, address)
        self.assertEqual(self.names("ann@ways.example"), [b"1", b"2", b"3", b"4", b"5", b"6"])
        self.assert_answer(self.rcpt("anne+detail@ways.example"), "550 5.1.1")

    def test_forwards(self):
        self.site.add_people("forward.example", ("ann", "ben", "both", "loop", "gone", "idle"), PASSWORD)
        for user, changes in (("both", ("mailDeliveryOption=forward", "mailDeliveryOption=mailbox",
                                        "mailForwardingAddress=ann@forward.example", "mailForwardingAddress=ben@forward.example")),
                              ("loop", ("mailDeliveryOption=forward", "mailForwardingAddress=loop@forward.example")),
                              ("gone", ("mailDeliveryOption=forward", "mailForwardingAddress=nobody@forward.example"))):
            self.site.waypost("user", "set", f"{user}@forward.example", *changes)
        self.mail(b"both", "both@forward.example")
        for user in ("ann", "ben", "both"):
            self.assertEqual(self.names(f"{user}@forward.example"), [b"both"])
        self.assert_answer(self.rcpt("loop@forward.example"), "554 5.4.6")
        self.assert_answer(self.rcpt("gone@forward.example"), "550 5.1.1")

    def test_alias_domains_and_catch_all(self):
        self.site.add_people("real.example", ("ann",), PASSWORD)
        self.site.waypost("domain", "set", "real.example", "associatedDomain=other.example",
                          "mailDomainCatchallAddress=ann@real.example")
        for name, address in ((b"1", "ann@other.example"), (b"2", "whoever@real.example"), (b"3", "whoever@other.example")):
            with self.subTest(address):
                self.mail(name, address)
        self.assertEqual(self.names("ann@real.example"), [b"1", b"2", b"3"])

    def test_postmaster_always_resolves_once_it_is_set(self):
        self.site.add_people("post.example", ("ann",), PASSWORD)
        self.site.waypost("domain", "set", "post.example", "mailDomainReportAddress=ann@post.example")
        self.mail(b"1", "Postmaster@post.example")
        self.assertEqual(self.names("ann@post.example"), [b"1"])

    def test_over_quota_is_told_before_the_message_is_taken_or_with_it(self):
        self.site.add_people("quota.example", ("ann", "ben"), PASSWORD)
        self.site.waypost("user", "set", "ann@quota.example", "mailQuota=2000")
        self.mail(b"1", "ann@quota.example")
        large = MESSAGE % b"2" + b"x" * 70 + b"\r\n" + (b"y" * 70 + b"\r\n") * 40
        with self.smtp() as smtp:
            self.assert_answer(smtp.mail(large, "ann@quota.example"), "452 4.2.2")
        self.mail(b"3", "ann@quota.example")  # what fits is taken
        self.assertEqual(self.names("ann@quota.example"), [b"1", b"3"])


class permanent(Case):
    """R3.9: over quota is refused for good where the operator wants that."""
    configuration = site.COMPLETE + '[transfer]\noverquota = "permanent"\n'

    def test_over_quota(self):
        large = MESSAGE % b"2" + b"x" * 70 + b"\r\n" + (b"y" * 70 + b"\r\n") * 40
        self.site.waypost("user", "set", "ann@example.com", "mailQuota=2000")
        with self.smtp() as smtp:
            self.assert_answer(smtp.mail(large, "ann@example.com"), "552 5.2.2")
        self.site.waypost("user", "set", "ann@example.com", "mailUserStatus=overquota")
        with self.smtp() as smtp:
            smtp.ask("MAIL FROM:<bob@example.org>")
            self.assert_answer(smtp.ask("RCPT TO:<ann@example.com>"), "552 5.2.2")


if __name__ == "__main__":
    unittest.main()
