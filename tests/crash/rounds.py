#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Crash rounds (R3.1, R8.2): load over SMTP, the daemon killed at random or at a named point, started again, and every
mailbox read over POP3 by this checker, which knows nothing of the daemon's files:

- each acknowledged message is there exactly once, with the SHA-256 it was sent with;
- a message that was not acknowledged is there at most once;
- what was read and left stays, with its UID; what was deleted stays deleted; a UID never names two messages.

The last user forwards to one who cannot take mail for a while, so that the queue and its deliveries are hit, too.
Each tenth message is left in its mailbox, so that compaction has something to copy.

  rounds.py --build FOLDER [--rounds 5] [--messages 3000] [--seed 1] [--point NAME:N]"""
import argparse
import contextlib
import hashlib
import os
import poplib
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

HERE = os.path.dirname(os.path.realpath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, f"{TOP}/tests/bench")
from lib.waypost import Waypost, hashed  # noqa: E402
from site_folder import SiteError  # noqa: E402

USERS = 10
PARKED = "parked@example.com"
MAILBOXES = [f"u{number}" for number in range(USERS - 1)] + ["parked"]
FREQUENT = ("log.group.", "transfer.accepted.")  # points passed by each message or group
FORWARD = """dn: uid=parked,ou=People,o=example.com,o=isp
objectClass: inetOrgPerson
objectClass: inetUser
objectClass: inetMailUser
uid: parked
cn: parked
sn: parked
mail: parked@example.com
mailUserStatus: inactive
mailDeliveryOption: mailbox
userPassword: {SSHA512}%s

