"""Who of a cohort meets what a state demands, in the same number of statements for one person or many."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Select

from course.content.schema.course import Course
from course.content.schema.jurisdiction import Jurisdiction
from course.learning.labs import queries as labs
from course.learning.labs.models import Lab
from course.learning.study import queries as study
from course.people.accounts import queries as accounts
from course.people.accounts.models import User
from course.platform import db
from course.platform.dates import date_in
from course.platform.queries import Page, page_from, page_of
from course.reporting.my_states import queries as my_states
from course.reporting.readiness.readiness_table import Row
from course.states.requirements.engine import judge
from course.states.requirements.evidence import Training
from course.states.requirements.judgment import Verdict


def cohort(text: str, course: Course | None, lab: Lab | None) -> Select[User]:
    """Return the people who match the text, started the course and are in the lab, as far as these are given."""
    people = accounts.matching(text).where(User.closed_at.is_(None))
    if course:
        people = people.where(User.id.in_(study.started(course.modules)))
    if lab:
        people = people.where(User.id.in_(labs.people_in(lab)))
    return people


def page_of_rows(
    people: Select[User],
    state: Jurisdiction,
    lab: Lab | None,
    verdict: Verdict | None,
    now: datetime,
    page: int,
    size: int,
) -> Page[Row]:
    """Return one page of the cohort. Only a verdict asks for everybody's evidence."""
    if verdict:
        return page_from(rows(people, state, lab, verdict, now), number=page, size=size)
    found = page_of(people, number=page, size=size)
    return Page(_judged(found.rows, state, lab, now), found.number, found.total, found.size)


def rows(
    people: Select[User], state: Jurisdiction, lab: Lab | None, verdict: Verdict | None, now: datetime
) -> list[Row]:
    """Return everybody of the cohort, or those with the verdict."""
    every = _judged(db.session.scalars(people).all(), state, lab, now)
    return [row for row in every if verdict is None or row.judgment.verdict is verdict]


def _judged(people: Sequence[User], state: Jurisdiction, lab: Lab | None, now: datetime) -> list[Row]:
    """Return each person under the state's law; with a lab that is not closed, as if they attended all of it."""
    day = date_in(state.time_zone, now)
    coming: tuple[Training, ...] = ()
    if lab and lab.closed_at is None and lab.canceled_at is None:
        day, coming = max(day, lab.day), tuple(labs.training_if_attended(lab))
    evidence = my_states.evidence_of(people, now)
    found = []
    for person in people:
        held = next((one for one in person.licenses if one.jurisdiction == state.code), None)
        profession = my_states.profession_of(held) if held else "PT"
        shown = replace(evidence[person.id], training=(*evidence[person.id].training, *coming))
        found.append(Row(person.code, person.legal_name, judge(state, state.code, shown, day, profession=profession)))
    return found
