"""The dates to which a certificate may be set back."""

from datetime import date

from course.platform.dates import long_date


def fault(issue_on: date, completed_on: date, today: date) -> str | None:
    """Return why a certificate can't bear the date; None if it can. All dates are in the license's time zone."""
    if issue_on >= today:
        return "Choose a date before today. A certificate with today's date needs no approval."
    if issue_on < completed_on:
        return f"Choose a date on or after the completion on {long_date(completed_on)}."
    return None
