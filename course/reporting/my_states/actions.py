"""Mails before the last day to send a paper to a board."""

import functools
from datetime import datetime

from course.people.accounts import queries as accounts
from course.people.accounts.models import User
from course.platform import db, jobs
from course.platform.dates import long_date
from course.platform.db import unit_of_work
from course.platform.mail.subscriptions import remind_each
from course.reporting.my_states import queries
from course.reporting.my_states.state_card import Deadline
from course.reporting.transcripts import reminders
from course.reporting.transcripts.actions import LICENSE_MAILS
from course.site import site

BATCH_SIZE = 200


def remind_all(now: datetime) -> None:
    """Email everyone who has to send a paper to a board soon, once for each reminder. Safe to repeat."""
    if now.hour < reminders.FIRST_MAIL_HOUR_UTC:
        return
    ids = queries.wanting_deadlines()
    for start in range(0, len(ids), BATCH_SIZE):
        people = accounts.people_of(ids[start : start + BATCH_SIZE])
        deadlines = queries.deadlines_of_people(list(people.values()), now)
        due = {
            key: (user_id, one)
            for user_id, own in deadlines.items()
            for one in own
            if (key := _reminder_key(people[user_id], one, now))
        }
        known = jobs.known(list(due))
        for key, (user_id, deadline) in due.items():
            if key not in known:
                remind_each([user_id], functools.partial(remind, deadline=deadline, key=key, now=now))


@unit_of_work
def remind(user_id: int, *, deadline: Deadline, key: str, now: datetime) -> None:
    """Put the reminder into the outbox, unless it is there or the person does not want it."""
    user = db.locked(User, user_id)
    if not user.license_mails or user.closed_at or jobs.known([key]):
        return
    jobs.put(
        "mail",
        key=key,
        now=now,
        to=user.email,
        template="state-filing-due",
        name=user.name_in_mails,
        place=deadline.place,
        what=deadline.what,
        due_on=long_date(deadline.due_on),
        left=(deadline.due_on - now.date()).days,
        link=f"{site().base_url}/my-states/{deadline.code}",
        stop=LICENSE_MAILS.link(user.code),
    )


def _reminder_key(user: User, deadline: Deadline, now: datetime) -> str | None:
    days = reminders.due(deadline.due_on, now.date(), queries.DEADLINE_DAYS_BEFORE)
    return None if days is None else f"filing-due:{user.code}:{deadline.key}:{days}"
