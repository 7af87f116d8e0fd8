"""Licenses -> a calendar file with the day on which each expires, and reminders. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from icalendar import Alarm, Calendar, Event

from course.reporting.transcripts.reminders import DAYS


@dataclass(frozen=True)
class Expiry:
    """`code` is the license's own, so that a later file changes the event instead of adding one."""

    code: UUID
    name: str
    on: date


def file(expiries: Iterable[Expiry], *, host: str, link: str, now: datetime) -> bytes:
    """As RFC 5545 has it. `link`: where the holder sees what was earned."""
    calendar = Calendar()
    calendar.add("prodid", f"-//{host}//licenses//EN")
    calendar.add("version", "2.0")
    for expiry in expiries:
        calendar.add_component(_event(expiry, host, link, now))
    return bytes(calendar.to_ical())


def _event(expiry: Expiry, host: str, link: str, now: datetime) -> Event:
    event = Event()
    event.add("uid", f"{expiry.code}@{host}")
    event.add("dtstamp", now)
    event.add("dtstart", expiry.on)
    event.add("summary", f"License expires: {expiry.name}")
    event.add("description", f"What counts for its renewal: {link}")
    event.add("transp", "TRANSPARENT")  # nobody is busy by it
    for days in DAYS:
        alarm = Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("description", f"{expiry.name} expires in {days} days")
        alarm.add("trigger", timedelta(days=-days))
        event.add_component(alarm)
    return event
