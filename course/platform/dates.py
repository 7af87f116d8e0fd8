"""Dates in American format, and the date in a time zone."""

from datetime import date, datetime
from zoneinfo import ZoneInfo


def long_date(value: date) -> str:
    """Return a date such as November 30, 2026."""
    return f"{value:%B} {value.day}, {value.year}"


def long_moment(value: datetime) -> str:
    """Return a moment such as November 30, 2026, 14:05 UTC; `value` is aware and in UTC."""
    return f"{long_date(value)}, {value:%H:%M} UTC"


FIRST_TO_BEGIN = "Etc/GMT-14"  # the time zone in which a day begins first
LAST_TO_END = "Etc/GMT+12"  # the time zone in which a day ends last


def date_in(zone: str, moment: datetime) -> date:
    """Return the calendar date of the aware moment in the IANA time zone."""
    return moment.astimezone(ZoneInfo(zone)).date()
