"""The calculator: it returns a result, or a sentence that says why there is none."""

import math
import re
import time
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from course.content.items.arithmetic import FUNCTIONS, NoResult, evaluate, worked_out

NOT_ARITHMETIC = "Use only numbers, + - × ÷ ^ and parentheses."
NO_RESULT = "This can't be calculated. Check the expression."


@pytest.mark.parametrize(
    ("expression", "result"),
    [
        ("2^10 - 1", "= 1023"),
        ("2^-1", "= 0.5"),
        ("2^3^2", "= 512"),
        ("2**3", "= 8"),
        ("-2^2", "= -4"),
        ("(-2)^2", "= 4"),
        ("2 − −3", "= 5"),
        ("8 : 4 · 2", "= 4"),
        ("0,5 × 30", "= 15"),
        (".5 + 5.", "= 5.5"),
        ("1,5e3", "= 1500"),
        ("40 ÷ cos(60)", "= 80"),
        ("SQRT(9)", "= 3"),
        ("2 pi", NO_RESULT),
        ("1 2", NO_RESULT),
        ("2(3)", NO_RESULT),
        ("", NO_RESULT),
        ("()", NO_RESULT),
        ("sqrt", NO_RESULT),
        ("sqrt(-1)", NO_RESULT),
        ("(1", NO_RESULT),
        ("1)", NO_RESULT),
        ("depth", NO_RESULT),
        ("0^-1", "A number can't be divided by zero."),
        ("1 ÷ (2 - 2)", "A number can't be divided by zero."),
        ("(-8)^0.5", NO_RESULT),
        ("1e999", "The result is too large."),
        ("1e308 × 10 - 1e308 × 10", "The result is too large."),
        ("2 % 3", NOT_ARITHMETIC),
        ("1.2.3", NOT_ARITHMETIC),
        ("1e9999", NOT_ARITHMETIC),
        ("1\n+1", NOT_ARITHMETIC),
    ],
)
def test_an_expression_gives_a_result_or_a_reason(expression, result):
    assert worked_out(expression) == result


def test_powers_do_not_grow_to_millions_of_digits():
    assert worked_out("2^3999999 - 2^3999999") == NO_RESULT


@pytest.mark.parametrize(
    "expression",
    [
        "(1).to_bytes(300000000)",
        "(1).real",
        "1 .bit_length()",
        "sqrt.__class__",
        "pi.hex()",
        "'a'*99999999",
        "[1]*99999999",
        "f(1)",
        "1 if 1 else 2",
        "1 << 99999999",
        "1 == 1",
        "1 and 1",
        "0x10",
        "1_000",
        "1j",
        "9" * 121,
        "(" * 60 + "1" + ")" * 59,
        "-" * 119 + "1",
        "2^" * 59 + "2",
        "9^9^9^9^9^9^9^9",
    ],
)
def test_nothing_but_short_and_flat_arithmetic_is_calculated(expression):
    since = time.process_time()
    with pytest.raises(NoResult):
        evaluate(expression)
    assert time.process_time() - since < 0.1


def test_the_names_of_parameters_are_values_and_nothing_else():
    assert evaluate("depth * cos(angle)", {"depth": 40, "angle": 60}) == pytest.approx(20)
    with pytest.raises(NoResult):
        evaluate("depth(2)", {"depth": 40})


def chains(signs: str, powers: range) -> st.SearchStrategy[str]:
    """Return expressions of whole numbers with these signs, some parts in parentheses and some raised to a power."""

    def longer(part: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
        return st.one_of(
            st.tuples(part, st.sampled_from(signs), part).map("".join),
            part.map("({})".format),
            st.tuples(st.integers(0, 99), st.sampled_from(powers)).map(lambda both: f"{both[0]}^{both[1]}"),
        )

    return st.recursive(st.integers(0, 99).map(str), longer, max_leaves=8).filter(lambda text: len(text) <= 120)


def in_fractions(expression: str) -> Fraction:
    """Return what Python calculates with exact fractions."""
    as_python = re.sub("[0-9]+", lambda number: f"Fraction({number[0]})", expression).replace("^", "**")
    return Fraction(eval(as_python, {"Fraction": Fraction}))


@given(chains("+-*", range(3)))
def test_whole_numbers_give_exactly_what_fractions_give(expression):
    assume(in_fractions(expression.replace("-", "+")) < 2**53)
    assert Fraction(evaluate(expression)) == in_fractions(expression)


@given(chains("+*/", range(5)))
def test_divisions_give_what_fractions_give(expression):
    try:
        exact = in_fractions(expression)
    except ZeroDivisionError:
        assert worked_out(expression) == "A number can't be divided by zero."
    else:
        assert evaluate(expression) == pytest.approx(float(exact), rel=1e-12)


@given(st.text("0123456789.,+-*/^() episqrtcona_×÷", max_size=140))
def test_any_text_gives_a_finite_result_or_a_reason(text):
    try:
        found = evaluate(text)
    except NoResult:
        assert worked_out(text).endswith(".")
    else:
        assert math.isfinite(found)


def test_every_function_has_numbers_of_a_fixed_size():
    assert all(isinstance(function(0.25), float) for function in FUNCTIONS.values())
