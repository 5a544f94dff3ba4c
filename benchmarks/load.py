"""A load generator for loopback: some connections that ask for one page again and again, for a few seconds."""

import selectors
import socket
import time


class Client:
    """One connection that sends the next request when the answer to the last is complete."""

    def __init__(self, port, request):
        self.request = request
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.buffer = bytearray()
        self.missing = None
        self.chunked = False
        self.socket.sendall(request)

    def receive(self):
        """Read what has come; True once an answer is complete."""
        part = self.socket.recv(262144)
        if not part:
            raise ConnectionError("the server closed the connection")
        if self.chunked:
            self.buffer = (self.buffer + part)[-8:]
        elif self.missing is None:
            self.buffer += part
            end = self.buffer.find(b"\r\n\r\n")
            if end < 0:
                return False
            head = bytes(self.buffer[:end]).lower()
            if not head.startswith(b"http/1.1 200"):
                raise ConnectionError(f"not a page: {head.splitlines()[0].decode()}")
            if b"transfer-encoding: chunked" in head:
                self.chunked = True
            else:
                length = int(head.split(b"content-length:")[1].split(b"\r\n")[0])
                self.missing = length - (len(self.buffer) - end - 4)
                self.buffer.clear()
        else:
            self.missing -= len(part)
        if self.chunked and not self.buffer.endswith(b"0\r\n\r\n") or not self.chunked and self.missing > 0:
            return False
        self.missing, self.chunked = None, False
        self.buffer.clear()
        self.socket.sendall(self.request)
        return True


def requests_per_second(port, path, seconds, connections=4):
    """Ask for `path` over keep-alive connections for about `seconds`; give complete answers per second."""
    request = f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()
    selector = selectors.DefaultSelector()
    clients = [Client(port, request) for _ in range(connections)]
    for client in clients:
        selector.register(client.socket, selectors.EVENT_READ, client)
    answered, began = 0, time.perf_counter()
    while (now := time.perf_counter()) - began < seconds:
        for key, _events in selector.select(1):
            answered += key.data.receive()
    for client in clients:
        client.socket.close()
    selector.close()
    return answered / (now - began)
