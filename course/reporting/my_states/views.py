"""The pages on which a person sees what each of their states demands, and what another state would demand."""

from urllib.parse import urlsplit

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from course.content.queries import catalog
from course.platform import clock
from course.platform.access import Permission, me, requires
from course.platform.downloads import download
from course.platform.web import NotFound
from course.reporting.my_states import queries, state_card
from course.reporting.transcripts import calendar
from course.reporting.transcripts import queries as transcripts
from course.site import site
from course.states.requirements import wording
from course.states.requirements.judgment import State

bp = Blueprint("my_states", __name__)
SHARED = {"tones": state_card.TONES, "State": State, "wording": wording}


@bp.get("/my-states/")
@requires(Permission.TRANSCRIPT)
def states() -> ResponseReturnValue:
    cards = queries.cards_of(me(), clock.now())
    return render_template("reporting/my_states/states.html", cards=cards, places=catalog().jurisdictions, **SHARED)


@bp.get("/my-states/what-if")
@requires(Permission.TRANSCRIPT)
def what_if() -> ResponseReturnValue:
    """Lead to the page of the chosen state."""
    return redirect(url_for(".state", code=_place(request.args.get("state", ""))), 303)


@bp.get("/my-states/<code>")
@requires(Permission.TRANSCRIPT)
def state(code: str) -> ResponseReturnValue:
    card = queries.card_of(me(), _place(code), clock.now())
    move = state_card.move(card.judgment) if card.judgment and not card.license else None
    return render_template("reporting/my_states/state.html", card=card, move=move, **SHARED)


@bp.get("/my-states/<code>/checklist")
@requires(Permission.TRANSCRIPT)
def checklist(code: str) -> ResponseReturnValue:
    card = queries.card_of(me(), _place(code), clock.now())
    return render_template("reporting/my_states/checklist.html", card=card, now=clock.now(), **SHARED)


@bp.get("/licenses.ics")
@requires(Permission.TRANSCRIPT)
def calendar_file() -> ResponseReturnValue:
    """Return a calendar file with the days on which licenses expire, and the last days to send papers to boards."""
    now = clock.now()
    days = [*transcripts.expirations_of(me()), *queries.deadline_days(me(), now)]
    data = calendar.file(days, host=urlsplit(site().base_url).hostname or "localhost", now=now)
    return download(data, "text/calendar", "licenses.ics")


def _place(code: str) -> str:
    """Return the code of a state or territory. Raise NotFound."""
    place = catalog().licensing_places.get(code.upper())
    if place is None:
        raise NotFound
    return place.code
