"""Forms that do their work once, however often they are sent.

Each form on a page has an id of its own. The first transaction of a request marked `once` also stores the form's id
and a digest of its content, so a twin, such as a second press of the button, either sees the row or waits for it and
stores nothing. Once the first request has its answer, a redirect with messages, its twins are answered the same way.

A form that was refused has no row and can be sent again. The same form with other content is a new form: nothing that
a person typed is dropped. Without an id, as from a script, a request works as if it were the first.
"""

import hashlib
import json
import logging
import re
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from flask import Flask, Response, flash, g, make_response, request, session
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from sqlalchemy import JSON, delete, select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Mapped, Session, mapped_column

from course.platform import clock, db
from course.platform.db import Model, UTCDateTime, unit_of_work
from course.platform.forms import go_to
from course.platform.marks import mark, marked
from course.platform.web import error_page
from course.site import site

V = TypeVar("V", bound=Callable[..., Any])
FIELD = "form_id"
FORM_ID = re.compile(r"[0-9a-f]{32}")
REMEMBERED = ("signed_up",)  # what the first answer's cookie also tells the page that it leads to
NOT_CONTENT = frozenset({FIELD, "csrf_token"})
KEPT_FOR = timedelta(days=7)
POLL_INTERVAL = timedelta(milliseconds=50)
ANSWER_POLLS = 100  # how often a twin looks for the first request's answer
UNANSWERED = "This form was sent twice, and the first one is still being worked on. Check before you send it again."
log = logging.getLogger(__name__)


class SentForm(Model):
    """A form whose work is done. `location` and `messages` answer its twins; both are empty until it is answered."""

    __tablename__ = "sent_form"

    key: Mapped[str] = mapped_column(primary_key=True)  # a digest of the session, the address and the form's id
    content: Mapped[str]  # a digest of the fields and files
    location: Mapped[str | None]
    messages: Mapped[list[list[str]] | None] = mapped_column(JSON)  # categories and texts
    remembered: Mapped[dict[str, Any] | None] = mapped_column(JSON)  # values of the cookie, by name
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)


@dataclass(frozen=True)
class Sent:
    """The form of this request. `earlier`: messages that waited for the person's next page before it."""

    key: str
    content: str
    earlier: tuple[Any, ...]


class SentBefore(Exception):
    """Another request has done the work of this form."""


def once(view: V) -> V:
    """Mark a view whose form is not done twice, because it adds a row, sends a mail or decides something."""
    return mark(view, "once", value=True)


def new_id() -> Markup:
    """Return the hidden field with a form's id. It is different in each form and each time a page is shown."""
    return Markup('<input type="hidden" name="{}" value="{}">').format(FIELD, secrets.token_hex(16))


def init_app(app: Flask) -> None:
    app.before_request(_answer_twin)
    app.after_request(_settle)
    app.register_error_handler(SentBefore, _answer_late_twin)


def _answer_twin() -> ResponseReturnValue | None:
    """Answer a form whose work is done, also if the work ended the person's session."""
    if request.method != "POST" or not marked("once") or (sent := _sent()) is None:
        return None
    if _is_done(sent):
        db.release()
        if (answer := _answer_of_first(sent)) is not None:
            return answer
    g.sent_form = sent
    return None


def _is_done(sent: Sent) -> bool:
    return db.session.scalar(select(SentForm.content).filter_by(key=sent.key)) == sent.content


def claim_with_work() -> None:
    """Make the form's id a part of the view's work. Called before the view, after what is not its work."""
    if sent := g.pop("sent_form", None):
        g.form_in_work = sent
        db.begin_with(lambda: _claim(sent))


def _sent() -> Sent | None:
    """Return the form of this request, or None if it has no id."""
    id_ = request.form.get(FIELD, "")
    if not FORM_ID.fullmatch(id_):
        return None
    owner = session.get("csrf_token")  # every session has its own
    return Sent(_digest([owner, request.path, id_]), _digest(_content()), tuple(session.get("_flashes", ())))


