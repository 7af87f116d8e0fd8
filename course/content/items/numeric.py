"""Numeric: enter a number with its unit. It is correct within a stated tolerance."""

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from course.content.base import Text
from course.content.items import arithmetic, numerals
from course.content.items.base import Answer, Fields, Item, NotAnAnswer

SIGNIFICANT_DIGITS = 12  # of a computed key, so that 0.1 * 3 is 0.3
MAX_POWER_OF_TEN = 40
PLAIN_NUMBER = re.compile(r"[+-]?(?:[0-9]{1,40}(?:\.[0-9]{0,40})?|\.[0-9]{1,40})")


def _of_plausible_size(number: Decimal) -> Decimal:
    """Return the number. Without this limit one with 1e999999999 would keep the server busy for hours."""
    if abs(number.adjusted()) > MAX_POWER_OF_TEN:
        raise ValueError(f"the number has more than {MAX_POWER_OF_TEN} digits")
    return number


Amount = Annotated[Decimal, Field(ge=0, allow_inf_nan=False), AfterValidator(_of_plausible_size)]
Written = Annotated[Text, BeforeValidator(lambda given: given if isinstance(given, str) else str(given))]


class NumericItem(Item):
    """A numeric item. `key` is a number in `unit`, or an expression over the parameters (see `arithmetic`).

    `unit` is null if there is none. `units` are other accepted units, each with its size in `unit`. `tolerance` is in
    `unit`, `tolerance_percent` is a share of the key; without either, only the key itself is correct. The key is shown
    with at most `decimals` decimals. An answer is `{"text": as entered, "unit": ...}`.
    """

    KEY_FIELDS = ("key", "tolerance", "tolerance_percent", "units")
    type: Literal["numeric"] = "numeric"
    key: Written
    unit: Text | None
    units: Mapping[Text, Annotated[Amount, Field(gt=0)]] = {}
    tolerance: Amount | None = None
    tolerance_percent: Annotated[Amount, Field(le=50)] | None = None
    decimals: int = Field(default=2, ge=0, le=6)

    @model_validator(mode="after")
    def _key_is_within_its_tolerance(self) -> "NumericItem":
        if self.tolerance is not None and self.tolerance_percent is not None:
            raise ValueError("there are two tolerances; keep either `tolerance` or `tolerance_percent`")
        if self.units and (self.unit is None or self.unit in self.units):
            raise ValueError("`units` lists only other units than `unit`; remove `unit` from it")
        if self.values or not self.parameters:
            try:
                exact = self.exact
            except arithmetic.NoResult as fault:
                raise ValueError(f"the key {self.key} can't be calculated: {fault}") from None
            if exact < 0:
                raise ValueError(
                    f"the key {float(exact):g} is negative, but some phones' number pads have no minus sign"
                )
            if not self.score(self.solution):
                shown = f"the key {float(exact):g} is shown as {self.shown}, which is incorrect"
                raise ValueError(f"{shown}; raise `decimals` or the tolerance")
        return self

    @property
    def exact(self) -> Fraction:
        """Return the key in `unit`. Raise NoResult if it can't be calculated."""
        if PLAIN_NUMBER.fullmatch(self.key):
            return Fraction(self.key)
        return Fraction(f"{arithmetic.evaluate(self.key, self.values):.{SIGNIFICANT_DIGITS}g}")

    @property
    def margin(self) -> Fraction:
        """Return how far from the key an answer may be, in `unit`."""
        if self.tolerance_percent is not None:
            return abs(self.exact) * Fraction(self.tolerance_percent) / 100
        return Fraction(self.tolerance or 0)

    @property
    def shown(self) -> str:
        """Return the key as it is shown."""
        return self.written(self.exact)

    @property
    def range(self) -> tuple[str, str]:
        """Return the lowest and highest correct answer as they are shown."""
        return self.written(self.exact - self.margin), self.written(self.exact + self.margin)

    def written(self, number: Fraction) -> str:
        """Return a number with at most `decimals` decimals and no trailing zeros."""
        text = f"{float(number):.{self.decimals}f}"
        return text.rstrip("0").rstrip(".") if "." in text else text

    @property
    def solution(self) -> Answer:
        return {"text": self.shown, "unit": self.unit}

    def read(self, fields: Fields, name: str, order: Sequence[str]) -> Answer:  # noqa: ARG002
        text = fields.get(name, "").strip()
        unit = fields.get(f"{name}-unit", "") or self.unit
        if not text:
            return None
        if unit not in (self.unit, *self.units):
            raise NotAnAnswer("Choose one of the units shown.")
        try:
            numerals.value(text)
        except numerals.NotANumber as fault:
            raise NotAnAnswer(str(fault), {"text": text, "unit": unit}) from None
        return {"text": text, "unit": unit}

    def score(self, answer: Answer) -> Fraction:
        """Return 1 or 0. Exact fractions are compared, so that the limit of the tolerance is itself correct."""
        if not answer:
            return Fraction(0)
        factor = Fraction(self.units.get(answer["unit"], Decimal(1)))
        return Fraction(abs(numerals.value(answer["text"]) * factor - self.exact) <= self.margin)
