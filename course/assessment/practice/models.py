from datetime import date, datetime
from fractions import Fraction
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from course.platform.db import Exact, Model, UTCDateTime


class Plan(Model):
    """A person's spaced review: when it started, and whether email reminders are on."""

    __tablename__ = "practice_plan"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), unique=True)
    by_mail: Mapped[bool] = mapped_column(default=False)
    mailed_on: Mapped[date | None]
    started_at: Mapped[datetime] = mapped_column(UTCDateTime)


class Card(Model):
    """An item that comes back to a person on a schedule. `memory` is the state of the scheduling library."""

    __tablename__ = "practice_card"
    __table_args__ = (UniqueConstraint("user_id", "item_id"), Index("ix_practice_card_due", "user_id", "due_at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    item_id: Mapped[str]
    memory: Mapped[dict[str, Any]] = mapped_column(JSON)
    due_at: Mapped[datetime] = mapped_column(UTCDateTime)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)


class Recall(Model):
    """One answer to a card. Append-only. It affects the schedule and nothing else."""

    __tablename__ = "practice_recall"
    __table_args__ = (UniqueConstraint("card_id", "serial"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    card_id: Mapped[int] = mapped_column(ForeignKey("practice_card.id"))
    serial: Mapped[int]  # the card's count of answers, so that a repeated request changes nothing
    points: Mapped[Fraction] = mapped_column(Exact)
    seconds: Mapped[int]
    at: Mapped[datetime] = mapped_column(UTCDateTime)
