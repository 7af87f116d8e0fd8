"""Addresses that were copied together with what stood around them."""

from urllib.parse import quote

import pytest

from course.certificates.sharing import actions
from course.people.accounts import actions as accounts
from course.platform import clock, copied_text
from tests import factories
from tests.factories import NOON

AROUND = [".", ",", ")", ">", "/", '"', "”", ".)", "\u200b", "\ufeff", "\xa0", "%20", "…"]


@pytest.fixture
def link(app, learner, admin):
    certificate = factories.issue(app, learner, admin)
    with app.app_context():
        return f"/shared/{actions.make_link(learner, certificate, 'work', now=NOON).token}"


@pytest.mark.parametrize("after", AROUND)
def test_a_shared_link_works_with_punctuation_after_it(pages, link, after):
    for path in (link + quote(after, safe="%/"), f"/shared/{quote('(“')}{link.removeprefix('/shared/')}"):
        page = pages.get(path, follow_redirects=True)
        assert (page.status, "Lena Learner" in page.text) == (200, True)


@pytest.mark.parametrize("after", AROUND)
def test_an_invitation_works_with_punctuation_after_it(app, pages, after):
    with app.app_context():
        path = accounts.invite_admin(now=clock.now())
    assert pages.get(path + quote(after, safe="%/"), follow_redirects=True).status == 200


@pytest.mark.parametrize(
    ("path", "right"), [("/directory.", "/directory"), ("/sign-in/", "/sign-in"), ("/sign-in)", "/sign-in")]
)
def test_a_page_is_found_without_what_follows_its_address(pages, path, right):
    page = pages.get(path)
    assert (page.status, page.location) == (308, right)


@pytest.mark.parametrize("path", ["//evil.example/.", "/nothing-here.", "/", "/.", "/%2f%2fevil.example/"])
def test_other_addresses_stay_as_they_are(pages, path):
    assert "evil" not in pages.get(path).location or pages.get(path).location.startswith("http://localhost/")


def test_only_reading_requests_are_led_on(pages):
    assert pages.post("/sign-in/").status == 404


def test_a_token_keeps_its_own_letters():
    assert copied_text.token("_a-B.9=-") == "_a-B.9=-"
    assert copied_text.token("<a\N{EN DASH}b\N{SOFT HYPHEN}>.") == "a-b"
