"""Finds state entries, their checks, and notices of changes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from pydantic import ValidationError
from sqlalchemy import func, select

from course.content.queries import catalog
from course.content.schema.jurisdiction import Jurisdiction
from course.content.schema.territory import Territory
from course.platform import db
from course.platform.queries import found_or_404
from course.states.entries.models import ChangeNotice, RequirementsEdition, StateCheck


@dataclass(frozen=True)
class StateEntry:
    """The current entry of a state: from the file, or from a later check by an administrator.

    `ignored`: the newest check, if it does not replace the entry because it was stored in an earlier form.
    """

    state: Jurisdiction
    check: StateCheck | None
    ignored: StateCheck | None = None

    def is_due(self, today: date) -> bool:
        """Return whether the last check is older than the provider allows."""
        return self.state.checked_on + timedelta(days=catalog().provider.state_check_days) < today


def entries() -> dict[str, StateEntry]:
    """Return every state's current entry by code, in the order of names. One statement."""
    newest = select(func.max(StateCheck.id)).group_by(StateCheck.code)
    checks = {row.code: row for row in db.session.scalars(select(StateCheck).where(StateCheck.id.in_(newest)))}
    return {code: _current(state, checks.get(code)) for code, state in catalog().jurisdictions.items()}


def entry_of(code: str) -> StateEntry:
    """Return the state's current entry. Raise NotFound."""
    state = found_or_404(catalog().jurisdictions.get(code))
    newest = select(StateCheck).filter_by(code=code).order_by(StateCheck.id.desc()).limit(1)
    return _current(state, db.session.scalars(newest).one_or_none())


def territories() -> list[Territory]:
    """Return the territories. Nothing about their law is on file."""
    return [place for place in catalog().licensing_places.values() if isinstance(place, Territory)]


def _current(base: Jurisdiction, check: StateCheck | None) -> StateEntry:
    if check is None or check.checked_on < base.checked_on:
        return StateEntry(base, None)
    try:
        return StateEntry(Jurisdiction.model_validate(check.entry), check)
    except ValidationError:
        return StateEntry(base, None, ignored=check)


def history_of(code: str) -> Sequence[StateCheck]:
    """Return every check of the state, newest first."""
    return db.session.scalars(select(StateCheck).filter_by(code=code).order_by(StateCheck.id.desc())).all()


def editions() -> dict[str, RequirementsEdition]:
    """Return the newest edition of each state."""
    newest = select(func.max(RequirementsEdition.id)).group_by(RequirementsEdition.code)
    return {
        row.code: row
        for row in db.session.scalars(select(RequirementsEdition).where(RequirementsEdition.id.in_(newest)))
    }


def notices_of(user_id: int) -> Sequence[tuple[ChangeNotice, RequirementsEdition]]:
    """Return the notices that the person has not marked as seen, newest first."""
    rows = db.session.execute(
        select(ChangeNotice, RequirementsEdition)
        .join(RequirementsEdition, RequirementsEdition.id == ChangeNotice.edition_id)
        .where(ChangeNotice.user_id == user_id, ChangeNotice.seen_at.is_(None))
        .order_by(ChangeNotice.id.desc())
    )
    return [(notice, edition) for notice, edition in rows]
