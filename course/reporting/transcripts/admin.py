"""Education elsewhere that waits to be held against its document, and any person's transcript."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from course.people.accounts import queries as accounts
from course.platform import clock
from course.platform.access import Permission, me, requires
from course.platform.queries import page_number
from course.reporting.transcripts import actions, queries
from course.reporting.transcripts.forms import CheckForm
from course.reporting.transcripts.models import State

bp = Blueprint("transcripts_admin", __name__, url_prefix="/admin")
PAGE = 25


@bp.get("/records-elsewhere/")
@requires(Permission.TRANSCRIPT_CHECK)
def records() -> ResponseReturnValue:
    page, total = page_number(), queries.count_unchecked()
    waiting = queries.unchecked(page=page, size=PAGE)
    return render_template(
        "reporting/transcripts/records.html",
        records=waiting,
        people=accounts.people_of([one.user_id for one in waiting]),
        total=total,
        page=page,
        pages=max(1, -(-total // PAGE)),
    )


@bp.route("/records-elsewhere/<uuid:code>", methods=["GET", "POST"])
@requires(Permission.TRANSCRIPT_CHECK)
def record(code: UUID) -> ResponseReturnValue:
    found = queries.record_of(code)
    form = CheckForm()
    if form.validate_on_submit():
        actions.check(
            me(),
            found,
            State(form.decision.data),
            (form.note.data or "").strip() or None,
            seen=form.seen.data or "",
            now=clock.now(),
        )
        flash("The check is recorded, and the learner gets a mail.", "ok")
        return redirect(url_for(".records"), 303)
    page = render_template(
        "reporting/transcripts/check.html",
        record=found,
        person=accounts.person(found.user_id),
        seen=actions.version(found),
        form=form,
    )
    return page, 422 if request.method == "POST" else 200


@bp.get("/people/<uuid:code>/transcript")
@requires(Permission.TRANSCRIPT_CHECK)
def transcript(code: UUID) -> ResponseReturnValue:
    person = accounts.person_of(code)
    statements = queries.statements_of(person, clock.now())
    return render_template("reporting/transcripts/of_person.html", person=person, statements=statements)
