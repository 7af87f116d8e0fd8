"""Numeric: a number with its unit, right within a stated tolerance. Its key may be worked out from parameters."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, model_validator

from course.content.base import Text
from course.content.items import arithmetic, numerals
from course.content.items.base import Answer, Fields, Item, NotAnAnswer

DIGITS = 12  # significant ones that are kept of a key that was worked out, so that 0.1 * 3 is 0.3
Written = Annotated[Text, BeforeValidator(lambda given: given if isinstance(given, str) else str(given))]


class NumericItem(Item):
    """`key` is a number, or an expression (`course.catalog.arithmetic`) over the parameters, in `unit`.

    `unit` null says that there is none. `units` are others that may be chosen, each with how many of `unit` it is.
    `tolerance` is absolute, in `unit`; `tolerance_percent` is of the key; without either only the key itself is right.
    At most `decimals` are shown. An answer is `{"text": as written, "unit": ...}`.
    """

    KEY = ("key", "tolerance", "tolerance_percent", "units")
    type: Literal["numeric"] = "numeric"
    key: Written
    unit: Text | None
    units: Mapping[Text, Annotated[Decimal, Field(gt=0)]] = {}
    tolerance: Decimal | None = Field(default=None, ge=0)
    tolerance_percent: Decimal | None = Field(default=None, ge=0, le=50)
    decimals: int = Field(default=2, ge=0, le=6)

    @model_validator(mode="after")
    def _key_is_within_its_tolerance(self) -> "NumericItem":
        if self.tolerance is not None and self.tolerance_percent is not None:
            raise ValueError("has two tolerances; keep `tolerance` or `tolerance_percent`")
        if self.units and (self.unit is None or self.unit in self.units):
            raise ValueError("`units` are other units than `unit`; name `unit` once, there")
        if self.values or not self.parameters:
            try:
                exact = self.exact
            except arithmetic.NoResult as fault:
                raise ValueError(f"the key {self.key} can't be worked out: {fault}") from None
            if exact < 0:
                raise ValueError(f"the key {float(exact):g} is negative, and some phones' number pads have no minus")
            if not self.score(self.solution):
                raise ValueError(f"the key {float(exact):g} is shown as {self.shown}; raise decimals or the tolerance")
        return self

    @property
    def exact(self) -> Fraction:
        """The key in `unit`. Raises NoResult where it can't be worked out."""
        try:
            return Fraction(self.key)
        except ValueError:
            return Fraction(f"{arithmetic.value(self.key, self.values):.{DIGITS}g}")

    @property
    def margin(self) -> Fraction:
        """How far from the key an answer is still right, in `unit`."""
        if self.tolerance_percent is not None:
            return abs(self.exact) * Fraction(self.tolerance_percent) / 100
        return Fraction(self.tolerance or 0)

    @property
    def shown(self) -> str:
        """The key as it is printed."""
        return self.written(self.exact)

    @property
    def range(self) -> tuple[str, str]:
        return self.written(self.exact - self.margin), self.written(self.exact + self.margin)

    def written(self, number: Fraction) -> str:
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
        """All or nothing; compared as exact fractions, so that the edge of the tolerance is within it."""
        if not answer:
            return Fraction(0)
        factor = Fraction(self.units.get(answer["unit"], Decimal(1)))
        return Fraction(abs(numerals.value(answer["text"]) * factor - self.exact) <= self.margin)
