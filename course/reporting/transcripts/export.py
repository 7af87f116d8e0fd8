"""The transcript as CSV with a row for each entry of each license, for spreadsheets and other systems.

A cell that a spreadsheet would read as a formula, or whose number it would rewrite, starts with an apostrophe.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence

from course.certificates.issuing.facts import MODES
from course.content.exchange.csv import text_safe
from course.reporting.transcripts.statement import Statement, TranscriptEntry, TranscriptPeriod

COLUMNS = (
    "license",
    "license_expires",
    "period_first",
    "period_last",
    "completed_on",
    "title",
    "provider",
    "approvals",
    "certificate",
    "standing",
    "counts",
    "verified",
    *(f"minutes_{mode}" for mode in MODES),
    "minutes",
    "hour_minutes",
    "hours",
    "topics",
)


def table(statements: Iterable[Statement]) -> str:
    """Return the table as CSV text."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for statement in statements:
        for period in statement.periods:
            writer.writerows(_guarded(_row(statement, period, entry)) for entry in period.entries)
    return out.getvalue()


def _guarded(row: Sequence[str]) -> Iterator[str]:
    return (text_safe(cell) for cell in row)


def _row(statement: Statement, period: TranscriptPeriod, entry: TranscriptEntry) -> list[str]:
    license_, dates = statement.license, period.dates
    return [
        license_.name if license_ else "",
        license_.expires_on.isoformat() if license_ and license_.expires_on else "",
        dates.first.isoformat() if dates else "",
        dates.last.isoformat() if dates else "",
        entry.completed_on.isoformat(),
        entry.title,
        entry.provider,
        entry.approvals,
        entry.code or "",
        entry.standing,
        "yes" if entry.counts else "no",
        "yes" if entry.verified else "no",
        *(str(entry.minutes.get(mode, 0)) for mode in MODES),
        str(entry.total),
        str(period.hour_minutes),
        period.hours(entry.total),
        entry.topics_text,
    ]
