"""Take a course again to renew its certificate."""

from datetime import date, datetime

from course.certificates.issuing import queries
from course.content.schema.course import Course
from course.learning.study import actions as reading
from course.learning.study import queries as study
from course.people.accounts.models import User
from course.platform import db
from course.platform.audit.log import Event, record
from course.platform.dates import long_date
from course.platform.db import unit_of_work
from course.platform.web import Refused


class NotRenewable(Refused):
    message = "You can take a course again once you have its certificate. Complete the open steps first."


class RenewalNotYet(Refused):
    def __init__(self, opens_on: date) -> None:
        super().__init__(f"You can take this course again from {long_date(opens_on)}.")


@unit_of_work
def renew(user: User, course: Course, number: int, *, now: datetime) -> None:
    """Open the cycle of that number, in which the person takes the course again. A repeat changes nothing.

    Earlier work stays on record. Raise NotRenewable or RenewalNotYet.
    """
    db.locked(User, user.id)
    running = study.period_of(user.id, course.id).number
    if number <= running:
        return
    certificate = queries.find_award(user.id, course.id, running)
    if certificate is None or number > running + 1:
        raise NotRenewable
    if (opens_on := queries.renewal_opens(certificate, now)) is not None:
        raise RenewalNotYet(opens_on)
    reading.open_cycle(user, course, number, now=now)
    record(Event.CYCLE_OPENED, user, f"person:{user.code}", person_id=user.id, now=now, course=course.id, cycle=number)
