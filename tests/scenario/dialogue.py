# SPDX-License-Identifier: Apache-2.0
"""Raw dialogues with the daemon, octet for octet: no client library mends what a test wants to send.

    with Smtp(where.listener("smtp")) as smtp:               # greeting read, EHLO said
        smtp.ask("MAIL FROM:<bob@example.org>")              # "250 2.1.0 Sender ok"
    inbox(where, "ann@example.com")                          # whole messages, deleted from the mailbox
"""
import pathlib
import socket
import ssl
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "integration"))

import waypost_site as site  # noqa: E402  pylint: disable=wrong-import-position

PASSWORD = "correct horse"


class Case(site.Case):
    """With a certificate for configurations that say CERTIFICATE; each user of `users` in example.com."""
    users = ("ann",)

    @classmethod
    def setUpClass(cls):
        if "CERTIFICATE" in cls.configuration:
            folder = tempfile.TemporaryDirectory(prefix="waypost-certificate-")
            cls.addClassCleanup(folder.cleanup)
            cls.configuration = cls.configuration.replace("CERTIFICATE", certificate(folder.name))
        super().setUpClass()

    @classmethod
    def prepare(cls):
        cls.site.add_people(users=cls.users, password=PASSWORD)

    def smtp(self, **options):
        return Smtp(self.site.listener("smtp"), **options)

    def pop3(self, **options):
        return Pop3(self.site.listener("pop3"), **options)

    def inbox(self, user="ann@example.com"):
        return inbox(self.site, user)

    def assert_answer(self, answer, start):
        self.assertTrue(answer.startswith(start), f"{answer!r} does not start with {start!r}")


def certificate(folder):
    """The two configuration lines of a fresh self-signed certificate."""
    paths = [pathlib.Path(folder) / name for name in ("certificate.pem", "key.pem")]
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
                    "-subj", "/CN=mail.example.com", "-out", paths[0], "-keyout", paths[1]], check=True, capture_output=True)
    return f'tls_certificate = "{paths[0]}"\ntls_key = "{paths[1]}"'


class Dialogue:
    """One connection; replies are text without the last line end, "" once the daemon has closed it."""

    def __init__(self, address, source=None, timeout=15):
        self.socket = socket.create_connection(address, timeout, source and (source, 0))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.lines = self.socket.makefile("rb")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.lines.close()
        self.socket.close()

    def send(self, what):
        self.socket.sendall(what.encode() if isinstance(what, str) else what)

    def line(self):
        try:
            return self.lines.readline().decode("utf-8", "surrogateescape").rstrip("\r\n")
        except ConnectionResetError:  # closed with octets of ours unread
            return ""

    def reply(self):
        return self.line()

    def ask(self, line):
        self.send((line.encode() if isinstance(line, str) else line) + b"\r\n")
        return self.reply()

    def ask_all(self, *lines):
        """Pipelined: all commands in one segment, then as many replies."""
        self.send(b"".join((line.encode() if isinstance(line, str) else line) + b"\r\n" for line in lines))
        return [self.reply() for _ in lines]

    def rest(self):
        """All replies until the daemon closes the connection."""
        return list(iter(self.reply, ""))

    def start_tls(self):
        """The handshake; the commands for it were exchanged."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        self.lines.close()
        self.socket = context.wrap_socket(self.socket)
        self.lines = self.socket.makefile("rb")


class Smtp(Dialogue):
    """Replies of several lines are joined with a line feed."""

    def __init__(self, address, hello="EHLO client.example.org", **options):
        super().__init__(address, **options)
        self.greeting = self.reply()
        self.extensions = self.ask(hello).split("\n") if hello else []

    def reply(self):
        lines = [self.line()]
        while lines[-1][3:4] == "-":
            lines.append(self.line())
        return "\n".join(lines)

    def envelope(self, *to, sender="bob@example.org"):
        """MAIL and RCPTs; the last reply."""
        answers = self.ask_all(f"MAIL FROM:<{sender}>", *(f"RCPT TO:<{one}>" for one in to or ("ann@example.com",)))
        return answers[-1]

    def content(self, raw):
        """DATA with octets that are sent as they are, with their end."""
        answer = self.ask("DATA")
        if not answer.startswith("354"):
            return answer
        self.send(raw)
        return self.reply()

    def mail(self, raw, *to, sender="bob@example.org"):
        """A whole message, dots and end added; the reply."""
        self.envelope(*to, sender=sender)
        return self.content(stuffed(raw))


def stuffed(raw):
    """A message as DATA wants it."""
    lines = raw.split(b"\r\n")
    return b"\r\n".join(b"." + line if line.startswith(b".") else line for line in lines) + b".\r\n"


class Pop3(Dialogue):
    def __init__(self, address, tls=False, **options):
        super().__init__(address, **options)
        if tls:
            self.start_tls()
        self.greeting = self.reply()

    def login(self, user="ann@example.com", password=PASSWORD):
        self.ask(f"USER {user}")
        return self.ask(f"PASS {password}")

    def many(self, line):
        """A command with an answer of several lines: what is below the first, dots removed, octet for octet."""
        answer = self.ask(line)
        if not answer.startswith("+OK"):
            raise AssertionError(f"{line}: {answer}")
        return self.below()

    def below(self):
        found = []
        for line in iter(self.lines.readline, b".\r\n"):
            if not line:
                raise AssertionError("the answer is cut off")
            found.append(line[1:] if line.startswith(b".") else line)
        return b"".join(found)


def inbox(where, user="ann@example.com"):
    """The messages of a mailbox, which is empty afterwards."""
    with Pop3(where.listener("pop3")) as pop3:
        answer = pop3.login(user)
        if not answer.startswith("+OK"):
            raise AssertionError(f"login of {user}: {answer}")
        count = int(pop3.ask("STAT").split()[1])
        found = [pop3.many(f"RETR {number}") for number in range(1, count + 1)]
        for number in range(1, count + 1):
            pop3.ask(f"DELE {number}")
        pop3.ask("QUIT")
        return found
