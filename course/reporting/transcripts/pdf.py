"""The transcript as an accessible PDF, set by Typst."""

import json
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from course.certificates.issuing.facts import MODES
from course.platform.dates import long_date, long_moment
from course.platform.typesetting import compiler, letters
from course.reporting.transcripts.statement import Statement, TranscriptEntry, TranscriptPeriod

TEMPLATE = Path(__file__).parent / "template" / "transcript.typ"


def render(name: str, provider: str, statements: Sequence[Statement], now: datetime) -> bytes:
    """Return the PDF; equal facts give equal bytes. Raise compiler.NotPrintable with the letters that no font has."""
    data = {
        "name": name,
        "right_to_left": letters.is_right_to_left(name),
        "provider": provider,
        "made": long_moment(now),
        "made_on": {"year": now.year, "month": now.month, "day": now.day},
        "statements": [_statement(one) for one in statements],
    }
    return compiler.pdf(TEMPLATE, {"data": json.dumps(data)})


def _statement(statement: Statement) -> dict[str, Any]:
    license_ = statement.license
    return {
        "license": license_.name if license_ else "No license in your profile",
        "expires": long_date(license_.expires_on) if license_ and license_.expires_on else None,
        "periods": [_period(period) for period in statement.periods],
    }


def _period(period: TranscriptPeriod) -> dict[str, Any]:
    dates = period.dates
    return {
        "period": f"{long_date(dates.first)} to {long_date(dates.last)}" if dates else "All dates",
        "hour_minutes": str(period.hour_minutes),
        "entries": [_entry(entry, period) for entry in period.entries],
        "sums": [
            [words, str(period.verified[mode]), period.hours(period.verified[mode])]
            for mode, words in MODES.items()
            if period.verified[mode]
        ],
        "total": [str(sum(period.verified.values())), period.hours(sum(period.verified.values()))],
        "unverified": [str(sum(period.unverified.values())), period.hours(sum(period.unverified.values()))],
    }


def _entry(entry: TranscriptEntry, period: TranscriptPeriod) -> dict[str, Any]:
    return {
        "on": long_date(entry.completed_on),
        "title": entry.title,
        "about": " · ".join(part for part in (entry.provider, entry.approvals, entry.code or "") if part),
        "mode": ", ".join(words for mode, words in MODES.items() if entry.minutes.get(mode)),
        "topics": entry.topics_text,
        "standing": entry.standing if entry.counts else f"{entry.standing}, not counted",
        "minutes": str(entry.total),
        "hours": period.hours(entry.total) if entry.counts else "–",
    }
