"""The result of the records check, and the audit packets that answer a board's audit."""

from uuid import UUID

from flask import Blueprint, flash, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from course.certificates.issuing import queries as certificates
from course.content.queries import catalog
from course.people.accounts import queries as accounts
from course.platform import clock
from course.platform.access import Permission, me, requires
from course.platform.dates import long_date
from course.platform.forms import form_page, go_to
from course.platform.queries import page_number
from course.platform.sent_forms import once
from course.reporting.records import actions, packet_actions, packet_queries, queries
from course.reporting.records.forms import PacketForm
from course.reporting.records.models import Packet
from course.reporting.records.packet_request import PacketRequest

bp = Blueprint("records_admin", __name__, url_prefix="/admin")
LISTED_CHECKS = 30
PAGE_SIZE = 25


@bp.get("/checks/")
@requires(Permission.RECORDS)
def checks() -> ResponseReturnValue:
    return render_template(
        "reporting/records/checks.html",
        latest=queries.find_latest(),
        running=queries.find_running(),
        history=queries.latest_checks(LISTED_CHECKS),
        issued=certificates.count_issued(),
        max_listed=actions.MAX_LISTED_FAULTS,
    )


@bp.post("/checks/")
@requires(Permission.RECORDS)
@once
def check_now() -> ResponseReturnValue:
    actions.begin(now=clock.now())
    return go_to(url_for(".checks"))


@bp.get("/packets/")
@requires(Permission.RECORDS)
def packets() -> ResponseReturnValue:
    today = clock.now().date()
    return _packets_page(_form(first=today.replace(month=1, day=1), last=today))


@bp.post("/packets/")
@requires(Permission.RECORDS, fresh=True)
@once
def ask() -> ResponseReturnValue:
    form = _form()
    if not form.validate_on_submit():
        return _packets_page(form)
    return _go_to(packet_actions.request_packet(form.packet_request, actor=me(), now=clock.now()))


@bp.post("/people/<uuid:code>/packet")
@requires(Permission.RECORDS, fresh=True)
@once
def ask_about(code: UUID) -> ResponseReturnValue:
    person = accounts.person_of(code)
    packet_request = PacketRequest(person=str(person.code))
    return _go_to(packet_actions.request_packet(packet_request, person=person, actor=me(), now=clock.now()))


def _go_to(packet_: Packet) -> ResponseReturnValue:
    return go_to(url_for(".packet", code=packet_.code))


def _form(**values: object) -> PacketForm:
    form = PacketForm(**values)
    form.course.choices = [(one.id, one.title) for one in catalog().courses.values()]
    return form


def _packets_page(form: PacketForm) -> ResponseReturnValue:
    page = packet_queries.packets(page=page_number(), size=PAGE_SIZE)
    return form_page("reporting/records/packets.html", form=form, page=page, title_of=_title_of)


def _title_of(packet_: Packet) -> str:
    packet_request = PacketRequest.from_json(packet_.question)
    if packet_request.person is not None:
        return f"All records of {accounts.person_of(UUID(packet_request.person)).legal_name}"
    course = catalog().courses.get(packet_request.course or "")
    period = " to ".join(long_date(day) for day in (packet_request.first, packet_request.last) if day)
    return f"{course.title if course else packet_request.course}: {period}"


@bp.get("/packets/<uuid:code>")
@requires(Permission.RECORDS)
def packet(code: UUID) -> ResponseReturnValue:
    """Return the page of a packet, or with `part` its changing part alone, which a script polls."""
    packet_ = packet_queries.packet_of(code)
    is_part = request.args.get("part")
    return render_template(
        "reporting/records/packet_status.html" if is_part else "reporting/records/packet_page.html",
        packet=packet_,
        title=_title_of(packet_),
        requester=accounts.person(packet_.actor_id).legal_name,
        lifetime_days=packet_actions.FILE_LIFETIME.days,
        has_file=_has_file(packet_),
    )


def _has_file(packet_: Packet) -> bool:
    return packet_.finished_at is not None and packet_actions.file_of(packet_.code).is_file()


@bp.post("/packets/<uuid:code>/download")
@requires(Permission.RECORDS, fresh=True)
def download(code: UUID) -> ResponseReturnValue:
    """Return the file. This is a POST because each download is recorded in the audit log."""
    packet_ = packet_queries.packet_of(code)
    if not _has_file(packet_):
        raise packet_actions.PacketNotReady
    packet_actions.record_download(packet_, actor=me(), now=clock.now())
    name = f"{PacketRequest.from_json(packet_.question).file_name}.zip"
    return send_file(packet_actions.file_of(code), "application/zip", as_attachment=True, download_name=name)


@bp.post("/packets/<uuid:code>/again")
@requires(Permission.RECORDS, fresh=True)
@once
def again(code: UUID) -> ResponseReturnValue:
    packet_ = packet_queries.packet_of(code)
    packet_actions.request_again(packet_, actor=me(), now=clock.now())
    flash("The packet is being created again, with what was on record at the first request.", "ok")
    return _go_to(packet_)
