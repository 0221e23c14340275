#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""New domains while the daemon is killed (R7.4): several clients add domains through the state machine and remove half of
them again, with a real slapd and a real Knot or PowerDNS; the daemon is killed at random moments and started again. At the end the
directory, the zone and the tables agree.

  tests/crash/domain_rounds.py [--domains 60] [--kills 5] [--seed 1] [--dns knot|pdns]"""
import argparse
import contextlib
import pathlib
import random
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "integration"))

import dns_site  # noqa: E402
import pdns_site  # noqa: E402
import slapd_site  # noqa: E402
import waypost_site  # noqa: E402

ZONE = "hosted.example"
ROOTS = "".join(f"dn: o={name}\nobjectClass: organization\no: {name}\n\n" for name in ("internet", "isp"))
CLIENTS = 3


class Adders:
    """Each adds its part of the domains, again and again until it hears that it is there."""

    def __init__(self, site, names):
        self.site, self.stop = site, False
        self.threads = [threading.Thread(target=self.run, args=[names[i::CLIENTS]]) for i in range(CLIENTS)]
        for one in self.threads:
            one.start()

    def run(self, names):
        for name in names:
            while not self.stop:
                done = self.site.run("domain", "add", name)
                if done.returncode == 0 or "exists already" in done.stderr:
                    break
                time.sleep(0.02)  # the daemon is being started again


class Removers(Adders):
    def run(self, names):
        for name in names:
            while not self.stop:
                done = self.site.run("domain", "remove", name)
                if done.returncode == 0 or "is not known" in done.stderr:
                    break
                time.sleep(0.02)  # the daemon is being started again, or finishes what it began


def killed(site, chance, kills, workers):
    for _ in range(kills):
        time.sleep(chance.uniform(0.05, 0.6))  # where a kill falls is chance
        site.kill()
        site.start(timeout=60)
    for one in workers.threads:
        one.join(timeout=600)


def until(question, patience=60):
    """Waits for an answer that is empty; the last one."""
    deadline = time.monotonic() + patience
    while (answer := question()) and time.monotonic() < deadline:
        time.sleep(0.2)
    return answer


def disagreements(site, directory, dns, names):
    """What differs between the directory, the zone and the tables."""
    tables = {one["domain"] for one in site.json("domain", "list")}
    progress = {one["domain"]: one for one in site.json("domain", "progress")}
    entries = directory.search("o=internet", "(objectClass=mailDomain)", "dn")
    found = []
    for name in names:
        label = name.split(".", maxsplit=1)[0]
        state = (f"dn: dc={label},dc=hosted,dc=example,o=internet" in entries.splitlines(), name in tables,
                 dns.data(name, "MX") == ["10 mail.example.com."], dns.data(f"mail.{name}", "CNAME") == ["mail.example.com."],
                 progress.get(name, {}).get("state") == "verified")
        if len(set(state)) != 1:
            found.append((name, state))
    return found


@contextlib.contextmanager
def name_server(kind):
    if kind == "knot":
        with dns_site.Knot({ZONE: ""}, updates=True) as dns:
            yield dns
        return
    with pdns_site.PowerDns() as dns:
        dns.make(ZONE, updates=True)
        yield dns


def main():
    words = argparse.ArgumentParser()
    words.add_argument("--domains", type=int, default=60)
    words.add_argument("--kills", type=int, default=5)
    words.add_argument("--seed", type=int, default=1)
    words.add_argument("--dns", choices=("knot", "pdns"), default="knot")
    options = words.parse_args()
    chance = random.Random(options.seed)
    names = [f"d{i}.{ZONE}" for i in range(options.domains)]
    with name_server(options.dns) as dns, slapd_site.Slapd() as directory:
        directory.add(ROOTS)
        text = (waypost_site.KERNEL + waypost_site.SMTP + directory.plugin() + waypost_site.STORE + dns.updater(ZONE)
                + '[domains]\nretry = "1s"\n')
        with waypost_site.temporary(text) as site:
            site.start()
            adders = Adders(site, names)
            killed(site, chance, options.kills, adders)
            found = until(lambda: disagreements(site, directory, dns, names))
            missing = sorted(set(names) - {one["domain"] for one in site.json("domain", "list")})
            print(f"{len(names)} domains, {options.kills} kills: {len(found)} disagree, {len(missing)} are missing")
            gone = names[::2]
            killed(site, chance, options.kills, Removers(site, gone))
            left = until(lambda: sorted({one["domain"] for one in site.json("domain", "progress")} & set(gone))
                         or [name for name in gone if dns.data(name, "MX") or dns.data(f"mail.{name}", "CNAME")])
            wrong = until(lambda: disagreements(site, directory, dns, names))
            print(f"{len(gone)} removed, {options.kills} kills: {len(left)} left something, {len(wrong)} disagree")
            for one in found[:10] + left[:10] + wrong[:10]:
                print("  ", one)
            return 1 if found or missing or left or wrong else 0


sys.exit(main())
