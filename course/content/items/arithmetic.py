"""Calculate arithmetic that people type: the keys of parametric items, and the calculator of an item.

What is typed is never run as code. A parser for numbers, five operators, parentheses and a few functions calculates
while it reads, with numbers of a fixed size, so the work is bounded by the length of the text.
"""

import math
import operator
import re
from collections.abc import Callable, Mapping

MAX_CHARACTERS = 120
MAX_DEPTH = 40  # of parentheses, signs and powers within each other
MAX_EXPONENT_DIGITS = 3
SIGNS = str.maketrans({"×": "*", "·": "*", "÷": "/", ":": "/", "−": "-", "–": "-", ",": "."})
SYMBOL = re.compile(
    rf" *((?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:e[+-]?[0-9]{{1,{MAX_EXPONENT_DIGITS}}})?(?![0-9a-z_.])|[a-z_][a-z0-9_]*"
    r"|\*\*|[-+*/^()]) *"
)
CONSTANTS = {"pi": math.pi}
FUNCTIONS: Mapping[str, Callable[[float], float]] = {
    "sqrt": math.sqrt,
    "sin": lambda degrees: math.sin(math.radians(degrees)),
    "cos": lambda degrees: math.cos(math.radians(degrees)),
    "tan": lambda degrees: math.tan(math.radians(degrees)),
}
SUMS: Mapping[str, Callable[[float, float], float]] = {"+": operator.add, "-": operator.sub}
PRODUCTS: Mapping[str, Callable[[float, float], float]] = {"*": operator.mul, "/": operator.truediv}


class NoResult(ValueError):
    """The expression has no result. The message says why, and what to do."""


NOT_ARITHMETIC = "Use only numbers, + - × ÷ ^ and parentheses."
NO_RESULT = "This can't be calculated. Check the expression."


def evaluate(expression: str, names: Mapping[str, float] | None = None) -> float:
    """Return the value of the expression. Angles are in degrees. Raise NoResult if there is none."""
    if len(expression) > MAX_CHARACTERS:
        raise NoResult(NOT_ARITHMETIC)
    parser = _Parser(_symbols(expression.strip().lower().translate(SIGNS)), CONSTANTS | dict(names or {}))
    try:
        found = parser.whole()
    except ZeroDivisionError:
        raise NoResult("A number can't be divided by zero.") from None
    except (OverflowError, ValueError):
        raise NoResult(NO_RESULT) from None
    if not math.isfinite(found):
        raise NoResult("The result is too large.")
    return found


def worked_out(expression: str) -> str:
    """Return the result, such as "= 14", or the sentence that says why there is none."""
    try:
        return f"= {evaluate(expression):.10g}"
    except NoResult as fault:
        return str(fault)


def _symbols(written: str) -> list[str]:
    """Return the numbers, names and signs of the text. Raise NoResult if there is anything else in it."""
    found, at = [], 0
    while at < len(written):
        if not (match := SYMBOL.match(written, at)):
            raise NoResult(NOT_ARITHMETIC)
        found.append("^" if match[1] == "**" else match[1])
        at = match.end()
    return found


class _Parser:
    """A parser by recursive descent. Each method reads one level of the grammar and returns its value."""

    def __init__(self, symbols: list[str], names: Mapping[str, float]) -> None:
        self.symbols, self.names = symbols, names
        self.at = self.depth = 0

    def whole(self) -> float:
        found = self._chain(SUMS, self._product)
        if self._next():
            raise NoResult(NO_RESULT)
        return found

    def _product(self) -> float:
        return self._chain(PRODUCTS, self._signed)

    def _chain(self, operations: Mapping[str, Callable[[float, float], float]], part: Callable[[], float]) -> float:
        found = part()
        while operation := operations.get(self._next()):
            self.at += 1
            found = operation(found, part())
        return found

    def _signed(self) -> float:
        """Read a power with or without signs before it, so that -2^2 is -4."""
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise NoResult(NO_RESULT)
        found = -self._signed() if self._takes("-") else self._signed() if self._takes("+") else self._power()
        self.depth -= 1
        return found

    def _power(self) -> float:
        base = self._value()
        if not self._takes("^"):
            return base
        exponent = self._signed()
        return 1 / base if base == 0 and exponent < 0 else math.pow(base, exponent)

    def _value(self) -> float:
        """Read a number, a name, or an expression in parentheses with or without a function before it."""
        symbol = self._next()
        self.at += 1
        if symbol == "(":
            return self._closed()
        if symbol in FUNCTIONS and self._takes("("):
            return FUNCTIONS[symbol](self._closed())
        if symbol in self.names:
            return float(self.names[symbol])
        if symbol[:1].isdigit() or symbol[:1] == ".":
            return float(symbol)
        raise NoResult(NO_RESULT)

    def _closed(self) -> float:
        found = self._chain(SUMS, self._product)
        if not self._takes(")"):
            raise NoResult(NO_RESULT)
        return found

    def _next(self) -> str:
        """Return the next symbol, or an empty string at the end."""
        return self.symbols[self.at] if self.at < len(self.symbols) else ""

    def _takes(self, symbol: str) -> bool:
        """Go past the symbol and return True if it is the next one."""
        if self._next() != symbol:
            return False
        self.at += 1
        return True
