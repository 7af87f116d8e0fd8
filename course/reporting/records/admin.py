"""The self-check's result in the console, and the packets that answer a board's audit."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from course.certificates.issuing import queries as certificates
from course.content.queries import catalog
from course.people.accounts import queries as accounts
from course.platform import clock
from course.platform.access import Permission, me, requires
from course.platform.dates import long_date
from course.platform.queries import page_number
from course.reporting.records import actions, queries
from course.reporting.records.forms import PacketForm
from course.reporting.records.models import Packet
from course.reporting.records.question import Question
from course.site import site

bp = Blueprint("records_admin", __name__, url_prefix="/admin")
HISTORY = 30
PAGE = 25


@bp.get("/checks/")
@requires(Permission.RECORDS)
def checks() -> ResponseReturnValue:
    return render_template(
        "reporting/records/checks.html",
        latest=queries.find_latest(),
        running=queries.find_running(),
        history=queries.latest_checks(HISTORY),
        issued=certificates.count_issued(),
        most=actions.SHOWN,
    )


@bp.post("/checks/")
@requires(Permission.RECORDS)
def check_now() -> ResponseReturnValue:
    actions.begin(now=clock.now())
    return redirect(url_for(".checks"), 303)


@bp.get("/packets/")
@requires(Permission.RECORDS)
def packets() -> ResponseReturnValue:
    return _packets_page(_form(first=clock.now().date().replace(month=1, day=1), last=clock.now().date()))


@bp.post("/packets/")
@requires(Permission.RECORDS)
def ask() -> ResponseReturnValue:
    form = _form()
    if not form.validate_on_submit():
        return _packets_page(form), 422
    return _asked(actions.ask(form.question, actor=me(), now=clock.now()))


@bp.post("/people/<uuid:code>/packet")
@requires(Permission.RECORDS)
def ask_about(code: UUID) -> ResponseReturnValue:
    person = accounts.person_of(code)
    return _asked(actions.ask(Question(person=str(person.code)), person=person, actor=me(), now=clock.now()))


def _asked(made: Packet) -> ResponseReturnValue:
    return redirect(url_for(".packet", code=made.code), 303)


def _form(**given: object) -> PacketForm:
    form = PacketForm(**given)
    form.course.choices = [(one.id, one.title) for one in catalog().courses.values()]
    return form


def _packets_page(form: PacketForm) -> str:
    page = page_number()
    return render_template(
        "reporting/records/packets.html",
        form=form,
        packets=[(one, _title(one)) for one in queries.latest_packets(page=page, size=PAGE)],
        page=page,
        pages=max(1, -(-queries.count_packets() // PAGE)),
    )


def _title(made: Packet) -> str:
    question = Question.from_json(made.question)
    if question.person is not None:
        return f"Everything about {accounts.person_of(UUID(question.person)).legal_name}"
    course = catalog().courses.get(question.course or "")
    period = " to ".join(long_date(one) for one in (question.first, question.last) if one)
    return f"{course.title if course else question.course}: {period}"


@bp.get("/packets/<uuid:code>")
@requires(Permission.RECORDS)
def packet(code: UUID) -> ResponseReturnValue:
    """A script asks for the part that changes alone."""
    found = queries.packet_of(code)
    name = "reporting/records/making.html" if request.args.get("part") else "reporting/records/packet_page.html"
    by = accounts.person(found.actor_id).legal_name
    kept = actions.KEPT.days
    return render_template(name, packet=found, title=_title(found), by=by, kept=kept, ready=_ready(found))


def _maker() -> actions.Maker:
    return site().packets


def _ready(found: Packet) -> bool:
    return found.finished_at is not None and _maker().path(found.code).is_file()


@bp.post("/packets/<uuid:code>/download")
@requires(Permission.RECORDS)
def download(code: UUID) -> ResponseReturnValue:
    """By POST, since who has taken it away goes on record."""
    found = queries.packet_of(code)
    if not _ready(found):
        raise actions.NotReady
    actions.tell_download(found, actor=me(), now=clock.now())
    name = f"audit-packet-{Question.from_json(found.question).name}.zip"
    return send_file(_maker().path(found.code), "application/zip", as_attachment=True, download_name=name)


@bp.post("/packets/<uuid:code>/again")
@requires(Permission.RECORDS)
def again(code: UUID) -> ResponseReturnValue:
    found = queries.packet_of(code)
    actions.ask_again(found, actor=me(), now=clock.now())
    flash("The packet is made again, of what was on record when it was asked for first.", "ok")
    return _asked(found)
