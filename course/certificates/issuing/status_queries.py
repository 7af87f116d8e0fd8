from datetime import datetime

from sqlalchemy import and_, select

from course.certificates.completion import queries as completion
from course.certificates.completion import rules
from course.certificates.issuing.course_status import CourseStatus, status_of
from course.certificates.issuing.models import Certificate, Request
from course.content.queries import catalog
from course.learning.study import cycle_period
from course.people.accounts.models import User
from course.platform import db


def progress_and_statuses(person: User, now: datetime) -> dict[str, tuple[rules.CourseProgress, CourseStatus]]:
    """Return the person's progress and status in the running cycle of every course, by course id."""
    record, newest = completion.records_of([person])[person.id], _newest_requests(person.id)
    found = {}
    for course in catalog().courses.values():
        cycle = cycle_period.period_of(record.cycles.get(course.id, ()))
        progress = rules.course_progress(course, catalog(), record.in_cycle(course.id))
        request, certificate = newest.get((course.id, cycle.number), (None, None))
        status = status_of(course, progress, request, certificate, provider=catalog().provider, now=now)
        found[course.id] = progress, status
    return found


def _newest_requests(user_id: int) -> dict[tuple[str, int], tuple[Request, Certificate | None]]:
    """Return the newest request by course id and cycle, each with the newest revision of its certificate."""
    rows = db.session.execute(
        select(Request, Certificate)
        .outerjoin(
            Certificate,
            and_(
                Certificate.user_id == Request.user_id,
                Certificate.course_id == Request.course_id,
                Certificate.cycle == Request.cycle,
            ),
        )
        .where(Request.user_id == user_id)
        .order_by(Request.id, Certificate.revision)
    )
    return {(request.course_id, request.cycle): (request, certificate) for request, certificate in rows}
