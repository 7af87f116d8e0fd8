"""Long names on the narrowest screen: a page scrolls down, never sideways."""

import itertools
from collections.abc import Iterator
from types import SimpleNamespace

import pytest

from course.people.accounts import name_actions
from course.people.accounts import queries as people
from course.people.accounts.name_parts import NameParts
from tests import factories
from tests.factories import COURSE, NOON
from tests.journeys.conftest import served

SURNAMES = {"a-real-one": "Keihanaikukauakahihuliheekahaunaele", "without-a-space": "W" * 190}
PAGES = ("/home", "/profile", "/certificates/", f"/courses/{COURSE}", "/transcript/", "/profile/close")


@pytest.fixture
def site(app) -> Iterator[SimpleNamespace]:
    with served(app) as address:
        yield SimpleNamespace(address=address)


def overflow(page) -> int:
    return page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")


@pytest.mark.parametrize("surname", SURNAMES.values(), ids=SURNAMES)
def test_no_page_scrolls_sideways_at_320_px(app, sign_in, admin, learner, surname):
    with app.app_context():
        name_actions.rename(people.person(learner.id), NameParts("Kai", surname).whole, now=NOON)
        person = people.person(learner.id)
    certificate = factories.issue(app, person, admin)
    mine, ada = sign_in(person), sign_in(admin)
    own = (*PAGES, f"/certificates/{certificate.code}", f"/certificates/{certificate.code}/name")
    console = ("/admin/people/", f"/admin/people/{person.code}", f"/admin/certificates/{certificate.code}")
    for visitor, paths in ((mine, own), (ada, (*console, f"/verify/{certificate.code}"))):
        visitor.page.set_viewport_size({"width": 320, "height": 640})
        for path in paths:
            visitor.page.goto(path)
            visitor.page.get_by_text("Menu", exact=True).click()
            assert overflow(visitor.page) == 0, path
    mine.page.set_viewport_size({"width": 1024, "height": 640})
    mine.page.goto("/profile")
    assert overflow(mine.page) == 0


def test_on_a_wide_screen_the_links_of_somebody_with_every_role_stay_apart(app, sign_in, admin):
    page = sign_in(factories.instructor(app, admin, "Wilhelmina Featherstonehaugh", role="admin")).page
    for width in (1248, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        page.goto("/profile")
        assert page.get_by_role("link", name="Admin", exact=True).is_visible()
        boxes = [one.bounding_box() for one in page.locator("header.site-head :is(a, button)").all()]
        for left, right in itertools.pairwise(boxes):
            assert left["x"] + left["width"] <= right["x"]
