"""CE Broker's sheet: one row per completion, without a header. Columns A to H, then two for each subject area."""

import io
from collections.abc import Sequence

import xlwt

from course.reporting.boards.report_line import ReportLine

DATE_STYLE = xlwt.easyxf(num_format_str="m/d/yyyy")


def write(lines: Sequence[ReportLine]) -> bytes:
    """Return an .xls workbook with one sheet."""
    book = xlwt.Workbook(encoding="utf-8")
    sheet = book.add_sheet("completions")
    for row, line in enumerate(lines):
        _write_row(sheet.row(row), line)
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


def _write_row(row: xlwt.Row, line: ReportLine) -> None:
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
    row.write(5, line.completed_on, DATE_STYLE)
    row.write(6, f"State={line.state}")
    row.write(7, f"Profession={line.profession}")
    for n, (area, hours) in enumerate(line.credits):
        row.write(8 + 2 * n, area)
        row.write(9 + 2 * n, float(hours))
