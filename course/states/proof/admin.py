"""What people stated with a document, for administrators to verify or reject."""

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
from course.states.proof import actions, queries
from course.states.proof.forms import ProofDecisionForm

bp = Blueprint("proof_admin", __name__, url_prefix="/admin/proof")
PAGE_SIZE = 25


@bp.get("/")
@requires(Permission.TRANSCRIPT_CHECK)
def proofs() -> ResponseReturnValue:
    page = queries.undecided(page=page_number(), size=PAGE_SIZE)
    people = accounts.people_of([proof.user_id for proof in page.rows])
    words = {proof.id: queries.in_words(proof) for proof in page.rows}
    return render_template("states/proof/undecided.html", page=page, people=people, words=words)


@bp.route("/<uuid:code>", methods=["GET", "POST"])
@requires(Permission.TRANSCRIPT_CHECK)
@once
def proof(code: UUID) -> ResponseReturnValue:
    row, form = queries.proof_of(code), ProofDecisionForm()
    if form.validate_on_submit():
        note = (form.note.data or "").strip() or None
        actions.decide(me(), row, ProofState(form.decision.data), note, seen=form.seen.data or "", now=clock.now())
        flash("Decision saved. The learner will get an email.", "ok")
        return go_to(url_for(".proofs"))
    words, person = queries.in_words(row), accounts.person(row.user_id)
    return form_page("states/proof/decide.html", proof=row, words=words, person=person, form=form)
