"""The calculator: what people write is worked out, or told why not."""

import pytest

from course.content.items.arithmetic import worked_out


@pytest.mark.parametrize(
    ("expression", "result"),
    [
        ("2^10 - 1", "= 1023"),
        ("2^-1", "= 0.5"),
        ("0,5 × 30", "= 15"),
        ("40 ÷ cos(60)", "= 80"),
        ("sqrt(9)", "= 3"),
        ("0^-1", "Nothing can be divided by zero."),
        ("(-8)^0.5", "That can't be worked out."),
        ("1e999", "That is too large."),
        ("2 % 3", "Use numbers, + - × ÷ ^ and brackets."),
    ],
)
def test_what_is_written_is_worked_out_or_told_why_not(expression, result):
    assert worked_out(expression) == result


def test_powers_are_not_worked_out_to_millions_of_digits():
    assert worked_out("2^3999999 - 2^3999999") == "That can't be worked out."
