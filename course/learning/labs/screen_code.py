"""The code on the instructor's screen. It changes every STEP_S seconds, so that a photo of it soon is of no use."""

import hashlib
import hmac
from datetime import datetime

STEP_S = 30
DIGITS = 8


def code_at(secret: str, moment: datetime) -> str:
    """Return the digits that the screen shows at the moment."""
    return _code(secret, _step(moment))


def is_current(secret: str, typed: str, moment: datetime) -> bool:
    """Return whether the digits are those of the moment, or the ones before: scanning and reading take time."""
    digits = tidy(typed)
    steps = (_step(moment), _step(moment) - 1)
    return any(hmac.compare_digest(digits.encode(), _code(secret, step).encode()) for step in steps)


def seconds_left(moment: datetime) -> int:
    """Return in how many seconds the code changes, from 1 to STEP_S."""
    return STEP_S - int(moment.timestamp()) % STEP_S


def tidy(typed: str) -> str:
    return "".join(typed.split())


def in_groups(digits: str) -> str:
    """Return the digits in two groups, as people read them."""
    return f"{digits[: DIGITS // 2]} {digits[DIGITS // 2 :]}"


def _step(moment: datetime) -> int:
    return int(moment.timestamp()) // STEP_S


def _code(secret: str, step: int) -> str:
    digest = hmac.digest(secret.encode(), step.to_bytes(8), hashlib.sha256)
    return f"{int.from_bytes(digest[:8]) % 10**DIGITS:0{DIGITS}}"
