"""Where a request comes from, and whether that is the machine that the site runs on."""

import ipaddress
from urllib.parse import urlsplit

from flask import has_request_context, request

PROXY_HEADERS = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP", "Via")


def address() -> str | None:
    """Return the address that the request came from; None outside of a request."""
    return request.remote_addr if has_request_context() else None


def is_local() -> bool:
    """Return whether the request came from this machine, for this machine, and through no proxy that says so."""
    if any(name in request.headers for name in PROXY_HEADERS):
        return False
    return _is_loopback(request.remote_addr) and _is_loopback(_host())


def _host() -> str:
    """Return the requested host name. A foreign site whose name points at this machine is not local."""
    return (urlsplit(f"//{request.host}").hostname or "").replace("localhost", "127.0.0.1")


def _is_loopback(address: str | None) -> bool:
    try:
        return ipaddress.ip_address(address or "").is_loopback
    except ValueError:
        return False
