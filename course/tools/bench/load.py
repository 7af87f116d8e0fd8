"""A load generator with keep-alive connections. Each connection sends one request at a time.

It runs on the machine that it measures and takes its share of the CPU. So compare its rates with each other, not with
those of another load generator.
"""

import selectors
import socket
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle

from course.platform.web import Refused

REPLY_TIMEOUT_S = 30.0


class NoReply(Refused):
    message = "A server under measurement stopped answering. Its output is above."


@dataclass
class HttpRequest:
    """A request that can be sent again and again. `bodies` take turns; `{serial}` in them counts up from 1."""

    method: str
    path: str
    cookie: str = ""
    bodies: Sequence[str] = ()
    status: int = 200
    sent: int = 0

    def message(self) -> bytes:
        """Return the next request to send."""
        body = self.bodies[self.sent % len(self.bodies)].replace("{serial}", str(self.sent + 1)) if self.bodies else ""
        self.sent += 1
        lines = [f"{self.method} {self.path} HTTP/1.1", "Host: localhost", "Accept: text/html"]
        if self.cookie:
            lines.append(f"Cookie: session={self.cookie}")
        if self.bodies:
            lines[2] = "Accept: application/json"
            lines += ["Content-Type: application/x-www-form-urlencoded", f"Content-Length: {len(body)}"]
        return ("\r\n".join(lines) + "\r\n\r\n" + body).encode()


@dataclass(frozen=True)
class Load:
    """The outcome of one measurement: the seconds of each expected reply, and the number of other replies."""

    times: Sequence[float]
    errors: int
    seconds: float

    @property
    def rate(self) -> float:
        return len(self.times) / self.seconds

    def quantile(self, share: float) -> float:
        """Return the milliseconds within which this share of the replies came."""
        ordered = sorted(self.times) or [0.0]
        return ordered[min(int(share * len(ordered)), len(ordered) - 1)] * 1000


class _Connection:
    def __init__(self, port: int, requests: Iterator[HttpRequest]) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=REPLY_TIMEOUT_S)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.requests, self.received = requests, b""

    def send(self) -> bool:
        """Send the next request. Return False if there is none."""
        if (request := next(self.requests, None)) is None:
            return False
        self.expected, self.received = b" %d " % request.status, b""
        message = request.message()
        self.began = time.perf_counter()
        self.socket.sendall(message)
        return True

    def receive(self) -> bool | None:
        """Return whether the reply has the expected status; None while it is incomplete."""
        part = self.socket.recv(262_144)
        if not part:
            raise NoReply
        self.received += part
        head, blank_line, body = self.received.partition(b"\r\n\r\n")
        if not blank_line:
            return None
        length = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0] or 0)
        return self.expected in head[:16] if len(body) >= length else None


def drive(port: int, requests: Sequence[HttpRequest], connections: int, seconds: float | None) -> Load:
    """Send the requests over that many connections for `seconds`, each connection its share in turn.

    With `seconds` None each request is sent once.
    """
    lanes = [requests[n::connections] for n in range(connections)]
    opened = [_Connection(port, cycle(lane) if seconds else iter(lane)) for lane in lanes if lane]
    times: list[float] = []
    errors, began = 0, time.perf_counter()
    with selectors.DefaultSelector() as selector:
        for one in opened:
            if one.send():
                selector.register(one.socket, selectors.EVENT_READ, one)
        while selector.get_map():
            ready = selector.select(REPLY_TIMEOUT_S)
            if not ready:
                raise NoReply
            for key, _ in ready:
                one = key.data
                if (fine := one.receive()) is None:
                    continue
                now = time.perf_counter()
                if fine:
                    times.append(now - one.began)
                else:
                    errors += 1
                if (seconds and now - began >= seconds) or not one.send():
                    selector.unregister(one.socket)
                    one.socket.close()
    return Load(times, errors, time.perf_counter() - began)
