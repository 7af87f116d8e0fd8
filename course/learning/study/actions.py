"""What studying writes: answers to knowledge checks, completed sections, active time, feedback, new cycles."""

from datetime import datetime
from typing import Any

from sqlalchemy.exc import IntegrityError

from course.content.figures.needle import judge
from course.content.schema.course import Course
from course.content.schema.hours import Mode
from course.content.schema.knowledge_check import KnowledgeCheck, NeedleCheck
from course.content.schema.module import Module, Section
from course.learning.study import contact_time, queries
from course.learning.study.models import CheckAnswer, Cycle, Reading, Rereading, SeatTime, SectionFeedback
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


@unit_of_work
def finish_section(user: User, module: Module, section: Section, *, now: datetime) -> None:
    """Record that the section was studied. The first time counts; later ones are stored as rereadings.

    Raise UnansweredChecks.
    """
    since = queries.renewed_at(user.id, module.id)
    answered = queries.answers_in(user.id, module.id, section.id, since).keys()
    if any(check.id not in answered for check in section.checks):
        raise UnansweredChecks
    if queries.section_status(user.id, module.id, section.id)[0]:
        db.session.add(Rereading(user_id=user.id, module_id=module.id, section_id=section.id, at=now))
        return
    reading = Reading(user_id=user.id, module_id=module.id, section_id=section.id, content_hash=section.digest, at=now)
    try:
        with db.session.begin_nested():
            db.session.add(reading)
    except IntegrityError:
        pass  # a second tab recorded it first


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
