"""A numeric item's key, tolerance and units as decimals that other formats write, and back."""

from collections.abc import Mapping
from decimal import Context, Decimal, InvalidOperation
from fractions import Fraction
from typing import Any

from course.content.exchange import tags
from course.content.exchange.report import NotCarried, Note
from course.content.items.numeric import NumericItem

WRITTEN, KEPT = Context(prec=24), Context(prec=12)  # digits of a multiplier that are written, and that come back
LONGEST = 40  # characters and powers of ten, so that nobody can make us write a number out for hours
NAMES = ("tolerance_percent", "decimals")  # of tags that have no place of their own in other formats


def tags_of(item: NumericItem) -> dict[str, str]:
    percent = {} if item.tolerance_percent is None else {"tolerance_percent": str(item.tolerance_percent)}
    return percent | ({} if item.decimals == 2 else {"decimals": str(item.decimals)})


def decimal(text: str) -> Decimal:
    """Raises NotCarried where it is no number of a size that can be meant."""
    try:
        number = Decimal(text.strip())
    except InvalidOperation:
        number = Decimal("nan")
    if not number.is_finite() or len(text) > LONGEST or abs(number.adjusted()) > LONGEST:
        raise NotCarried(f"“{text.strip()[:LONGEST]}” is no number that can be read")
    return number


def key_of(item: NumericItem, note: Note) -> str:
    """Raises NotCarried where the key depends on parameters."""
    tags.require_fixed(item)
    try:
        return str(Decimal(item.key))
    except InvalidOperation:
        note(f"its key {item.key} is worked out and written as its value")
        return _exactly(item.exact)


def margin_of(item: NumericItem, note: Note) -> str:
    if item.tolerance == 0:
        note("its tolerance of 0, which comes back as none and scores alike")
    return _exactly(item.margin)


def _exactly(number: Fraction) -> str:
    return str(WRITTEN.divide(Decimal(number.numerator), Decimal(number.denominator)))


def tolerance(key: str, margin: str, told: dict[str, Any], note: Note) -> dict[str, Any]:
    """The field for a margin; `told` are tags, whose `tolerance_percent` counts where it still fits the margin."""
    exact = decimal(margin or "0")
    if percent := told.pop("tolerance_percent", None):
        if abs(abs(decimal(key)) * decimal(percent) / 100 - exact) <= abs(exact) * Decimal("1e-9"):
            return {"tolerance_percent": decimal(percent)}
        note(f"the tag tolerance_percent:{percent}, which is not the tolerance of {margin}")
    return {"tolerance": exact} if exact else {}


def multipliers(units: Mapping[str, Decimal], note: Note) -> dict[str, str]:
    """How many of each unit are one of the item's own; our factors say the opposite."""
    found = {}
    for unit, factor in units.items():
        found[unit] = str(WRITTEN.divide(Decimal(1), factor))
        if factor_of(found[unit]) != factor:
            note(f"the factor of {unit}, which comes back rounded")
    return found


def factor_of(multiplier: str) -> Decimal:
    if not (number := decimal(multiplier)):
        raise NotCarried("a unit has the multiplier 0")
    return KEPT.divide(Decimal(1), number).normalize()
