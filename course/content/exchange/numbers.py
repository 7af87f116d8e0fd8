"""Convert the key, tolerance and units of a numeric item to decimals of other formats, and back."""

from collections.abc import Mapping
from decimal import Context, Decimal, InvalidOperation
from fractions import Fraction
from typing import Any

from course.content.exchange import tags
from course.content.exchange.report import NotCarried, Note
from course.content.items.numeric import NumericItem

WRITTEN_PRECISION, READ_PRECISION = Context(prec=24), Context(prec=12)  # digits of a multiplier
# Characters, and powers of ten. Without the limit a file with 1e999999999 would keep the server busy for hours.
MAX_LENGTH = 40
NAMES = ("tolerance_percent", "decimals")  # tags for fields that other formats have no place for


def tags_of(item: NumericItem) -> dict[str, str]:
    """Return the tags of fields that are not at their default."""
    percent = {} if item.tolerance_percent is None else {"tolerance_percent": str(item.tolerance_percent)}
    return percent | ({} if item.decimals == 2 else {"decimals": str(item.decimals)})


def decimal(text: str) -> Decimal:
    """Return the number. Raise NotCarried if it is not a number of plausible size."""
    try:
        number = Decimal(text.strip())
    except InvalidOperation:
        number = Decimal("nan")
    if not number.is_finite() or len(text) > MAX_LENGTH or abs(number.adjusted()) > MAX_LENGTH:
        raise NotCarried(f"“{text.strip()[:MAX_LENGTH]}” is not a number that can be read")
    return number


def key_of(item: NumericItem, note: Note) -> str:
    """Return the key as a decimal. Raise NotCarried if it depends on parameters."""
    tags.require_fixed(item)
    try:
        return str(Decimal(item.key))
    except InvalidOperation:
        note(f"its key {item.key} as an expression; its value is written")
        return _exactly(item.exact)


def margin_of(item: NumericItem, note: Note) -> str:
    """Return the tolerance in the unit of the key as a decimal."""
    if item.tolerance == 0:
        note("its tolerance of 0, which is read back as no tolerance and scores the same")
    return _exactly(item.margin)


def _exactly(number: Fraction) -> str:
    return str(WRITTEN_PRECISION.divide(Decimal(number.numerator), Decimal(number.denominator)))


def tolerance(key: str, margin: str, tagged: dict[str, Any], note: Note) -> dict[str, Any]:
    """Return the tolerance field for a margin. The tag `tolerance_percent` is used if it still fits the margin."""
    exact = decimal(margin or "0")
    if percent := tagged.pop("tolerance_percent", None):
        if abs(abs(decimal(key)) * decimal(percent) / 100 - exact) <= abs(exact) * Decimal("1e-9"):
            return {"tolerance_percent": decimal(percent)}
        note(f"the tag tolerance_percent:{percent}, which is not the tolerance of {margin}")
    return {"tolerance": exact} if exact else {}


def multipliers(units: Mapping[str, Decimal], note: Note) -> dict[str, str]:
    """Return how many of each other unit make one of the item's unit, which is the inverse of our factors."""
    found = {}
    for unit, factor in units.items():
        found[unit] = str(WRITTEN_PRECISION.divide(Decimal(1), factor))
        if factor_of(found[unit]) != factor:
            note(f"the exact factor of {unit}, which is read back rounded")
    return found


def factor_of(multiplier: str) -> Decimal:
    """Return our factor for a multiplier. Raise NotCarried if it is 0."""
    if not (number := decimal(multiplier)):
        raise NotCarried("a unit has the multiplier 0")
    return READ_PRECISION.divide(Decimal(1), number).normalize()
