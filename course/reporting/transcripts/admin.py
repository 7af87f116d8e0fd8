"""External credits that need a decision, and the transcript of any person."""

from uuid import UUID

from flask import Blueprint, flash, render_template, url_for
from flask.typing import ResponseReturnValue

from course.people.accounts import queries as accounts
from course.platform import clock
from course.platform.access import Permission, me, requires
from course.platform.decisions import ProofState
from course.platform.forms import form_page, go_to
from course.platform.queries import page_number
from course.platform.sent_forms import once
from course.reporting.transcripts import actions, queries
from course.reporting.transcripts.forms import DecisionForm

bp = Blueprint("transcripts_admin", __name__, url_prefix="/admin")
PAGE_SIZE = 25


@bp.get("/records-elsewhere/")
@requires(Permission.TRANSCRIPT_CHECK)
def records() -> ResponseReturnValue:
    page = queries.undecided(page=page_number(), size=PAGE_SIZE)
    people = accounts.people_of([credit.user_id for credit in page.rows])
    return render_template("reporting/transcripts/credits.html", page=page, people=people)


@bp.route("/records-elsewhere/<uuid:code>", methods=["GET", "POST"])
@requires(Permission.TRANSCRIPT_CHECK)
@once
def record(code: UUID) -> ResponseReturnValue:
    credit = queries.credit_of(code)
    form = DecisionForm()
    if form.validate_on_submit():
        actions.decide(
            me(),
            credit,
            ProofState(form.decision.data),
            (form.note.data or "").strip() or None,
            seen=form.seen.data or "",
            now=clock.now(),
        )
        flash("Decision saved. The learner will get an email.", "ok")
        return go_to(url_for(".records"))
    return form_page(
        "reporting/transcripts/decide.html",
        credit=credit,
        person=accounts.person(credit.user_id),
        seen=actions.version(credit),
        form=form,
    )


@bp.get("/people/<uuid:code>/transcript")
@requires(Permission.TRANSCRIPT_CHECK)
def transcript(code: UUID) -> ResponseReturnValue:
    person = accounts.person_of(code)
    statements = queries.statements_of(person, clock.now())
    return render_template("reporting/transcripts/of_person.html", person=person, statements=statements)
