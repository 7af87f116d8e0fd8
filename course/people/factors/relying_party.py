"""The name that passkeys are bound to. A browser signs only for the site that it shows, so a copy gets nothing."""

import ipaddress
from dataclasses import dataclass
from urllib.parse import urlsplit

LOCAL = "localhost"  # the only name that browsers accept without TLS

DEFAULT_PORTS = {"http": 80, "https": 443}  # a browser leaves them out of an origin


@dataclass(frozen=True)
class RelyingParty:
    """`id` is the host name, `origin` the address with scheme and port."""

    id: str
    origin: str


def relying_party(public_url: str, requested: str) -> RelyingParty | None:
    """Return the site as passkeys know it, or None where they don't work: at an IP address.

    The name is that of `public_url`. Without one, only localhost counts, since the host of a request can be anything.
    """
    parts = urlsplit(public_url or requested)
    host = (parts.hostname or "").lower()
    if _is_ip(host) or (not public_url and host != LOCAL):
        return None
    port = "" if parts.port in {None, DEFAULT_PORTS.get(parts.scheme)} else f":{parts.port}"
    return RelyingParty(host, f"{parts.scheme}://{host}{port}")


def _is_ip(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
