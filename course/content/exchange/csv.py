"""CSV for spreadsheets with one item per row: RFC 4180 (https://www.rfc-editor.org/rfc/rfc4180), UTF-8 with a BOM.

Fields without a column of their own are in the last column, `more`, as JSON. A cell that a spreadsheet would take
for a formula is preceded by an apostrophe (https://owasp.org/www-community/attacks/CSV_Injection).
"""

import csv
import io
import json
import re
from typing import Any

from course.content.exchange import item_fields, tags
from course.content.exchange.report import (
    Exported,
    ImportBuilder,
    Imported,
    NotCarried,
    Note,
    UnreadableFile,
    export_each,
    text_of,
)
from course.content.items.base import Item
from course.content.schema.bank import Bank

LETTERS = tuple("abcdefgh")
TEXT_COLUMNS = ("id", "type", "objective", "level", "section", "case", "vignette", "stem", "rationale")
LIST_COLUMNS = ("references", "enemies")
VALUE_COLUMNS = ("must_pass", "calculator", "difficulty")
COLUMNS = (
    "id",
    "type",
    "objective",
    "level",
    "difficulty",
    "section",
    "case",
    "vignette",
    "stem",
    *LETTERS,
    "key",
    "rationale",
    "references",
    "must_pass",
    "calculator",
    "enemies",
    "more",
)
MAX_COLUMNS = 200
MAX_BRACKETS = 200  # so that no cell is nested too deeply to be written again
# Numbers that a spreadsheet would rewrite: 0123 as 123, 12E4 as 120000, 3-14 as a day, and long ones as 1.2E+15.
REWRITTEN = re.compile(r"0[0-9]+|[0-9]{12,}|[0-9]+[eE][0-9]+|[0-9]{1,2}[-/][0-9]{1,4}(?:[-/][0-9]{1,4})?")
FORMULA = re.compile(r"'*[=+\-@\t\r\n]")


def formula_safe(cell: str) -> str:
    """Return the cell with an apostrophe in front if a spreadsheet would take it for a formula."""
    return f"'{cell}" if FORMULA.match(cell) else cell


def text_safe(cell: str) -> str:
    """Return the cell with an apostrophe in front if a spreadsheet would rewrite it, or take it for a formula."""
    return f"'{cell}" if REWRITTEN.fullmatch(cell) else formula_safe(cell)


def write(bank: Bank) -> Exported:
    """Return the bank as a CSV file."""
    rows, left_out = export_each(bank, _row)
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, COLUMNS)
    writer.writeheader()
    for row in rows:
        writer.writerow({name: formula_safe(cell) for name, cell in row.items()})
    return Exported(out.getvalue().encode("utf-8-sig"), left_out)


def _row(item: Item, note: Note) -> dict[str, str]:  # noqa: ARG001
    if "figure" in type(item).model_fields:
        raise NotCarried(f"the type {item.type} shows a figure, which a table can't hold")
    fields, row = item_fields.fields(item), dict[str, str]()
    if item.vignette:
        row["vignette"] = item.vignette
    if isinstance(options := fields.get("options"), dict) and list(options) == sorted(options):
        row |= fields.pop("options")
    if isinstance(fields.get("key"), (str, list)):
        key = fields.pop("key")
        row["key"] = key if isinstance(key, str) else " ".join(key)
    row |= {name: " ".join(fields.pop(name)) for name in LIST_COLUMNS if name in fields}
    row |= {name: str(fields.pop(name)).lower() for name in VALUE_COLUMNS if name in fields}
    row |= {name: fields.pop(name) for name in TEXT_COLUMNS if name in fields}
    return row | ({"more": json.dumps(fields, ensure_ascii=False, default=float)} if fields else {})


def read(data: bytes) -> Imported:
    """Return the items of a file with commas or, as some spreadsheets write, semicolons between cells.

    Raise UnreadableFile if it is not such a table.
    """
    text = re.sub(r"\Asep=.\n", "", text_of(data))  # Excel's own line that names the character between cells
    head = text.partition("\n")[0]
    cell_end = ";" if head.count(";") > head.count(",") else ","
    rows = csv.DictReader(io.StringIO(text, newline=""), delimiter=cell_end, strict=True)
    reading = ImportBuilder()
    try:
        if not {"type", "stem"} <= set(rows.fieldnames or ()) or len(rows.fieldnames or ()) > MAX_COLUMNS:
            raise UnreadableFile(
                "The first line does not name the columns type and stem. Begin with a line of column names."
            )
        for row in rows:
            if not any(cell and "".join(cell).strip() for cell in row.values()):
                continue  # as spreadsheets leave them at the end
            name = row.get("id") or f"line {rows.line_num}"
            reading.add(name, lambda note, row=row: _item(row, note))  # type: ignore[misc]
    except csv.Error as error:
        raise UnreadableFile(f"Line {rows.line_num} is not valid CSV ({error}). Save the table again.") from None
    return reading.done()


def _item(row: dict[str | None, Any], note: Note) -> dict[str, Any]:
    cells: dict[str, str] = {}
    for column, cell in row.items():
        if column is None:
            note(f"cells beyond the last column: {', '.join(cell)}")
        elif cell is not None and cell.strip():
            cells[column] = cell[1:] if cell.startswith("'") and FORMULA.match(cell) else cell
    fields: dict[str, Any] = {name: cells.pop(name) for name in TEXT_COLUMNS if name in cells}
    fields |= {name: cells.pop(name).split() for name in LIST_COLUMNS if name in cells}
    if options := {letter: cells.pop(letter) for letter in LETTERS if letter in cells}:
        fields["options"] = options
    if key := cells.pop("key", None):
        fields["key"] = key.split() if fields.get("type") == "multiple" else key
    fields |= {name: tags.read(name, cells[name]) for name in VALUE_COLUMNS if name in cells}
    fields |= _more(cells.pop("more", "{}"), note)
    for column in cells.keys() - set(COLUMNS):
        note(f"the column {column}: {cells[column]}")
    return fields


def _more(cell: str, note: Note) -> dict[str, Any]:
    try:
        found = json.loads(cell) if sum(map(cell.count, "[{")) <= MAX_BRACKETS else None
    except ValueError:
        found = None
    if not isinstance(found, dict):
        note(f"the column more, which is not a JSON object: {cell}")
        return {}
    return found
