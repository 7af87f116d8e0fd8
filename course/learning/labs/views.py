"""The labs as learners see them: the list, one lab, and the page behind the code on the instructor's screen."""

from collections.abc import Callable
from uuid import UUID

from flask import Blueprint, flash, render_template, url_for
from flask.typing import ResponseReturnValue
from limits import parse

from course.content.queries import catalog
from course.learning.labs import actions, queries
from course.learning.labs.forms import CheckAnswerForm, CodeForm
from course.learning.labs.models import Lab
from course.platform import clock, throttle
from course.platform.access import Permission, me, requires
from course.platform.forms import form_page, go_to, refuse_field
from course.platform.sent_forms import once
from course.platform.web import Refused

bp = Blueprint("labs", __name__, url_prefix="/labs")
# A whole class may be in one network, so that its limit is high.
LAB_CODES = throttle.Tries(
    "lab-code",
    parse("20 per 15 minutes"),
    parse("60 per hour"),
    parse("2000 per hour"),
    "Too many wrong codes were entered. Try again in {wait}, or ask the instructor to use the roster.",
)


@bp.get("/")
@requires(Permission.STUDY)
def labs() -> ResponseReturnValue:
    coming, own = queries.open_for_sign_up(clock.now()), queries.booked_labs(me().id)
    return render_template(
        "learning/labs/labs.html",
        coming=coming,
        counts=queries.count_bookings(coming),
        places=queries.places_of(me().id, [*coming, *own]),
        past=[lab for lab in own if lab.ends_at <= clock.now()],
        catalog=catalog(),
    )


@bp.get("/<uuid:code>")
@requires(Permission.STUDY)
def lab(code: UUID) -> ResponseReturnValue:
    return _page(queries.lab_of(code))


def _page(
    lab: Lab, code: CodeForm | None = None, answer: CheckAnswerForm | None = None, refusal: Refused | None = None
) -> ResponseReturnValue:
    """Return the page of a lab, with the submitted form if it has errors."""
    now, user = clock.now(), me()
    own = queries.history_of(lab, user.id)
    counting = queries.presences_of(lab).get(user.id, [])
    checks = queries.checks_of(lab)
    return form_page(
        "learning/labs/lab.html",
        refusal=refusal,
        lab=lab,
        now=now,
        catalog=catalog(),
        booked=queries.count_bookings([lab])[lab.id],
        place=queries.places_of(user.id, [lab]).get(lab.id),
        history=own,
        counting=counting,
        is_here=any(one.out_at is None for one in counting),
        minutes=queries.minutes_in(lab, counting),
        checks=len(checks),
        answered=queries.answers_of(lab)[user.id],
        check_is_open=bool(checks) and now <= checks[0].closes_at,
        code_form=code or CodeForm(formdata=None),
        answer_form=answer or CheckAnswerForm(formdata=None),
        teaches=user.id in {one.user_id for one in lab.teaching},
    )


@bp.post("/<uuid:code>/sign-up")
@requires(Permission.STUDY)
@once
def book(code: UUID) -> ResponseReturnValue:
    lab = queries.lab_of(code)
    if actions.book(me(), lab, now=clock.now()):
        flash("You have a place in this lab. We sent you an email.", "ok")
    else:
        flash("The lab is full. You are on the waiting list, and we email you when you move up.", "ok")
    return go_to(url_for(".lab", code=code))


@bp.post("/<uuid:code>/give-up")
@requires(Permission.STUDY)
@once
def cancel_booking(code: UUID) -> ResponseReturnValue:
    actions.cancel_booking(me(), queries.lab_of(code), now=clock.now())
    flash("Your sign-up is canceled.", "ok")
    return go_to(url_for(".lab", code=code))


@bp.get("/<uuid:code>/here/<digits>")
@requires(Permission.STUDY)
def here(code: UUID, digits: str) -> ResponseReturnValue:
    """Ask with one button to check in or out. The address is in the QR code on the screen."""
    lab = queries.lab_of(code)
    _counted(lambda: actions.require_code(lab, digits, clock.now()))
    return render_template(
        "learning/labs/here.html",
        lab=lab,
        digits=digits,
        is_here=queries.open_presence(lab, me().id) is not None,
        catalog=catalog(),
    )


@bp.post("/<uuid:code>/here")
@requires(Permission.STUDY)
@once
def check(code: UUID) -> ResponseReturnValue:
    """Check in, or out, by the code on the screen."""
    lab, form = queries.lab_of(code), CodeForm()
    if not form.validate_on_submit():
        return _page(lab, code=form)
    leaves = form.direction.data == "out"
    act = actions.check_out if leaves else actions.check_in
    try:
        _counted(lambda: act(me(), lab, form.digits.data, now=clock.now()))
    except actions.CodeTooOld as refusal:
        refuse_field(form.digits, refusal)
        return _page(lab, code=form, refusal=refusal)
    flash("You are checked out. Goodbye." if leaves else "You are checked in. Check out when you leave.", "ok")
    return go_to(url_for(".lab", code=code))


@bp.post("/<uuid:code>/attendance-check")
@requires(Permission.STUDY)
def answer_check(code: UUID) -> ResponseReturnValue:
    lab, form = queries.lab_of(code), CheckAnswerForm()
    if not form.validate_on_submit():
        return _page(lab, answer=form)
    try:
        _counted(lambda: actions.answer_check(me(), lab, form.answer.data, now=clock.now()))
    except actions.WrongCheckCode as refusal:
        refuse_field(form.answer, refusal)
        return _page(lab, answer=form, refusal=refusal)
    flash("Your answer to the attendance check is on record.", "ok")
    return go_to(url_for(".lab", code=code))


def _counted(work: Callable[[], None]) -> None:
    """Do what needs a code. Only wrong codes count as tries."""
    attempt = throttle.count_try(LAB_CODES, str(me().code))
    try:
        work()
    except (actions.CodeTooOld, actions.WrongCheckCode):
        raise
    except Refused:
        attempt.succeeded()
        raise
    attempt.succeeded()
