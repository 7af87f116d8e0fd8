"""Which dates a certificate may be set back to. Pure."""

from datetime import date


def fault(issue_on: date, completed_on: date, today: date) -> str | None:
    """Why a certificate of this completion can't bear the date; None where it can. All in the license's time zone."""
    if issue_on >= today:
        return "Choose a day that is over; with today's date it is simply issued."
    if issue_on < completed_on:
        day = f"{completed_on:%B} {completed_on.day}, {completed_on.year}"
        return f"Nothing was completed by then: the completion is of {day}."
    return None
