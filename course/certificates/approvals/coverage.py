"""An approval of a course: whether it is in force on a day, and what of a course it does not cover. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from course.content.schema.hours import Mode
from course.learning.study import contact_time


class Force(StrEnum):
    IN_FORCE = "in force"
    AHEAD = "not begun"
    OVER = "over"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True)
class Terms:
    """What was approved and for how long, first and last day included. `minutes` by mode; no speakers: self-paced."""

    course_version: str
    content_hash: str
    speakers: tuple[str, ...]
    minutes: Mapping[str, int]
    first_day: date
    last_day: date
    withdrawn_from: date | None = None


@dataclass(frozen=True)
class Offering:
    """A course as it is offered, or as someone completed it. `minutes` by mode; no instructor: self-paced."""

    version: str
    content_hash: str
    minutes: Mapping[str, int]
    instructor: str | None


def force(terms: Terms, day: date) -> Force:
    withdrawn = terms.withdrawn_from
    if withdrawn is not None and (day >= withdrawn or withdrawn <= terms.first_day):
        return Force.WITHDRAWN
    if day < terms.first_day:
        return Force.AHEAD
    return Force.IN_FORCE if day <= terms.last_day else Force.OVER


def exceeded(terms: Terms, offering: Offering) -> tuple[str, ...]:
    """What of the course the approval does not cover, each difference in words. Nothing: it covers the course.

    Length is compared as certificates state it, in quarter hours of each mode, so that a reworded sentence does not
    end an approval by its length. Any change of the content under the same version counts as a change.
    """
    found = []
    if terms.course_version != offering.version:
        found.append(f"version {offering.version} in place of the approved {terms.course_version}")
    elif terms.content_hash != offering.content_hash:
        found.append(f"the content of version {offering.version} was changed since it was approved")
    for mode in Mode:
        approved, given = terms.minutes.get(mode, 0), offering.minutes.get(mode, 0)
        if contact_time.hours(approved) != contact_time.hours(given):
            found.append(f"{given} minutes {mode.words} in place of the approved {approved}")
    if not _speaks(terms.speakers, offering.instructor):
        approved_speakers = " and ".join(terms.speakers) or "none (self-paced)"
        found.append(f"instructor {offering.instructor or 'none (self-paced)'}, approved: {approved_speakers}")
    return tuple(found)


def _speaks(speakers: tuple[str, ...], instructor: str | None) -> bool:
    if instructor is None:
        return not speakers
    return _plain(instructor) in {_plain(one) for one in speakers}


def _plain(name: str) -> str:
    return " ".join(name.split()).casefold()
