"""How long a session lasts.

The figures follow NIST SP 800-63B-4. For administrators: level AAL2, which asks for at most 24 hours in all and 1 hour
without use. For learners: level AAL1, which asks for at most 30 days in all.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True)
class Limits:
    """`idle`: time without a request. `absolute`: time since the sign-in."""

    idle: timedelta
    absolute: timedelta


FOR_LEARNERS = Limits(idle=timedelta(days=14), absolute=timedelta(days=30))
FOR_ADMINISTRATORS = Limits(idle=timedelta(hours=1), absolute=timedelta(hours=12))
SEEN_EVERY = timedelta(minutes=5)  # how often a session notes that it is used, so that most pages only read


def of(role: str) -> Limits:
    return FOR_ADMINISTRATORS if role == "admin" else FOR_LEARNERS


def is_over(role: str, created_at: datetime, last_seen_at: datetime, now: datetime) -> bool:
    """Return whether a session has run out. Its end is the same as that of one that was ended."""
    limits = of(role)
    return now - created_at >= limits.absolute or now - last_seen_at >= limits.idle
