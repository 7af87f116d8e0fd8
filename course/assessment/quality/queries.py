from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import func, select

from course.assessment.attempts import queries as attempts
from course.assessment.attempts.models import AttemptItem, ItemReport, ItemTally, ItemVersion, OptionTally, TotalTally
from course.assessment.attempts.wording import Wording
from course.assessment.quality import angoff
from course.assessment.quality.analysis import Group
from course.assessment.quality.angoff import Rated, Standard
from course.assessment.quality.models import Panel, Rating
from course.assessment.quality.statistics import Choice, Response, Sitting
from course.content import form_assembly
from course.content.items.base import Item
from course.content.queries import catalog
from course.content.schema.assessment import Assessment
from course.platform import db
from course.platform.web import NotFound

SHOWN = 20  # wordings and reports of one item; parametric ones have hundreds


@dataclass
class Counts:
    """What was counted of one assessment: first attempts, and all."""

    first: Group = field(default_factory=Group)
    every: Group = field(default_factory=Group)

    def groups(self, *, is_first: bool) -> tuple[Group, ...]:
        return (self.first, self.every) if is_first else (self.every,)


def attempts_by_assessment() -> dict[str, tuple[int, int]]:
    """Of each assessment that was sat: how many first attempts, and how many in all."""
    rows = db.session.execute(
        select(TotalTally.assessment_id, TotalTally.is_first, func.sum(TotalTally.count)).group_by(
            TotalTally.assessment_id, TotalTally.is_first
        )
    )
    found: dict[str, tuple[int, int]] = {}
    for id_, is_first, count in rows:
        first, every = found.get(id_, (0, 0))
        found[id_] = (first + is_first * int(count), every + int(count))
    return found


def counts_of(assessment_id: str) -> Counts:
    """Everything that was counted of an assessment, in three statements; options as sums."""
    counts = _counts([assessment_id], None)[assessment_id]
    sums = db.session.execute(
        select(OptionTally.item_id, OptionTally.is_first, OptionTally.label, func.sum(OptionTally.count))
        .where(OptionTally.assessment_id == assessment_id)
        .group_by(OptionTally.item_id, OptionTally.is_first, OptionTally.label)
    )
    for item_id, is_first, label, count in sums:
        for group in counts.groups(is_first=is_first):
            chosen = group.chosen.setdefault(item_id, {})
            chosen[label] = chosen.get(label, 0) + int(count)
    return counts


def counts_of_item(item_id: str) -> dict[str, Counts]:
    """The counts of one item, by assessment in which it was answered, in the order of the course file."""
    found = _counts(list(catalog().assessments), item_id)
    return {id_: found[id_] for id_ in catalog().assessments if found[id_].every.responses}


def _counts(assessments: Sequence[str], item_id: str | None) -> dict[str, Counts]:
    found = {id_: Counts() for id_ in assessments}
    totals = db.session.execute(
        select(
            TotalTally.assessment_id, TotalTally.is_first, TotalTally.total, TotalTally.scored, TotalTally.count
        ).where(TotalTally.assessment_id.in_(assessments))
    )
    for id_, is_first, total, scored, count in totals:
        for group in found[id_].groups(is_first=is_first):
            group.sittings.append(Sitting(total, scored, count))
    tally = ItemTally.__table__.c  # the table, since making entities would take most of the time
    tallies = (
        select(
            tally.assessment_id,
            tally.is_first,
            tally.item_id,
            tally.total,
            tally.scored,
            tally.points,
            tally.count,
            tally.timed,
            tally.seconds,
            tally.seconds_squared,
        )
        .where(tally.assessment_id.in_(assessments))
        .order_by(tally.item_id)
    )
    rows = db.session.execute(tallies.where(tally.item_id == item_id) if item_id else tallies)
    for id_, is_first, item, *counted in rows:
        response = Response(*counted)
        for group in found[id_].groups(is_first=is_first):
            group.responses.setdefault(item, []).append(response)
    return found


