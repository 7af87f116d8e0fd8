"""Whether an instructor was qualified on a day."""

from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from typing import Protocol


class Span(Protocol):
    """A qualification. Spans with the same name and issuer are renewals of each other."""

    @property
    def name(self) -> str: ...
    @property
    def issuer(self) -> str: ...
    @property
    def first_day(self) -> date: ...
    @property
    def expires_on(self) -> date | None: ...


class Standing(StrEnum):
    QUALIFIED = "qualified"
    EXPIRED = "qualification expired"
    NONE = "no qualification on record"

    @property
    def tone(self) -> str:
        """The kind of badge that shows the standing."""
        return "ok" if self is Standing.QUALIFIED else "danger"


def standing_on(day: date, spans: Iterable[Span]) -> Standing:
    """Return the standing on the day. One qualification that has lapsed by then is enough to count as expired."""
    begun = [one for one in spans if one.first_day <= day]
    if not begun:
        return Standing.NONE
    in_force = {_key(one) for one in begun if one.expires_on is None or day <= one.expires_on}
    return Standing.QUALIFIED if in_force == {_key(one) for one in begun} else Standing.EXPIRED


def _key(one: Span) -> tuple[str, str]:
    return one.name.casefold(), one.issuer.casefold()
