"""Which license numbers are plausible, and which two are the same."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.people.accounts import license_number


@pytest.mark.parametrize(
    "number", ["1", "PT40213", "40QA01234500", "PT-1.234/A", "070 012345", "11111", "PT12345", "0001"]
)
def test_numbers_as_boards_write_them_are_accepted(number):
    assert license_number.fault(number) is None


@pytest.mark.parametrize(
    ("number", "words"),
    [
        ("", "letters, digits, spaces"),
        ("PT#12", "letters, digits, spaces"),
        ("PT１２", "letters, digits, spaces"),
        ("12\n3", "letters, digits, spaces"),
        ("pending", "contains digits"),
        ("N/A", "contains digits"),
        ("0000", "placeholder"),
        ("PT-0", "placeholder"),
        ("999999", "placeholder"),
        ("123456", "placeholder"),
        ("PT 1234567890", "placeholder"),
        ("1" * 12 + "2" * 9, "at most 20"),
    ],
)
def test_a_number_that_no_board_issues_is_refused_with_a_reason(number, words):
    assert words in license_number.fault(number)


@given(st.text(alphabet="ABab01 .-/", max_size=20))
def test_case_spaces_and_punctuation_make_no_difference(number):
    assert license_number.key(number) == license_number.key(f" {number.lower()}-")
