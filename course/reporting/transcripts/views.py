"""The learner's transcript, its files, and the learner's external credits."""

from uuid import UUID

from flask import Blueprint, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from course.content.queries import catalog
from course.people.accounts import queries as accounts
from course.platform import clock
from course.platform.access import Permission, may, me, public, requires
from course.platform.downloads import download, untrusted_download
from course.platform.file_types import ENDINGS
from course.platform.forms import form_page, go_to, refuse_field
from course.platform.quotas import AccountFull, SiteFull
from course.platform.sent_forms import once
from course.platform.typesetting import compiler
from course.platform.web import takes_files
from course.reporting.transcripts import actions, export, pdf, queries
from course.reporting.transcripts.forms import CreditForm
from course.reporting.transcripts.models import ExternalCredit

bp = Blueprint("transcripts", __name__)
MAX_UPLOAD_MB = 11  # a document of 10 MB and the rest of the form


@bp.get("/transcript")
@requires(Permission.TRANSCRIPT)
def transcript() -> ResponseReturnValue:
    return render_template(
        "reporting/transcripts/transcript.html",
        statements=queries.statements_of(me(), clock.now()),
        external_credits=queries.credits_of(me().id),
    )


@bp.get("/transcript.pdf")
@requires(Permission.TRANSCRIPT)
def document() -> ResponseReturnValue:
    user, now = me(), clock.now()
    try:
        data = pdf.render(user.legal_name, catalog().provider.name, queries.statements_of(user, now), now)
    except compiler.NotPrintable as error:
        raise actions.TranscriptNotPrintable(error.letters) from error
    return untrusted_download(data, "application/pdf", "transcript.pdf")


@bp.get("/transcript.csv")
@requires(Permission.TRANSCRIPT)
def table() -> ResponseReturnValue:
    """Return the table in UTF-8, with the byte order mark that spreadsheets need."""
    data = export.table(queries.statements_of(me(), clock.now())).encode("utf-8-sig")
    return download(data, "text/csv", "transcript.csv")


@bp.route("/transcript/records/new", methods=["GET", "POST"])
@requires(Permission.TRANSCRIPT)
@once
@takes_files(megabytes=MAX_UPLOAD_MB)
def add() -> ResponseReturnValue:
    return _edit(None)


@bp.route("/transcript/records/<uuid:code>", methods=["GET", "POST"])
@requires(Permission.TRANSCRIPT)
@takes_files(megabytes=MAX_UPLOAD_MB)
def record(code: UUID) -> ResponseReturnValue:
    return _edit(queries.own_credit(me(), code))


def _edit(credit: ExternalCredit | None) -> ResponseReturnValue:
    now = clock.now()
    form = CreditForm(accounts.latest_today(me(), now), credit)
    if not form.validate_on_submit():
        return form_page("reporting/transcripts/credit.html", form=form, credit=credit)
    try:
        if credit is None:
            actions.add(me(), **form.fields(), now=now)
        else:
            actions.change(me(), credit, **form.fields(), now=now)
    except (AccountFull, SiteFull) as refusal:
        refuse_field(form.document, refusal)
        return form_page("reporting/transcripts/credit.html", refusal=refusal, form=form, credit=credit)
    flash("Credit saved. It counts as not verified until an administrator has checked its document.", "ok")
    return go_to(url_for(".transcript"))


@bp.post("/transcript/records/<uuid:code>/remove")
@requires(Permission.TRANSCRIPT)
@once
def remove(code: UUID) -> ResponseReturnValue:
    actions.remove(me(), queries.own_credit(me(), code), now=clock.now())
    flash("Credit removed. Its document was erased.", "ok")
    return go_to(url_for(".transcript"))


@bp.get("/transcript/records/<uuid:code>/document")
@requires(Permission.TRANSCRIPT)
def record_document(code: UUID) -> ResponseReturnValue:
    credit = queries.credit_of(code) if may(Permission.TRANSCRIPT_CHECK) else queries.own_credit(me(), code)
    data, media_type = queries.document_of(credit)
    return untrusted_download(data, media_type, f"record-{credit.completed_on}.{ENDINGS[media_type]}")


@bp.post("/licenses/mail")
@requires(Permission.TRANSCRIPT)
def set_mail() -> ResponseReturnValue:
    on = request.form.get("by_mail") == "yes"
    actions.set_mail(me(), on=on)
    if on:
        flash("You will get an email before a license expires.", "ok")
    else:
        flash("You will get no more emails about your licenses.", "ok")
    return go_to(url_for("accounts.profile"))


@bp.route("/licenses/stop/<token>", methods=["GET", "POST"])
@public
def stop(token: str) -> ResponseReturnValue:
    """Unsubscribe the person that a mail was sent to.

    Opening the page changes nothing, because mail programs follow links on their own.
    """
    actions.recipient(token)
    if request.method == "POST":
        actions.unsubscribe(token)
    return render_template(
        "platform/mail/unsubscribe.html",
        stopped=request.method == "POST",
        mails="license reminders",
        note="We will no longer email you before a license expires.",
        settings=("your profile", url_for("accounts.profile")),
    )
