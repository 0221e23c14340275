# SPDX-License-Identifier: Apache-2.0
"""The next system, as a test wants it: an SMTP or LMTP server on a free port that answers by a script and keeps what it
was told.

    with FarSide(rcpt=lambda to: "550 5.1.1 no") as far:
        ...
        far.wait(1)[0].content
"""
import socket
import socketserver
import ssl
import threading

EXTENSIONS = ("PIPELINING", "SIZE 0", "8BITMIME", "DSN", "SMTPUTF8")


class Message:
    def __init__(self, session, sender):
        self.session, self.sender, self.recipients, self.content = session, sender, [], b""


class FarSide:
    """`rcpt` and `mail` map the command's argument to a reply; `content` a message to one (LMTP: to a list of them). A
    reply of None closes the connection instead. Messages that were answered 2xx are in `messages`."""

    def __init__(self, extensions=EXTENSIONS, greeting="220 far.example ESMTP", rcpt=None, mail=None, content=None,
                 certificate=None, hello=None, path=None, lmtp=False):
        self.extensions, self.greeting, self.hello, self.lmtp = extensions, greeting, hello, lmtp
        self.rcpt = rcpt or (lambda to: "250 2.1.5 ok")
        self.mail = mail or (lambda sender: "250 2.1.0 ok")
        self.content = content or (lambda message: ["250 2.0.0 taken"] * (len(message.recipients) if lmtp else 1))
        self.certificate = certificate
        self.messages, self.commands, self.connections = [], [], 0
        self.changed = threading.Condition()
        self.open = set()
        side = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self):
                with side.changed:
                    side.connections += 1
                    side.open.add(self.connection)
                    number = side.connections
                    side.changed.notify_all()
                try:
                    Session(side, self.connection, number).run()
                except (ConnectionError, OSError, ssl.SSLError):
                    pass
                finally:
                    with side.changed:
                        side.open.discard(self.connection)

        base = socketserver.ThreadingUnixStreamServer if path else socketserver.ThreadingTCPServer
        kind = type("Server", (base,), {"daemon_threads": True, "allow_reuse_address": True, "request_queue_size": 128})
        self.server = kind(path or ("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)

    @property
    def port(self):
        return self.server.server_address[1]

    @property
    def hop(self):
        return f"[127.0.0.1]:{self.port}"

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()
        self.cut()

    def cut(self):
        """Closes all connections."""
        with self.changed:
            for one in self.open:
                try:
                    one.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass

    def wait(self, count, timeout=30):
        return self.wait_for(lambda: len(self.messages) >= count, timeout) and list(self.messages)

    def wait_for(self, condition, timeout=30):
        with self.changed:
            if not self.changed.wait_for(condition, timeout):
                raise AssertionError(f"did not come about; {len(self.messages)} messages, commands: {self.commands[-20:]}")
            return True


class Session:
    def __init__(self, side, connection, number):
        self.side, self.connection, self.number = side, connection, number
        self.lines = connection.makefile("rb")
        self.message = None
        self.secure = False

    def say(self, reply):
        if reply is None:
            self.connection.shutdown(socket.SHUT_RDWR)
            raise ConnectionError
        self.connection.sendall(reply.encode() + b"\r\n")

    def run(self):
        self.say(self.side.greeting)
        while True:  # STARTTLS replaces self.lines
            raw = self.lines.readline()
            if not raw:
                return
            line = raw.decode("utf-8", "surrogateescape").rstrip("\r\n")
            with self.side.changed:
                self.side.commands.append(line)
                self.side.changed.notify_all()
            verb = line.split(" ")[0].upper()
            if verb == "QUIT":
                self.say("221 2.0.0 bye")
                return
            getattr(self, verb.lower(), self.unknown)(line)

    def unknown(self, _):
        self.say("500 5.5.2 what?")

    def ehlo(self, _):
        if self.side.hello:
            return self.say(self.side.hello)
        words = list(self.side.extensions) + (["STARTTLS"] if self.side.certificate and not self.secure else [])
        replies = ["far.example"] + words
        for word in replies[:-1]:
            self.connection.sendall(f"250-{word}\r\n".encode())
        return self.say(f"250 {replies[-1]}")

    lhlo = ehlo

    def helo(self, _):
        self.say("250 far.example")

    def starttls(self, _):
        self.say("220 2.0.0 go on")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*self.side.certificate)
        self.lines.close()
        self.connection = context.wrap_socket(self.connection, server_side=True)
        self.lines = self.connection.makefile("rb")
        self.secure = True

    def mail(self, line):
        reply = self.side.mail(line[10:])
        if reply and reply.startswith("2"):
            self.message = Message(self, line[10:])
        self.say(reply)

    def rcpt(self, line):
        if self.message is None:
            return self.say("503 5.5.1 no sender")
        reply = self.side.rcpt(line[8:])
        if reply and reply.startswith("2"):
            self.message.recipients.append(line[8:])
        return self.say(reply)

    def rset(self, _):
        self.message = None
        self.say("250 2.0.0 ok")

    def data(self, _):
        if self.message is None or not self.message.recipients:
            return self.say("554 5.5.1 no recipients")
        self.say("354 go on")
        content = []
        for line in iter(self.lines.readline, b".\r\n"):
            if not line:
                raise ConnectionError
            content.append(line[1:] if line.startswith(b".") else line)
        message, self.message = self.message, None
        message.content = b"".join(content)
        replies = self.side.content(message)
        for reply in replies if isinstance(replies, list) else [replies]:
            if reply and reply.startswith("2"):
                with self.side.changed:
                    if message not in self.side.messages:
                        self.side.messages.append(message)
                    self.side.changed.notify_all()
            self.say(reply)
        return None
