from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import func, select

from course.content.queries import catalog
from course.content.schema.jurisdiction import Jurisdiction
from course.platform import db
from course.platform.web import NotFound
from course.states.entries.models import Edition, Notice, Override


@dataclass(frozen=True)
class Entry:
    """A state's entry as it stands: from the file, or from an administrator's later check."""

    state: Jurisdiction
    checked_on: date
    override: Override | None

    def is_due(self, today: date) -> bool:
        """Whether the last check is longer ago than the provider allows."""
        return self.checked_on + timedelta(days=catalog().provider.state_check_days) < today


def entries() -> dict[str, Entry]:
    """Every state's entry by code, in the order of names; one statement."""
    newest = select(func.max(Override.id)).group_by(Override.code)
    found = {row.code: row for row in db.session.scalars(select(Override).where(Override.id.in_(newest)))}
    return {code: _entry(state, found.get(code)) for code, state in catalog().jurisdictions.items()}


def entry_of(code: str) -> Entry:
    state = catalog().jurisdictions.get(code)
    if state is None:
        raise NotFound
    newest = select(Override).filter_by(code=code).order_by(Override.id.desc()).limit(1)
    return _entry(state, db.session.scalars(newest).one_or_none())


def _entry(base: Jurisdiction, override: Override | None) -> Entry:
    checked_on = base.checked_on or catalog().compiled_on
    if override is None or override.checked_on < checked_on:
        return Entry(base, checked_on, None)
    return Entry(Jurisdiction.model_validate(override.entry), override.checked_on, override)


def history_of(code: str) -> Sequence[Override]:
    return db.session.scalars(select(Override).filter_by(code=code).order_by(Override.id.desc())).all()


def editions() -> dict[str, Edition]:
    """The newest edition of each state."""
    newest = select(func.max(Edition.id)).group_by(Edition.code)
    return {row.code: row for row in db.session.scalars(select(Edition).where(Edition.id.in_(newest)))}


def notices_of(user_id: int) -> Sequence[tuple[Notice, Edition]]:
    """The changes that the person has not marked as seen, newest first."""
    rows = db.session.execute(
        select(Notice, Edition)
        .join(Edition, Edition.id == Notice.edition_id)
        .where(Notice.user_id == user_id, Notice.seen_at.is_(None))
        .order_by(Notice.id.desc())
    )
    return [(notice, edition) for notice, edition in rows]
