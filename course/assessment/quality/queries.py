from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import func, select

from course.assessment.attempts import queries as attempts
from course.assessment.attempts.models import AttemptItem, ItemReport, ItemTally, ItemVersion, OptionTally, TotalTally
from course.assessment.attempts.wording import Wording
from course.assessment.quality import angoff
from course.assessment.quality.analysis import AttemptGroup
from course.assessment.quality.angoff import ItemRating, Standard
from course.assessment.quality.models import Panel, Rating
from course.assessment.quality.statistics import ChoiceCount, ResponseCount, TotalCount
from course.content import form_assembly
from course.content.items.base import Item
from course.content.queries import catalog
from course.content.schema.assessment import Assessment
from course.platform import db
from course.platform.queries import one_or_404
from course.platform.web import NotFound

MAX_SHOWN = 20  # wordings or reports of one item; an item with parameters has hundreds of wordings


@dataclass
class AssessmentCounts:
    """The counts of an assessment, over first attempts and over all."""

    first: AttemptGroup = field(default_factory=AttemptGroup)
    every: AttemptGroup = field(default_factory=AttemptGroup)

    def groups(self, *, is_first: bool) -> tuple[AttemptGroup, ...]:
        return (self.first, self.every) if is_first else (self.every,)


def attempts_by_assessment() -> dict[str, tuple[int, int]]:
    """Return the number of first attempts and of all attempts, by assessment."""
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


def counts_of(assessment_id: str) -> AssessmentCounts:
    """Return the counts of an assessment, with sums of its options, in three statements."""
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


def counts_of_item(item_id: str) -> dict[str, AssessmentCounts]:
    """Return the counts of one item, by the assessments in which it was answered."""
    found = _counts(list(catalog().assessments), item_id)
    return {id_: found[id_] for id_ in catalog().assessments if found[id_].every.responses}


def _counts(assessments: Sequence[str], item_id: str | None) -> dict[str, AssessmentCounts]:
    found = {id_: AssessmentCounts() for id_ in assessments}
    totals = db.session.execute(
        select(
            TotalTally.assessment_id, TotalTally.is_first, TotalTally.total, TotalTally.scored, TotalTally.count
        ).where(TotalTally.assessment_id.in_(assessments))
    )
    for id_, is_first, total, scored, count in totals:
        for group in found[id_].groups(is_first=is_first):
            group.total_counts.append(TotalCount(total, scored, count))
    tally = ItemTally.__table__.c  # the table, because making entities would take most of the time
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
        response = ResponseCount(*counted)
        for group in found[id_].groups(is_first=is_first):
            group.responses.setdefault(item, []).append(response)
    return found


def choices_of_item(item_id: str) -> dict[str, tuple[list[ChoiceCount], list[ChoiceCount]]]:
    """Return the choices made for an item in first attempts and in all, by assessment."""
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
    found: dict[str, tuple[list[ChoiceCount], list[ChoiceCount]]] = defaultdict(lambda: ([], []))
    for id_, is_first, total, scored, label, count in rows:
        for choices in found[id_] if is_first else found[id_][1:]:
            choices.append(ChoiceCount(total, scored, label, count))
    return found


def items_by_id(ids: Collection[str]) -> dict[str, Item]:
    """Return the items of the banks. An item that is in no bank is returned in one of its stored wordings."""
    found = {id_: catalog().items[id_][0] for id_ in ids if id_ in catalog().items}
    if missing := set(ids) - found.keys():
        one = func.max(ItemVersion.digest)
        digests = db.session.scalars(select(one).where(ItemVersion.item_id.in_(missing)).group_by(ItemVersion.item_id))
        found |= {known.item.id: known.item for known in attempts.wordings_of(digests.all()).values()}
    return found


def wordings_of(item_id: str) -> list[Wording]:
    """Return the wordings of an item on forms, MAX_SHOWN at most, the most recent first."""
    newest = (
        select(AttemptItem.item_digest).where(AttemptItem.item_id == item_id).order_by(AttemptItem.id.desc()).limit(1)
    )
    digests = db.session.scalars(
        select(ItemVersion.digest)
        .filter_by(item_id=item_id)
        .order_by((ItemVersion.digest == newest.scalar_subquery()).desc(), ItemVersion.digest)
        .limit(MAX_SHOWN)
    ).all()
    known = attempts.wordings_of(digests)
    return [known[digest] for digest in digests]


def reports_of(item_id: str) -> Sequence[ItemReport]:
    """Return the reports about an item, MAX_SHOWN at most: open ones first, then the newest."""
    return db.session.scalars(
        select(ItemReport)
        .filter_by(item_id=item_id)
        .order_by(ItemReport.closed_at.is_not(None), ItemReport.id.desc())
        .limit(MAX_SHOWN)
    ).all()


def open_reports_by_item() -> dict[str, int]:
    """Return the number of open reports by item."""
    rows = db.session.execute(
        select(ItemReport.item_id, func.count()).where(ItemReport.closed_at.is_(None)).group_by(ItemReport.item_id)
    )
    return dict(rows.all())


def panels() -> Sequence[Panel]:
    """Return every panel, the newest first."""
    return db.session.scalars(select(Panel).order_by(Panel.id.desc())).all()


def find_open_panel(assessment: Assessment) -> Panel | None:
    return db.session.scalars(select(Panel).filter_by(assessment_id=assessment.id, closed_at=None)).one_or_none()


def panel_of(code: UUID) -> Panel:
    """Return the panel. Raise NotFound, also if its assessment is no longer in the course file."""
    panel = one_or_404(select(Panel).filter_by(code=code))
    if panel.assessment_id not in catalog().assessments:
        raise NotFound
    return panel


def ratings_of(panel: Panel) -> list[ItemRating]:
    """Return each rater's current rating of each item: that of the second round if there is one."""
    rows = db.session.execute(
        select(Rating.item_id, Rating.reviewer_id, Rating.rating)
        .where(Rating.panel_id == panel.id)
        .order_by(Rating.round)
    )
    newest = {(item_id, rater): rating for item_id, rater, rating in rows}
    return [ItemRating(item_id, rater, rating) for (item_id, rater), rating in newest.items()]


def count_outdated_ratings(panel: Panel, digests: Collection[str]) -> int:
    """Return how many ratings are of wordings other than these."""
    counted = select(func.count()).select_from(Rating).filter_by(panel_id=panel.id)
    return db.session.scalar(counted.where(Rating.item_digest.not_in(digests))) or 0


def standard_of(panel: Panel) -> Standard:
    """Return the standard that the ratings suggest, with today's banks and blueprint."""
    content = catalog()
    assessment = content.assessments[panel.assessment_id]
    supply = form_assembly.candidates(content, assessment)
    return angoff.standard(content.blueprint_of(assessment), supply, ratings_of(panel))
