# SPDX-License-Identifier: Apache-2.0
"""Clients of the memory measurement, and what its server uses: idle sessions, many large messages at once beside small
ones, and the check that all of them arrived. Also used by tests/scenario/memory_test.py."""
import base64
import hashlib
import multiprocessing
import pathlib
import random
import re
import statistics
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "scenario"))

from dialogue import Pop3, Smtp  # noqa: E402  pylint: disable=wrong-import-position

PASSWORD = "secret"  # of the users of lib/waypost.py
PATIENCE = 600  # seconds for one answer while everybody sends
_apart = multiprocessing.get_context("fork")


def family(pid):
    """A process and those below it."""
    found = [pid]
    for one in found:
        for task in pathlib.Path(f"/proc/{one}/task").glob("*/children"):
            found += [int(child) for child in task.read_text().split()]
    return found


def memory_kib(pid):
    """(all, without pages of files) of a process and those below it; shared pages are shared out."""
    whole = private = 0
    for one in family(pid):
        text = pathlib.Path(f"/proc/{one}/smaps_rollup").read_text()
        fields = {name: int(value) for name, value in re.findall(r"(\w+): +(\d+) kB", text)}
        whole += fields["Pss"]
        private += fields["Pss_Anon"] + fields["Pss_Shmem"]
    return whole, private


def settled_kib(pid):
    """memory_kib() once nothing moves any more, for instance behind a start."""
    before, deadline = None, time.monotonic() + 20
    while (now := memory_kib(pid)) != before and time.monotonic() < deadline:
        before = now
        time.sleep(0.3)
    return now


class Peak:
    """Samples the memory of a server until the block ends: the most there was above the beginning, in KiB. `files` are
    pages of files it has mapped, which the kernel takes back when it needs them."""

    def __init__(self, pid):
        self.pid, self.stop = pid, threading.Event()
        self.private = self.files = 0

    def __enter__(self):
        self.begun = settled_kib(self.pid)
        self.thread = threading.Thread(target=self.sample)
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.stop.set()
        self.thread.join()

    def sample(self):
        while not self.stop.wait(0.02):
            whole, private = memory_kib(self.pid)
            self.private = max(self.private, private - self.begun[1])
            self.files = max(self.files, whole - private - self.begun[0] + self.begun[1])


def growth_kib(pid, count, open_one):
    """Memory for each of `count` sessions that open_one(number) opens, in KiB."""
    open_one(0).close()  # what exists once, exists
    before = settled_kib(pid)[0]
    sessions = []
    try:
        for number in range(count):
            sessions.append(open_one(number))
        return (memory_kib(pid)[0] - before) / count
    finally:
        for one in sessions:
            one.close()


def idle_smtp(address):
    def open_one(_):
        session = Smtp(address)
        session.ask("NOOP")
        return session
    return open_one


def idle_pop3(address, password=PASSWORD):
    """A mailbox belongs to one session at a time: session n is that of user un."""
    def open_one(number):
        session = Pop3(address)
        answer = session.login(f"u{number}@example.com", password)
        if not answer.startswith("+OK"):
            raise RuntimeError(f"login of u{number}: {answer}")
        session.ask("STAT")
        return session
    return open_one


def deliver_to_each(address, users):
    """A message for each of u0, u1, ..."""
    with Smtp(address) as smtp:
        for number in range(users):
            answer = smtp.mail(b"Subject: small\r\n\r\nbody\r\n", f"u{number}@example.com")
            if not answer.startswith("250"):
                raise RuntimeError(answer)


# --- Large messages ---


