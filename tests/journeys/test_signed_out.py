"""A form whose session ends while it is open, and the browsers in which one is signed in."""

import os
from collections.abc import Iterator
from types import SimpleNamespace

import pytest

from tests import factories
from tests.factories import PASSWORD
from tests.journeys.conftest import served

BOTH = pytest.mark.parametrize("script", [True, False], ids=["dark", "no-script"])


@pytest.fixture
def site(app) -> Iterator[SimpleNamespace]:
    app.config["WTF_CSRF_ENABLED"] = True
    with served(app) as address:
        yield SimpleNamespace(address=address)
    app.config["WTF_CSRF_ENABLED"] = False


@pytest.fixture
def ann(app):
    return factories.person(app, "Ann Able", password=PASSWORD)


def sign_in(one, person) -> None:
    one.fill(Email=person.email)
    one.page.get_by_label("Password").fill(PASSWORD)
    with one.page.expect_navigation():
        one.page.locator("main form button").filter(has_text="Sign in").first.click()
    one.see()


@BOTH
def test_a_form_comes_back_after_a_sign_out_in_another_tab(walk, ann, script):
    mine = walk(script=script, dark=script)
    mine.go("/sign-in?next=/profile/licenses/new")
    sign_in(mine, ann)
    mine.page.get_by_label("State or territory").select_option("FL")
    mine.page.get_by_label("Physical therapist (PT)").check()
    mine.fill(License_number="PT40213")
    other = mine.context.new_page()
    other.goto("/profile")
    if other.get_by_role("button", name="Sign out", exact=True).is_hidden():
        other.get_by_text("Menu", exact=True).click()
    with other.expect_navigation():
        other.get_by_role("button", name="Sign out", exact=True).click()
    other.close()
    mine.press("Save")
    assert "You were signed out" in mine.text()
    sign_in(mine, ann)
    assert "What you typed is here again" in mine.text()
    assert mine.page.get_by_label("License number").input_value() == "PT40213"
    mine.press("Save")
    assert "PT40213" in mine.text()


@BOTH
def test_a_person_signs_out_another_browser_and_changes_the_password(walk, ann, script):
    mine, phone = walk(script=script, dark=script), walk(script=script)
    for one in (mine, phone):
        one.go("/sign-in?next=/profile/sessions")
        sign_in(one, ann)
    mine.go("/profile/sessions")
    _picture(mine, "sessions")
    mine.press("Sign out all other browsers")
    assert mine.text().count("Network address") == 1
    phone.go("/profile")
    assert "Sign in" in phone.page.title()
    mine.press("Change my password")
    _picture(mine, "password")
    mine.page.get_by_label("Current password").fill(PASSWORD)
    mine.page.get_by_label("New password").fill("seven violet harbors")
    mine.press("Change password")
    assert "Your password is changed" in mine.text()


def _picture(one, name: str) -> None:
    """Save a screenshot if PICTURES names a folder."""
    if folder := os.environ.get("PICTURES"):
        one.page.screenshot(path=f"{folder}/{name}-{'dark' if one.script else 'plain'}.png", full_page=True)
