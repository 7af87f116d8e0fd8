"""The keys that sign credentials: numbered files in the data folder. The newest signs; the others still verify."""

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

KEY_FILES = "ed25519-*.pem"


@dataclass(frozen=True)
class Key:
    """`public`: the public key in multibase, as in did.json."""

    private: Ed25519PrivateKey
    public: str


def ensure(data: Path) -> tuple[Key, ...]:
    """Return the keys, oldest first; create one if there is none. Raise BadSetting for an unusable file."""
    folder = data / "keys"
    folder.mkdir(mode=0o700, exist_ok=True)
    if not any(folder.glob(KEY_FILES)):
        _create(folder, 1)
    return tuple(_read(path) for path in sorted(folder.glob(KEY_FILES)))


def rotate(data: Path) -> Key:
    """Add a key and return it. It signs from the next start."""
    number = len(ensure(data)) + 1
    _create(data / "keys", number)
    return ensure(data)[-1]


def _create(folder: Path, number: int) -> None:
    pem = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    write_once(folder / f"ed25519-{number:04}.pem", pem)


def _read(path: Path) -> Key:
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise BadSetting(f"COURSE_DATA: {path} can be read by other users; run chmod 600 on it, then start again.")
    try:
        private = load_pem_private_key(path.read_bytes(), None)
    except ValueError:
        private = None
    if not isinstance(private, Ed25519PrivateKey):
        raise BadSetting(f"COURSE_DATA: {path} is not an Ed25519 key; restore it from a backup, then start again.")
    raw = private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    return Key(private, multibase.encode(multibase.ED25519 + raw))
