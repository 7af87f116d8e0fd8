"""What needs a proof of identity from the last quarter of an hour, besides a session."""

from datetime import timedelta

from flask import Flask

from course.platform.access import FRESH_FOR

FRESH = {
    "backdating_admin.ask",
    "backdating_admin.confirm",
}


def test_these_and_no_other_pages_ask_again_who_one_is(app: Flask):
    marked = {name for name, view in app.view_functions.items() if getattr(view, "fresh", False)}
    assert marked == FRESH


def test_a_proof_of_identity_lasts_a_quarter_of_an_hour():
    assert timedelta(minutes=15) == FRESH_FOR
