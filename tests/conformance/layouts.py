# SPDX-License-Identifier: Apache-2.0
"""The layouts of conf/samples/: where a domain's node and its people are, and how it gets an alias."""


def alias_node(dc, target, below=""):
    """Change records that make an alias domain by a node of its own, and take it back."""
    dn = f"dc={dc},dc=net{below}"
    return (f"dn: {dn}\nchangetype: add\nobjectClass: top\nobjectClass: alias\nobjectClass: dcObject\n"
            f"objectClass: inetDomainAlias\ndc: {dc}\naliasedObjectName: {target}\n\n", f"dn: {dn}\nchangetype: delete\n\n")


def alias_name(name, target):
    """The same by one more name at the node of the domain."""
    return tuple(f"dn: {target}\nchangetype: modify\n{how}: associatedDomain\nassociatedDomain: {name}\n-\n\n"
                 for how in ("add", "delete"))


class Layout:
    """`bases`: what the sample's entries are below; `roots`: keys of [directory] for new domains."""

    def __init__(self, name, bases, nodes, people, roots=""):
        self.name, self.bases, self.nodes, self.people, self.roots = name, bases, nodes, people, roots

    def user(self, uid, domain):
        return f"uid={uid},ou=People,{self.people[domain]}"

    def group(self, name, domain):
        return f"cn={name},ou=Groups,{self.people[domain]}"

    def alias(self, label):
        """Of example.com: LABEL.net."""
        node = self.nodes["example.com"]
        if self.name in ("schema2", "organisational"):
            return alias_name(f"{label}.net", node)
        return alias_node(label, node, ",o=internet" if self.name == "schema1" else "")


ORGANIZATIONS = {name: f"o={name},o=isp" for name in ("example.com", "example.org")}
LABELS = {"example.com": "dc=example,dc=com", "example.org": "dc=example,dc=org"}
COMPANIES = {"example.com": "o=Example Incorporated,l=Springfield,c=US", "example.org": "o=Example Foundation,c=US"}
SCHEMA1 = Layout("schema1", ("o=internet", "o=isp"), {name: f"{dn},o=internet" for name, dn in LABELS.items()}, ORGANIZATIONS)
SCHEMA2 = Layout("schema2", ("o=isp",), ORGANIZATIONS, ORGANIZATIONS)
LABEL = Layout("labels", ("dc=com", "dc=net", "dc=org"), LABELS, LABELS, 'dc_root = ""')
ORGANISATIONAL = Layout("organisational", ("c=US",), COMPANIES, COMPANIES, 'organization_root = "l=Springfield,c=US"')
