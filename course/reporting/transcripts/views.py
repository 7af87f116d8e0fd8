"""The learner's transcript, its files, and what the learner adds of education elsewhere."""

from urllib.parse import urlsplit
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from course.content.queries import catalog
from course.platform import clock
from course.platform.access import Permission, may, me, public, requires
from course.platform.downloads import untrusted_download
from course.platform.file_types import ENDINGS
from course.platform.web import takes_files
from course.reporting.transcripts import actions, calendar, export, pdf, queries
from course.reporting.transcripts.forms import RecordForm
from course.reporting.transcripts.models import OtherRecord
from course.site import site

bp = Blueprint("transcripts", __name__)


@bp.get("/transcript")
@requires(Permission.TRANSCRIPT)
def transcript() -> ResponseReturnValue:
    return render_template(
        "reporting/transcripts/transcript.html",
        statements=queries.statements_of(me(), clock.now()),
        records=queries.records_of(me().id),
    )


@bp.get("/transcript.pdf")
@requires(Permission.TRANSCRIPT)
def document() -> ResponseReturnValue:
    user, now = me(), clock.now()
    made = pdf.render(user.legal_name, catalog().provider.name, queries.statements_of(user, now), now)
    return untrusted_download(made, "application/pdf", "transcript.pdf")


@bp.get("/transcript.csv")
@requires(Permission.TRANSCRIPT)
def table() -> ResponseReturnValue:
    """With the mark by which spreadsheets know UTF-8."""
    data = export.table(queries.statements_of(me(), clock.now())).encode("utf-8-sig")
    return Response(data, mimetype="text/csv", headers={"Content-Disposition": 'attachment; filename="transcript.csv"'})


@bp.route("/transcript/records/new", methods=["GET", "POST"])
@requires(Permission.TRANSCRIPT)
@takes_files(megabytes=11)
def add() -> ResponseReturnValue:
    return _edit(None)


@bp.route("/transcript/records/<uuid:code>", methods=["GET", "POST"])
@requires(Permission.TRANSCRIPT)
@takes_files(megabytes=11)
def record(code: UUID) -> ResponseReturnValue:
    return _edit(queries.own_record(me(), code))


def _edit(found: OtherRecord | None) -> ResponseReturnValue:
    now = clock.now()
    form = RecordForm(now.date(), found)
    if not form.validate_on_submit():
        page = render_template("reporting/transcripts/record.html", form=form, record=found)
        return page, 422 if request.method == "POST" else 200
    if found is None:
        actions.add(me(), **form.said(), now=now)
    else:
        actions.change(me(), found, **form.said(), now=now)
    flash("Your record is saved. It counts as not verified until an administrator has seen its document.", "ok")
    return redirect(url_for(".transcript"), 303)


@bp.post("/transcript/records/<uuid:code>/remove")
@requires(Permission.TRANSCRIPT)
def remove(code: UUID) -> ResponseReturnValue:
    actions.remove(me(), queries.own_record(me(), code), now=clock.now())
    flash("The record is off your transcript, and its document is erased.", "ok")
    return redirect(url_for(".transcript"), 303)


@bp.get("/transcript/records/<uuid:code>/document")
@requires(Permission.TRANSCRIPT)
def record_document(code: UUID) -> ResponseReturnValue:
    found = queries.record_of(code) if may(Permission.TRANSCRIPT_CHECK) else queries.own_record(me(), code)
    data, media_type = queries.document_of(found)
    return untrusted_download(data, media_type, f"record-{found.completed_on}.{ENDINGS[media_type]}")


@bp.get("/licenses.ics")
@requires(Permission.TRANSCRIPT)
def licenses() -> ResponseReturnValue:
    """The days on which the person's licenses expire, for any calendar."""
    address = site().base_url
    data = calendar.file(
        queries.expiries_of(me()),
        host=urlsplit(address).hostname or "localhost",
        link=f"{address}/transcript",
        now=clock.now(),
    )
    return Response(
        data, mimetype="text/calendar", headers={"Content-Disposition": 'attachment; filename="licenses.ics"'}
    )


@bp.post("/licenses/mail")
@requires(Permission.TRANSCRIPT)
def set_mail() -> ResponseReturnValue:
    on = request.form.get("by_mail") == "yes"
    actions.set_mail(me(), on=on)
    flash("A mail reminds you before a license expires." if on else "You get no more mails about your licenses.", "ok")
    return redirect(url_for("accounts.profile"), 303)


@bp.route("/licenses/stop/<token>", methods=["GET", "POST"])
@public
def stop(token: str) -> ResponseReturnValue:
    """The way out that stands in each mail; mail programs follow links by themselves, so only a press ends them."""
    actions.recipient(token)
    if request.method == "POST":
        actions.unsubscribe(token)
    return render_template("reporting/transcripts/stop.html", stopped=request.method == "POST")
