from collections.abc import Collection, Sequence
from datetime import UTC, datetime, time

from sqlalchemy import select, union

from course.assessment.attempts import queries as assessment
from course.certificates.completion import rules
from course.certificates.completion.hands_on import NEVER, HandsOnHistory, SignedDetermination
from course.certificates.completion.models import Evaluation
from course.certificates.completion.rules import CourseProgress, LearningRecord
from course.content.queries import catalog
from course.content.schema.course import Course
from course.learning.labs import queries as labs
from course.learning.labs.models import Presence
from course.learning.skills import queries as skills
from course.learning.skills.models import Determination, SkillSignOff
from course.learning.study import queries as study
from course.learning.supervision import queries as supervision
from course.learning.supervision.models import SupervisedSession
from course.people.accounts.models import User
from course.platform import db
from course.platform.dates import long_date


def records_of(people: Sequence[User]) -> dict[int, LearningRecord]:
    """Return each person's record by user id, in the same number of statements for one person or many.

    The licenses of `people` must be loaded.
    """
    ids = [person.id for person in people]
    studied, active, cycles = study.studied_of(ids), study.active_seconds_of(ids), study.cycles_of(ids)
    passes, evaluated, hands_on = assessment.passes_of(ids), evaluations_of(ids), _hands_on_of(ids)
    return {
        person.id: LearningRecord(
            studied=studied[person.id],
            passes=passes[person.id],
            active={module: seconds for (user_id, module), seconds in active.items() if user_id == person.id},
            evaluated=evaluated[person.id],
            cycles=cycles[person.id],
            email_confirmed_at=person.email_confirmed_at,
            has_license=bool(person.licenses),
            hands_on=hands_on[person.id],
        )
        for person in people
    }


def _hands_on_of(ids: Collection[int]) -> dict[int, HandsOnHistory]:
    """Return what each person has done beyond the theory.

    Most people have done nothing of it, so one statement looks for those who have.
    """
    everyone, ids = ids, _with_hands_on(ids)
    if not ids:
        return dict.fromkeys(everyone, NEVER)
    attended, passed = labs.attended_of(ids), skills.passed_skills_of(ids)
    sessions, determined = supervision.confirmed_days_of(ids), skills.determinations_about(ids)
    found = {
        id_: HandsOnHistory(
            labs=attended[id_],
            skills=passed[id_],
            sessions=[datetime.combine(day, time(), UTC) for day in sessions.get(id_, ())],
            determinations=[
                SignedDetermination(course_id=one.row.course_id, at=one.row.at, words=_determination(one))
                for one in determined[id_]
                if one.row.competent and not one.annulment
            ],
        )
        for id_ in ids
    }
    return dict.fromkeys(everyone, NEVER) | found


def _with_hands_on(ids: Collection[int]) -> Collection[int]:
    """Return the people who were in a lab, or have a sign-off, a supervised session or a determination."""
    tables = (Presence, SkillSignOff, SupervisedSession, Determination)
    return db.session.scalars(union(*(select(table.user_id).where(table.user_id.in_(ids)) for table in tables))).all()


def _determination(one: skills.Determined) -> str:
    by = ", ".join(filter(None, (one.row.instructor_name, one.row.credentials)))
    return f"Competent, determined by {by} on {long_date(one.on)}"


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
