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
    message = "This panel is closed. Its ratings can't change."


class RoundIsOver(Refused):
    message = "The second round has begun since you opened this page. Reload the worksheet. It has your saved ratings."


class NothingRated(Refused):
    message = "No item has a rating yet. Start the second round once reviewers have rated."


class SecondRoundOpen(Refused):
    message = "The second round has already begun."


@unit_of_work
def open_panel(actor: User, assessment: Assessment, *, now: datetime) -> Panel:
    """Return the assessment's open panel, or open one."""
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
    """Store the ratings of a worksheet page, 0 to 100 by item. They replace the person's earlier ones of this round."""
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
    """Begin the second round, in which the reviewers see each other's ratings and rate again."""
    panel = _open(panel)
    if panel.round == 2:
        raise SecondRoundOpen
    standard = queries.standard_of(panel)
    if not standard.raters:
        raise NothingRated
    panel.round = 2
    _record(Event.PANEL_ROUND, actor, panel, now, raters=len(standard.raters), suggested=standard.suggested)
    return panel


@unit_of_work
def close_panel(actor: User, panel: Panel, *, now: datetime) -> Panel:
    """Close the panel. The pass mark itself stays what the course file says."""
    panel = db.locked(Panel, panel.id)
    if panel.closed_at is None:
        standard = queries.standard_of(panel)
        panel.closed_at = now
        _record(
            Event.PANEL_CLOSED,
            actor,
            panel,
            now,
            raters=len(standard.raters),
            items=len(standard.items),
            suggested=standard.suggested,
        )
    return panel


def _open(panel: Panel) -> Panel:
    panel = db.locked(Panel, panel.id)
    if panel.closed_at is not None:
        raise PanelClosed
    return panel


def _record(event: Event, actor: User, panel: Panel, now: datetime, **details: Any) -> None:
    record(event, actor, f"panel:{panel.code}", person_id=None, now=now, assessment=panel.assessment_id, **details)
