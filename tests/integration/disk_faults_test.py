#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""R3.1, R8.2: a disk that is full or fails under the log. Clients are told to try again (4xx), try again as MTAs do, and
in the end each message is in the mailbox exactly once: what was refused was not kept, what was acknowledged is there."""
import poplib
import smtplib
import time
import unittest

import waypost_site

MESSAGES = 60
DISKS = ("write:20:ENOSPC", "write:20:ENOSPC:3", "write:20:EIO", "write:20:EIO:3", "sync:20:EIO", "sync:20:EIO:3", "create:3:ENOSPC")


def send(address, number):
    """As an MTA: the answers that it got for this message."""
    answers = []
    deadline = time.monotonic() + 30
    while True:
        with smtplib.SMTP(*address, timeout=30) as smtp:
            try:
                smtp.sendmail("bob@example.org", ["ann@example.com"], f"Subject: {number}\r\n\r\ntext\r\n")
                answers.append(250)
            except smtplib.SMTPDataError as refused:
                answers.append(refused.smtp_code)
            except smtplib.SMTPSenderRefused as refused:
                answers.append(refused.smtp_code)
        if answers[-1] == 250 or time.monotonic() > deadline:
            return answers
        time.sleep(0.05)


class DiskFaults(unittest.TestCase):
    def run_on(self, disk):
        with waypost_site.temporary() as site:
            site.environment = {"WAYPOST_FAIL": disk}
            site.start()
            site.add_people()
            address = site.listener("smtp")
            answers = [send(address, number) for number in range(MESSAGES)]
            self.assertEqual(site.stop(), 0)
            site.environment = {}
            site.start()  # what is on the disk, and nothing else
            subjects = sorted(int(one) for one in self.subjects(site))
        self.assertEqual([one[-1] for one in answers], [250] * MESSAGES)
        self.assertEqual(subjects, list(range(MESSAGES)))
        refusals = [code for one in answers for code in one[:-1]]
        self.assertTrue(all(400 <= code < 500 for code in refusals), refusals)
        return refusals

    @staticmethod
    def subjects(site):
        box = poplib.POP3(*site.listener("pop3"), timeout=30)
        box.user("ann@example.com")
        box.pass_("correct horse")
        try:
            for number in range(1, box.stat()[0] + 1):
                headers = box.top(number, 0)[1]
                yield next(line for line in headers if line.startswith(b"Subject: "))[9:].decode()
        finally:
            box.quit()

    def test_each_disk(self):
        for disk in DISKS:
            with self.subTest(disk):
                refusals = self.run_on(disk)
                if not disk.startswith("create"):
                    self.assertNotEqual(refusals, [])


if __name__ == "__main__":
    unittest.main(verbosity=2)
