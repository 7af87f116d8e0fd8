"""Remind holders before and after the last day of their certificates."""

from datetime import date, datetime

from course.certificates.issuing import queries, renewal
from course.certificates.issuing.models import Certificate
from course.people.accounts.models import User
from course.platform import db, jobs
from course.platform.dates import long_date
from course.platform.db import unit_of_work
from course.site import site


def remind_of_ends(now: datetime) -> None:
    """Mail holders 90 and 30 days before a certificate's last day and once after it. Safe to repeat."""
    due = {}
    for certificate in queries.ending(now.date()):
        last_day = certificate.valid_until
        if last_day and (template := renewal.reminder_due(last_day, certificate.today(now))):
            due[f"{template}:{certificate.code}"] = (certificate, last_day, template)
    for key in due.keys() - jobs.known(due.keys()):
        _remind(*due[key], key, now)


@unit_of_work
def _remind(certificate: Certificate, last_day: date, template: str, key: str, now: datetime) -> None:
    """Queue the mail, unless it was queued before or the holder no longer needs it.

    It is not needed if the account is closed or the person has a newer certificate of the course.
    """
    person = db.locked(User, certificate.user_id)
    newest = queries.awards_of(person.id).get(certificate.course_id)
    if person.closed_at or jobs.known([key]) or newest is None or newest.id != certificate.id:
        return
    jobs.put(
        "mail",
        key=key,
        now=now,
        to=person.email,
        template=template,
        name=person.name_in_mails,
        course=certificate.facts["course_title"],
        code=certificate.code,
        last_day=long_date(last_day),
        home=f"{site().base_url}/courses/{certificate.course_id}",
    )
