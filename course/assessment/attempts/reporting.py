"""Learners' reports of problems with a question, and the answers to them."""

from datetime import datetime
from uuid import UUID

from course.assessment.attempts import queries
from course.assessment.attempts.models import Attempt, ItemReport
from course.people.accounts import queries as accounts
from course.people.accounts.models import User
from course.platform import db, jobs
from course.platform.audit.log import Event, record
from course.platform.db import unit_of_work
from course.platform.queries import found_or_404
from course.platform.web import Refused

MAX_REPORT_LENGTH = 2000
MAX_OPEN_REPORTS = 50  # of one person


class ReportEmpty(Refused):
    status = 422
    message = "Describe the problem with the question in a few words."


class TooManyReports(Refused):
    message = f"{MAX_OPEN_REPORTS} of your reports wait for an answer. Please wait until some of them are answered."


@unit_of_work
def report_item(user: User, attempt: Attempt, position: int, text: str, *, now: datetime) -> ItemReport:
    """Store what a learner says is wrong with a question. Raise ReportEmpty, TooManyReports and NotFound."""
    if not text.strip():
        raise ReportEmpty
    db.locked(User, user.id)
    if queries.count_open_reports(user.id) >= MAX_OPEN_REPORTS:
        raise TooManyReports
    place = queries.item_at(attempt, position)
    row = ItemReport(
        user_id=user.id,
        item_id=place.item.id,
        item_digest=place.digest,
        text=text.strip()[:MAX_REPORT_LENGTH],
        at=now,
    )
    db.session.add(row)
    record(
        Event.ITEM_REPORTED,
        user,
        f"item:{place.item.id}",
        person_id=user.id,
        now=now,
        item=place.item.id,
        digest=place.digest,
    )
    return row


@unit_of_work
def close_report(actor: User, code: UUID, reply: str, *, now: datetime) -> ItemReport:
    """Answer a report by email and close it. A report that is closed keeps its first answer."""
    row = found_or_404(db.session.query(ItemReport).filter_by(code=code).with_for_update().one_or_none())
    if row.closed_at is None:
        row.reply, row.closed_at, row.closed_by = reply, now, actor.legal_name
        record(
            Event.REPORT_CLOSED,
            actor,
            f"item:{row.item_id}",
            person_id=row.user_id,
            now=now,
            item=row.item_id,
            reply=reply,
        )
        _notify_reporter(row, now)
    return row


def _notify_reporter(row: ItemReport, now: datetime) -> None:
    if person := accounts.people_of([row.user_id]).get(row.user_id):
        stem = queries.wordings_of([row.item_digest])[row.item_digest].item.stem.replace("**", "")
        jobs.put(
            "mail",
            key=f"report-answered:{row.code}",
            now=now,
            to=person.email,
            template="report-answered",
            name=person.name_in_mails,
            stem=stem,
            report=row.text,
            reply=row.reply,
        )
