from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import select

from course import db
from course.accounts.models import User
from course.assessment import queries as assessment
from course.catalog.content import Course
from course.catalog.queries import catalog
from course.completion import rules
from course.completion.models import Evaluation
from course.completion.rules import Facts, Standing
from course.study import queries as study


def facts_of(people: Sequence[User]) -> dict[int, Facts]:
    """What is on record, in the same number of queries for one person or many; `people` with their licenses."""
    ids = [person.id for person in people]
    read, read_at, active = study.readings_of(ids), study.last_reading_of(ids), study.active_seconds_of(ids)
    passes, evaluated = assessment.passes_of(ids), evaluations_of(ids)
    return {
        person.id: Facts(
            read=read[person.id],
            read_at={module: at for (user_id, module), at in read_at.items() if user_id == person.id},
            passes=passes[person.id],
            active={module: seconds for (user_id, module), seconds in active.items() if user_id == person.id},
            evaluated_at=evaluated[person.id],
            email_confirmed_at=person.email_confirmed_at,
            has_license=bool(person.licenses),
        )
        for person in people
    }


def standing_of(person: User, course: Course) -> Standing:
    return rules.standing(course, catalog(), facts_of([person])[person.id])


def standings_of(person: User) -> dict[str, Standing]:
    """The person's standing in every course."""
    facts = facts_of([person])[person.id]
    return {course.id: rules.standing(course, catalog(), facts) for course in catalog().courses.values()}


def evaluations_of(ids: Collection[int], cycle: int = 1) -> dict[int, dict[str, datetime]]:
    """When each course was evaluated: person -> course -> moment."""
    found: dict[int, dict[str, datetime]] = {id_: {} for id_ in ids}
    rows = db.session.execute(
        select(Evaluation.user_id, Evaluation.course_id, Evaluation.given_at).where(
            Evaluation.user_id.in_(ids), Evaluation.cycle == cycle
        )
    )
    for user_id, course_id, at in rows:
        found[user_id][course_id] = at
    return found
