"""Finds mails that were not delivered: those that wait to be sent, and those that were given up."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Select, func, or_, select

from course.platform import db
from course.platform.jobs import MAIL, Job
from course.platform.queries import Page, one_or_404, page_of


def undelivered(*, number: int, size: int) -> Page[Job]:
    """Return one page of the mails that wait or failed, failed ones first."""
    return page_of(_undelivered().order_by(Job.failed_at.is_(None), Job.id.desc()), number=number, size=size)


def undelivered_to(address: str, *, causes: Sequence[str] = ()) -> Sequence[Job]:
    """Return the mails that wait or failed, newest first: those to the address, and those whose key ends in a cause."""
    caused = [Job.key.endswith(f":{cause}") for cause in causes]
    theirs = or_(Job.payload["to"].as_string() == address, *caused)
    return db.session.scalars(_undelivered().where(theirs).order_by(Job.id.desc())).all()


def count_failed() -> int:
    return db.session.scalar(select(func.count()).select_from(_failed().subquery())) or 0


def failed_mail(job_id: int) -> Job:
    """Return the mail that was given up, locked. Raise NotFound."""
    return one_or_404(_failed().where(Job.id == job_id).with_for_update())


def failed(now: datetime) -> list[Job]:
    """Return the mails that were given up and are still of use, locked."""
    return [job for job in db.session.scalars(_failed().with_for_update()) if job.can_be_retried(now)]


def failed_before(moment: datetime) -> Sequence[Job]:
    return db.session.scalars(_failed().where(Job.failed_at < moment)).all()


def _failed() -> Select[Job]:
    return _undelivered().where(Job.failed_at.is_not(None))


def _undelivered() -> Select[Job]:
    return select(Job).where(Job.done_at.is_(None), Job.kind == MAIL)