"""
SETTINGS = """[log]
segment_size = "1MiB"
checkpoint_records = 500
checkpoint_interval = "200ms"
[transfer]
retry_schedule = ["1s"]
"""
POINT = re.compile(r'fault::point\("([^"]+)"\)|crash_point\("([^"]+)"\)')


def crash_points():
    """All names in the sources; a point that a round does not reach leaves the daemon to the random kill."""
    names = set()
    for top in ("kernel", "plugins"):
        for folder, _, files in os.walk(f"{TOP}/{top}"):
            for name in files:
                if name.endswith((".cpp", ".hpp")):
                    with open(f"{folder}/{name}") as text:
                        names.update(a or b for a, b in POINT.findall(text.read()))
    return sorted(name for name in names if not name.startswith(("ldif.", "test.")))


class Checker:
    def __init__(self, system, size):
        self.system, self.digest = system, hashlib.sha256(self.expected(size)).digest()
        self.acknowledged, self.place, self.deleted, self.unsure, self.uids = set(), {}, set(), set(), {}
        self.problems = []

    @staticmethod
    def expected(size):
        body = (b"From: <a@example.org>\r\nTo: <user@example.com>\r\nSubject: load\r\n"
                b"Date: Mon, 01 Jan 2024 12:00:00 +0000\r\n\r\n")
        while len(body) < size:
            body += b"\r\n" if len(body) % 72 == 70 else b"x"
        return body + b"\r\n"

    def read_all(self):
        """Reads and checks everything, deletes most of it."""
        seen = set()
        for user in MAILBOXES:
            seen |= self.read(user)
        self.unsure -= seen
        gone = self.place.keys() - self.deleted - self.unsure - seen
        if gone:
            self.problems.append(f"{len(gone)} messages gone that nobody deleted, for instance {sorted(gone)[:5]}")

    def read(self, user):
        """Checks a mailbox and leaves each tenth message in it; the numbers that were there."""
        seen, marked = set(), set()
        box = poplib.POP3("127.0.0.1", self.system.pop3_port, timeout=60)
        box.user(f"{user}@example.com")
        box.pass_("secret")
        for line in box.uidl()[1]:
            index, uid = line.split()
            number = self.check(user, uid, box.retr(int(index))[1])
            seen.add(number)
            if number is not None and number % 10:
                box.dele(int(index))
                marked.add(number)
        self.unsure |= marked
        box.quit()
        self.unsure -= marked
        self.deleted |= marked
        return seen

    def read_meanwhile(self):
        """While the load runs and the daemon may die: what was deleted without an answer may be there or not."""
        with contextlib.suppress(OSError, EOFError, poplib.error_proto):
            for user in MAILBOXES * 3:
                self.read(user)

    def check(self, user, uid, lines):
        raw = b"\r\n".join(lines) + b"\r\n"
        found = re.search(rb"Message-ID: <(\d+)@load>\r\n", raw)
        if not found:
            self.problems.append(f"{user} {uid}: a message nobody sent")
            return None
        number = int(found.group(1))
        if hashlib.sha256(raw[found.end():]).digest() != self.digest:
            self.problems.append(f"message {number}: bytes differ")
        if number in self.deleted:
            self.problems.append(f"message {number}: came back")
        if self.place.setdefault(number, (user, uid)) != (user, uid):
            self.problems.append(f"message {number}: twice, {self.place[number]} and {(user, uid)}")
        if self.uids.setdefault((user, uid), number) != number:
            self.problems.append(f"{user}: UID {uid} used for {self.uids[(user, uid)]} and {number}")
        return number

    def finish(self):
        lost = self.acknowledged - self.place.keys()
        if lost:
            self.problems.append(f"{len(lost)} acknowledged messages lost, for instance {sorted(lost)[:5]}")
        return self.problems


def set_parked(system, state):
    system.waypost("user", "set", PARKED, f"mailUserStatus={state}")


def activate(system):
    """Also while the daemon is being killed, when the answer does not matter."""
    with contextlib.suppress(SiteError):
        set_parked(system, "active")


def await_empty_queue(system):
    deadline = time.monotonic() + 60
    while system.waypost("queue", "list", as_json=True):
        if time.monotonic() > deadline:
            raise SiteError("the queue does not get empty")
        time.sleep(0.1)


def load(system, first, options, record):
    words = [f"{options.build}/tests/bench/load/smtp_load", "--port", str(system.port), "--sessions", "20", "--messages",
             str(options.messages), "--bytes", str(options.bytes), "--users", str(USERS), "--first", str(first),
             "--record", record, "--reuse", "--seconds", "60"]
    subprocess.run(words, stdout=subprocess.DEVNULL, timeout=100, check=False)
    with open(record) as lines:
        return {int(line) for line in lines}


def alive(system):
    return system.process is not None and system.process.poll() is None


def ended_by_itself(system):
    """The load sees the connections end a moment before the process is gone."""
    try:
        return system.process is None or system.process.wait(timeout=0.3) is not None
    except subprocess.TimeoutExpired:
        return False


def end(system, how):
    if alive(system):
        system.process.send_signal(how)
        system.process.wait(timeout=60)
    system.process = None


def random_point(rng, points):
    name = rng.choice(points)
    return f"{name}:{rng.randint(1, 40 if name.startswith(FREQUENT) else 2)}"


def one_round(system, checker, number, rng, options, points):
    point = options.point or (random_point(rng, points) if rng.random() < 0.7 else "")
    system.environment = {"WAYPOST_CRASH_AT": point} if point else {}
    try:
        system.start()
    except SiteError:  # it may die while starting: checkpoints and recovery have points, too
        pass
    killer = None
    if alive(system):
        if not point:
            killer = threading.Timer(rng.uniform(0.01, options.messages / 15_000), lambda: system.process.send_signal(signal.SIGKILL))
            killer.start()
        if rng.random() < 0.5:
            threading.Timer(rng.uniform(0.01, 0.1), activate, [system]).start()
        reader = threading.Thread(target=checker.read_meanwhile)
        reader.start()
        checker.acknowledged |= load(system, number * options.messages, options, f"{system.root}/record")
        reader.join()
    if killer:
        killer.cancel()
    died = ended_by_itself(system)
    end(system, signal.SIGKILL)
    system.environment = {}
    system.start()
    activate(system)
    await_empty_queue(system)
    checker.read_all()
    set_parked(system, "inactive")
    end(system, signal.SIGKILL if rng.random() < 0.5 else signal.SIGTERM)
    print(f"round {number}: {point or 'random kill'}{'' if died else ' (end of load)'}, "
          f"{len(checker.acknowledged)} acknowledged, {len(checker.place)} read", flush=True)


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--build", required=True)
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--messages", type=int, default=3000)
    options.add_argument("--bytes", type=int, default=1500)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--point", default="")
    options = options.parse_args()
    rng = random.Random(options.seed)
    points = crash_points()
    folder = tempfile.mkdtemp(prefix="waypost-crash-")
    system = Waypost(folder, USERS, build=options.build, extra=SETTINGS, entries=FORWARD % hashed("secret"),
                     forward={USERS - 1: PARKED})
    checker = Checker(system, options.bytes)
    try:
        for number in range(options.rounds):
            one_round(system, checker, number, rng, options, points)
    except SiteError as why:
        checker.problems.append(str(why))
    finally:
        system.close()
    problems = checker.finish()
    if problems:
        print(f"the site is kept in {folder}")
    else:
        shutil.rmtree(folder, ignore_errors=True)
    for problem in problems:
        print(f"PROBLEM {problem}")
    print(f"{len(checker.acknowledged)} acknowledged, {len(checker.place)} read, {len(problems)} problems")
    sys.exit(1 if problems else 0)


main()
