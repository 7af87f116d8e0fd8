"""Whether an approval is in force on a day, and whether it covers a course."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from course.content.schema.hours import Mode
from course.learning.study import contact_time
from course.platform.folding import same_name


class ApprovalStatus(StrEnum):
    IN_FORCE = "in force"
    NOT_YET = "not yet in force"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True)
class ApprovalTerms:
    """What was approved, from the first to the last day, both included. `minutes` by mode; self-paced: no speakers."""

    course_version: str
    content_hash: str
    speakers: tuple[str, ...]
    minutes: Mapping[str, int]
    first_day: date
    last_day: date
    withdrawn_from: date | None = None


@dataclass(frozen=True)
class Offering:
    """A course as it is offered, or as a person completed it. `minutes` by mode; self-paced: no instructor."""

    version: str
    content_hash: str
    minutes: Mapping[str, int]
    instructor: str | None


def status_on(terms: ApprovalTerms, day: date) -> ApprovalStatus:
    """Return the status on that day."""
    withdrawn = terms.withdrawn_from
    if withdrawn is not None and (day >= withdrawn or withdrawn <= terms.first_day):
        return ApprovalStatus.WITHDRAWN
    if day < terms.first_day:
        return ApprovalStatus.NOT_YET
    return ApprovalStatus.IN_FORCE if day <= terms.last_day else ApprovalStatus.EXPIRED


def differences(terms: ApprovalTerms, offering: Offering) -> tuple[str, ...]:
    """Return, in words, how the course differs from what was approved; nothing if the approval covers it.

    Length is compared in quarter hours of each mode, as certificates state it, so that a reworded sentence does not
    end an approval. Any change of the content under the same version is a difference.
    """
    found = []
    if terms.course_version != offering.version:
        found.append(f"version {offering.version}, approved: {terms.course_version}")
    elif terms.content_hash != offering.content_hash:
        found.append(f"the content of version {offering.version} has changed since it was approved")
    for mode in Mode:
        approved, given = terms.minutes.get(mode, 0), offering.minutes.get(mode, 0)
        if contact_time.hours(approved) != contact_time.hours(given):
            found.append(f"{given} minutes {mode.words}, approved: {approved}")
    if not _is_approved_speaker(terms.speakers, offering.instructor):
        approved_speakers = " and ".join(terms.speakers) or "none (self-paced)"
        found.append(f"instructor {offering.instructor or 'none (self-paced)'}, approved: {approved_speakers}")
    return tuple(found)


def _is_approved_speaker(speakers: tuple[str, ...], instructor: str | None) -> bool:
    if instructor is None:
        return not speakers
    return any(same_name(instructor, one) for one in speakers)


def identity(course_id: str, approver: str, number: str, states: Iterable[str], terms: ApprovalTerms) -> str:
    """Return a digest that two records share if they are of one approval with the same terms.

    Approvers and numbers are compared without regard to case and spaces.
    """
    names = ["".join(text.casefold().split()) for text in (approver, number)]
    days = [day.isoformat() for day in (terms.first_day, terms.last_day)]
    parts = [course_id, *names, sorted(states), terms.content_hash, list(terms.speakers), dict(terms.minutes), *days]
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()
