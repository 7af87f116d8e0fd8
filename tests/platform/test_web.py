"""What no page can do anything with is refused by a sentence, on both databases."""

import pytest

from tests import factories
from tests.pages import Pages


@pytest.fixture
def mine(either_app):
    return Pages(either_app).as_(factories.person(either_app, "Ada Admin", role="admin"))


@pytest.mark.parametrize("path", ["/admin/people/?q=a%00b", "/admin/items/a%00b", "/review/items/a%00b"])
def test_an_address_with_a_nul_character_is_refused(mine, path):
    page = mine.get(path)
    assert page.status == 422
    assert "has a NUL character" in page.text


def test_a_form_with_a_nul_character_is_refused(mine):
    assert mine.post("/profile", {"legal_name": "Ada\0"}).status == 422
    assert mine.post("/sign-in", {"email": "ada\0@example.org", "password": "three calm needles"}).status == 422


@pytest.mark.parametrize("number", ["0", "-1", "x", 10**30])
@pytest.mark.parametrize("path", ["people/", "requests/", "certificates/", "feedback/", "rescoring/"])
def test_a_list_has_a_page_for_every_number(mine, path, number):
    assert mine.get(f"/admin/{path}?page={number}").status == 200
