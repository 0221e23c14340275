#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""R1.6: what idle sessions and many large messages at once cost. A small version of ./dev bench memory with room in its
limits; the budgets themselves are asserted there."""
import pathlib
import re
import sys
import unittest

from dialogue import PASSWORD, Case, site

BENCH = pathlib.Path(__file__).resolve().parents[1] / "bench"
sys.path[:0] = [str(BENCH / "memory"), str(BENCH)]

import clients  # noqa: E402  pylint: disable=wrong-import-position
from lib import waypost  # noqa: E402  pylint: disable=wrong-import-position

SESSIONS, USERS, LARGE, BYTES = 200, 5, 20, 5_000_000
INGEST_BUDGET_KIB = 1024
USER = """dn: uid=u{i},ou=People,o=example.com,o=isp
objectClass: inetOrgPerson
objectClass: inetUser
objectClass: inetMailUser
objectClass: inetLocalMailRecipient
uid: u{i}
cn: u{i}
sn: u{i}
mail: u{i}@example.com
mailDeliveryOption: mailbox
userPassword: {{SSHA512}}{password}

"""


def is_sanitized():
    """Sanitizers have memory of their own beside every object."""
    cache = (site.BUILD / "CMakeCache.txt").read_text()
    return re.search(r"^WAYPOST_SANITIZE\b[^=]*=.+", cache, re.M) is not None


@unittest.skipIf(is_sanitized(), "the memory of a build with sanitizers says nothing")
class memory(Case):
    configuration = site.COMPLETE.replace(site.SMTP, f'\n[transfer]\ningest_budget = "{INGEST_BUDGET_KIB}KiB"\n' + site.SMTP)

    @classmethod
    def prepare(cls):
        """Users by the directory's file: quicker than one command for each."""
        cls.site.stop()
        (cls.site.folder / "state" / "directory.ldif").write_text(
            waypost.ROOTS + "".join(USER.format(i=number, password=waypost.hashed(PASSWORD)) for number in range(SESSIONS)))
        cls.site.start()

    def setUp(self):
        self.pid = self.site.process.pid
        self.smtp_at, self.pop3_at = self.site.listener("smtp"), self.site.listener("pop3")

    def test_idle_smtp_connections_are_small(self):
        self.assertLess(clients.growth_kib(self.pid, SESSIONS, clients.idle_smtp(self.smtp_at)), 20)

    def test_idle_pop3_sessions_are_small(self):
        clients.deliver_to_each(self.smtp_at, SESSIONS)
        self.assertLess(clients.growth_kib(self.pid, SESSIONS, clients.idle_pop3(self.pop3_at, PASSWORD)), 40)

    def test_large_messages_at_once_stay_within_the_budget_and_arrive(self):
        with clients.Peak(self.pid) as peak:
            _, small = clients.load(self.smtp_at, USERS, LARGE, BYTES)
        clients.check_large(self.pop3_at, USERS, LARGE, BYTES, PASSWORD)
        # Two pieces and a read for each client beside the budget, and what is allocated once: far below 20 x 5 MB.
        self.assertLess(peak.private, INGEST_BUDGET_KIB + LARGE * 256 + 8192)
        self.assertGreater(len(small), 0)


if __name__ == "__main__":
    unittest.main()
