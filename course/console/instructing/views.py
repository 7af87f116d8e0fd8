"""The instructors' pages: their labs, and for each the roster, the screen with the code, checks and the closing."""

from uuid import UUID

from flask import Blueprint, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from course.console.instructing.queries import undetermined
from course.content.queries import catalog
from course.learning.labs import actions, qr_code, queries, screen_code
from course.learning.labs.forms import ClosingForm, OpenCheckForm, PresenceForm
from course.learning.labs.models import Lab, Presence
from course.people.accounts.models import User
from course.people.instructors import queries as instructors
from course.people.instructors.qualification_standing import standing_on
from course.platform import clock
from course.platform.access import Permission, me, requires
from course.platform.forms import form_page, go_to, refuse_field
from course.platform.queries import found_or_404
from course.platform.sent_forms import once
from course.platform.web import Refused
from course.site import site

bp = Blueprint("instructing", __name__, url_prefix="/instructor")


@bp.get("/")
@requires(Permission.INSTRUCT)
def home() -> ResponseReturnValue:
    labs, now = queries.taught_by(me().id), clock.now()
    qualifications = instructors.qualifications_of([me().id])[me().id]
    return render_template(
        "console/instructing/home.html",
        now=now,
        coming=[lab for lab in labs if lab.ends_at > now],
        to_close=[lab for lab in labs if lab.ends_at <= now and lab.closed_at is None],
        closed=[lab for lab in reversed(labs) if lab.closed_at is not None],
        counts=queries.count_bookings(labs),
        undetermined=undetermined(labs),
        qualifications=qualifications,
        standing=standing_on(now.date(), qualifications),
    )


@bp.get("/labs/<uuid:code>")
@requires(Permission.INSTRUCT)
def lab(code: UUID) -> ResponseReturnValue:
    return _page(queries.taught_lab(me(), code), OpenCheckForm(formdata=None))


def _page(lab: Lab, form: OpenCheckForm) -> ResponseReturnValue:
    checks, now = queries.checks_of(lab), clock.now()
    return form_page(
        "console/instructing/lab.html",
        form=form,
        lab=lab,
        now=now,
        catalog=catalog(),
        roster=queries.roster_of(lab, clock.now()),
        checks=checks,
        open_check=next((one for one in checks if now <= one.closes_at), None),
        standings=queries.standings_of([lab])[lab.id],
    )


@bp.get("/labs/<uuid:code>/screen")
@requires(Permission.INSTRUCT)
def screen(code: UUID) -> ResponseReturnValue:
    """Show the code of this half minute, or only the part with it, which a script asks for again and again."""
    lab, now = queries.taught_lab(me(), code), clock.now()
    digits = screen_code.code_at(lab.secret, now)
    return render_template(
        "console/instructing/code.html" if request.args.get("part") else "console/instructing/screen.html",
        lab=lab,
        digits=screen_code.in_groups(digits),
        picture=qr_code.picture(f"{site().base_url}/labs/{lab.code}/here/{digits}"),
        seconds_left=screen_code.seconds_left(now),
    )


@bp.post("/labs/<uuid:code>/checks")
@requires(Permission.INSTRUCT)
@once
def open_check(code: UUID) -> ResponseReturnValue:
    lab, form = queries.taught_lab(me(), code), OpenCheckForm()
    if not form.validate_on_submit():
        return _page(lab, form)
    actions.open_check(me(), lab, form.minutes.data, now=clock.now())
    flash("The attendance check is open. Show its code to the learners.", "ok")
    return go_to(url_for(".lab", code=code))


@bp.route("/labs/<uuid:code>/roster/<uuid:person>", methods=["GET", "POST"])
@requires(Permission.INSTRUCT)
@once
def presence(code: UUID, person: UUID) -> ResponseReturnValue:
    """Show when the person was there, and record or correct it."""
    lab, form = queries.taught_lab(me(), code), PresenceForm()
    roster = queries.roster_of(lab, clock.now())
    learner = found_or_404(next((one.person for one in roster if one.person.code == person), None))
    counting = queries.presences_of(lab).get(learner.id, [])
    if not form.validate_on_submit():
        return _presence_page(lab, learner, form, counting)
    try:
        actions.record_by_roster(
            me(),
            lab,
            learner.id,
            in_at=actions.moment_at(lab, form.came.data),
            out_at=actions.moment_at(lab, form.left.data) if form.left.data else None,
            reason=form.reason.data.strip(),
            replaces=_replaced(form, counting),
            now=clock.now(),
        )
    except actions.NotYet as refusal:
        refuse_field(form.left, refusal)
        return _presence_page(lab, learner, form, counting, refusal)
    flash(f"The time of {learner.legal_name} is recorded.", "ok")
    return go_to(url_for(".presence", code=code, person=person))


def _presence_page(
    lab: Lab, learner: User, form: PresenceForm, counting: list[Presence], refusal: Refused | None = None
) -> ResponseReturnValue:
    return form_page(
        "console/instructing/presence.html",
        refusal=refusal,
        form=form,
        lab=lab,
        person=learner,
        history=queries.history_of(lab, learner.id),
        counting=counting,
        minutes=queries.minutes_in(lab, counting),
    )


def _replaced(form: PresenceForm, counting: list[Presence]) -> Presence | None:
    """Return the time that the form corrects, None if it adds one. Raise CorrectedAlready."""
    if not form.replaces.data:
        return None
    found = next((one for one in counting if str(one.code) == form.replaces.data), None)
    if found is None:
        raise actions.CorrectedAlready
    return found


@bp.route("/labs/<uuid:code>/close", methods=["GET", "POST"])
@requires(Permission.INSTRUCT)
@once
def close(code: UUID) -> ResponseReturnValue:
    lab, form = queries.taught_lab(me(), code), ClosingForm()
    if not form.validate_on_submit():
        return form_page(
            "console/instructing/close.html", form=form, lab=lab, roster=queries.roster_of(lab, clock.now())
        )
    actions.close(me(), lab, **form.values(), now=clock.now())
    flash("The lab is closed. Its attendance counts from now on.", "ok")
    return go_to(url_for(".lab", code=code))
