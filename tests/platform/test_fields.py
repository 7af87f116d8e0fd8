"""Fields for numbers and days: which texts they read, and the one message for a text that they refuse."""

from datetime import date

import pytest
from flask_wtf import FlaskForm
from wtforms.validators import DataRequired, NumberRange, Optional

from course.platform.fields import DateField, FloatField, IntegerField

FOUR_DIGITS = "Enter the year with four digits, such as 2026."
IN_RANGE = "Enter a year from 1950 to 2100."


class Fields(FlaskForm):
    count = IntegerField("Count", [Optional(), NumberRange(0, 100)])
    size = FloatField("Size", [Optional(), NumberRange(0, 100)])
    day = DateField("Day", [Optional()])
    needed = DateField("Needed", [DataRequired("Enter a day.")])


def result(app, name, text):
    """Return the field's value and its messages after the form was sent with this text."""
    with app.test_request_context(method="POST", data={"needed": "2026-01-01", name: text}):
        form = Fields()
        form.validate()
        return form[name].data, list(form[name].errors)


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("count", " 42 ", 42),
        ("count", "", None),
        ("size", "12.5", 12.5),
        ("size", "12,5", 12.5),
        ("size", " ", None),
        ("day", "2026-05-31", date(2026, 5, 31)),
        ("day", "5/31/2026", date(2026, 5, 31)),
        ("day", "1950-01-01", date(1950, 1, 1)),
        ("day", "2100-12-31", date(2100, 12, 31)),
        ("day", "", None),
    ],
)
def test_a_number_or_a_day_is_read(app, name, text, value):
    assert result(app, name, text) == (value, [])


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("count", "1" * 16, "Enter a whole number with at most 15 digits."),
        ("count", "1" * 400, "Enter a whole number with at most 15 digits."),
        ("count", "9" * 5000, "Enter a whole number with at most 15 digits."),
        ("count", "-" + "9" * 400, "Enter a whole number with at most 15 digits."),
        ("count", "many", "Not a valid integer value."),
        ("count", "101", "Number must be between 0 and 100."),
        ("size", "nan", "Enter a number, such as 12.5."),
        ("size", "inf", "Enter a number, such as 12.5."),
        ("size", "1e400", "Enter a number, such as 12.5."),
        ("size", "9" * 5000, "Enter a number, such as 12.5."),
        ("size", "1e30", "Number must be between 0 and 100."),
        ("day", "0026-05-31", FOUR_DIGITS),
        ("day", "0001-01-01", FOUR_DIGITS),
        ("day", "0000-01-01", FOUR_DIGITS),
        ("day", "5/31/26", FOUR_DIGITS),
        ("day", "26-05-31", "Not a valid date value."),
        ("day", "1949-12-31", IN_RANGE),
        ("day", "2101-01-01", IN_RANGE),
        ("day", "9999-12-31", IN_RANGE),
        ("day", "10000-01-01", "Not a valid date value."),
        ("day", "2026-02-30", "Not a valid date value."),
        ("needed", "0026-05-31", FOUR_DIGITS),
        ("needed", "", "Enter a day."),
    ],
)
def test_any_other_text_is_refused_with_one_message(app, name, text, message):
    assert result(app, name, text) == (
        None if message != "Number must be between 0 and 100." else float(text),
        [message],
    )


def test_a_browser_gets_the_range_of_days(app):
    with app.test_request_context():
        assert 'max="2100-12-31" min="1950-01-01"' in str(Fields().day())
