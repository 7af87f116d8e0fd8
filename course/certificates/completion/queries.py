from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import select

from course.assessment.attempts import queries as assessment
from course.certificates.completion import rules
from course.certificates.completion.models import Evaluation
from course.certificates.completion.rules import Record, Standing
from course.content.queries import catalog
from course.content.schema.course import Course
from course.learning.study import queries as study
from course.people.accounts.models import User
from course.platform import db


def records_of(people: Sequence[User]) -> dict[int, Record]:
    """What is on record, in the same number of queries for one person or many; `people` with their licenses."""
    ids = [person.id for person in people]
    studied, active, cycles = study.studied_of(ids), study.active_seconds_of(ids), study.cycles_of(ids)
    passes, evaluated = assessment.passes_of(ids), evaluations_of(ids)
    return {
        person.id: Record(
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


def standing_of(person: User, course: Course, cycle: int | None = None) -> Standing:
    """The person's standing in that cycle of the course; in the running one without it."""
    return rules.standing(course, catalog(), records_of([person])[person.id].facts(course.id, cycle))


def standings_of(person: User) -> dict[str, Standing]:
    """The person's standing in every course."""
    record = records_of([person])[person.id]
    return {
        course.id: rules.standing(course, catalog(), record.facts(course.id)) for course in catalog().courses.values()
    }


def evaluations_of(ids: Collection[int]) -> dict[int, dict[tuple[str, int], datetime]]:
    """When each course was evaluated: person -> (course, cycle) -> moment."""
    found: dict[int, dict[tuple[str, int], datetime]] = {id_: {} for id_ in ids}
    rows = db.session.execute(
        select(Evaluation.user_id, Evaluation.course_id, Evaluation.cycle, Evaluation.given_at).where(
            Evaluation.user_id.in_(ids)
        )
    )
    for user_id, course_id, cycle, at in rows:
        found[user_id][course_id, cycle] = at
    return found
