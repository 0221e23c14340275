#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Folder arrows: sdk/abi <- sdk <- plugins, sdk/abi <- kernel; nothing else.

Looks at each #include of C and C++ files and at the libraries that a CMakeLists.txt names.
"""
import os
import re
import sys

import _tree

INCLUDE = re.compile(r'^\s*#\s*include\s+([<"])([^>"]+)[>"]', re.M)


def layer(path):
    """The part of the tree that a file belongs to; a plugin is a part of its own."""
    parts = path.split("/")
    if path.startswith("sdk/include/waypost/abi/"):
        return "abi"
    if path.startswith(("sdk/include/waypost/net/", "sdk/net/")):
        return "net"
    if parts[0] == "plugins" and len(parts) > 3:
        return "/".join(parts[:3])
    return parts[0]


def allowed(here, there):
    if here == there or here in ("tests", "examples") and not (here == "examples" and there == "kernel"):
        return True
    if here == "abi":
        return False
    if here in ("sdk", "net"):
        return there in ("abi", "sdk", "net")
    if here == "kernel":
        return there in ("abi", "sdk")
    if here.startswith("plugins"):
        return there in ("abi", "sdk", "net")
    return True


def roots(path):
    """Where the compiler would look, nearest first, then every other place of the tree."""
    folder = os.path.dirname(path)
    near = [folder]
    while folder:
        folder = os.path.dirname(folder)
        near.append(folder)
    return near + ["sdk/include", "sdk/net/include", "sdk/net", "sdk", "kernel", "plugins"]


def resolve(path, wanted, known):
    for root in roots(path):
        candidate = os.path.normpath(os.path.join(root, wanted))
        if candidate in known:
            return candidate
    # A header of some plugin, included by a path inside that plugin.
    for candidate in known:
        if candidate.startswith("plugins/") and candidate.endswith("/" + wanted):
            return candidate
    return None


def includes(known):
    for path in sorted(known):
        source = _tree.text(path) or ""
        here = layer(path)
        for match in INCLUDE.finditer(source):
            line = source.count("\n", 0, match.start()) + 1
            wanted = match.group(2)
            if here == "abi" and not re.match(r"(stddef|stdint)\.h$|waypost/abi/", wanted):
                yield f"{path}:{line}: a C ABI header includes only <stddef.h>, <stdint.h> and <waypost/abi/...>, not {wanted}"
                continue
            there = resolve(path, wanted, known)
            if there and not allowed(here, layer(there)):
                yield f"{path}:{line}: {here} may not include {there}"


def libraries():
    for path in _tree.files(("CMakeLists.txt",)):
        for number, line in enumerate((_tree.text(path) or "").splitlines(), 1):
            code = line.split("#")[0]
            if path.startswith(("plugins/", "sdk/", "examples/")) and re.search(r"waypost::kernel|\bkernel_\w+", code):
                yield f"{path}:{number}: links a part of the kernel; only the kernel and the tests may"
            if path.startswith("kernel/") and re.search(r"waypost::net\b|\bwaypost_net\b", code):
                yield f"{path}:{number}: the kernel does not use sdk/net"


sys.exit(_tree.report([*includes(set(_tree.files(_tree.CXX))), *libraries()]))
