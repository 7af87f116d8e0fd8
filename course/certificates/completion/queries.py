from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import select

from course.assessment.attempts import queries as assessment
from course.certificates.completion import rules
from course.certificates.completion.models import Evaluation
from course.certificates.completion.rules import CourseProgress, LearningRecord
from course.content.queries import catalog
from course.content.schema.course import Course
from course.learning.study import queries as study
from course.people.accounts.models import User
from course.platform import db


def records_of(people: Sequence[User]) -> dict[int, LearningRecord]:
    """Return each person's record by user id, in the same number of statements for one person or many.

    The licenses of `people` must be loaded.
    """
    ids = [person.id for person in people]
    studied, active, cycles = study.studied_of(ids), study.active_seconds_of(ids), study.cycles_of(ids)
    passes, evaluated = assessment.passes_of(ids), evaluations_of(ids)
    return {
        person.id: LearningRecord(
            studied=studied[person.id],
            passes=passes[person.id],
            active={module: seconds for (user_id, module), seconds in active.items() if user_id == person.id},
            evaluated=evaluated[person.id],
            cycles=cycles[person.id],
            email_confirmed_at=person.email_confirmed_at,
            has_license=bool(person.licenses),
        )
        for person in people
    }


def progress_of(person: User, course: Course, cycle: int | None = None) -> CourseProgress:
    """Return the person's progress in that cycle of the course; without a number, in the running cycle."""
    return rules.course_progress(course, catalog(), records_of([person])[person.id].in_cycle(course.id, cycle))


def progress_by_course(person: User) -> dict[str, CourseProgress]:
    """Return the person's progress in the running cycle of every course, by course id."""
    record = records_of([person])[person.id]
    return {
        course.id: rules.course_progress(course, catalog(), record.in_cycle(course.id))
        for course in catalog().courses.values()
    }


def evaluations_of(ids: Collection[int]) -> dict[int, dict[tuple[str, int], datetime]]:
    """Return when each course was evaluated: user id -> (course id, cycle) -> moment."""
    found: dict[int, dict[tuple[str, int], datetime]] = {id_: {} for id_ in ids}
    rows = db.session.execute(
        select(Evaluation.user_id, Evaluation.course_id, Evaluation.cycle, Evaluation.given_at).where(
            Evaluation.user_id.in_(ids)
        )
    )
    for user_id, course_id, cycle, at in rows:
        found[user_id][course_id, cycle] = at
    return found
