"""What a person states toward the requirements of their states, with documents."""

from uuid import UUID

from flask import Blueprint, flash, render_template, url_for
from flask.typing import ResponseReturnValue

from course.content.queries import catalog
from course.content.schema.law import Filing, walk
from course.people.accounts import queries as accounts
from course.platform import clock
from course.platform.access import Permission, may, me, requires
from course.platform.downloads import untrusted_download
from course.platform.file_types import ENDINGS
from course.platform.forms import form_page, go_to, refuse_field
from course.platform.queries import found_or_404
from course.platform.quotas import AccountFull, SiteFull
from course.platform.sent_forms import once
from course.platform.web import takes_files
from course.states.entries import queries as entries
from course.states.proof import actions, queries
from course.states.proof.forms import FORMS, FilingForm
from course.states.proof.stated_facts import FORM_KINDS, Kind

bp = Blueprint("proof", __name__, url_prefix="/proof")
MAX_UPLOAD_MB = 11  # a document of 10 MB and the rest of the form


@bp.get("/")
@requires(Permission.TRANSCRIPT)
def proofs() -> ResponseReturnValue:
    rows = [(proof, queries.in_words(proof)) for proof in queries.proofs_of(me().id)]
    return render_template("states/proof/proofs.html", rows=rows, kinds=FORM_KINDS)


@bp.route("/new/<kind>", methods=["GET", "POST"])
@requires(Permission.TRANSCRIPT)
@once
@takes_files(megabytes=MAX_UPLOAD_MB)
def add(kind: str) -> ResponseReturnValue:
    now = clock.now()
    names = {code: place.name for code, place in catalog().licensing_places.items()}
    form = found_or_404(FORMS.get(kind))(accounts.latest_today(me(), now), names)
    if not form.validate_on_submit():
        return form_page("states/proof/new.html", form=form)
    try:
        actions.add(me(), form.kind, form.facts(), document=form.document.content, now=now)
    except (AccountFull, SiteFull) as refusal:
        refuse_field(form.document, refusal)
        return form_page("states/proof/new.html", refusal=refusal, form=form)
    flash("Entry saved. It counts as your own statement until an administrator has checked its document.", "ok")
    return go_to(url_for(".proofs"))


@bp.post("/<uuid:code>/remove")
@requires(Permission.TRANSCRIPT)
@once
def remove(code: UUID) -> ResponseReturnValue:
    actions.remove(me(), queries.own_proof(me(), code), now=clock.now())
    flash("Entry removed. Its document was erased.", "ok")
    return go_to(url_for(".proofs"))


@bp.get("/<uuid:code>/document")
@requires(Permission.TRANSCRIPT)
def document(code: UUID) -> ResponseReturnValue:
    proof = queries.proof_of(code) if may(Permission.TRANSCRIPT_CHECK) else queries.own_proof(me(), code)
    data, media_type = queries.document_of(proof)
    return untrusted_download(data, media_type, f"{proof.kind}.{ENDINGS[media_type]}")


@bp.route("/filed/<jurisdiction>/<requirement>", methods=["GET", "POST"])
@requires(Permission.TRANSCRIPT)
@once
@takes_files(megabytes=MAX_UPLOAD_MB)
def file(jurisdiction: str, requirement: str) -> ResponseReturnValue:
    """State that a paper was sent that a state's law asks for."""
    state = entries.entry_of(jurisdiction).state
    rule = found_or_404(
        next((one for one in walk(state.requirements) if isinstance(one, Filing) and one.id == requirement), None)
    )
    now = clock.now()
    form = FilingForm(accounts.latest_today(me(), now), {})
    template = "states/proof/filed.html"
    if not form.validate_on_submit():
        return form_page(template, form=form, rule=rule, state=state)
    facts = {"jurisdiction": state.code, "requirement": rule.id, "filed_on": form.filed_on.data}
    try:
        actions.add(me(), Kind.FILING, facts, document=form.document.content, now=now)
    except (AccountFull, SiteFull) as refusal:
        refuse_field(form.document, refusal)
        return form_page(template, refusal=refusal, form=form, rule=rule, state=state)
    flash("Saved. Keep the receipt: your board may ask for it.", "ok")
    return go_to(url_for("my_states.state", code=state.code))
