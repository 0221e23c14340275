#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Words in comments and documents: no word twice in a row, no marks of unfinished work."""
import re
import sys

import _tree

DOUBLE = re.compile(r"\b([A-Za-z]{2,})(?:[ \t]+|[ \t]*\n[ \t]*)\1\b", re.I)
FINE = {"that", "had", "long"}
MARK = re.compile(r"\b(TO" r"DO|FIX" r"ME|XX" r"X|HA" r"CK)\b")


def plain(comment):
    """A comment without its signs, with its line breaks."""
    return re.sub(r"^[ \t]*(///?<?|/\*+|\*+/?|#+!?)|\*/", " ", comment, flags=re.M)


def blocks(path, source):
    if path.endswith(_tree.CXX):
        # Line comments one below the other are one text.
        last, start, joined = -2, 0, ""
        lines = source.splitlines()
        for line, comment in _tree.comments(source):
            alone = lines[line - 1].lstrip().startswith("//")
            if line == last + 1 and alone:
                joined += "\n" + plain(comment)
            else:
                yield start, joined
                start, joined = line, plain(comment)
            last = line + comment.count("\n")
        yield start, joined
    elif path.endswith(".md"):
        # Blanked, not cut, so that the line numbers stay.
        yield 1, re.sub(r"```.*?```|`[^`\n]*`|\|", lambda m: re.sub(r"[^\n]", "-", m.group()), source, flags=re.S)
    elif path.endswith((".py", ".sh", ".cmake", ".toml", "CMakeLists.txt")):
        for number, line in enumerate(source.splitlines(), 1):
            if "#" in line:
                yield number, line[line.index("#") + 1 :]


found = []
for path in _tree.files():
    source = _tree.text(path)
    if source is None or path == "LICENSE" or path.startswith("tests/fuzz/corpus/"):
        continue
    for start, block in blocks(path, source):
        for match in DOUBLE.finditer(block):
            if match.group(1).lower() not in FINE:
                line = start + block.count("\n", 0, match.start())
                found.append(f"{path}:{line}: the word '{match.group(1)}' twice")
    for number, line in enumerate(source.splitlines(), 1):
        if MARK.search(line):
            found.append(f"{path}:{number}: a mark of unfinished work; finish it or open an issue")
sys.exit(_tree.report(found))
