"""The public pages of the state entries, and the notices that a therapist marks as seen."""

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from course.content.queries import catalog
from course.content.schema.territory import Territory
from course.platform import clock
from course.platform.access import Permission, me, public, requires
from course.platform.forms import go_to
from course.platform.web import NotFound
from course.states.entries import actions, queries

bp = Blueprint("entries", __name__)


@bp.get("/states/")
@public
def states() -> ResponseReturnValue:
    entries = list(queries.entries().values())
    return render_template("states/entries/states.html", entries=entries, territories=queries.territories())


@bp.get("/states/<code>")
@public
def state(code: str) -> ResponseReturnValue:
    place = catalog().licensing_places.get(code.upper())
    if place is None:
        raise NotFound
    if code != place.code:
        return redirect(url_for(".state", code=place.code), 308)
    if isinstance(place, Territory):
        return render_template("states/entries/territory.html", territory=place)
    entry = queries.entry_of(code)
    return render_template("states/entries/state.html", state=entry.state, entry=entry)


@bp.post("/states/notices/<int:notice_id>/seen")
@requires(Permission.STUDY)
def notice_seen(notice_id: int) -> ResponseReturnValue:
    actions.mark_seen(me(), notice_id, now=clock.now())
    return go_to(url_for("home.home"))
