"""The map of the country by course: what a course gives in each state, as the content and the entries say now."""

import pytest

from course.states.requirements.course_reach import Reach
from tests import factories
from tests.pages import counted


@pytest.fixture
def page(pages, admin):
    return lambda course="": pages.as_(admin).get(f"/admin/reach/?course={course}")


def card(page, code):
    """Return the words of a state's card."""
    return " ".join(page.tree.find(f".//article[@id='{code}']").itertext())


def test_every_state_has_a_tile_that_says_its_reach_and_leads_to_its_card(page, catalog):
    found = page()
    tiles = [list(one) for one in found.tree.find(".//ul[@class='tiles']") if len(one)]
    assert sorted(link.get("href") for (link,) in tiles) == sorted(f"#{code}" for code in catalog.jurisdictions)
    assert all(" ".join(link.itertext()).count(Reach(link.get("class")).words) == 1 for (link,) in tiles)
    assert all(card(found, code) for code in catalog.jurisdictions)


def test_a_theory_course_falls_short_of_florida_and_years_are_the_therapists_own_part(page):
    missing, _, own = card(page("dry-needling"), "FL").partition("The therapist's own part")
    assert "50 hours, none online" in missing
    assert "2 years of practice" in own


def test_the_map_names_prohibited_states_without_a_list_of_what_is_missing(page):
    assert card(page(), "CA").split() == ["California"]


def test_the_map_changes_with_the_course_file(app, page):
    assert "50 hours, none online" in card(page(factories.COURSE), "FL")
    factories.set_course(app, hands_on_minutes=50 * 60)
    assert "50 hours, none online" not in card(page(factories.COURSE), "FL")


def test_a_course_that_is_not_in_the_file_is_not_found(page):
    assert page("none").status == 404


def test_the_map_needs_a_fixed_number_of_statements(page):
    page()
    with counted() as statements:
        page("needling-safety")
    assert len(statements) <= 4
