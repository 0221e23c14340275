# SPDX-License-Identifier: Apache-2.0
"""Collects figures of several runs and systems, prints a table or the JSON object of docs/operations/bench.md."""
import json
import os
import platform
import statistics

UNITS = {"delivered_per_s": "messages/s", "accepted_per_s": "messages/s", "cpu_us": "us/message", "flushes": "1/message",
         "written_kb": "kB/message", "pss_mb": "MiB", "foreign": "share", "idle_kib": "KiB/connection"}
LOWER_IS_BETTER = {"cpu_us", "flushes", "written_kb", "pss_mb", "idle_kib"}


class Report:
    def __init__(self, bench, ours="waypost"):
        self.bench, self.ours = bench, ours
        self.samples = {}

    def add(self, case, system, figures):
        for metric, value in figures.items():
            self.samples.setdefault((case, system, metric), []).append(value)

    def median(self, case, system, metric):
        return statistics.median(self.samples[(case, system, metric)])

    def figures(self):
        return [{"case": case, "system": system, "metric": metric, "unit": UNITS.get(metric, ""),
                 "median": statistics.median(values), "min": min(values), "max": max(values), "runs": len(values)}
                for (case, system, metric), values in self.samples.items()]

    def ratios(self):
        """Above 1 means that ours is ahead."""
        rows = []
        for case, system, metric in self.samples:
            if system == self.ours or metric == "foreign" or (case, self.ours, metric) not in self.samples:
                continue
            ours, peer = self.median(case, self.ours, metric), self.median(case, system, metric)
            if ours and peer:
                rows.append({"case": case, "peer": system, "metric": metric,
                             "ratio": peer / ours if metric in LOWER_IS_BETTER else ours / peer})
        return rows

    def print(self, as_json):
        if as_json:
            machine = {"cpus": os.cpu_count(), "system": platform.platform()}
            print(json.dumps({"bench": self.bench, "machine": machine, "figures": self.figures(),
                              "ratios": self.ratios()}, indent=1))
            return
        for row in self.figures():
            print(f"{row['case']:24} {row['system']:20} {row['metric']:16} {row['median']:12.2f} "
                  f"({row['min']:.2f}..{row['max']:.2f}) {row['unit']}")
        for row in self.ratios():
            print(f"{row['case']:24} against {row['peer']:20} {row['metric']:16} {row['ratio']:8.1f} x")
