"""Everything that a person earned -> what it comes to, for each license and each of its periods. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from course.certificates.issuing.facts import MODES
from course.learning.study import contact_time
from course.reporting.transcripts.periods import Period, period_of


@dataclass(frozen=True, kw_only=True)
class Entry:
    """Education that was completed: here, by the certificate `code`, or elsewhere, which the learner says.

    `counts` False: a certificate that was revoked or superseded, or a record that was refused. `verified` False: a
    record from elsewhere that no administrator has seen.
    """

    completed_on: date
    title: str
    provider: str
    approvals: str
    minutes: Mapping[str, int]
    standing: str
    tone: str
    counts: bool
    verified: bool
    code: str | None = None

    @property
    def total(self) -> int:
        return sum(self.minutes.values())


@dataclass(frozen=True)
class License:
    """`hour_minutes`: how long an hour is in its state."""

    name: str
    hour_minutes: int
    expires_on: date | None
    renewal_months: int | None


@dataclass(frozen=True)
class Span:
    """What falls in one period of a license; in all of time, where its periods are not known (`period` None)."""

    period: Period | None
    entries: tuple[Entry, ...]
    hour_minutes: int

    @property
    def verified(self) -> dict[str, int]:
        """Minutes by mode that the provider or an administrator answers for."""
        return _sum(entry for entry in self.entries if entry.counts and entry.verified)

    @property
    def unverified(self) -> dict[str, int]:
        return _sum(entry for entry in self.entries if entry.counts and not entry.verified)

    def hours(self, minutes: int) -> str:
        """As the license's state counts them, down to the quarter."""
        return in_digits(contact_time.hours(minutes, self.hour_minutes))


@dataclass(frozen=True)
class Statement:
    license: License | None
    spans: tuple[Span, ...]


def statements(licenses: Sequence[License], entries: Iterable[Entry], today: date) -> list[Statement]:
    """One for each license, newest period first and today's always there; without a license, one over all."""
    ordered = sorted(entries, key=lambda entry: (entry.completed_on, entry.title), reverse=True)
    if not licenses:
        return [Statement(None, (Span(None, tuple(ordered), 60),))]
    return [Statement(license_, _spans(license_, ordered, today)) for license_ in licenses]


def _spans(license_: License, entries: Sequence[Entry], today: date) -> tuple[Span, ...]:
    if license_.expires_on is None or license_.renewal_months is None:
        return (Span(None, tuple(entries), license_.hour_minutes),)
    found: dict[Period, list[Entry]] = {period_of(today, license_.expires_on, license_.renewal_months): []}
    for entry in entries:
        period = period_of(entry.completed_on, license_.expires_on, license_.renewal_months)
        found.setdefault(period, []).append(entry)
    return tuple(Span(period, tuple(found[period]), license_.hour_minutes) for period in sorted(found, reverse=True))


def _sum(entries: Iterable[Entry]) -> dict[str, int]:
    total = dict.fromkeys(MODES, 0)
    for entry in entries:
        for mode, minutes in entry.minutes.items():
            total[mode] += minutes
    return total


def in_digits(hours: Fraction) -> str:
    return f"{float(hours):g}"
