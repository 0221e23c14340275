#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Each source file starts with its SPDX line (after the #! line of a script); each header guards itself."""
import sys

import _tree

LINE = "SPDX-License-Identifier: Apache-2.0"
found = []
for path in _tree.files():
    lines = (_tree.text(path) or "").splitlines()
    if not lines:
        continue
    script = lines[0].startswith("#!")
    if path.endswith(_tree.CXX + (".py", ".sh", ".rs")) or script:
        start = lines[1:2] if script else lines[:1]
        if not any(LINE in line for line in start):
            found.append(f"{path}:1: the first line must be: {LINE}")
    if path.endswith(".hpp") and "#pragma once" not in lines:
        found.append(f"{path}:1: a header needs #pragma once")
    if path.endswith(".h") and "#pragma once" not in lines and not any(l.startswith("#ifndef ") for l in lines[:60]):
        found.append(f"{path}:1: a header needs an include guard")
sys.exit(_tree.report(found))
