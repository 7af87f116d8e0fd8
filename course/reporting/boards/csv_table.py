"""A CSV table with everything that boards ask about a completion, for a board that accepts one.

A cell that a spreadsheet would read as a formula, or whose number it would rewrite, starts with an apostrophe.
"""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass

from course.certificates.issuing.facts import MODES, Facts, hours
from course.content.exchange.csv import text_safe
from course.content.schema.boards import Board
from course.reporting.boards.status import Completion

COLUMNS = (
    "name",
    "given names",
    "family name",
    "suffix",
    "license state",
    "license",
    "profession",
    "course",
    "course number",
    "course version",
    "completed on",
    "contact hours",
    *(f"hours {words.lower()}" for words in MODES.values()),
    "hours by topic",
    "delivery",
    "approvals",
    "instructor",
    "provider",
    "provider number",
    "certificate",
)


@dataclass(frozen=True)
class TableRow:
    """`approvals`: the course's approvals in the board's state, with their first and last days."""

    completion: Completion
    facts: Facts
    approvals: str


def write(table_rows: Sequence[TableRow], board: Board) -> bytes:
    """Return the table in UTF-8, with the byte order mark that spreadsheets need."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    for table_row in table_rows:
        writer.writerow([text_safe(cell) for cell in _cells(table_row, board)])
    return text.getvalue().encode("utf-8-sig")


def _cells(table_row: TableRow, board: Board) -> list[str]:
    completion, facts = table_row.completion, table_row.facts
    license_, course = completion.license, board.courses[completion.course_id]
    parts = completion.name_parts
    return [
        facts.name,
        *((parts.given, parts.family, parts.suffix) if parts else ("", "", "")),
        board.state,
        license_.number if license_ else "",
        license_.profession if license_ else "",
        facts.course_title,
        course.number or course.own_number or "",
        facts.course_version,
        completion.completed_on.isoformat(),
        hours(facts.total_minutes),
        *(hours(facts.minutes.get(mode, 0)) for mode in MODES),
        "; ".join(f"{topic} {hours(minutes)}" for topic, minutes in facts.minutes_by_domain.items()),
        facts.delivery,
        table_row.approvals,
        facts.instructor or "",
        facts.provider_name,
        board.provider_number or facts.provider_number or "",
        facts.code,
    ]
