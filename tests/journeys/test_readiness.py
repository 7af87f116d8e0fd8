"""The map of a course's reach and the readiness of a group in a real browser, on a phone and a wide screen."""

from collections.abc import Iterator
from types import SimpleNamespace

import pytest

from tests import factories
from tests.journeys.conftest import served


@pytest.fixture
def site(app) -> Iterator[SimpleNamespace]:
    with served(app) as address:
        yield SimpleNamespace(address=address)


def check_wide(walk):
    """Check that the page is no wider than a wide screen, and go back to the phone."""
    walk.page.set_viewport_size({"width": 1280, "height": 900})
    assert walk.page.evaluate("document.documentElement.scrollWidth") <= 1280
    walk.page.set_viewport_size({"width": 390, "height": 800})


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_an_administrator_looks_at_the_map_and_at_a_group(app, sign_in, admin, learner, dark):
    factories.open_sections(app, learner)
    walk = sign_in(admin, dark=dark)
    walk.go("/admin/")
    walk.press("Reach of a course")
    walk.page.get_by_label("Course").select_option("needling-safety")
    walk.press("Show")
    assert "Falls short" in walk.text()
    check_wide(walk)
    walk.go("/admin/readiness/")
    walk.page.get_by_label("State", exact=True).select_option("FL")
    walk.press("Show")
    assert learner.legal_name in walk.text()
    check_wide(walk)
