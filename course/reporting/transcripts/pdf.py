"""The transcript as an accessible PDF, by Typst."""

import json
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from course.certificates.issuing.facts import MODES
from course.platform.dates import long_date, long_moment
from course.platform.typesetting import compiler, letters
from course.platform.web import Refused
from course.reporting.transcripts.statement import Entry, Span, Statement

TEMPLATE = Path(__file__).parent / "template" / "transcript.typ"


class NotPrintable(Refused):
    status = 422

    def __init__(self, lacking: Sequence[str]) -> None:
        super().__init__(
            f"The document's fonts have no {' '.join(lacking)}. Write it another way in the record that has it, or "
            "take the table (CSV), which keeps every letter."
        )


def render(name: str, provider: str, statements: Sequence[Statement], now: datetime) -> bytes:
    """Equal facts give equal bytes. Raises NotPrintable with the letters that no font has."""
    data = {
        "name": name,
        "right_to_left": letters.is_right_to_left(name),
        "provider": provider,
        "made": long_moment(now),
        "made_on": {"year": now.year, "month": now.month, "day": now.day},
        "statements": [_statement(one) for one in statements],
    }
    try:
        return compiler.pdf(TEMPLATE, {"data": json.dumps(data)})
    except compiler.NotPrintable as lacking:
        raise NotPrintable(lacking.letters) from lacking


def _statement(statement: Statement) -> dict[str, Any]:
    license_ = statement.license
    return {
        "license": license_.name if license_ else "No license in the profile",
        "expires": long_date(license_.expires_on) if license_ and license_.expires_on else None,
        "spans": [_span(span) for span in statement.spans],
    }


def _span(span: Span) -> dict[str, Any]:
    return {
        "period": f"{long_date(span.period.first)} to {long_date(span.period.last)}" if span.period else "All records",
        "hour_minutes": str(span.hour_minutes),
        "entries": [_entry(entry, span) for entry in span.entries],
        "sums": [
            [words, str(span.verified[mode]), span.hours(span.verified[mode])]
            for mode, words in MODES.items()
            if span.verified[mode]
        ],
        "total": [str(sum(span.verified.values())), span.hours(sum(span.verified.values()))],
        "unverified": [str(sum(span.unverified.values())), span.hours(sum(span.unverified.values()))],
    }


def _entry(entry: Entry, span: Span) -> dict[str, Any]:
    return {
        "on": long_date(entry.completed_on),
        "title": entry.title,
        "about": " · ".join(part for part in (entry.provider, entry.approvals, entry.code or "") if part),
        "mode": ", ".join(words for mode, words in MODES.items() if entry.minutes.get(mode)),
        "standing": entry.standing if entry.counts else f"{entry.standing}, not counted",
        "minutes": str(entry.total),
        "hours": span.hours(entry.total) if entry.counts else "–",
    }
