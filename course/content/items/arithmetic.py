"""Arithmetic written by people: the keys of parametric items, and the calculator beside an item. Pure."""

import ast
import math
import re
from collections.abc import Mapping

from simpleeval import DEFAULT_OPERATORS, InvalidExpression, SimpleEval

LONGEST = 120  # characters
WRITTEN = re.compile(r"[0-9a-z_+\-*/(). ]+")
NAMES = {"pi": math.pi}
FUNCTIONS = {
    "sqrt": math.sqrt,
    "sin": lambda degrees: math.sin(math.radians(degrees)),
    "cos": lambda degrees: math.cos(math.radians(degrees)),
    "tan": lambda degrees: math.tan(math.radians(degrees)),
}
# Powers are floats at once: whole numbers of millions of digits would keep the server busy for minutes.
OPERATORS = DEFAULT_OPERATORS | {ast.Pow: lambda base, exponent: float(base) ** float(exponent)}


class NoResult(ValueError):
    """There is nothing to work out; the message says why."""


def value(expression: str, names: Mapping[str, float] | None = None) -> float:
    """What the expression comes to. Angles are in degrees. Raises NoResult."""
    written = _plain(expression)
    if not WRITTEN.fullmatch(written) or len(written) > LONGEST:
        raise NoResult("Use numbers, + - × ÷ ^ and brackets.")
    try:
        found = float(SimpleEval(OPERATORS, FUNCTIONS, NAMES | dict(names or {})).eval(written))
    except ZeroDivisionError:
        raise NoResult("Nothing can be divided by zero.") from None
    except (InvalidExpression, SyntaxError, ValueError, TypeError, ArithmeticError):
        raise NoResult("That can't be worked out.") from None
    if not math.isfinite(found):
        raise NoResult("That is too large.")
    return found


def worked_out(expression: str) -> str:
    """The result, as in "= 14", or the sentence that says why there is none."""
    try:
        return f"= {value(expression):.10g}"
    except NoResult as fault:
        return str(fault)


def _plain(expression: str) -> str:
    """As programs write it, with * for ×, / for ÷, ** for ^ and a point for a decimal comma."""
    written = expression.strip().lower()
    for sign, plain in {"×": "*", "·": "*", "÷": "/", ":": "/", "−": "-", "–": "-", ",": ".", "^": "**"}.items():
        written = written.replace(sign, plain)
    return written
