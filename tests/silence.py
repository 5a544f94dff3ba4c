"""A mail server that falls silent, or slow, at whatever step it is asked to."""

import socket
import threading
import time
from contextlib import ExitStack, contextmanager, suppress

STEPS = ["connection", "banner", "ehlo", "mail", "rcpt", "data", "text"]
ANSWERS = {"banner": b"220 here", "ehlo": b"250 here", "mail": b"250 yes", "rcpt": b"250 yes", "data": b"354 go on",
           "text": b"250 taken"}  # fmt: skip


class Reluctant:
    """It answers every step until `step`; from there on nothing, or with `every` one byte each so many seconds.

    With `late` it answers each step, that many seconds late. `taken` counts the letters whose text came whole, `hung_up` tells
    whether the other side ended each connection.
    """

    def __init__(self, step="", *, every=None, late=0):
        self.step, self.every, self.late = step, every, late
        self.taken, self.hung_up = 0, []

    def converse(self, connection):
        with suppress(OSError), connection, connection.makefile("rb") as heard:
            for step, answer in ANSWERS.items():
                if step != "banner":
                    self._hear(heard, step)
                time.sleep(self.late)
                if step == self.step:
                    self._falter(connection, answer)
                    return
                connection.sendall(answer + b"\r\n")
            heard.read()

    def _hear(self, heard, step):
        while (line := heard.readline()) and step == "text" and line != b".\r\n":
            pass
        self.taken += step == "text" and line == b".\r\n"

    def _falter(self, connection, answer):
        """Say nothing more, or hardly anything, until the other side hangs up, whatever it says before."""
        connection.settimeout(self.every or 60)
        said = (answer[:4] + b"." * 600) if self.every else b""
        for number in range(601):
            try:
                while connection.recv(4096):
                    pass
            except TimeoutError:
                connection.sendall(said[number : number + 1])
            except ConnectionError:
                break
            else:
                break
        self.hung_up.append(number < 600)


@contextmanager
def serving(server, port=0):
    """Have a server listen at a port, any or a certain one, and give it; one silent at "connection" does not even accept."""
    with ExitStack() as stack:
        door = stack.enter_context(socket.socket())
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        door.bind(("127.0.0.1", port))
        door.listen(0 if server.step == "connection" else 16)
        if server.step == "connection":  # a full queue: the system leaves whoever comes next without an answer
            for _number in range(4):
                waiting = stack.enter_context(socket.socket())
                waiting.setblocking(False)
                waiting.connect_ex(door.getsockname())
        else:
            thread = threading.Thread(target=_accept, args=[door, server])
            thread.start()
            stack.callback(thread.join)
            stack.callback(door.shutdown, socket.SHUT_RDWR)
        yield door.getsockname()[1]


def _accept(door, server):
    with suppress(OSError):
        while True:
            server.converse(door.accept()[0])
