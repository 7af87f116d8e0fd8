"""The keys that sign credentials: numbered files under the data folder. The newest signs, the others still prove."""

import stat
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from course.certificates.credentials import multibase
from course.platform.config import BadSetting
from course.platform.files import write_once

PATTERN = "ed25519-*.pem"


@dataclass(frozen=True)
class Key:
    """`public` in multibase, as did.json names it."""

    private: Ed25519PrivateKey
    public: str


def ensure(data: Path) -> tuple[Key, ...]:
    """The keys, oldest first; one is made where there is none. Raises BadSetting for a file that can't be trusted."""
    folder = data / "keys"
    folder.mkdir(mode=0o700, exist_ok=True)
    if not any(folder.glob(PATTERN)):
        _make(folder, 1)
    return tuple(_read(path) for path in sorted(folder.glob(PATTERN)))


def rotate(data: Path) -> Key:
    """Adds a key, which signs from the next start on."""
    number = len(ensure(data)) + 1
    _make(data / "keys", number)
    return ensure(data)[-1]


def _make(folder: Path, number: int) -> None:
    pem = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    write_once(folder / f"ed25519-{number:04}.pem", pem)


def _read(path: Path) -> Key:
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise BadSetting(f"COURSE_DATA: {path} can be read by others than its owner; chmod 600 it, then start again.")
    try:
        private = load_pem_private_key(path.read_bytes(), None)
    except ValueError:
        private = None
    if not isinstance(private, Ed25519PrivateKey):
        raise BadSetting(f"COURSE_DATA: {path} holds no Ed25519 key; bring it back from a backup, then start again.")
    raw = private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    return Key(private, multibase.encode(multibase.ED25519 + raw))
