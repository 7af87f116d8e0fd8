"""A sign-in that was proved becomes a session here."""

from datetime import datetime

from course.people.accounts.models import User
from course.people.sessions import actions as sessions
from course.platform import browser
from course.platform.access import current_session


def begin(user: User, *, second_factor: bool, now: datetime) -> None:
    """Sign the person in on this browser. A session that it had before ends.

    `second_factor`: whether the person proved in a second way who they are.
    """
    if before := current_session():
        sessions.end(before, now=now)
    browser.enter(sessions.start(user.id, browser.known_device(), second_factor=second_factor, now=now))
