"""A person's attempts in the console, each with its full history, and the person's accommodations."""

from collections import defaultdict
from uuid import UUID

from flask import Blueprint, flash, render_template, url_for
from flask.typing import ResponseReturnValue

from course.assessment.attempts import accommodating, queries
from course.assessment.attempts.attempt_rules import Granted
from course.assessment.attempts.forms import AccommodationForm
from course.assessment.attempts.models import Answer
from course.content.queries import title_of
from course.people.accounts import queries as accounts
from course.platform import clock
from course.platform.access import Permission, me, requires
from course.platform.forms import form_page, go_to
from course.platform.queries import found_or_404
from course.platform.sent_forms import once

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
    """Show a board's auditor the questions as they were asked, and every answer with its time."""
    found = found_or_404(queries.find_attempt(code))
    history: dict[int, list[Answer]] = defaultdict(list)
    for answer in queries.history_of(found.id):
        history[answer.position].append(answer)
    return render_template(
        "assessment/attempts/attempt.html",
        attempt=found,
        title=title_of(found.assessment_id),
        person=accounts.person(found.user_id),
        places=queries.items_of(found),
        history=history,
    )


@bp.route("/people/<uuid:code>/accommodation", methods=["GET", "POST"])
@requires(Permission.ACCOMMODATE)
@once
def accommodation(code: UUID) -> ResponseReturnValue:
    person = accounts.person_of(code)
    current = queries.find_accommodation(person.id)
    form = AccommodationForm(obj=current)
    if form.validate_on_submit():
        granted = Granted(form.extra_percent.data, form.untimed.data, form.extra_attempts.data)
        accommodating.accommodate(me(), person, granted, form.note.data.strip(), now=clock.now())
        flash(f"Accommodations saved for {person.legal_name}. Open attempts have their new deadline.", "ok")
        return go_to(url_for("people.person", code=code))
    return form_page(
        "assessment/attempts/accommodation.html",
        person=person,
        form=form,
        current=current,
        open_attempts=queries.open_attempts_of(person.id),
        title_of=title_of,
    )
