"""A calendar file with the day on which each license expires, and reminders."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from icalendar import Alarm, Calendar, Event

from course.reporting.transcripts.reminders import DAYS_BEFORE


@dataclass(frozen=True)
class LicenseExpiration:
    """`code` is the license's own, so that a later file changes the event instead of adding one."""

    code: UUID
    name: str
    on: date


def file(expirations: Iterable[LicenseExpiration], *, host: str, link: str, now: datetime) -> bytes:
    """Return an iCalendar file (RFC 5545). `link`: the address of the transcript."""
    calendar = Calendar()
    calendar.add("prodid", f"-//{host}//licenses//EN")
    calendar.add("version", "2.0")
    for expiration in expirations:
        calendar.add_component(_event(expiration, host, link, now))
    return bytes(calendar.to_ical())


def _event(expiration: LicenseExpiration, host: str, link: str, now: datetime) -> Event:
    event = Event()
    event.add("uid", f"{expiration.code}@{host}")
    event.add("dtstamp", now)
    event.add("dtstart", expiration.on)
    event.add("summary", f"License expires: {expiration.name}")
    event.add("description", f"Your credits toward its renewal: {link}")
    event.add("transp", "TRANSPARENT")  # the day stays free
    for days in DAYS_BEFORE:
        alarm = Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("description", f"{expiration.name} expires in {days} days")
        alarm.add("trigger", timedelta(days=-days))
        event.add_component(alarm)
    return event
