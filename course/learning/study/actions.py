"""What studying writes: answers to knowledge checks, completed sections, active time, feedback, new cycles."""

from datetime import datetime
from typing import Any

from course.content.figures.needle import judge
from course.content.queries import catalog
from course.content.schema.course import Course
from course.content.schema.hours import Mode
from course.content.schema.knowledge_check import KnowledgeCheck, NeedleCheck
from course.content.schema.module import Module, Section
from course.learning.study import contact_time, queries, reading_time
from course.learning.study.models import (
    CheckAnswer,
    Cycle,
    Reading,
    Rereading,
    SeatTime,
    SectionFeedback,
    SectionOpening,
)
from course.people.accounts.models import User
from course.platform import db
from course.platform.db import unit_of_work
from course.platform.web import Refused


class UnansweredChecks(Refused):
    status = 422
    message = "Answer the knowledge checks in this section first. Each answer is explained, correct or incorrect."


@unit_of_work
def answer_check(
    user: User, module: Module, section: Section, check: KnowledgeCheck | NeedleCheck, given: Any, *, now: datetime
) -> CheckAnswer:
    """Store an answer. `given` is a set of option letters, or a Placement if the check asks to place a needle."""
    if isinstance(check, NeedleCheck):
        choice, correct = given.model_dump(), judge(check.section, given).right
    else:
        choice, correct = sorted(given), given == set(check.key)
    answer = CheckAnswer(
        user_id=user.id,
        module_id=module.id,
        section_id=section.id,
        check_id=check.id,
        choice=choice,
        correct=correct,
        at=now,
    )
    db.session.add(answer)
    return answer


class TooEarly(Refused):
    status = 422

    def __init__(self, seconds: int) -> None:
        super().__init__(
            f"You can complete this section in {reading_time.in_words(seconds)}. Contact hours need reading time."
        )


@unit_of_work
def open_section(user: User, module: Module, section: Section, *, now: datetime) -> None:
    """Record that the person opened the section. Only the first time counts, in a new cycle the first after its start.

    Safe to repeat.
    """
    place = {"user_id": user.id, "module_id": module.id, "section_id": section.id}
    opening = db.insert(SectionOpening).values(**place, at=now)
    if since := queries.renewed_at(user.id, module.id):
        opening = opening.on_conflict_do_update(
            index_elements=list(place), set_={"at": now}, where=SectionOpening.at <= since
        )
    else:
        opening = opening.on_conflict_do_nothing(index_elements=list(place))
    db.session.execute(opening)


@unit_of_work
def finish_section(user: User, module: Module, section: Section, *, now: datetime) -> None:
    """Record that the section was studied. The first time counts; later ones are stored as rereadings.

    Raise UnansweredChecks or TooEarly.
    """
    db.locked(User, user.id)  # two sections that are finished together must not use the same time
    since = queries.renewed_at(user.id, module.id)
    answered = queries.answers_in(user.id, module.id, section.id, since).keys()
    if any(check.id not in answered for check in section.checks):
        raise UnansweredChecks
    status = queries.section_status(user.id, module.id, section.id, since)
    place: dict[str, Any] = {"user_id": user.id, "module_id": module.id, "section_id": section.id, "at": now}
    if status.studied:
        db.session.add(Rereading(**place))
        return
    seconds = _seconds_read(user, section, status.opened_at, now)
    if status.studied_before:
        db.session.add(Rereading(**place, seconds=seconds))
    else:
        db.session.add(Reading(**place, content_hash=section.digest, seconds=seconds))


def _seconds_read(user: User, section: Section, opened_at: datetime | None, now: datetime) -> int:
    """Return the seconds that the section is credited with. Raise TooEarly."""
    used = queries.used_since(user.id, opened_at) if opened_at else []
    available = reading_time.available(opened_at or now, used, now)
    if missing := reading_time.wait(section, available, catalog().reading_time):
        raise TooEarly(missing)
    return reading_time.credited(section, available)


@unit_of_work
def open_cycle(user: User, course: Course, number: int, *, now: datetime) -> None:
    """Start a new cycle of the course. What was done until now stays, and counts for earlier cycles only."""
    active = {module: seconds for (_, module), seconds in queries.active_seconds_of([user.id]).items()}
    before = {module: active[module] for module in course.modules if module in active}
    db.session.add(Cycle(user_id=user.id, course_id=course.id, number=number, opened_at=now, active_before=before))
    db.session.flush()


@unit_of_work
def count_time(user: User, module_id: str, section_id: str, seconds: int, place: str, *, now: datetime) -> int:
    """Add a beacon's active seconds and return the section's total.

    The person's row is locked, because beacons of two tabs that arrive together would count the same seconds twice.
    """
    db.locked(User, user.id)
    added = contact_time.creditable(seconds, queries.last_beacon(user.id), now)
    key = {
        "user_id": user.id,
        "module_id": module_id,
        "section_id": section_id,
        "mode": Mode.SELF_PACED_ONLINE,
    }
    seat = db.session.query(SeatTime).filter_by(**key).one_or_none()
    if seat is None:
        seat = SeatTime(**key, seconds=0, first_at=now)
        db.session.add(seat)
    seat.seconds += added
    seat.place = place
    seat.last_at = now
    return seat.seconds


@unit_of_work
def give_feedback(
    user: User, module: Module, section: Section, *, helpful: bool, comment: str, now: datetime
) -> SectionFeedback:
    """Store what the person says about the section. A new answer replaces the old one."""
    db.locked(User, user.id)
    feedback = queries.feedback_of(user.id, module.id, section.id)
    if feedback is None:
        feedback = SectionFeedback(user_id=user.id, module_id=module.id, section_id=section.id)
        db.session.add(feedback)
    feedback.content_hash, feedback.helpful = section.digest, helpful
    feedback.comment, feedback.at = comment, now
    return feedback
