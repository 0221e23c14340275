# SPDX-License-Identifier: Apache-2.0
"""Accounting of a group of processes: CPU seconds (also of children that lived for one delivery only) by a control
group, disk writes and flushes of the machine, and the CPU that others used meanwhile."""
import os
import signal
import time

TICKS = os.sysconf("SC_CLK_TCK")


class Group:
    """A control group for one server; enter() goes into Popen's preexec_fn."""

    def __init__(self, name):
        if os.path.isdir("/sys/fs/cgroup/cpuacct"):
            self.folder = f"/sys/fs/cgroup/cpuacct/waypost-{os.getpid()}-{name}"
            self.version = 1
        else:
            self.folder = f"/sys/fs/cgroup/waypost-{os.getpid()}-{name}"
            self.version = 2
        os.makedirs(self.folder, exist_ok=True)

    def enter(self):
        with open(f"{self.folder}/cgroup.procs", "w") as procs:
            procs.write(str(os.getpid()))

    def pids(self):
        with open(f"{self.folder}/cgroup.procs") as procs:
            return [int(line) for line in procs]

    def cpu(self):
        """User and system seconds since the group was made."""
        if self.version == 1:
            with open(f"{self.folder}/cpuacct.usage") as usage:
                return int(usage.read()) / 1e9
        with open(f"{self.folder}/cpu.stat") as stat:
            return int(dict(line.split() for line in stat)["usage_usec"]) / 1e6

    def pss_kib(self):
        total = 0
        for pid in self.pids():
            try:
                with open(f"/proc/{pid}/smaps_rollup") as smaps:
                    total += sum(int(line.split()[1]) for line in smaps if line.startswith("Pss:"))
            except OSError:
                pass
        return total

    def stop(self, seconds=10):
        end = time.monotonic() + seconds
        while self.pids() and time.monotonic() < end:
            self.signal(signal.SIGTERM)
            time.sleep(0.2)
        self.signal(signal.SIGKILL)
        while self.pids():
            time.sleep(0.05)
        os.rmdir(self.folder)

    def signal(self, number):
        for pid in self.pids():
            try:
                os.kill(pid, number)
            except ProcessLookupError:
                pass


def machine_cpu():
    """Busy seconds of the whole machine."""
    with open("/proc/stat") as stat:
        fields = [int(word) for word in stat.readline().split()[1:]]
    return (sum(fields[:8]) - fields[3] - fields[4]) / TICKS


def disk_of(path):
    device = os.stat(path).st_dev
    return f"{os.major(device)}:{os.minor(device)}"


def disk(path):
    """(bytes written, flushes) of the device that holds path; zeros where it has no statistics."""
    wanted = disk_of(path)
    with open("/proc/diskstats") as stats:
        for line in stats:
            words = line.split()
            if f"{words[0]}:{words[1]}" == wanted:
                return int(words[9]) * 512, int(words[18]) if len(words) > 18 else 0
    return 0, 0


class Measure:
    """CPU of a group, of the machine and of the disk between start and stop."""

    def __init__(self, group, path):
        self.group, self.path = group, path
        self.begun = time.monotonic()
        self.cpu, self.machine, self.disk = group.cpu(), machine_cpu(), disk(path)

    def stop(self, messages, own_cpu):
        wall = time.monotonic() - self.begun
        server = self.group.cpu() - self.cpu
        written, flushes = (after - before for before, after in zip(self.disk, disk(self.path)))
        foreign = max(0.0, machine_cpu() - self.machine - server - own_cpu)
        return {"delivered_per_s": messages / wall, "cpu_us": server / messages * 1e6,
                "flushes": flushes / messages, "written_kb": written / messages / 1e3,
                "pss_mb": self.group.pss_kib() / 1024, "foreign": foreign / wall / os.cpu_count()}
