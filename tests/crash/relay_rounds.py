#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Crash rounds on the way out (R3.1): mail for a next system, the daemon killed at random or at a named point, started
again. Then, for each message that was acknowledged:

- its remote recipient has it; twice only when the daemon was killed while the answer was on its way into the log;
- of the recipient that the next system refused its sender has exactly one report;
- each member of the list that it also went to has exactly one copy.

  relay_rounds.py --build FOLDER [--rounds 3] [--messages 200] [--seed 1] [--point NAME:N]"""
import argparse
import collections
import os
import poplib
import random
import re
import shutil
import signal
import smtplib
import sys
import tempfile
import threading
import time

HERE = os.path.dirname(os.path.realpath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))
sys.path[:0] = [f"{TOP}/tests/bench", f"{TOP}/tests/scenario"]
from far_side import FarSide  # noqa: E402
from lib.waypost import Waypost  # noqa: E402
from site_folder import SiteError  # noqa: E402

USERS, CLIENTS = 3, 4
SENDER, MEMBERS = "u0@example.com", ("u1", "u2")
POINTS = ("log.group.written", "log.group.synced", "log.group.applied", "transfer.accepted.before-answer",
          "transfer.attempt.before-end", "queue.checkpoint.before-commit", "queue.checkpoint.after-commit")
LIST = """dn: cn=team,ou=People,o=example.com,o=isp
objectClass: groupOfUniqueNames
objectClass: inetMailGroup
objectClass: inetLocalMailRecipient
cn: team
mail: team@example.com
uniqueMember: uid=u1,ou=People,o=example.com,o=isp
uniqueMember: uid=u2,ou=People,o=example.com,o=isp

"""
SETTINGS = """[log]
segment_size = "1MiB"
checkpoint_records = 200
checkpoint_interval = "100ms"
[transfer]
retry_schedule = ["1s"]
destination_pauses = ["1s"]
"""
RELAY = """trusted_networks = ["127.0.0.0/8"]
smart_host = "{hop}"
"""


class Rounds:
    def __init__(self, options):
        self.options, self.rng = options, random.Random(options.seed)
        self.far = FarSide(rcpt=lambda to: "550 5.1.1 no such user" if to.startswith("<gone") else "250 2.1.5 ok")
        self.acknowledged, self.problems, self.kills = set(), [], 0
        self.arrived = collections.Counter()
        self.local = collections.Counter()  # (user, message), and ("report", message)

    def send(self, system, numbers):
        """One client; stops when the daemon dies."""
        try:
            with smtplib.SMTP("127.0.0.1", system.port, timeout=20) as smtp:
                for number in numbers:
                    smtp.sendmail(SENDER, ["good@far.example", f"gone{number}@far.example", "team@example.com"],
                                  f"Message-ID: <{number}@load>\r\nSubject: {number}\r\n\r\nbody\r\n")
                    self.acknowledged.add(number)
        except (OSError, smtplib.SMTPException):
            pass

    def one_round(self, system, number):
        point = self.options.point or (f"{self.rng.choice(POINTS)}:{self.rng.randint(1, 60)}" if self.rng.random() < 0.7 else "")
        system.environment = {"WAYPOST_CRASH_AT": point} if point else {}
        killer = None
        try:
            system.start()
            if not point:
                killer = threading.Timer(self.rng.uniform(0.02, 0.4), lambda: system.process.send_signal(signal.SIGKILL))
                killer.start()
        except SiteError:  # it died while starting
            pass
        first = number * self.options.messages
        clients = [threading.Thread(target=self.send, args=(system, range(first + i, first + self.options.messages, CLIENTS)))
                   for i in range(CLIENTS)]
        if system.process:
            for one in clients:
                one.start()
            for one in clients:
                one.join()
        if killer:
            killer.cancel()
        if system.process and system.process.poll() is None:
            system.process.kill()
        if system.process:
            system.process.wait()
        system.process = None
        system.environment = {}
        system.start()
        deadline = time.monotonic() + 60
        while system.waypost("queue", "list", as_json=True):
            if time.monotonic() > deadline:
                raise SiteError("the queue does not get empty")
            time.sleep(0.05)
        self.collect(system)
        system.stop()
        print(f"round {number}: {point or 'random kill'}, {len(self.acknowledged)} acknowledged", flush=True)

    def collect(self, system):
        for user in ("u0",) + MEMBERS:
            box = poplib.POP3("127.0.0.1", system.pop3_port, timeout=60)
            box.user(f"{user}@example.com")
            box.pass_("secret")
            for index in range(1, box.stat()[0] + 1):
                raw = b"\r\n".join(box.retr(index)[1])
                number = int(re.search(rb"Message-ID: <(\d+)@load>", raw)[1])
                self.local[("report" if user == "u0" else user, number)] += 1
                box.dele(index)
            box.quit()
        for message in self.far.messages:
            self.arrived[int(re.search(rb"Message-ID: <(\d+)@load>", message.content)[1])] += 1
        self.far.messages.clear()

    def judge(self):
        for number in sorted(self.acknowledged):
            if self.arrived[number] < 1:
                self.problems.append(f"message {number} never reached the next system")
            for who in ("report",) + MEMBERS:
                if self.local[(who, number)] != 1:
                    self.problems.append(f"message {number}: {self.local[(who, number)]} times at {who}")
        for (who, number), count in self.local.items():
            if count > 1:
                self.problems.append(f"message {number}: {count} times at {who}")
        return sum(1 for count in self.arrived.values() if count > 1)


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--build", required=True)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--messages", type=int, default=200)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--point", default="")
    options = options.parse_args()
    rounds = Rounds(options)
    folder = tempfile.mkdtemp(prefix="waypost-relay-crash-")
    with rounds.far:
        system = Waypost(folder, USERS, build=options.build, extra=SETTINGS, entries=LIST, smtp=RELAY.format(hop=rounds.far.hop))
        try:
            for number in range(options.rounds):
                rounds.one_round(system, number)
        except SiteError as why:
            rounds.problems.append(str(why))
        finally:
            system.close()
    twice = rounds.judge()
    if rounds.problems:
        print(f"the site is kept in {folder}")
    else:
        shutil.rmtree(folder, ignore_errors=True)
    for problem in rounds.problems[:20]:
        print(f"PROBLEM {problem}")
    print(f"{len(rounds.acknowledged)} acknowledged, {twice} of them twice at the next system, {len(rounds.problems)} problems")
    sys.exit(1 if rounds.problems else 0)


main()
