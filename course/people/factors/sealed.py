"""Encryption of secrets that the server has to read again, under a key derived from the site's secret key."""

import base64
from collections.abc import Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF


def seal(secret_keys: Sequence[str], purpose: str, text: str) -> str:
    """Return the text encrypted and authenticated. Only `unseal` with the same purpose reads it."""
    return _box(secret_keys, purpose).encrypt(text.encode()).decode()


def unseal(secret_keys: Sequence[str], purpose: str, sealed: str) -> str | None:
    """Return the text, or None if it was altered, or sealed under none of the keys or for another purpose."""
    try:
        return _box(secret_keys, purpose).decrypt(sealed.encode()).decode()
    except InvalidToken:
        return None


def _box(secret_keys: Sequence[str], purpose: str) -> MultiFernet:
    """Return what encrypts with the last key and decrypts with any."""
    return MultiFernet([_fernet(key, purpose) for key in reversed(secret_keys)])


def _fernet(secret_key: str, purpose: str) -> Fernet:
    key = HKDF(SHA256(), length=32, salt=None, info=purpose.encode()).derive(secret_key.encode())
    return Fernet(base64.urlsafe_b64encode(key))
