from datetime import datetime
from typing import Any

from sqlalchemy.exc import IntegrityError

from course.certificates.completion.models import Evaluation
from course.content.schema.course import Course
from course.learning.study import queries as study
from course.people.accounts.models import User
from course.platform import db
from course.platform.audit.log import Event, record
from course.platform.db import unit_of_work
from course.platform.web import Refused


class EvaluatedAlready(Refused):
    message = "You have already evaluated this course."


@unit_of_work
def evaluate(user: User, course: Course, answers: dict[str, Any], *, now: datetime) -> None:
    """Store the person's evaluation of the running cycle. Raise EvaluatedAlready the second time."""
    evaluation = Evaluation(
        user_id=user.id,
        course_id=course.id,
        cycle=study.period_of(user.id, course.id).number,
        course_version=course.version,
        answers=answers,
        given_at=now,
    )
    db.session.add(evaluation)
    try:
        db.session.flush()
    except IntegrityError:
        raise EvaluatedAlready from None
    # The answers stay out of the audit log, because evaluations are anonymous to those who read them.
    record(Event.EVALUATION_GIVEN, user, f"course:{course.id}", person_id=user.id, now=now, course=course.id)
