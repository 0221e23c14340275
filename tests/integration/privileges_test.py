#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""R1.4: started as root, the daemon is somebody else once it serves: user, groups and capabilities are gone; the helper keeps
what it needs for low ports, and mail still goes through."""
import os
import pathlib
import smtplib
import unittest

import waypost_site

AS_NOBODY = waypost_site.COMPLETE.replace("[site]\n", '[site]\nuser = "nobody"\ngroup = "nogroup"\n')


def process_status(pid):
    lines = pathlib.Path(f"/proc/{pid}/status").read_text().splitlines()
    return {name: value.split() for name, value in (line.split(":", 1) for line in lines)}


@unittest.skipUnless(os.getuid() == 0, "only root can become somebody else")
class Privileges(unittest.TestCase):
    def test_the_daemon_gives_up_being_root(self):
        with waypost_site.temporary(AS_NOBODY) as site:
            os.chmod(site.folder.parent, 0o755)
            (site.folder / "state").rmdir()  # the daemon makes it for the user that it becomes
            site.start()
            own = process_status(site.process.pid)
            self.assertNotIn("0", own["Uid"])
            self.assertNotIn("0", own["Gid"])
            self.assertNotIn("0", own["Groups"])
            self.assertEqual(own["CapEff"], ["0" * 16])
            self.assertEqual(own["CapPrm"], ["0" * 16])
            state = site.folder / "state"
            self.assertEqual({path.stat().st_uid for path in state.rglob("*")}, {int(own["Uid"][0])})
            self.assertEqual({path.stat().st_mode & 0o007 for path in state.rglob("*") if not path.is_socket()}, {0})
            site.add_people()
            with smtplib.SMTP(*site.listener("smtp"), timeout=30) as smtp:
                smtp.sendmail("bob@example.org", ["ann@example.com"], "Subject: one\r\n\r\ntext\r\n")
            self.assertEqual(site.json("mailbox", "list")[0]["messages"], 1)
            self.assertEqual(site.stop(), 0)


if __name__ == "__main__":
    unittest.main(verbosity=2)
