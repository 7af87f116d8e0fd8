"""CE Broker's sheet: one line a completion, no head. Columns A to H, then I and J for each subject area."""

import io
from collections.abc import Sequence

import xlwt

from course.reporting.boards.lines import Line

DATE = xlwt.easyxf(num_format_str="m/d/yyyy")


def write(lines: Sequence[Line]) -> bytes:
    """An .xls workbook with one sheet."""
    book = xlwt.Workbook(encoding="utf-8")
    sheet = book.add_sheet("completions")
    for row, line in enumerate(lines):
        _row(sheet.row(row), line)
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


def _row(row: xlwt.Row, line: Line) -> None:
    cells = (
        line.provider,
        None if line.is_own_course else line.course,
        line.course if line.is_own_course else None,
        line.publishing,
        line.license,
    )
    for column, cell in enumerate(cells):
        if cell is not None:
            row.write(column, cell)
    row.write(5, line.completed_on, DATE)
    row.write(6, f"State={line.state}")
    row.write(7, f"Profession={line.profession}")
    for n, (area, hours) in enumerate(line.credits):
        row.write(8 + 2 * n, area)
        row.write(9 + 2 * n, float(hours))
