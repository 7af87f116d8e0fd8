from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, UniqueConstraint, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from course.platform.db import Model, UTCDateTime


class Panel(Model):
    """A standard setting by a modified Angoff: reviewers rate each item, from 0 to 100.

    In the first round they rate alone; in the second they see the others' ratings and the item's statistics.
    """

    __tablename__ = "standard_panel"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[UUID] = mapped_column(Uuid, default=uuid4, unique=True)
    assessment_id: Mapped[str] = mapped_column(index=True)
    round: Mapped[int] = mapped_column(default=1)
    opened_at: Mapped[datetime] = mapped_column(UTCDateTime)
    opened_by: Mapped[str]
    closed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class Rating(Model):
    """One reviewer's rating of an item in one round. The reviewer may change it until the round ends."""

    __tablename__ = "standard_rating"
    __table_args__ = (UniqueConstraint("panel_id", "round", "item_id", "reviewer_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    panel_id: Mapped[int] = mapped_column(ForeignKey("standard_panel.id"))
    round: Mapped[int]
    item_id: Mapped[str]
    item_digest: Mapped[str]
    reviewer_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    rating: Mapped[int]  # how many of 100 barely competent therapists answer it correctly
    at: Mapped[datetime] = mapped_column(UTCDateTime)
