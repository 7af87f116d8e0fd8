"""The search over modules, glossary and states, on both databases."""

import pytest

from course.learning.search import actions, queries
from course.platform import jobs
from course.states.entries import actions as states
from tests import factories
from tests.factories import NOON, replaced
from tests.pages import Pages


@pytest.fixture
def found_in(either_app):
    with either_app.app_context():
        assert actions.refresh_index()

    def search(words: str) -> list[queries.SearchResult]:
        with either_app.app_context():
            return queries.search(words)

    return search


def test_sections_terms_and_states_are_found(found_in):
    assert any(found.kind == "section" and found.under == "Head, neck and jaw" for found in found_in("suboccipital"))
    assert found_in("pleura")[0].kind in {"term", "section"}
    assert "term" in {found.kind for found in found_in("bracketing")}
    assert found_in("Washington")[0].url == "/states/WA"


def test_the_beginning_of_a_word_and_several_words_narrow_the_search(found_in):
    assert found_in("pneumoth")
    both = found_in("quadratus kidney")
    assert both
    assert len(both) < len(found_in("kidney"))


def test_the_found_words_are_marked_in_the_extract(found_in):
    extract = found_in("supinator")[0].extract
    assert any("upinator" in piece for piece in extract[1::2])


@pytest.mark.parametrize("words", ['"', "' OR 1=1", "a AND", "*", "()", "NEAR(", "pleura:", "☃", "-", "  "])
def test_no_input_breaks_the_search(found_in, words):
    found_in(words)


def test_the_index_is_rebuilt_only_when_something_changed(either_app, admin_of):
    with either_app.app_context():
        assert actions.refresh_index()
        assert not actions.refresh_index()
        source = {
            "url": "https://board.example/rule",
            "title": "Rule",
            "kind": "primary",
            "as_of": None,
            "read": "All.",
        }
        changed = {"citation": "The zanzibar rule"}
        states.check_entry(
            admin_of, "HI", changed, source, checked_on=NOON.date().replace(year=2027), note="", now=NOON
        )
        assert actions.refresh_index()
        assert queries.search("zanzibar")[0].url == "/states/HI"


def test_the_worker_indexes_a_check_made_in_the_app(app):
    admin = factories.person(app, "Ada Admin", role="admin")
    with app.app_context():
        actions.refresh_index()
        source = {
            "url": "https://board.example/rule",
            "title": "Rule",
            "kind": "primary",
            "as_of": None,
            "read": "All.",
        }
        changed = {"citation": "The zanzibar rule"}
        day = NOON.date().replace(year=2027)
        states.check_entry(admin, "HI", changed, source, checked_on=day, note="", now=NOON)
        assert queries.search("zanzibar") == []
    assert jobs.drain(app) >= 1
    with app.app_context():
        assert queries.search("zanzibar")[0].url == "/states/HI"


@pytest.fixture
def admin_of(either_app):
    return factories.person(either_app, "Ada Admin", role="admin")


def test_the_results_page_works_for_everyone_and_escapes(app, catalog):
    with app.app_context():
        actions.refresh_index()
    page = Pages(app).get("/search?q=pleura")
    assert page.status == 200
    assert "<mark>" in page.html
    assert "<b>" not in Pages(app).get("/search?q=<b>pleura</b>").html


def test_new_content_is_found_after_a_refresh(app, catalog):
    with app.app_context():
        actions.refresh_index()
        glossary = catalog.glossary.model_copy(
            update={
                "terms": (
                    *catalog.glossary.terms,
                    catalog.glossary.terms[0].model_copy(update={"id": "x", "term": "Zyxw"}),
                )
            }
        )
        factories.change_site(app, catalog=replaced(catalog, glossary=glossary, digest="other"))
        assert actions.refresh_index()
        assert queries.search("zyxw")[0].url == "/glossary#x"
