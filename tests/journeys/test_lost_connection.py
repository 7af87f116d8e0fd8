"""Answers survive a lost connection, a reload and a second tab."""

import pytest

from tests.factories import PASSWORD


@pytest.fixture
def person(walk):
    one = walk(script=True)
    one.go("/sign-up")
    one.fill(Legal_name="Lost Connection", Password=PASSWORD)
    one.page.get_by_label("E-mail").fill("lost@example.org")
    one.press("Create account")
    one.go("/modules/adverse-events/quiz")
    one.press("Start attempt 1")
    return one


def test_an_answer_given_offline_is_kept_and_goes_up_on_reconnect(person):
    page = person.page
    page.context.set_offline(True)
    page.locator("label.option input").first.check()
    page.get_by_text("no connection").wait_for()
    page.context.set_offline(False)
    page.get_by_text("✓ Saved").wait_for(timeout=20_000)
    page.reload()
    assert page.locator("label.option input").first.is_checked()

    other = person.context.new_page()
    other.goto(page.url)
    other.locator("label.option input").nth(1).check()
    other.get_by_text("✓ Saved").wait_for()
    page.locator("label.option input").nth(2).click()  # the reply may undo it at once
    page.get_by_text("answered in another tab").wait_for()
    assert page.locator("label.option input").nth(1).is_checked()
