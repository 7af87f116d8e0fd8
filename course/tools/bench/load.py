"""A load generator: keep-alive connections of which each has one request under way.

It runs on the machine that it measures and takes its share of the time. So rates are to be compared with each other,
not with those of another generator.
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
    message = "A server that is measured has stopped answering; what it said stands above."


@dataclass
class Ask:
    """A request that can be sent again and again. `bodies` take turns; `{serial}` in them counts up from 1."""

    method: str
    path: str
    cookie: str = ""
    bodies: Sequence[str] = ()
    status: int = 200
    sent: int = 0

    def message(self) -> bytes:
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
    """What came of one measurement: seconds of each reply that was as expected, and how many were not."""

    times: Sequence[float]
    errors: int
    seconds: float

    @property
    def rate(self) -> float:
        return len(self.times) / self.seconds

    def quantile(self, share: float) -> float:
        """Milliseconds within which this share of the replies came."""
        ordered = sorted(self.times) or [0.0]
        return ordered[min(int(share * len(ordered)), len(ordered) - 1)] * 1000


class _Connection:
    def __init__(self, port: int, asks: Iterator[Ask]) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=REPLY_TIMEOUT_S)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.asks, self.got = asks, b""

    def send(self) -> bool:
        """Sends the next request; False when there is none."""
        if (ask := next(self.asks, None)) is None:
            return False
        self.expected, self.got = b" %d " % ask.status, b""
        message = ask.message()
        self.began = time.perf_counter()
        self.socket.sendall(message)
        return True

    def receive(self) -> bool | None:
        """Whether the reply is the expected one; None until it is whole."""
        part = self.socket.recv(262_144)
        if not part:
            raise NoReply
        self.got += part
        head, found, body = self.got.partition(b"\r\n\r\n")
        if not found:
            return None
        length = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0] or 0)
        return self.expected in head[:16] if len(body) >= length else None


def drive(port: int, asks: Sequence[Ask], connections: int, seconds: float | None) -> Load:
    """Each connection sends its share of the requests in turn, for so many seconds; with None each request once."""
    lanes = [asks[n::connections] for n in range(connections)]
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
