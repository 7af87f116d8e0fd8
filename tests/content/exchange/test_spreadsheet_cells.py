"""Cells that a spreadsheet would change are marked as text."""

import pytest

from course.content.exchange.csv import text_safe


@pytest.mark.parametrize(
    "cell", ["012399", "0012340", "00", "12E4", "3-14", "1/2/2026", "1234567890123", "=1+1", "-5", "@x"]
)
def test_a_cell_that_a_spreadsheet_would_rewrite_is_marked_as_text(cell):
    assert text_safe(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", ["0", "0.5", "7", "14.25", "2026-01-20", "PT 012399", "40QA01234500", "Needling", ""])
def test_any_other_cell_is_as_it_was(cell):
    assert text_safe(cell) == cell
