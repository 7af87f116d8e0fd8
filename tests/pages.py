"""A test client that checks every page, and a counter of database statements."""

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any, Self
from xml.etree.ElementTree import Element

import html5lib
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, event
from werkzeug.test import TestResponse

from course.people.accounts.models import User
from course.people.sessions import actions as sessions
from course.platform import clock
from course.platform.browser import TOKEN, Device, Ticket
from course.platform.mail import views as mail_views

SIGNED_IN_AGAIN_AFTER = timedelta(minutes=4)  # before the session notes that it is used
CONTROLS = ("input", "select", "textarea")


class Page:
    """One response of the app. `text` is what a person reads."""

    def __init__(self, response: Any) -> None:
        self.response = response
        self.status: int = response.status_code
        self.html: str = response.get_data(as_text=True)
        if response.mimetype == "text/html" and "<html" in self.html:
            self.tree: Element = html5lib.parse(self.html, namespaceHTMLElements=False)
            self.text = " ".join(" ".join(self.tree.find("body").itertext()).split())
            check(self.tree, self.html, response.headers)

    @property
    def location(self) -> str:
        return str(self.response.headers.get("Location", ""))


def check(tree: Element, html: str, headers: Any) -> None:
    """Check that the page has one title, one h1, unique ids, labeled controls, and no inline script or style."""
    title = tree.find(".//title")
    assert title is not None
    assert (title.text or "").strip(" ·")
    assert len(list(tree.iter("h1"))) == 1
    ids = [element.get("id") for element in tree.iter() if element.get("id")]
    assert [id_ for id_, count in Counter(ids).items() if count > 1] == []
    labeled = {label.get("for") for label in tree.iter("label")}
    inside = {id(control) for label in tree.iter("label") for control in label.iter() if control.tag in CONTROLS}
    for control in (element for element in tree.iter() if element.tag in CONTROLS):
        named = control.get("type") == "hidden" or control.get("aria-label") or id(control) in inside
        assert named or control.get("id") in labeled, f"no label: {control.attrib}"
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:", html)
    assert all(script.get("src") for script in tree.iter("script"))
    assert "script-src 'self'" in headers["Content-Security-Policy"]


def session_of(app: Flask, user: User) -> Ticket:
    """Start a session, as a sign-in would."""
    with app.app_context():
        return sessions.start(
            user.id, Device("Firefox on Linux", None, "127.0.0.1"), second_factor=True, now=clock.now()
        )


class SignedIn(FlaskClient):
    """A browser whose person has signed in a moment ago, also after a test has moved the clock."""

    user: User | None = None
    signed_in_at: datetime | None = None

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        if self.user is not None and not self._is_recent(clock.now()):
            self.sign_in(self.user)
        return super().open(*args, **kwargs)

    def _is_recent(self, now: datetime) -> bool:
        return self.signed_in_at is not None and abs(now - self.signed_in_at) < SIGNED_IN_AGAIN_AFTER

    def sign_in(self, user: User) -> None:
        self.user, self.signed_in_at = user, clock.now()
        ticket = session_of(self.application, user)
        with self.session_transaction() as session:
            session["csrf_token"], session[TOKEN] = ticket.code.hex, ticket.token


def headers_of(response: Any) -> list[tuple[str, str]]:
    """Return the headers of a response without the number that each request gets."""
    return [header for header in response.headers.to_wsgi_list() if header[0] != "X-Request-ID"]


class Pages:
    def __init__(self, app: Flask) -> None:
        self.app = app
        self.client = SignedIn(app, app.response_class, use_cookies=True)

    def as_(self, user: User | None) -> Self:
        other = type(self)(self.app)
        if user is not None:
            other.client.sign_in(user)
        return other

    def get(self, path: str, **more: Any) -> Page:
        return Page(self.client.get(path, **more))

    def post(self, path: str, data: dict[str, Any] | None = None, **more: Any) -> Page:
        return Page(self.client.post(path, data=data or {}, **more))

    def mails(self) -> Page:
        """Open the local mailbox by the link that the terminal shows, and return its page."""
        with self.app.app_context():
            path = mail_views.way_in()
        assert path is not None
        assert self.get(path).location == "/mailbox/"
        return self.get("/mailbox/")

    def post_json(self, path: str, data: dict[str, Any]) -> Any:
        return self.client.post(path, data=data, headers={"Accept": "application/json"})


@contextmanager
def counted() -> Iterator[list[str]]:
    """Yield the statements that reach a database, with COMMIT but without those that only begin a transaction."""
    seen: list[str] = []

    def note(_conn: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        if not statement.startswith(("BEGIN", "PRAGMA")):
            seen.append(statement)

    def commit(_conn: Any) -> None:
        seen.append("COMMIT")

    event.listen(Engine, "before_cursor_execute", note)
    event.listen(Engine, "commit", commit)
    try:
        yield seen
    finally:
        event.remove(Engine, "before_cursor_execute", note)
        event.remove(Engine, "commit", commit)
