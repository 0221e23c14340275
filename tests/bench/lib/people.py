# SPDX-License-Identifier: Apache-2.0
"""Many domains with many users as LDIF, for the measurements of the directory."""
import subprocess

ROOTS = "".join(f"dn: o={name}\nobjectClass: top\nobjectClass: organization\no: {name}\n\n" for name in ("internet", "isp"))


def domain(number):
    return f"d{number}.example"


def address(number, domains):
    return f"u{number}@{domain(number % domains)}"


def nodes(domains):
    """The DC tree."""
    yield "dn: dc=example,o=internet\nobjectClass: domain\ndc: example\n\n"
    for i in range(domains):
        yield (f"dn: dc=d{i},dc=example,o=internet\nobjectClass: domain\nobjectClass: inetDomain\nobjectClass: mailDomain\n"
               f"dc: d{i}\ninetDomainBaseDN: o={domain(i)},o=isp\ninetDomainStatus: active\n\n")


def organizations(domains):
    for i in range(domains):
        yield f"dn: o={domain(i)},o=isp\nobjectClass: organization\no: {domain(i)}\n\n"
        yield f"dn: ou=People,o={domain(i)},o=isp\nobjectClass: organizationalUnit\nou: People\n\n"


def user_dn(number, domains):
    return f"uid=u{number},ou=People,o={domain(number % domains)},o=isp"


def user(number, domains):
    return (f"dn: {user_dn(number, domains)}\nobjectClass: inetOrgPerson\nobjectClass: inetUser\nobjectClass: inetMailUser\n"
            f"objectClass: inetLocalMailRecipient\nuid: u{number}\ncn: User {number}\nsn: {number}\n"
            f"mail: {address(number, domains)}\nmailAlternateAddress: user.{number}@{domain(number % domains)}\n"
            f"inetUserStatus: active\nmailUserStatus: active\nmailDeliveryOption: mailbox\nmailQuota: 1G\n\n")


def load(directory, users, domains):
    """By slapadd, with slapd down."""
    files = {"o=internet": directory.folder / "dc.ldif", "o=isp": directory.folder / "o.ldif"}
    with open(files["o=internet"], "w", encoding="utf-8") as out:
        out.write(ROOTS.split("\n\n", maxsplit=1)[0] + "\n\n")
        out.writelines(nodes(domains))
    with open(files["o=isp"], "w", encoding="utf-8") as out:
        out.write(ROOTS.split("\n\n")[1] + "\n\n")
        out.writelines(organizations(domains))
        out.writelines(user(i, domains) for i in range(users))
    for base, path in files.items():
        subprocess.run(["/usr/sbin/slapadd", "-q", "-w", "-F", str(directory.folder / "config"), "-b", base, "-l", str(path)],
                       check=True, capture_output=True)
