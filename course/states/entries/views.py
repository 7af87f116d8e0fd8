"""The public pages of the state entries, and the notices that a therapist marks as seen."""

from collections.abc import Iterable

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from course.content.queries import catalog
from course.content.schema.law import walk
from course.content.schema.territory import Territory
from course.platform import clock
from course.platform.access import Permission, me, public, requires
from course.platform.forms import go_to
from course.platform.web import NotFound
from course.states.entries import actions, queries
from course.states.requirements import coverage, wording

bp = Blueprint("entries", __name__)
ALLOWING = ("permitted", "listed")  # only there does it matter what is unknown about the requirements


@bp.get("/states/")
@public
def states() -> ResponseReturnValue:
    return render_template(
        "states/entries/states.html",
        states=[entry.state for entry in queries.entries().values()],
        territories=queries.territories(),
        wording=wording,
    )


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
    found = queries.entry_of(code).state
    today = clock.now().date()
    in_force = [rule for rule in walk(found.requirements) if rule.is_valid(today)]
    unknown = coverage.unknown_areas(in_force, found.absences, today) if found.status in ALLOWING else []
    return render_template(
        "states/entries/state.html",
        state=found,
        wording=wording,
        unknown=[wording.AREAS[area] for area in unknown],
        topics=_topic_names,
    )


def _topic_names(ids: Iterable[str]) -> list[str]:
    return [catalog().topics[id_].name for id_ in ids]


@bp.post("/states/notices/<int:notice_id>/seen")
@requires(Permission.STUDY)
def notice_seen(notice_id: int) -> ResponseReturnValue:
    actions.mark_seen(me(), notice_id, now=clock.now())
    return go_to(url_for("home.home"))
