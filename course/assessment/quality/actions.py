from collections.abc import Mapping
from datetime import datetime
from typing import Any

from course.assessment.quality import queries
from course.assessment.quality.models import Panel, Rating
from course.content.queries import catalog
from course.content.schema.assessment import Assessment
from course.people.accounts.models import User
from course.platform import db
from course.platform.audit.log import Event, record
from course.platform.db import unit_of_work
from course.platform.web import Refused


class PanelClosed(Refused):
    message = "This panel is closed; its ratings stand as they are."


class RoundIsOver(Refused):
    message = "The second round has begun since this page was opened. Open the worksheet again; your ratings are in it."


class NothingRated(Refused):
    message = "Nobody has rated an item yet. The second round begins once there are ratings to show."


class SecondRoundRuns(Refused):
    message = "The second round runs already."


@unit_of_work
def open_panel(actor: User, assessment: Assessment, *, now: datetime) -> Panel:
    """Begins a standard setting; the one that is open already if there is one."""
    db.alone(db.Lock.OPEN_PANEL)
    if panel := queries.find_open_panel(assessment):
        return panel
    panel = Panel(assessment_id=assessment.id, opened_at=now, opened_by=actor.legal_name)
    db.session.add(panel)
    db.session.flush()
    _record(Event.PANEL_OPENED, actor, panel, now)
    return panel


@unit_of_work
def rate(rater: User, panel: Panel, round_: int, ratings: Mapping[str, int], *, now: datetime) -> None:
    """Keeps the ratings of one page of the worksheet, item -> 0 to 100; a later one of the same round replaces it."""
    panel = _open(panel)
    if round_ != panel.round:
        raise RoundIsOver
    rows = [
        {
            "panel_id": panel.id,
            "round": round_,
            "item_id": id_,
            "item_digest": catalog().items[id_][0].digest,
            "reviewer_id": rater.id,
            "rating": rating,
            "at": now,
        }
        for id_, rating in sorted(ratings.items())
    ]
    if rows:
        statement = db.insert(Rating)
        changed = {name: statement.excluded[name] for name in ("item_digest", "rating", "at")}
        keys = ["panel_id", "round", "item_id", "reviewer_id"]
        db.session.execute(statement.on_conflict_do_update(index_elements=keys, set_=changed), rows)


@unit_of_work
def begin_second_round(actor: User, panel: Panel, *, now: datetime) -> Panel:
    """Lets the raters see what the others said, and rate again."""
    panel = _open(panel)
    if panel.round == 2:
        raise SecondRoundRuns
    found = queries.standard_of(panel)
    if not found.raters:
        raise NothingRated
    panel.round = 2
    _record(Event.PANEL_ROUND, actor, panel, now, raters=len(found.raters), suggested=found.suggested)
    return panel


@unit_of_work
def close_panel(actor: User, panel: Panel, *, now: datetime) -> Panel:
    """Ends a standard setting. The pass mark itself stays what the course file says."""
    panel = db.locked(Panel, panel.id)
    if panel.closed_at is None:
        found = queries.standard_of(panel)
        panel.closed_at = now
        _record(
            Event.PANEL_CLOSED,
            actor,
            panel,
            now,
            raters=len(found.raters),
            items=len(found.items),
            suggested=found.suggested,
        )
    return panel


def _open(panel: Panel) -> Panel:
    panel = db.locked(Panel, panel.id)
    if panel.closed_at is not None:
        raise PanelClosed
    return panel


def _record(event: Event, actor: User, panel: Panel, now: datetime, **details: Any) -> None:
    record(event, actor, f"panel:{panel.code}", person_id=None, now=now, assessment=panel.assessment_id, **details)
