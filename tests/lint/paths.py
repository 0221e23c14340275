#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""No paths of somebody's machine in the tree, and no names of package mirrors."""
import re
import sys

import _tree

# /home/ann and the like are users in examples; nobody's checkout is there.
PATH = re.compile(r"(?<![\w.$}])/(root|work|Users|mnt|workspace|builds)/\w|(?<![\w.$}])/home/\w+/(?:src|git|work|projects|code)\b")
HOST = re.compile(r"\b(?:pypi\.org|registry\.npmjs\.org|crates\.io|proxy\.golang\.org|deb\.debian\.org|snapshot\.debian\.org)\b")

found = []
for path in _tree.files():
    source = _tree.text(path)
    if source is None or path == "tests/lint/paths.py" or path.startswith("tests/fuzz/corpus/"):
        continue
    for number, line in enumerate(source.splitlines(), 1):
        if PATH.search(line):
            found.append(f"{path}:{number}: a path of one machine: {PATH.search(line).group()}...")
        if HOST.search(line):
            found.append(f"{path}:{number}: the name of a package mirror: {HOST.search(line).group()}")
sys.exit(_tree.report(found))
