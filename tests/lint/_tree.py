#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The files that belong to the tree: tracked ones, and new ones that are not ignored. Used by all linters.

As a program: _tree.py [--cxx] [PATH...] prints them, one a line.
"""
import os
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
CXX = (".h", ".hpp", ".c", ".cpp")


def _listed():
    # The owner of the tree may be somebody else than who checks it (a container, CI).
    git = ["git", "-c", "safe.directory=*", "-C", str(ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        done = subprocess.run(git, capture_output=True, check=True)
        return [os.fsdecode(name) for name in done.stdout.split(b"\0") if name]
    except (OSError, subprocess.CalledProcessError):
        # An unpacked archive.
        found = []
        for folder, folders, names in os.walk(ROOT):
            folders[:] = [name for name in folders if name not in (".git", "build", ".cache", "__pycache__")]
            found += [os.path.relpath(os.path.join(folder, name), ROOT) for name in names]
        return found


def files(suffixes=None, below=()):
    """Paths relative to the root, sorted."""
    prefixes = tuple(os.path.relpath(os.path.abspath(path), ROOT) for path in below)
    for name in sorted(set(_listed())):
        if suffixes and not name.endswith(suffixes):
            continue
        if prefixes and not any(p == "." or name == p or name.startswith(p + "/") for p in prefixes):
            continue
        if (ROOT / name).is_file():
            yield name


def text(name):
    """Content of a text file, or None for anything else."""
    raw = (ROOT / name).read_bytes()
    if b"\0" in raw[:8000]:
        return None
    return raw.decode("utf-8", errors="replace")


_TOKEN = re.compile(r'//[^\n]*|/\*.*?\*/|R"([^(\s]*)\(.*?\)\1"|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)


def comments(source):
    """(line, text) of each C or C++ comment; strings are not comments."""
    for match in _TOKEN.finditer(source):
        if match.group().startswith(("//", "/*")):
            yield source.count("\n", 0, match.start()) + 1, match.group()


def report(found):
    """Prints the findings; the exit code of a linter."""
    for line in found:
        print(line)
    return 1 if found else 0


if __name__ == "__main__":
    arguments = sys.argv[1:]
    only = CXX if "--cxx" in arguments else None
    for path in files(only, [a for a in arguments if a != "--cxx"]):
        print(path)
