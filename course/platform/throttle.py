"""Rate limits of the public pages, per address and in total. All server processes share the counts.

The counts are in a file in the data folder, or in the Redis at QUEUE_URL if several machines serve. If they can't be
reached, an error is logged and requests are not limited. Numbers and tokens are too long to guess at any rate.
"""

import ipaddress
import logging
from collections.abc import Callable, Iterator
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
REQUESTS_PER_ADDRESS = parse("60 per minute")
NOT_FOUND_PER_ADDRESS = parse("20 per 10 minutes")
ALL_REQUESTS = parse("1200 per minute")
STORE_TIMEOUT_S = 1
log = logging.getLogger(__name__)


class TooOften(Refused):
    """There were too many requests; the next is allowed in `seconds`."""

    status = 429

    def __init__(self, seconds: int) -> None:
        wait = f"{seconds} seconds" if seconds < 120 else f"{-(-seconds // 60)} minutes"
        super().__init__(f"Too many requests. Please try again in {wait}.")
        self.seconds = seconds


@dataclass(frozen=True)
class Throttle:
    limiter: FixedWindowRateLimiter
    requests: RateLimitItem = REQUESTS_PER_ADDRESS
    not_found: RateLimitItem = NOT_FOUND_PER_ADDRESS
    all_requests: RateLimitItem = ALL_REQUESTS

    def count_request(self, visitor: str) -> None:
        """Count a request. Raise TooOften if it is over a limit."""
        with _logged_if_unreachable():
            if not self.limiter.test(self.not_found, "not_found", visitor):
                raise self._too_often(self.not_found, "not_found", visitor)
            for limit, whose in ((self.requests, ("requests", visitor)), (self.all_requests, ("requests",))):
                if not self.limiter.hit(limit, *whose):
                    raise self._too_often(limit, *whose)

    def count_not_found(self, visitor: str) -> None:
        """Count a request that was not found."""
        with _logged_if_unreachable():
            self.limiter.hit(self.not_found, "not_found", visitor)

    def _too_often(self, limit: RateLimitItem, *whose: str) -> TooOften:
        reset = self.limiter.get_window_stats(limit, *whose).reset_time
        return TooOften(max(1, round(reset - clock.now().timestamp())))


@contextmanager
def _logged_if_unreachable() -> Iterator[None]:
    try:
        yield
    except StorageError as error:
        log.error("requests could not be counted: %s", error)


def limited(view: V) -> V:
    """Mark a public view as rate-limited. A 404 from it counts toward a stricter limit."""
    return mark(view, "limited", value=True)


def init_app(app: Flask, *, trusted_proxies: int) -> None:
    """Count requests to marked views. `trusted_proxies`: the number of proxies that add the visitor's address."""
    if trusted_proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=trusted_proxies, x_proto=0, x_host=0)  # type: ignore[method-assign]
    app.before_request(_count_request)
    app.after_request(_count_not_found)
    app.register_error_handler(TooOften, _too_many_requests)


def new_throttle(data: Path, queue_url: str) -> Throttle:
    return Throttle(FixedWindowRateLimiter(_store(data, queue_url)))


def _store(data: Path, queue_url: str) -> Storage:
    if not queue_url:
        return Counts(data / "counts.db")
    return cast(Storage, storage_from_string(queue_url, wrap_exceptions=True, socket_connect_timeout=STORE_TIMEOUT_S))


def _count_request() -> None:
    if marked("limited"):
        site().throttle.count_request(_visitor())


def _count_not_found(response: Response) -> Response:
    if response.status_code == 404 and marked("limited"):
        site().throttle.count_not_found(_visitor())
    return response


def _too_many_requests(refusal: TooOften) -> Response:
    answer = make_response(error_page(refusal.status, refusal.message))
    answer.headers["Retry-After"] = str(refusal.seconds)
    return answer


def _visitor() -> str:
    """Return the address, or the /64 network of an IPv6 address, because one visitor has the whole network."""
    try:
        address = ipaddress.ip_address(request.remote_addr or "")
    except ValueError:
        return "unknown"
    if address.version == 4:
        return str(address)
    return str(address.ipv4_mapped or ipaddress.ip_network((address, 64), strict=False))
