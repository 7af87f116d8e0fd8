"""The page where people see where they are signed in, and end it."""

from uuid import UUID

from flask import Blueprint, flash, render_template, url_for
from flask.typing import ResponseReturnValue

from course.people.sessions import actions, queries
from course.platform import clock
from course.platform.access import Permission, current_session, me, requires
from course.platform.forms import go_to
from course.platform.sent_forms import once

bp = Blueprint("sessions", __name__, url_prefix="/profile/sessions")


@bp.get("")
@requires(Permission.PROFILE)
def sessions() -> ResponseReturnValue:
    found = queries.open_sessions(me().id, me().role, now=clock.now())
    return render_template("people/sessions/sessions.html", sessions=found, current=current_session())


@bp.post("/<uuid:code>/end")
@requires(Permission.PROFILE)
@once
def end(code: UUID) -> ResponseReturnValue:
    actions.end_one(me(), queries.own(me().id, code), now=clock.now())
    flash("That browser is signed out.", "ok")
    return go_to(url_for(".sessions"))


@bp.post("/end-others")
@requires(Permission.PROFILE)
def end_others() -> ResponseReturnValue:
    actions.end_others(me(), current_session(), now=clock.now())
    flash("All other browsers are signed out.", "ok")
    return go_to(url_for(".sessions"))
