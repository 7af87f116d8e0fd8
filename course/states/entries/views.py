"""The public pages of the state entries, and the notices that a therapist marks as seen."""

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from course.platform import clock
from course.platform.access import Permission, me, public, requires
from course.platform.forms import go_to
from course.states.entries import actions, queries

bp = Blueprint("entries", __name__)


@bp.get("/states/")
@public
def states() -> ResponseReturnValue:
    return render_template("states/entries/states.html", entries=list(queries.entries().values()))


@bp.get("/states/<code>")
@public
def state(code: str) -> ResponseReturnValue:
    entry = queries.entry_of(code.upper())
    if code != entry.state.code:
        return redirect(url_for(".state", code=entry.state.code), 308)
    return render_template("states/entries/state.html", state=entry.state, entry=entry)


@bp.post("/states/notices/<int:notice_id>/seen")
@requires(Permission.STUDY)
def notice_seen(notice_id: int) -> ResponseReturnValue:
    actions.mark_seen(me(), notice_id, now=clock.now())
    return go_to(url_for("home.home"))
