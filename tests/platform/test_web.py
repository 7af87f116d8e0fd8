"""Requests that no page can use are refused with a reason, on both databases."""

import pytest

from tests import factories
from tests.pages import Pages


@pytest.fixture
def pages(either_app):
    return Pages(either_app).as_(factories.person(either_app, "Ada Admin", role="admin"))


@pytest.mark.parametrize("path", ["/admin/people/?q=a%00b", "/admin/items/a%00b", "/review/items/a%00b"])
def test_an_address_with_a_nul_character_is_refused(pages, path):
    page = pages.get(path)
    assert page.status == 422
    assert "has a NUL character" in page.text


def test_a_form_with_a_nul_character_is_refused(pages):
    assert pages.post("/profile", {"given_name": "Ada\0"}).status == 422
    assert pages.post("/sign-in", {"email": "ada\0@example.org", "password": "three calm needles"}).status == 422


@pytest.mark.parametrize("body", ["0", "[[1]]", '{"a": ' * 600, "x"])
def test_a_body_that_is_no_form_is_refused(pages, body):
    """Found by odd requests: JSON of another shape ended in an internal error."""
    for address in ("/sign-in", "/sign-up", "/forgotten-password", "/profile/email"):
        answer = pages.post(address, body, content_type="application/json")
        assert answer.status == 415
        assert "only be sent as a form" in answer.text


@pytest.mark.parametrize("number", ["0", "-1", "x", 10**30])
@pytest.mark.parametrize("path", ["people/", "requests/", "certificates/", "feedback/", "rescoring/"])
def test_a_list_answers_any_page_number(pages, path, number):
    is_beyond_the_last = number == 10**30
    assert pages.get(f"/admin/{path}?page={number}").status == (404 if is_beyond_the_last else 200)
