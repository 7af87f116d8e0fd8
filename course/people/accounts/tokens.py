"""Signed links for mails. Each is for one purpose and one state of the account, so it works once."""

import hashlib
from enum import StrEnum
from uuid import UUID

from itsdangerous import BadData, URLSafeTimedSerializer


class Purpose(StrEnum):
    CONFIRM = "confirm-email"
    RESET = "reset-password"


LIFETIME_S = {Purpose.CONFIRM: 7 * 24 * 3600, Purpose.RESET: 2 * 3600}  # seconds


def make(secret: str, purpose: Purpose, code: UUID, state: str) -> str:
    """`state` is what must not have changed since: the address to confirm, or the password's hash."""
    return _signer(secret, purpose).dumps([str(code), _digest(state)])


def read(secret: str, purpose: Purpose, token: str) -> tuple[UUID, str] | None:
    """The account's code and the state's digest; None if forged, altered or too old."""
    try:
        code, digest = _signer(secret, purpose).loads(token, max_age=LIFETIME_S[purpose])
        return UUID(code), str(digest)
    except (BadData, ValueError, TypeError):
        return None


def fits(digest: str, state: str) -> bool:
    return digest == _digest(state)


def _signer(secret: str, purpose: Purpose) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(secret, salt=purpose)


def _digest(state: str) -> str:
    return hashlib.sha256(state.encode()).hexdigest()[:20]
