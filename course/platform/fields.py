"""Form fields that refuse what no form means: numbers of hundreds of digits, and years such as 0026."""

import math
import re
from datetime import date
from typing import Any

import wtforms
from wtforms.validators import StopValidation, ValidationError

MAX_DIGITS = 15
MIN_YEAR, MAX_YEAR = 1950, 2100
YEAR_HINT = "Enter the year with four digits, such as 2026."


class _OneMessage:
    """A field that shows one message if its text can't be read, and then asks no validator."""

    data: Any
    raw_data: list[str] | None
    process_errors: list[str]

    def pre_validate(self, _form: wtforms.Form) -> None:
        if self.process_errors and any(text.strip() for text in self.raw_data or ()):
            raise StopValidation


class IntegerField(_OneMessage, wtforms.IntegerField):  # type: ignore[misc]
    """A whole number. A longer one than MAX_DIGITS would raise OverflowError when its range is checked."""

    def process_formdata(self, valuelist: list[str]) -> None:
        if valuelist and len(valuelist[0].strip()) > MAX_DIGITS:
            self.data = None
            raise ValueError(f"Enter a whole number with at most {MAX_DIGITS} digits.")
        super().process_formdata(valuelist)


class FloatField(_OneMessage, wtforms.FloatField):  # type: ignore[misc]
    """A number with a decimal point or comma. Infinity and “not a number” are refused."""

    def process_formdata(self, valuelist: list[str]) -> None:
        if not valuelist:
            return
        self.data = None
        try:
            number = float(valuelist[0].replace(",", "."))
        except ValueError:
            number = math.nan
        if not math.isfinite(number):
            raise ValueError("Enter a number, such as 12.5.")
        self.data = number


class DateField(_OneMessage, wtforms.DateField):  # type: ignore[misc]
    """A day from MIN_YEAR to MAX_YEAR, as browsers send it, or typed as month/day/year where there is no calendar."""

    def __init__(
        self,
        label: str,
        validators: Any = None,
        years_hint: str = f"Enter a year from {MIN_YEAR} to {MAX_YEAR}.",
        **kwargs: Any,
    ) -> None:
        """`years_hint`: the message for a year outside the range."""
        super().__init__(label, validators, format=["%Y-%m-%d", "%m/%d/%Y"], **kwargs)
        self.years_hint = years_hint
        self.flags.min, self.flags.max = date(MIN_YEAR, 1, 1), date(MAX_YEAR, 12, 31)

    def process_formdata(self, valuelist: list[str]) -> None:
        if valuelist and re.fullmatch(r"\s*[0-9]{1,2}/[0-9]{1,2}/[0-9]{1,3}\s*|\s*0[0-9]{3}-.*", valuelist[0]):
            raise ValueError(YEAR_HINT)
        super().process_formdata(valuelist)
        if self.data and not MIN_YEAR <= self.data.year <= MAX_YEAR:
            self.data = None
            raise ValueError(self.years_hint)


def require_past(field: DateField, today: date, hint: str = "Enter a date that is not in the future.") -> None:
    """Raise ValidationError if the day of the field is after today, which is judged where the person is."""
    if field.data and field.data > today:
        raise ValidationError(hint)


class TimeField(_OneMessage, wtforms.TimeField):  # type: ignore[misc]
    """A time of day, as browsers send it, or typed as 2:30 PM."""

    def __init__(self, label: str, validators: Any = None, **kwargs: Any) -> None:
        super().__init__(label, validators, format=["%H:%M", "%I:%M %p", "%I:%M%p"], **kwargs)
