"""A plain table for a board that takes one: everything that boards ask of a completion, as comma-separated values.

A cell that spreadsheets would take for a formula has an apostrophe before it.
"""

import csv
import io
from collections.abc import Sequence

from course.boards.status import Completion
from course.catalog.boards import Board
from course.catalog.exchange.csv import FORMULA
from course.certificates.facts import MODES, Facts, hours

HEAD = (
    "name", "license state", "license", "profession", "course", "course number", "course version", "completed on",
    "contact hours", *(f"hours {words.lower()}" for words in MODES.values()), "delivery", "approvals", "instructor",
    "provider", "provider number", "certificate",
)  # fmt: skip


def write(completions: Sequence[tuple[Completion, Facts]], board: Board) -> bytes:
    """UTF-8 with a byte order mark, by which spreadsheets know it."""
    text = io.StringIO()
    rows = csv.writer(text)
    rows.writerow(HEAD)
    for completion, facts in completions:
        rows.writerow([f"'{cell}" if FORMULA.match(cell) else cell for cell in _row(completion, facts, board)])
    return text.getvalue().encode("utf-8-sig")


def _row(completion: Completion, facts: Facts, board: Board) -> list[str]:
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
        facts.delivery,
        facts.approvals_text,
        facts.instructor or "",
        facts.provider_name,
        board.provider_number or facts.provider_number or "",
        facts.code,
    ]
