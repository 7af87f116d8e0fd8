"""People under one state's law as a table: a row for each person, a column for each requirement."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from uuid import UUID

from course.content.exchange.csv import text_safe
from course.states.requirements.judgment import Judgment, Result

FIRST_COLUMNS = ("name", "verdict", "next step")


@dataclass(frozen=True)
class Row:
    """A person, and what the engine says about them."""

    code: UUID
    name: str
    judgment: Judgment

    @cached_property
    def results(self) -> Mapping[str, Result]:
        """Return the results by the ids of their rules. Rules of another profession are missing."""
        return {result.rule_id: result for result in self.judgment.results}


def columns(rows: Iterable[Row]) -> list[Result]:
    """Return one result for each requirement of any row, in the order of the law."""
    found: dict[str, Result] = {}
    for row in rows:
        found |= {id_: result for id_, result in row.results.items() if id_ not in found}
    return list(found.values())


def write(rows: Sequence[Row]) -> bytes:
    """Return the table as CSV in UTF-8, with the byte order mark that spreadsheets need.

    A cell that a spreadsheet would read as a formula starts with an apostrophe.
    """
    shown = columns(rows)
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow([text_safe(cell) for cell in (*FIRST_COLUMNS, *(one.demanded for one in shown))])
    for row in rows:
        states = (_state(row.results.get(one.rule_id)) for one in shown)
        writer.writerow(
            [text_safe(cell) for cell in (row.name, row.judgment.verdict.words, row.judgment.next_step, *states)]
        )
    return text.getvalue().encode("utf-8-sig")


def _state(result: Result | None) -> str:
    return f"{result.state.words}: {result.have}" if result else ""
