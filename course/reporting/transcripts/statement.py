"""What a person earned, added up for each license and each of its renewal periods."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

from course.certificates.issuing.facts import MODES
from course.content.schema.hours import Mode
from course.learning.study import contact_time
from course.states.requirements.renewal_periods import RenewalPeriod, period_of

DEFAULT_HOUR_MINUTES = 60


@dataclass(frozen=True, kw_only=True)
class TranscriptEntry:
    """A completed course: with the certificate `code` if it was completed here, otherwise an external credit.

    `minutes` by mode. `counts` is False for a revoked or superseded certificate and a rejected credit. `verified` is
    False for an external credit that no administrator has verified. `topics`: minutes by mode and topic, as far as the
    certificate states them.
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
    topics: Mapping[tuple[str, str], int] = field(default_factory=dict)

    @property
    def topics_text(self) -> str:
        """The minutes by topic, such as `safety 75 (self-paced online), Palpation 60 (in person)`."""
        return ", ".join(f"{topic} {minutes} ({Mode(mode).words})" for (mode, topic), minutes in self.topics.items())

    @property
    def total(self) -> int:
        return sum(self.minutes.values())


@dataclass(frozen=True)
class TranscriptLicense:
    """`hour_minutes`: how many minutes an hour has in the license's state."""

    name: str
    hour_minutes: int
    expires_on: date | None
    renewal_months: int | None


@dataclass(frozen=True)
class TranscriptPeriod:
    """The entries of one renewal period; all entries if the license's periods are unknown (`dates` None)."""

    dates: RenewalPeriod | None
    entries: tuple[TranscriptEntry, ...]
    hour_minutes: int

    @property
    def verified(self) -> dict[str, int]:
        """Minutes by mode that the provider certified or an administrator verified."""
        return _minutes_by_mode(entry for entry in self.entries if entry.counts and entry.verified)

    @property
    def unverified(self) -> dict[str, int]:
        return _minutes_by_mode(entry for entry in self.entries if entry.counts and not entry.verified)

    def hours(self, minutes: int) -> str:
        """Return the hours as the license's state counts them, rounded down to the quarter."""
        return in_digits(contact_time.hours(minutes, self.hour_minutes))


@dataclass(frozen=True)
class Statement:
    """The periods of one license, newest first. Without a license, one period with everything."""

    license: TranscriptLicense | None
    periods: tuple[TranscriptPeriod, ...]


def statements(
    licenses: Sequence[TranscriptLicense], entries: Iterable[TranscriptEntry], today: date
) -> list[Statement]:
    """Return a statement for each license, always with today's period. Without a license, return one over all."""
    ordered = sorted(entries, key=lambda entry: (entry.completed_on, entry.title), reverse=True)
    if not licenses:
        return [Statement(None, (TranscriptPeriod(None, tuple(ordered), DEFAULT_HOUR_MINUTES),))]
    return [Statement(license_, _periods(license_, ordered, today)) for license_ in licenses]


def _periods(
    license_: TranscriptLicense, entries: Sequence[TranscriptEntry], today: date
) -> tuple[TranscriptPeriod, ...]:
    if license_.expires_on is None or license_.renewal_months is None:
        return (TranscriptPeriod(None, tuple(entries), license_.hour_minutes),)
    by_period: dict[RenewalPeriod, list[TranscriptEntry]] = {
        period_of(today, license_.expires_on, license_.renewal_months): []
    }
    for entry in entries:
        period = period_of(entry.completed_on, license_.expires_on, license_.renewal_months)
        by_period.setdefault(period, []).append(entry)
    newest_first = sorted(by_period, reverse=True)
    return tuple(TranscriptPeriod(period, tuple(by_period[period]), license_.hour_minutes) for period in newest_first)


def _minutes_by_mode(entries: Iterable[TranscriptEntry]) -> dict[str, int]:
    total = dict.fromkeys(MODES, 0)
    for entry in entries:
        for mode, minutes in entry.minutes.items():
            total[mode] += minutes
    return total


def in_digits(hours: Fraction) -> str:
    return f"{float(hours):g}"