def choices_of_item(item_id: str) -> dict[str, tuple[list[Choice], list[Choice]]]:
    """What was chosen of an item, by assessment: in first attempts, and in all."""
    rows = db.session.execute(
        select(
            OptionTally.assessment_id,
            OptionTally.is_first,
            OptionTally.total,
            OptionTally.scored,
            OptionTally.label,
            OptionTally.count,
        ).where(OptionTally.assessment_id.in_(list(catalog().assessments)), OptionTally.item_id == item_id)
    )
    found: dict[str, tuple[list[Choice], list[Choice]]] = defaultdict(lambda: ([], []))
    for id_, is_first, total, scored, label, count in rows:
        for choices in found[id_] if is_first else found[id_][1:]:
            choices.append(Choice(total, scored, label, count))
    return found


def items_by_id(ids: Collection[str]) -> dict[str, Item]:
    """The items as the banks have them; those that no bank has (any more), as they were worded once."""
    found = {id_: catalog().items[id_][0] for id_ in ids if id_ in catalog().items}
    if gone := set(ids) - found.keys():
        one = func.max(ItemVersion.digest)
        digests = db.session.scalars(select(one).where(ItemVersion.item_id.in_(gone)).group_by(ItemVersion.item_id))
        found |= {known.item.id: known.item for known in attempts.wordings_of(digests.all()).values()}
    return found


def wordings_of(item_id: str) -> list[Wording]:
    """How an item was ever worded on a paper, SHOWN at most, the one that was drawn last first."""
    newest = (
        select(AttemptItem.item_digest).where(AttemptItem.item_id == item_id).order_by(AttemptItem.id.desc()).limit(1)
    )
    digests = db.session.scalars(
        select(ItemVersion.digest)
        .filter_by(item_id=item_id)
        .order_by((ItemVersion.digest == newest.scalar_subquery()).desc(), ItemVersion.digest)
        .limit(SHOWN)
    ).all()
    known = attempts.wordings_of(digests)
    return [known[digest] for digest in digests]


def reports_of(item_id: str) -> Sequence[ItemReport]:
    """What learners reported of an item: open reports first, then the newest."""
    return db.session.scalars(
        select(ItemReport)
        .filter_by(item_id=item_id)
        .order_by(ItemReport.closed_at.is_not(None), ItemReport.id.desc())
        .limit(SHOWN)
    ).all()


def open_reports_by_item() -> dict[str, int]:
    rows = db.session.execute(
        select(ItemReport.item_id, func.count()).where(ItemReport.closed_at.is_(None)).group_by(ItemReport.item_id)
    )
    return dict(rows.all())


def panels() -> Sequence[Panel]:
    """Every panel, the newest first."""
    return db.session.scalars(select(Panel).order_by(Panel.id.desc())).all()


def find_open_panel(assessment: Assessment) -> Panel | None:
    return db.session.scalars(select(Panel).filter_by(assessment_id=assessment.id, closed_at=None)).one_or_none()


def panel_of(code: UUID) -> Panel:
    panel = db.session.scalars(select(Panel).filter_by(code=code)).one_or_none()
    if panel is None or panel.assessment_id not in catalog().assessments:
        raise NotFound
    return panel


def ratings_of(panel: Panel) -> list[Rated]:
    """What each rater says of each item now: the second round's rating where there is one."""
    rows = db.session.execute(
        select(Rating.item_id, Rating.reviewer_id, Rating.rating)
        .where(Rating.panel_id == panel.id)
        .order_by(Rating.round)
    )
    newest = {(item_id, rater): rating for item_id, rater, rating in rows}
    return [Rated(item_id, rater, rating) for (item_id, rater), rating in newest.items()]


def rated_otherwise(panel: Panel, digests: Collection[str]) -> int:
    """How many ratings are of wordings other than these."""
    counted = select(func.count()).select_from(Rating).filter_by(panel_id=panel.id)
    return db.session.scalar(counted.where(Rating.item_digest.not_in(digests))) or 0


def standard_of(panel: Panel) -> Standard:
    """What the ratings so far come to, over the banks and the blueprint as they stand."""
    content = catalog()
    assessment = content.assessments[panel.assessment_id]
    supply = form_assembly.candidates(content, assessment)
    return angoff.standard(content.blueprint_of(assessment), supply, ratings_of(panel))