def pieces(number, size):
    """A message of about `size` octets, different from all others in every block; no line starts with a dot."""
    lines = base64.encodebytes(random.Random(number).randbytes(48 * 1024)).replace(b"\n", b"\r\n")
    yield b"Subject: large %d\r\n\r\n" % number
    for block in range(size // len(lines)):
        yield b"block %d of %d\r\n" % (block, number) + lines


def send_large(address, users, count, size, answers):
    """`count` clients at once: all are in the middle of their message before one goes on. Puts (number, reply)."""
    middle = threading.Barrier(count, timeout=PATIENCE)

    def one(number):
        try:
            with Smtp(address, timeout=PATIENCE) as smtp:
                smtp.envelope(f"u{number % users}@example.com")
                smtp.ask("DATA")
                sent, waited = 0, False
                for piece in pieces(number, size):
                    smtp.send(piece)
                    sent += len(piece)
                    if sent > size // 2 and not waited:
                        waited = True
                        middle.wait()
                smtp.send(b".\r\n")
                answers.put((number, smtp.reply()))
        except Exception as failure:  # pylint: disable=broad-exception-caught
            middle.abort()
            answers.put((number, repr(failure)))

    threads = [threading.Thread(target=one, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def send_small(address, user, stop, times):
    """One message after the other until `stop`; puts the seconds that each took, from MAIL to its 250."""
    found = []
    with Smtp(address, timeout=PATIENCE) as smtp:
        while not stop.is_set():
            begun = time.monotonic()
            answer = smtp.mail(b"Subject: small\r\n\r\nbody\r\n", user)
            found.append(time.monotonic() - begun)
            if not answer.startswith("250"):
                times.put(answer)
                return
    times.put(found)


def load(address, users, count, size):
    """Large messages for u0, u1, ... at once, with one client of small ones for the next user beside; clients are
    processes of their own.
    (seconds of all large ones, times of the small ones)"""
    answers, times, stop = _apart.Queue(), _apart.Queue(), _apart.Event()
    small = _apart.Process(target=send_small, args=(address, f"u{users}@example.com", stop, times))
    large = _apart.Process(target=send_large, args=(address, users, count, size, answers))
    begun = time.monotonic()
    small.start()
    large.start()
    replies = [answers.get(timeout=2 * PATIENCE) for _ in range(count)]
    taken = time.monotonic() - begun
    stop.set()
    found = times.get(timeout=PATIENCE)
    large.join()
    small.join()
    refused = [one for one in replies if not one[1].startswith("250")]
    if refused or isinstance(found, str):
        raise RuntimeError(f"{len(refused)} of {count} large messages were refused: {(refused or [found])[0]}")
    return taken, found


def read_large(pop3, message):
    """(number, SHA-256 below the headers of the way) of a message in a mailbox; None for a small one."""
    answer = pop3.ask(f"RETR {message}")
    left = int(answer.split()[1])
    digest, number = hashlib.sha256(), None
    while number is None and left > 0:
        line = pop3.lines.readline()
        left -= len(line)
        if line.startswith(b"Subject: "):
            number = int(line.split()[-1]) if line.startswith(b"Subject: large") else -1
            digest.update(line)
    while left > 0:
        part = pop3.lines.read(min(left, 1 << 20))
        digest.update(part)
        left -= len(part)
    if pop3.lines.readline() != b".\r\n":
        raise RuntimeError(f"message {message} has another size than its answer said: {answer}")
    return None if number == -1 else (number, digest.digest())


def check_large(address, users, count, size, password=PASSWORD):
    """Raises unless each large message is once in the right mailbox, octet for octet."""
    missing = set(range(count))
    for user in range(min(users, count)):
        with Pop3(address, timeout=PATIENCE) as pop3:
            pop3.login(f"u{user}@example.com", password)
            for message in range(1, int(pop3.ask("STAT").split()[1]) + 1):
                found = read_large(pop3, message)
                if found is None:
                    continue
                wanted = hashlib.sha256()
                for piece in pieces(found[0], size):
                    wanted.update(piece)
                if found != (found[0], wanted.digest()) or found[0] % users != user or found[0] not in missing:
                    raise RuntimeError(f"large message {found[0]} in the mailbox of u{user} is not what was sent, or twice")
                missing.remove(found[0])
    if missing:
        raise RuntimeError(f"{len(missing)} large messages are in no mailbox, for instance {min(missing)}")


def milliseconds(times):
    return {"median_ms": statistics.median(times) * 1e3, "worst_ms": max(times) * 1e3}
