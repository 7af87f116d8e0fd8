"""The one place that reads the clock. Everything else takes the moment as an argument."""

from datetime import UTC, datetime


def now() -> datetime:
    """Return the current time, aware and in UTC."""
    return datetime.now(UTC)
