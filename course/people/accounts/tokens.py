"""Signed tokens for mailed links. A token is for one purpose and one state of the account, so it works only once."""

import hashlib
from collections.abc import Sequence
from enum import StrEnum
from uuid import UUID

from itsdangerous import BadData, URLSafeTimedSerializer


class Purpose(StrEnum):
    CONFIRM = "confirm-email"
    RESET = "reset-password"
    CHANGE_EMAIL = "change-email"
    UNDO_EMAIL_CHANGE = "undo-email-change"
    SUPERVISE = "supervise"


DAY_S = 24 * 3600
LIFETIME_S = {
    Purpose.CONFIRM: 7 * DAY_S,
    Purpose.RESET: 2 * 3600,
    Purpose.CHANGE_EMAIL: 2 * DAY_S,
    Purpose.UNDO_EMAIL_CHANGE: 7 * DAY_S,
    Purpose.SUPERVISE: 30 * DAY_S,
}


def make(secret: Sequence[str], purpose: Purpose, code: UUID, state: str) -> str:
    """Return a token. It stays valid while `state` is unchanged: the email to confirm, or the hash of the password."""
    return _signer(secret, purpose).dumps([str(code), _digest(state)])


def read(secret: Sequence[str], purpose: Purpose, token: str) -> tuple[UUID, str] | None:
    """Return the account's code and the digest of the state, or None if the token is forged, altered or expired."""
    try:
        code, digest = _signer(secret, purpose).loads(token, max_age=LIFETIME_S[purpose])
        return UUID(code), str(digest)
    except (BadData, ValueError, TypeError):
        return None


def matches(digest: str, state: str) -> bool:
    """Return whether the digest in a token is of this state."""
    return digest == _digest(state)


def _signer(secret: Sequence[str], purpose: Purpose) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(secret, salt=purpose)


def _digest(state: str) -> str:
    return hashlib.sha256(state.encode()).hexdigest()[:20]
