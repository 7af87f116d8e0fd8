"""Rate limits of the public pages, and of tries that cost something: passwords, codes, mails, new accounts.

All server processes share the counts, and a restart keeps them. They are in a file in the data folder, or in the Redis
at QUEUE_URL if several machines serve. If they can't be reached, an error is logged and nothing is limited.
"""

import hashlib
import ipaddress
import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar, cast

from flask import Flask, Response, make_response, request
from limits import RateLimitItem, parse
from limits.errors import StorageError
from limits.storage import Storage, storage_from_string
from limits.strategies import FixedWindowRateLimiter
from werkzeug.middleware.proxy_fix import ProxyFix

from course.platform import clock
from course.platform.marks import mark, marked
from course.platform.throttle_store import Counts
from course.platform.web import Refused, error_page
from course.site import site

V = TypeVar("V", bound=Callable[..., Any])
Counters = Sequence[tuple[RateLimitItem, tuple[str, ...]]]  # limits, each with the name of what it counts
REQUESTS = parse("60 per minute")
REQUESTS_OF_WIDE_NETWORK = parse("600 per minute")
NOT_FOUND = parse("20 per 10 minutes")
STORE_TIMEOUT_S = 1
log = logging.getLogger(__name__)


class TryLater(Refused):
    """The request is refused now, and may be repeated in `seconds`. `words` may have a place for the `{wait}`."""

    def __init__(self, seconds: int, words: str) -> None:
        wait = f"{seconds} seconds" if seconds < 120 else f"{-(-seconds // 60)} minutes"
        super().__init__(words.format(wait=wait))
        self.seconds = seconds


class TooOften(TryLater):
    status = 429

    def __init__(self, seconds: int, words: str = "Too many requests. Please try again in {wait}.") -> None:
        super().__init__(seconds, words)


@dataclass(frozen=True)
class Tries:
    """How many tries of a kind are allowed. An account without a person is counted the same way.

    `pair`: on one account from one network. An attacker who uses it up locks nobody out who sits elsewhere.
    `account`: on one account from everywhere. It stops an attacker with many networks, and passes over known devices.
    `network`: from one network on all accounts. It stops one password on many accounts, and is far above what a
    hospital needs whose staff shares one address.
    """

    kind: str
    pair: RateLimitItem
    account: RateLimitItem
    network: RateLimitItem
    words: str


PASSWORDS = Tries(
    "password",
    parse("10 per 15 minutes"),
    parse("100 per hour"),
    parse("300 per hour"),
    "Too many wrong passwords were entered. Try again in {wait}, or set a new password with a link by email.",
)
CODES = Tries(
    "code",
    parse("5 per 15 minutes"),
    parse("20 per hour"),
    parse("100 per hour"),
    "Too many wrong codes were entered. Try again in {wait}.",
)
MAILS = Tries(
    "mail",
    parse("3 per hour"),
    parse("5 per hour"),
    parse("60 per hour"),
    "Several emails to this address were already requested. Look in the inbox and the spam folder, "
    "or try again in {wait}.",
)
SIGN_UPS = Tries(
    "sign-up",
    parse("3 per hour"),
    parse("5 per hour"),
    parse("300 per hour"),
    "Too many accounts were requested. Try again in {wait}.",
)


@dataclass(frozen=True)
class Throttle:
    limiter: FixedWindowRateLimiter
    requests: RateLimitItem = REQUESTS
    wide_requests: RateLimitItem = REQUESTS_OF_WIDE_NETWORK
    not_found: RateLimitItem = NOT_FOUND

    def count_request(self, room: str) -> None:
        """Count this request to a public room. Raise TooOften if the visitor's network is over a limit.

        There is no limit on all visitors together, because one of them could use it up and close the room for all.
        """
        narrow, wide = networks()
        counters: Counters = [(self.requests, ("requests", room, narrow))]
        if wide != narrow:
            counters = [*counters, (self.wide_requests, ("requests", room, wide))]
        with _logged_if_unreachable():
            for limit, whose in counters:
                if not self.limiter.hit(limit, *whose):
                    raise TooOften(self._seconds_left(limit, *whose))

    def count_not_found(self, room: str) -> None:
        """Count this request, which found nothing. Raise TooOften if there were too many of them."""
        whose = ("not_found", room, networks()[0])
        with _logged_if_unreachable():
            if not self.limiter.hit(self.not_found, *whose):
                raise TooOften(self._seconds_left(self.not_found, *whose))

    def count_try(self, tries: Tries, counters: Counters) -> None:
        """Count a try before it is made, so that parallel tries can't pass. Raise TooOften, and then count nothing."""
        with _logged_if_unreachable():
            for place, (limit, whose) in enumerate(counters):
                if not self.limiter.hit(limit, *whose):
                    refusal = TooOften(self._seconds_left(limit, *whose), tries.words)
                    self.take_back(counters[: place + 1])
                    raise refusal

    def take_back(self, counters: Counters) -> None:
        """Uncount a try that was not wrong, or that was refused."""
        with _logged_if_unreachable():
            for limit, whose in counters:
                self.limiter.hit(limit, *whose, cost=-1)

    def _seconds_left(self, limit: RateLimitItem, *whose: str) -> int:
        reset = self.limiter.get_window_stats(limit, *whose).reset_time
        return max(1, round(reset - clock.now().timestamp()))


