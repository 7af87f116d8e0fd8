"""The header on a phone: one line and a menu, and no links while an attempt is open."""

import pytest

from tests.journeys import answering

MAX_HEADER_PX = 64


def header_height(page) -> float:
    return page.locator("header.site-head").bounding_box()["height"]


@pytest.mark.parametrize("script", [True, False], ids=["with-script", "without-script"])
def test_the_header_is_one_line_and_its_menu_opens(walk, script):
    visitor = walk(script=script, dark=True)
    visitor.go("/modules/")
    assert header_height(visitor.page) <= MAX_HEADER_PX
    directory = visitor.page.get_by_role("link", name="States", exact=True)
    assert not directory.is_visible()
    visitor.page.get_by_text("Menu", exact=True).press("Enter")
    visitor.see()
    directory.click()
    assert visitor.page.url.endswith("/states/")


def test_a_wide_screen_shows_the_links_without_the_menu(walk):
    visitor = walk()
    visitor.page.set_viewport_size({"width": 1280, "height": 800})
    visitor.page.goto("/modules/")
    assert visitor.page.get_by_role("link", name="States", exact=True).is_visible()
    assert not visitor.page.get_by_text("Menu", exact=True).is_visible()


def test_the_narrowest_screen_does_not_scroll_sideways(walk):
    visitor = walk()
    answering.sign_up(visitor.page, "Nora Narrow", "narrow@example.org")
    visitor.page.set_viewport_size({"width": 320, "height": 640})
    visitor.page.goto("/home")
    assert visitor.page.evaluate("document.documentElement.scrollWidth") <= 320


def test_an_open_attempt_shows_no_links_to_other_pages(walk):
    learner = walk()
    answering.sign_up(learner.page, "Olga Open", "open@example.org")
    answering.start(learner.page)
    for page in ("", "/overview", "/all", "/1/report"):
        learner.page.goto(learner.page.url.rsplit("/", 1)[0] + (page or "/1"))
        assert learner.page.locator("header.site-head a, footer a").count() == 0
        assert header_height(learner.page) <= MAX_HEADER_PX
        learner.see()
