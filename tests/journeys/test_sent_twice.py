"""A button that is pressed twice on a slow connection, in a real browser, with and without scripts."""

import pytest
from sqlalchemy import select

from course.people.accounts.models import License
from course.platform import db
from tests.journeys.conftest import Site, Walk, served

ADDRESS = "/profile/licenses/new"
LATENCY_MS = 600


@pytest.fixture(params=[True, False], ids=["with scripts", "without scripts"])
def person(request, app, browser, learner):
    """Yield a signed-in person whose answers take their time."""
    with served(app) as address:
        walk = Walk(browser, Site(address, "", None, None), script=request.param, dark=request.param)
        walk.sign_in(app, learner)
        yield walk
        walk.context.close()


def slow_down(walk):
    conditions = {"offline": False, "latency": LATENCY_MS, "downloadThroughput": -1, "uploadThroughput": -1}
    walk.context.new_cdp_session(walk.page).send("Network.emulateNetworkConditions", conditions)


def fill_in(walk, number):
    walk.page.get_by_label("State").select_option("FL")
    walk.page.get_by_label("Physical therapist (PT)").check()
    walk.page.get_by_label("License number").fill(number)


def press_twice(walk):
    """Press the button at its place, and again 250 ms later, as people do when nothing happens."""
    button = walk.page.get_by_role("button", name="Save license")
    button.scroll_into_view_if_needed()
    box = button.bounding_box()
    place = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    walk.page.mouse.click(*place)
    walk.page.wait_for_timeout(250)
    walk.page.mouse.click(*place)


def numbers(app):
    with app.app_context():
        return list(db.session.scalars(select(License.number).filter_by(jurisdiction="FL").order_by(License.id)))


def test_two_presses_save_once_and_show_success(app, person):
    person.go(ADDRESS)
    fill_in(person, "PT40213")
    sent = []
    person.page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    slow_down(person)
    press_twice(person)
    person.page.wait_for_url("**/profile")
    person.see()
    assert "Your license is saved." in person.text()
    assert numbers(app) == ["PT40213"]
    assert len(sent) == (1 if person.script else 2)


@pytest.mark.parametrize("person", [True], indirect=True, ids=["with scripts"])
def test_the_pressed_button_shows_that_the_form_is_being_sent(person):
    person.go(ADDRESS)
    person.page.route(f"**{ADDRESS}", lambda route: route.fulfill(status=204))  # the page stays
    button = person.page.get_by_role("button", name="Save license")
    button.click()
    assert (button.get_attribute("aria-disabled"), button.is_enabled()) == ("true", False)
    person.page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}))")
    assert (button.get_attribute("aria-disabled"), button.is_enabled()) == (None, True)


def test_after_going_back_a_changed_form_is_saved_as_well(app, person):
    person.go(ADDRESS)
    fill_in(person, "PT40213")
    person.press("Save license")
    person.page.go_back()
    fill_in(person, "PT40214")
    person.press("Save license")
    assert "Your license is saved." in person.text()
    assert numbers(app) == ["PT40213", "PT40214"]
