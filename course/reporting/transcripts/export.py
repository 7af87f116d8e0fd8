"""The transcript as a table with a row for each license and each record, for spreadsheets and other systems. Pure.

A cell that spreadsheets would take for a formula has an apostrophe before it.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence

from course.certificates.issuing.facts import MODES
from course.content.exchange.csv import FORMULA
from course.reporting.transcripts.statement import Entry, Span, Statement

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
)


def table(statements: Iterable[Statement]) -> str:
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for statement in statements:
        for span in statement.spans:
            writer.writerows(_guarded(_row(statement, span, entry)) for entry in span.entries)
    return out.getvalue()


def _guarded(row: Sequence[str]) -> Iterator[str]:
    return (f"'{cell}" if FORMULA.match(cell) else cell for cell in row)


def _row(statement: Statement, span: Span, entry: Entry) -> list[str]:
    license_, period = statement.license, span.period
    return [
        license_.name if license_ else "",
        license_.expires_on.isoformat() if license_ and license_.expires_on else "",
        period.first.isoformat() if period else "",
        period.last.isoformat() if period else "",
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
        str(span.hour_minutes),
        span.hours(entry.total),
    ]
