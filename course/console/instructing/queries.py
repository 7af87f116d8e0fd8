"""What needs an instructor's signature."""

from collections.abc import Sequence
from dataclasses import dataclass

from course.content.queries import catalog
from course.learning.labs import queries as labs
from course.learning.labs.models import Lab
from course.learning.skills import queries as skills
from course.people.accounts import queries as accounts
from course.people.accounts.models import User


@dataclass(frozen=True)
class Undetermined:
    """A learner who passed every skill of the course and was in the lab."""

    lab: Lab
    person: User


def undetermined(taught: Sequence[Lab]) -> list[Undetermined]:
    """Return the learners of these labs who wait for a determination, each once with their latest lab of the course.

    The same statements for any number of labs and learners.
    """
    present = labs.present_in([lab for lab in taught if not lab.is_online])
    ids = {id_ for own in present.values() for id_ in own}
    passed, determined = skills.passed_skills_of(ids), skills.determinations_about(ids)
    known = {(one.row.user_id, one.row.course_id) for own in determined.values() for one in own if not one.annulment}
    latest: dict[tuple[int, str], Lab] = {}
    for lab in taught:
        course = catalog().courses.get(lab.course_id)
        needed = {(lab.course_id, skill.id) for skill in catalog().skills_of(course)} if course else set()
        for id_ in present.get(lab.id, ()):
            if needed and needed <= passed[id_].keys() and (id_, lab.course_id) not in known:
                latest[id_, lab.course_id] = lab
    people = accounts.people_of([id_ for id_, _ in latest])
    return [Undetermined(lab, people[id_]) for (id_, _), lab in latest.items()]
