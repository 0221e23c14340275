# SPDX-License-Identifier: Apache-2.0
"""The directory backends of the conformance suite. Each is loaded with a sample as it is, and takes the same LDIF change
records: slapd by ldapmodify, the flat file by an edit, as an operator with another tool would do it."""
import contextlib
import os

import slapd_site
import waypost_site


def folded(dn):
    return ",".join(part.strip() for part in dn.lower().split(","))


class Ldap:
    def __init__(self, scope, layout, sample):
        self.slapd = scope.enter_context(slapd_site.Slapd(bases=layout.bases))
        self.slapd.add(sample.read_text())
        self.section = self.slapd.plugin()

    def attach(self, site):
        """slapd is loaded already."""

    def change(self, records):
        self.slapd.modify(records)


class Entry:
    def __init__(self, dn, lines):
        self.dn, self.lines = dn, lines

    def text(self):
        return "\n".join([f"dn: {self.dn}", *self.lines]) + "\n\n"

    def modify(self, lines):
        """RFC 2849's mod-specs: add, delete, replace, each ended by a "-"."""
        how = name = None
        for line in lines:
            if line == "-":
                how = None
            elif how is None:
                how, name = line.split(": ", 1)
                bare = not any(one.startswith(f"{name}: ") for one in lines)
                if how == "replace" or (how == "delete" and bare):
                    self.lines = [one for one in self.lines if not one.lower().startswith(f"{name.lower()}:")]
            elif how == "delete":
                self.lines.remove(line)
            else:
                self.lines.append(line)


class Ldif:
    section = waypost_site.DIRECTORY

    def __init__(self, _scope, _layout, sample):
        self.sample = sample
        self.path = None

    def attach(self, site):
        self.path = site.folder / "state" / "directory.ldif"
        self.path.write_text(self.sample.read_text())

    def change(self, records):
        """One edit of the file: what was read, changed, in its place by a rename."""
        entries = []
        for block in self.path.read_text().split("\n\n"):
            lines = [line for line in block.splitlines() if line and not line.startswith("#") and line != "version: 1"]
            if lines:
                entries.append(Entry(lines[0].removeprefix("dn: "), lines[1:]))
        for block in records.strip("\n").split("\n\n"):
            self._apply(entries, *block.splitlines())
        fresh = self.path.with_suffix(".new")
        fresh.write_text("version: 1\n\n" + "".join(one.text() for one in entries))
        os.replace(fresh, self.path)

    @staticmethod
    def _apply(entries, dn, kind, *lines):
        dn, kind = dn.removeprefix("dn: "), kind.removeprefix("changetype: ")
        found = [one for one in entries if folded(one.dn) == folded(dn)]
        if kind == "add":
            entries.append(Entry(dn, list(lines)))
        elif kind == "delete":
            entries.remove(found[0])
        elif kind == "modrdn":
            rdn = lines[0].removeprefix("newrdn: ")
            found[0].dn = ",".join([rdn, *found[0].dn.split(",")[1:]])
            name, value = dn.split(",")[0].split("=", 1)
            found[0].lines.remove(f"{name}: {value}")
            found[0].lines.append(rdn.replace("=", ": ", 1))
        else:
            found[0].modify(lines)


@contextlib.contextmanager
def running(backend, layout):
    """(site, backend): a daemon whose directory is the sample of the layout."""
    with contextlib.ExitStack() as scope:
        made = backend(scope, layout, waypost_site.ROOT / "conf/samples" / f"{layout.name}.ldif")
        keys = f'\n[directory]\nlayout = "{layout.name}"\n{layout.roots}\n'
        text = waypost_site.KERNEL + waypost_site.SMTP + waypost_site.POP3 + made.section + waypost_site.STORE + keys
        site = scope.enter_context(waypost_site.temporary(text))
        made.attach(site)
        site.start()
        yield site, made
