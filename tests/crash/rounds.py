#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Crash rounds (R3.1, R8.2): load over SMTP, the daemon killed at random or at a named point, started again, and every
mailbox read over POP3 by this checker, which knows nothing of the daemon's files:

- each acknowledged message is there exactly once, with the SHA-256 it was sent with;
- a message that was not acknowledged is there at most once;
- what was deleted by an earlier round stays deleted; a UID never names two messages.

  rounds.py --build FOLDER [--rounds 5] [--messages 1000] [--seed 1] [--point NAME:N]"""
import argparse
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

HERE = os.path.dirname(os.path.realpath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, f"{TOP}/tests/bench")
from lib.waypost import Waypost  # noqa: E402
from site_folder import SiteError  # noqa: E402

USERS = 10
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
    def __init__(self, system):
        self.system = system
        self.acknowledged, self.read, self.uids = set(), set(), {}
        self.problems = []

    def expected(self, size):
        body = (b"From: <a@example.org>\r\nTo: <user@example.com>\r\nSubject: load\r\n"
                b"Date: Mon, 01 Jan 2024 12:00:00 +0000\r\n\r\n")
        while len(body) < size:
            body += b"\r\n" if len(body) % 72 == 70 else b"x"
        return body + b"\r\n"

    def read_all(self, body):
        """Reads, checks and deletes everything."""
        digest = hashlib.sha256(body).digest()
        for user in range(USERS):
            box = poplib.POP3("127.0.0.1", self.system.pop3_port, timeout=60)
            box.user(f"u{user}@example.com")
            box.pass_("secret")
            uids = [line.split() for line in box.uidl()[1]]
            for number, uid in uids:
                self.check(user, uid, box.retr(int(number))[1], digest)
                box.dele(int(number))
            box.quit()

    def check(self, user, uid, lines, digest):
        raw = b"\r\n".join(lines) + b"\r\n"
        found = re.search(rb"Message-ID: <(\d+)@load>\r\n", raw)
        if not found:
            self.problems.append(f"u{user} {uid}: a message nobody sent")
            return
        number = int(found.group(1))
        if hashlib.sha256(raw[found.end():]).digest() != digest:
            self.problems.append(f"message {number}: bytes differ")
        if number in self.read:
            self.problems.append(f"message {number}: twice")
        self.read.add(number)
        if self.uids.setdefault((user, uid), number) != number:
            self.problems.append(f"u{user}: UID {uid} used for {self.uids[(user, uid)]} and {number}")

    def finish(self):
        lost = self.acknowledged - self.read
        if lost:
            self.problems.append(f"{len(lost)} acknowledged messages lost, for instance {sorted(lost)[:5]}")
        return self.problems


def load(system, first, options, record):
    words = [f"{options.build}/tests/bench/load/smtp_load", "--port", str(system.port), "--sessions", "20", "--messages",
             str(options.messages), "--bytes", str(options.bytes), "--users", str(USERS), "--first", str(first),
             "--record", record, "--reuse", "--seconds", "60"]
    subprocess.run(words, stdout=subprocess.DEVNULL, timeout=100, check=False)
    with open(record) as lines:
        return {int(line) for line in lines}


def alive(system):
    return system.process is not None and system.process.poll() is None


def end(system, how):
    if alive(system):
        system.process.send_signal(how)
        system.process.wait(timeout=60)
    system.process = None


def one_round(system, checker, number, rng, options, points):
    point = options.point or (f"{rng.choice(points)}:{rng.randint(1, 40)}" if rng.random() < 0.7 else "")
    system.environment = {"WAYPOST_CRASH_AT": point} if point else {}
    try:
        system.start()
    except SiteError:  # it may die while starting: checkpoints and recovery have points, too
        pass
    killer = None
    if alive(system):
        if not point:
            killer = threading.Timer(rng.uniform(0.05, 0.8), lambda: system.process.send_signal(signal.SIGKILL))
            killer.start()
        checker.acknowledged |= load(system, number * options.messages, options, f"{system.root}/record")
    if killer:
        killer.cancel()
    died = not alive(system)
    end(system, signal.SIGKILL)
    system.environment = {}
    system.start()
    checker.read_all(checker.expected(options.bytes))
    end(system, signal.SIGKILL if rng.random() < 0.5 else signal.SIGTERM)
    print(f"round {number}: {point or 'random kill'}{'' if died else ' (end of load)'}, "
          f"{len(checker.acknowledged)} acknowledged, {len(checker.read)} read", flush=True)


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--build", required=True)
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--messages", type=int, default=1000)
    options.add_argument("--bytes", type=int, default=1500)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--point", default="")
    options = options.parse_args()
    rng = random.Random(options.seed)
    points = crash_points()
    folder = tempfile.mkdtemp(prefix="waypost-crash-")
    small = "[log]\nsegment_bytes = \"1MiB\"\ncheckpoint_records = 500\ncheckpoint_interval = \"200ms\"\n"
    system = Waypost(folder, USERS, build=options.build, extra=small)
    checker = Checker(system)
    try:
        for number in range(options.rounds):
            one_round(system, checker, number, rng, options, points)
        problems = checker.finish()
    finally:
        system.close()
        if not checker.problems:
            shutil.rmtree(folder, ignore_errors=True)
    for problem in problems:
        print(f"PROBLEM {problem}")
    print(f"{len(checker.acknowledged)} acknowledged, {len(checker.read)} read, {len(problems)} problems")
    sys.exit(1 if problems else 0)


main()
