"""The mail server has one deadline for all that a letter takes: connecting, each answer, the text, and hanging up.

A time-out of the socket alone begins anew with each address, each command and each byte: a server that sends a byte a second
would keep a worker for good. Here nothing takes longer than what is left.
"""

import socket
from functools import partial
from smtplib import SMTP, SMTP_SSL, SMTPServerDisconnected
from time import monotonic

from django.conf import settings
from django.core.mail.backends.smtp import EmailBackend

PIECE = 16_384  # bytes sent before the clock is looked at
END_OF_TEXT = b"\r\n.\r\n"


class OutcomeUnknownError(SMTPServerDisconnected):
    """The whole text was handed over, and no answer came: nobody knows whether the server took it."""


class Deadline:
    """Until when the mail server may take for the letter at hand."""

    def __init__(self):
        self.restart()

    def restart(self):
        self._at = monotonic() + settings.EMAIL_TIMEOUT

    def left(self):
        """The seconds left; raises `TimeoutError` where there are none."""
        if (seconds := self._at - monotonic()) <= 0:
            raise TimeoutError("The mail server took too long.")
        return seconds


class Backend(EmailBackend):
    """As Django's, with a deadline that whoever opens it may restart."""

    def __init__(self, *args, deadline=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.deadline = deadline or Deadline()

    @property
    def connection_class(self):
        return partial(TimedSMTPOverTLS if self.use_ssl else TimedSMTP, deadline=self.deadline)


class TimedSMTP(SMTP):
    """SMTP whose every step takes at most what is left until the deadline."""

    def __init__(self, *args, deadline, **kwargs):
        self.deadline = deadline
        super().__init__(*args, **kwargs)

    def _get_socket(self, host, port, timeout):
        """Connect to the first address that answers; none may use up the time of those after it."""
        addresses = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        for number, (family, kind, protocol, _name, address) in enumerate(addresses):
            sock = socket.socket(family, kind, protocol)
            try:
                sock.settimeout(self.deadline.left() / (len(addresses) - number))
                sock.connect(address)
                sock.settimeout(self.deadline.left())
            except OSError:
                sock.close()
                if number + 1 == len(addresses):
                    raise
            else:
                return sock

    def send(self, text):
        if self.sock is None:
            raise SMTPServerDisconnected("please run connect() first")
        rest = memoryview(text.encode(self.command_encoding) if isinstance(text, str) else text)
        self._ending = bytes(rest[-len(END_OF_TEXT) :])
        try:
            while rest:
                self.sock.settimeout(self.deadline.left())
                rest = rest[self.sock.send(rest[:PIECE]) :]
        except OSError as error:
            self._ending = b""
            self.close()
            raise SMTPServerDisconnected(f"Connection unexpectedly closed: {error}") from error

    def getreply(self):
        if self.file is None and self.sock is not None:
            self.file = Lines(self.sock, self.deadline)
        return super().getreply()

    def data(self, msg):
        try:
            return super().data(msg)
        except SMTPServerDisconnected as error:
            if self._ending == END_OF_TEXT:
                raise OutcomeUnknownError(*error.args) from error
            raise


class TimedSMTPOverTLS(SMTP_SSL, TimedSMTP):
    """The same over TLS from the first byte on; `SMTP_SSL` has its socket from `TimedSMTP`."""

    def __init__(self, *args, deadline, **kwargs):
        self.deadline = deadline
        SMTP_SSL.__init__(self, *args, **kwargs)


class Lines:
    """The lines of a mail server's answers, in place of the file that `smtplib` reads them from."""

    def __init__(self, sock, deadline):
        self._sock, self._deadline, self._rest = sock, deadline, b""

    def readline(self, limit):
        while b"\n" not in self._rest and len(self._rest) < limit:
            self._sock.settimeout(self._deadline.left())
            if not (received := self._sock.recv(4096)):
                break
            self._rest += received
        end = min(self._rest.find(b"\n") + 1 or len(self._rest), limit)
        line, self._rest = self._rest[:end], self._rest[end:]
        return line

    def close(self):
        """The socket is closed by whoever opened it."""
