"""The calculator: it returns a result, or a sentence that says why there is none."""

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
        ("0^-1", "A number can't be divided by zero."),
        ("(-8)^0.5", "This can't be calculated. Check the expression."),
        ("1e999", "The result is too large."),
        ("2 % 3", "Use only numbers, + - × ÷ ^ and parentheses."),
    ],
)
def test_an_expression_gives_a_result_or_a_reason(expression, result):
    assert worked_out(expression) == result


def test_powers_do_not_grow_to_millions_of_digits():
    assert worked_out("2^3999999 - 2^3999999") == "This can't be calculated. Check the expression."
