"""Evaluate arithmetic that people type: the keys of parametric items, and the calculator of an item."""

import ast
import math
import re
from collections.abc import Mapping

from simpleeval import DEFAULT_OPERATORS, InvalidExpression, SimpleEval

MAX_CHARACTERS = 120
ALLOWED = re.compile(r"[0-9a-z_+\-*/(). ]+")
NAMES = {"pi": math.pi}
FUNCTIONS = {
    "sqrt": math.sqrt,
    "sin": lambda degrees: math.sin(math.radians(degrees)),
    "cos": lambda degrees: math.cos(math.radians(degrees)),
    "tan": lambda degrees: math.tan(math.radians(degrees)),
}
# Powers are computed as floats. With integers, a power of millions of digits would keep the server busy for minutes.
OPERATORS = DEFAULT_OPERATORS | {ast.Pow: lambda base, exponent: float(base) ** float(exponent)}


class NoResult(ValueError):
    """The expression has no result. The message says why, and what to do."""


def evaluate(expression: str, names: Mapping[str, float] | None = None) -> float:
    """Return the value of the expression. Angles are in degrees. Raise NoResult if there is none."""
    written = _normalized(expression)
    if not ALLOWED.fullmatch(written) or len(written) > MAX_CHARACTERS:
        raise NoResult("Use only numbers, + - × ÷ ^ and parentheses.")
    try:
        found = float(SimpleEval(OPERATORS, FUNCTIONS, NAMES | dict(names or {})).eval(written))
    except ZeroDivisionError:
        raise NoResult("A number can't be divided by zero.") from None
    except (InvalidExpression, SyntaxError, ValueError, TypeError, ArithmeticError):
        raise NoResult("This can't be calculated. Check the expression.") from None
    if not math.isfinite(found):
        raise NoResult("The result is too large.")
    return found


def worked_out(expression: str) -> str:
    """Return the result, such as "= 14", or the sentence that says why there is none."""
    try:
        return f"= {evaluate(expression):.10g}"
    except NoResult as fault:
        return str(fault)


def _normalized(expression: str) -> str:
    """Return the expression with Python's operators, and with a decimal point for a decimal comma."""
    written = expression.strip().lower()
    for sign, plain in {"×": "*", "·": "*", "÷": "/", ":": "/", "−": "-", "–": "-", ",": ".", "^": "**"}.items():
        written = written.replace(sign, plain)
    return written
