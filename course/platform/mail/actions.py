"""What an administrator and the clock do with mails that were given up."""

from datetime import datetime, timedelta

from course.platform.db import unit_of_work
from course.platform.jobs import Job, erase_link
from course.platform.mail import queries
from course.platform.web import NotFound

KEEP_FAILED_FOR = timedelta(days=30)


@unit_of_work
def retry(job_id: int, *, now: datetime) -> None:
    """Send the mail again. Raise NotFound if it was not given up, or if its link has expired."""
    job = queries.failed_mail(job_id)
    if not job.can_be_retried(now):
        raise NotFound
    _retry(job, now)


@unit_of_work
def retry_all(*, now: datetime) -> int:
    """Send every mail again that was given up and is still of use. Return how many."""
    jobs = queries.failed(now)
    for job in jobs:
        _retry(job, now)
    return len(jobs)


def _retry(job: Job, now: datetime) -> None:
    job.failed_at, job.due_at, job.tries = None, now, 0


@unit_of_work
def clean_up(now: datetime) -> None:
    """Erase the links of failed mails that have expired, and everything about failed mails that are a month old."""
    for job in queries.failed_before(now):
        if job.is_expired(now):
            erase_link(job)
    for job in queries.failed_before(now - KEEP_FAILED_FOR):
        _forget(job, now)


@unit_of_work
def forget(address: str, *, now: datetime) -> None:
    """Erase the failed mails to an address whose account is being closed."""
    for job in queries.undelivered_to(address):
        if job.failed_at is not None:
            _forget(job, now)


def _forget(job: Job, now: datetime) -> None:
    job.done_at, job.payload = now, {}
