"""A plain table for a board that takes one: everything that boards ask of a completion, as comma-separated values.

A cell that spreadsheets would take for a formula has an apostrophe before it.
"""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass

from course.certificates.issuing.facts import MODES, Facts, hours
from course.content.exchange.csv import FORMULA
from course.content.schema.boards import Board
from course.reporting.boards.status import Completion

HEAD = (
    "name",
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
class Entry:
    """`approvals`: of the course in the board's state, with the days for which they were given."""

    completion: Completion
    facts: Facts
    approvals: str


def write(entries: Sequence[Entry], board: Board) -> bytes:
    """UTF-8 with a byte order mark, by which spreadsheets know it."""
    text = io.StringIO()
    rows = csv.writer(text)
    rows.writerow(HEAD)
    for entry in entries:
        rows.writerow([f"'{cell}" if FORMULA.match(cell) else cell for cell in _row(entry, board)])
    return text.getvalue().encode("utf-8-sig")


def _row(entry: Entry, board: Board) -> list[str]:
    completion, facts = entry.completion, entry.facts
    license_, course = completion.license, board.courses[completion.course_id]
    return [
        facts.name,
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
        entry.approvals,
        facts.instructor or "",
        facts.provider_name,
        board.provider_number or facts.provider_number or "",
        facts.code,
    ]
