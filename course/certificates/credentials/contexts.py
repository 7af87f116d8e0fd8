"""The JSON-LD contexts of our credentials: read from an installed package, pinned by hash, never fetched."""

import functools
import hashlib
import json
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

CREDENTIALS = "https://www.w3.org/ns/credentials/v2"
OPEN_BADGES = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
EXTENSIONS = "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json"
DATA_INTEGRITY = "https://w3id.org/security/data-integrity/v2"
MULTIKEY = "https://w3id.org/security/multikey/v1"
DID = "https://www.w3.org/ns/did/v1"  # only in did.json, which is not signed

PINNED = {
    CREDENTIALS: ("credentials-v2.json", "59955ced6697d61e03f2b2556febe5308ab16842846f5b586d7f1f7adec92734"),
    OPEN_BADGES: (
        "ob-v3p0-context-3.0.3.json",
        "3d34f4d4ef1bce691106e63798beb5e7b862ba841423f5ee1e53ab7ddf3bca84",
    ),
    EXTENSIONS: ("ob-v3p0-extensions.json", "87c06c81bc2317663bf288d740d94fddd2818c4342b186270ff6371dfaa63f93"),
    DATA_INTEGRITY: (
        "security-data-integrity-v2.json",
        "67f21e6e33a6c14e5ccfd2fc7865f7474fb71a04af7e94136cb399dfac8ae8f4",
    ),
    MULTIKEY: ("security-multikey-v1.json", "ba2c182de2d92f7e47184bcca8fcf0beaee6d3986c527bf664c195bbc7c58597"),
}


class UnknownContext(Exception):
    """The context is not pinned here, or its bytes differ from the pinned ones."""


@functools.cache
def document(url: str) -> dict[str, Any]:
    """Return the context with this address, from the package's files. Raise UnknownContext."""
    if url not in PINNED:
        raise UnknownContext(f"{url} is not among the pinned contexts.")
    name, digest = PINNED[url]
    path = Path(str(distribution("openbadgeslib").locate_file("openbadgeslib/ob3/contexts"))) / name
    data = path.read_bytes()
    if hashlib.sha256(data).hexdigest() != digest:
        raise UnknownContext(f"{name} is not the file that was pinned; install the locked packages again.")
    context: dict[str, Any] = json.loads(data)
    return context


def load(url: str, _options: object = None) -> dict[str, Any]:
    """Return the context in the form of a PyLD document loader."""
    return {
        "contentType": "application/ld+json",
        "contextUrl": None,
        "documentUrl": url,
        "document": document(url),
        "tag": "static",  # lets PyLD cache the processed context
    }