def _content() -> list[list[str]]:
    fields = [[name, value] for name, value in request.form.items(multi=True) if name not in NOT_CONTENT]
    for name, file in request.files.items(multi=True):
        fields.append([name, file.filename or "", hashlib.sha256(file.read()).hexdigest()])
        file.seek(0)
    return fields


def _digest(value: Any) -> str:
    return hashlib.sha256(json.dumps(value).encode()).hexdigest()


def _claim(sent: Sent) -> None:
    """Add the form to the open transaction. Raise SentBefore if another request did; wait for it if it is not done."""
    row: dict[str, Any] = {"content": sent.content, "location": None, "messages": None, "remembered": None}
    row["created_at"] = clock.now()
    add = db.insert(SentForm).values(key=sent.key, **row)
    add = add.on_conflict_do_update(
        index_elements=[SentForm.key], set_=row, where=SentForm.content != sent.content
    ).returning(SentForm.key)
    if db.session.execute(add).first() is None:
        raise SentBefore


def _answer_late_twin(_: SentBefore) -> ResponseReturnValue:
    """Answer a form whose work another request did after this one began."""
    return _answer_of_first(g.pop("form_in_work")) or error_page(409, UNANSWERED)


def _answer_of_first(sent: Sent) -> ResponseReturnValue | None:
    """Return the first request's answer, once it has one; None if its work was taken back."""
    for _ in range(ANSWER_POLLS):
        if (row := _row(sent)) is None:
            return None
        if row.location is not None:
            for category, text in row.messages or ():
                flash(text, category)
            session.update(row.remembered or {})
            return go_to(row.location)
        if clock.now() - row.created_at > ANSWER_POLLS * POLL_INTERVAL:
            break  # its process died before it had an answer
        time.sleep(POLL_INTERVAL.total_seconds())
    return error_page(409, UNANSWERED)


def _row(sent: Sent) -> SentForm | None:
    """Return the form with this content. It is read in a transaction of its own."""
    with Session(site().engines.reading) as reading:
        return reading.scalars(select(SentForm).filter_by(key=sent.key, content=sent.content)).one_or_none()


def _settle(response: Response) -> Response:
    """Store the answer of a form that did its work. Answer one that did none because its twin had done it."""
    sent, refused = g.pop("form_in_work", None), g.pop("sent_form", None)  # refused: before its view, as by a sign-out
    if sent and not db.has_steps():
        try:
            _store_answer(sent, response)
        except OperationalError:
            log.exception("the answer of a form was not stored, so twins get none")
    elif sent or refused:
        return _answer_instead(sent or refused, response)
    return response


def _answer_instead(sent: Sent, response: Response) -> Response:
    """Return the answer of the twin that did the work, or the response if none did."""
    db.release()
    if _row(sent) is None:
        return response
    session["_flashes"] = list(sent.earlier)  # without what the response says, such as "You did that already"
    return make_response(_answer_of_first(sent) or response)


@unit_of_work
def _store_answer(sent: Sent, response: Response) -> None:
    """Store where the answer leads. Forget a form that was answered with a page: sent again, it is worked on again."""
    row = (SentForm.key == sent.key, SentForm.content == sent.content)
    if response.status_code != 303:
        db.session.execute(delete(SentForm).where(*row))
        return
    messages = [list(one) for one in session.get("_flashes", ()) if one not in sent.earlier]
    remembered = {name: session[name] for name in REMEMBERED if name in session}
    answer = {"location": response.location, "messages": messages, "remembered": remembered}
    db.session.execute(update(SentForm).where(*row).values(**answer))


@unit_of_work
def purge(now: datetime) -> None:
    """Forget forms that were sent long ago. Safe to repeat."""
    db.session.execute(delete(SentForm).where(SentForm.created_at < now - KEPT_FOR))
