"""The dates to which a certificate may be backdated."""

from datetime import date

from course.platform.dates import long_date


def fault(issue_on: date, completed_on: date, today: date) -> str | None:
    """Return why the date is not allowed; None if it is. All dates are in the license's time zone."""
    if issue_on >= today:
        return "Choose a date before today. Today's date needs no approval."
    if issue_on < completed_on:
        return f"Choose a date on or after the completion date, {long_date(completed_on)}."
    return None
