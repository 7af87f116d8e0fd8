"""A calendar file with days that matter for a license, and reminders."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from icalendar import Alarm, Calendar, Event

from course.reporting.transcripts.reminders import DAYS_BEFORE


@dataclass(frozen=True)
class CalendarDay:
    """`id`: the same in each file, so that a later file changes the event instead of adding one.

    `alarm`: the text of a reminder up to its number of days. `days_before`: when to remind.
    """

    id: str
    on: date
    title: str
    description: str
    alarm: str
    days_before: tuple[int, ...] = DAYS_BEFORE


def file(days: Iterable[CalendarDay], *, host: str, now: datetime) -> bytes:
    """Return an iCalendar file (RFC 5545)."""
    calendar = Calendar()
    calendar.add("prodid", f"-//{host}//licenses//EN")
    calendar.add("version", "2.0")
    for day in days:
        calendar.add_component(_event(day, host, now))
    return bytes(calendar.to_ical())


def _event(day: CalendarDay, host: str, now: datetime) -> Event:
    event = Event()
    event.add("uid", f"{day.id}@{host}")
    event.add("dtstamp", now)
    event.add("dtstart", day.on)
    event.add("summary", day.title)
    event.add("description", day.description)
    event.add("transp", "TRANSPARENT")  # the day stays free
    for before in day.days_before:
        alarm = Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("description", f"{day.alarm} in {before} days")
        alarm.add("trigger", timedelta(days=-before))
        event.add_component(alarm)
    return event