@dataclass(frozen=True)
class Try:
    """A try that was counted."""

    counters: Counters

    def succeeded(self) -> None:
        """Uncount it: only failures count."""
        site().throttle.take_back(self.counters)


def count_try(tries: Tries, account: str, *, device: str | None = None) -> Try:
    """Count a try of this request on an account before it is made. Raise TooOften.

    `account`: what names the account, also one that doesn't exist. `device`: a secret that shows that the person
    signed in from this browser before. It is counted on its own, so that nobody else can lock the person out.
    """
    name = hashlib.sha256(account.encode()).hexdigest()  # the counters keep no email
    narrow, wide = networks()
    counters: Counters = [
        (tries.pair, (tries.kind, "pair", name, narrow)),
        (tries.account, (tries.kind, "account", name)),
        (tries.network, (tries.kind, "network", wide)),
    ]
    if device:
        counters = [(tries.pair, (tries.kind, "device", name, hashlib.sha256(device.encode()).hexdigest()))]
    site().throttle.count_try(tries, counters)
    return Try(counters)


@contextmanager
def _logged_if_unreachable() -> Iterator[None]:
    try:
        yield
    except StorageError as error:
        log.error("requests could not be counted: %s", error)


def limited(view: V) -> V:
    """Mark a public view as rate-limited, together with those of its blueprint.

    A 404 counts toward a stricter limit. It refuses only what isn't found: what exists is always shown.
    """
    return mark(view, "limited", value=True)


def init_app(app: Flask, *, trusted_proxies: int) -> None:
    """Count requests to marked views. `trusted_proxies`: the number of proxies that add the visitor's address."""
    if trusted_proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=trusted_proxies, x_proto=0, x_host=0)  # type: ignore[method-assign]
    app.before_request(_count_request)
    app.after_request(_count_not_found)
    app.register_error_handler(TryLater, _try_later)


def new_throttle(data: Path, queue_url: str) -> Throttle:
    return Throttle(FixedWindowRateLimiter(_store(data, queue_url)))


def _store(data: Path, queue_url: str) -> Storage:
    if not queue_url:
        return Counts(data / "counts.db")
    return cast(Storage, storage_from_string(queue_url, wrap_exceptions=True, socket_connect_timeout=STORE_TIMEOUT_S))


def _count_request() -> None:
    if marked("limited"):
        site().throttle.count_request(str(request.blueprint))


def _count_not_found(response: Response) -> Response:
    if response.status_code == 404 and marked("limited"):
        try:
            site().throttle.count_not_found(str(request.blueprint))
        except TooOften as refusal:
            refused = _try_later(refusal)
            response.status_code = refused.status_code
            response.set_data(refused.get_data())  # in place, because it has the headers of its room already
            for name in ("Content-Type", "Retry-After"):
                response.headers[name] = refused.headers[name]
    return response


def _try_later(refusal: TryLater) -> Response:
    log.warning("refused for %d seconds: %s for %s", refusal.seconds, request.endpoint, networks()[0])
    answer = make_response(error_page(refusal.status, refusal.message))
    answer.headers["Retry-After"] = str(refusal.seconds)
    return answer


def networks() -> tuple[str, str]:
    """Return the visitor's network, and the wider one that may belong to the same visitor.

    IPv4: the address, twice. IPv6: its /64, which one computer has whole, and its /48, which one site may have whole.
    """
    try:
        address = ipaddress.ip_address(request.remote_addr or "")
    except ValueError:
        return "unknown", "unknown"
    if isinstance(address, ipaddress.IPv4Address) or address.ipv4_mapped:
        return (str(getattr(address, "ipv4_mapped", address)),) * 2
    narrow, wide = (ipaddress.ip_network((address, bits), strict=False) for bits in (64, 48))
    return str(narrow), str(wide)
