"""A therapist with three licenses looks at My states on a phone and on a large screen, compares a state, and sends a
paper, with and without JavaScript.
"""

from datetime import date

import pytest

from course import create_app
from course.platform.config import Config
from course.site import site_of
from tests import factories
from tests.sampling import sample


@pytest.fixture
def app(site, catalog):
    made = create_app(Config.from_environ({"COURSE_DATA": str(site.data)}), catalog)
    yield made
    site_of(made).engines.writing.dispose()


@pytest.mark.parametrize(
    ("name", "script", "dark"),
    sample([("Mia Moves", True, True), ("Noah Noscript", False, False), ("Lea Light", True, False)], few=1),
)
def test_a_therapist_compares_states_and_says_what_was_sent(app, sign_in, name, script, dark):
    person = factories.person(app, name)
    factories.license_in(app, person, "FL", expires_on=date(2027, 11, 30), renewal_months=24)
    factories.license_in(app, person, "MD")
    therapist = sign_in(person, script=script, dark=dark)
    therapist.go("/my-states/")
    assert "Not yet" in therapist.text()
    therapist.page.get_by_label("State").select_option("NJ")
    therapist.press("Compare")
    assert "What you would still need" in therapist.text()
    therapist.go("/my-states/FL")
    therapist.press("I sent it")
    therapist.fill(Sent_on="2026-01-15")
    therapist.press("I sent it")
    therapist.press("Checklist to print")
    assert "Have: " in therapist.text()
    therapist.page.set_viewport_size({"width": 1280, "height": 800})
    for path in ("/my-states/", "/my-states/FL", "/my-states/CA", "/proof/"):
        therapist.page.goto(path)
        assert therapist.page.evaluate("document.documentElement.scrollWidth") <= 1280
