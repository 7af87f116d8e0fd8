"""One person's sittings in the console: what they are granted everywhere, and each attempt with its whole history."""

from collections import defaultdict
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from course.assessment.attempts import actions, queries
from course.assessment.attempts.attempt_rules import Granted
from course.assessment.attempts.forms import AccommodationForm
from course.assessment.attempts.models import Answer
from course.content.queries import title_of
from course.people.accounts import queries as accounts
from course.platform import clock
from course.platform.access import Permission, me, requires
from course.platform.web import NotFound

bp = Blueprint("attempts_admin", __name__, url_prefix="/admin")


@bp.get("/people/<uuid:code>/attempts")
@requires(Permission.PEOPLE_READ)
def attempts(code: UUID) -> ResponseReturnValue:
    person = accounts.person_of(code)
    return render_template(
        "assessment/attempts/attempts.html", person=person, attempts=queries.attempts_of(person.id), title_of=title_of
    )


@bp.get("/attempts/<uuid:code>")
@requires(Permission.PEOPLE_READ)
def attempt(code: UUID) -> ResponseReturnValue:
    """For a board's audit: the form as it was drawn, every answer that was saved, and when."""
    found = queries.find_attempt(code)
    if found is None:
        raise NotFound
    history: dict[int, list[Answer]] = defaultdict(list)
    for answer in queries.history_of(found.id):
        history[answer.position].append(answer)
    return render_template(
        "assessment/attempts/attempt.html",
        attempt=found,
        title=title_of(found.assessment_id),
        person=accounts.person(found.user_id),
        paper=queries.paper_of(found),
        history=history,
    )


@bp.route("/people/<uuid:code>/accommodation", methods=["GET", "POST"])
@requires(Permission.ACCOMMODATE)
def accommodation(code: UUID) -> ResponseReturnValue:
    person = accounts.person_of(code)
    standing = queries.find_accommodation(person.id)
    form = AccommodationForm(obj=standing)
    if form.validate_on_submit():
        granted = Granted(form.extra_percent.data, form.untimed.data, form.extra_attempts.data)
        actions.accommodate(me(), person, granted, form.note.data.strip(), now=clock.now())
        flash(f"{person.legal_name}: the accommodations are set. A running attempt has its new deadline already.", "ok")
        return redirect(url_for("people.person", code=code), 303)
    page = render_template(
        "assessment/attempts/accommodation.html",
        person=person,
        form=form,
        standing=standing,
        running=queries.open_attempts_of(person.id),
        title_of=title_of,
    )
    return page, 422 if request.method == "POST" else 200
