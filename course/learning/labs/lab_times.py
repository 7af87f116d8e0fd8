"""Times of labs: from a wall clock to UTC and back in words."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from course.platform.dates import long_date

# The zones of the states; a state may lie in two.
ZONES = {
    "America/New_York": "Eastern",
    "America/Chicago": "Central",
    "America/Denver": "Mountain",
    "America/Phoenix": "Mountain without daylight saving (Arizona)",
    "America/Los_Angeles": "Pacific",
    "America/Anchorage": "Alaska",
    "Pacific/Honolulu": "Hawaii",
    "America/Puerto_Rico": "Atlantic (Puerto Rico, U.S. Virgin Islands)",
    "Pacific/Guam": "Chamorro (Guam, Northern Mariana Islands)",
    "Pacific/Pago_Pago": "Samoa",
}


def utc_of(day: date, clock: time, zone: str) -> datetime:
    """Return the moment at which the clocks of the zone show this time. Of two such moments it is the first one."""
    return datetime.combine(day, clock, ZoneInfo(zone)).astimezone(UTC)


def local(moment: datetime, zone: str) -> datetime:
    return moment.astimezone(ZoneInfo(zone))


def clock_in_words(moment: datetime, zone: str) -> str:
    """Return a time such as 9:05 AM."""
    here = local(moment, zone)
    return f"{here.hour % 12 or 12}:{here:%M %p}"


def in_words(starts_at: datetime, ends_at: datetime, zone: str) -> str:
    """Return a span such as March 3, 2026, 9:00 AM to 5:00 PM (HST)."""
    first, last = local(starts_at, zone), local(ends_at, zone)
    until = clock_in_words(ends_at, zone)
    if last.date() != first.date():
        until = f"{long_date(last.date())}, {until}"
    return f"{long_date(first.date())}, {clock_in_words(starts_at, zone)} to {until} ({first.tzname()})"


def minutes_between(first: datetime, last: datetime) -> int:
    """Return the whole minutes from `first` to `last`."""
    return int((last - first).total_seconds()) // 60
