"""The page that one came for is where one gets to, by every way of signing in."""

import re

import pytest

from course.people.accounts.models import User
from course.platform import db
from course.platform.jobs import Job
from tests import factories
from tests.factories import PASSWORD
from tests.pages import Pages

WANTED = "/profile/licenses/new"


@pytest.fixture
def ann(app) -> User:
    return factories.person(app, "Ann Able", password=PASSWORD)


def mailed(app, template: str) -> str:
    with app.app_context():
        jobs = db.session.query(Job).order_by(Job.id.desc())
        link = next(job.payload["link"] for job in jobs if job.payload.get("template") == template)
    return re.sub(r"^https?://[^/]+", "", link)


def link_with(page, path: str) -> str:
    return next(link.get("href") for link in page.tree.iter("a") if (link.get("href") or "").startswith(path))


def test_a_page_that_needs_a_sign_in_is_shown_after_it(pages, ann):
    answer = pages.get(WANTED)
    assert pages.post(answer.location, {"email": ann.email, "password": PASSWORD}).location == WANTED


def test_who_is_signed_in_already_gets_to_the_page_at_once(pages, ann):
    assert pages.as_(ann).get(f"/sign-in?next={WANTED}").location == WANTED
    assert pages.as_(ann).get(f"/sign-up?next={WANTED}").location == WANTED
    assert pages.as_(ann).get("/sign-in?next=/sign-out").location == "/home"


def test_signing_up_on_the_way_leads_to_the_page(app, pages):
    sign_up = link_with(pages.get(pages.get(WANTED).location), "/sign-up?")
    body = {"given_name": "Nina", "family_name": "New", "email": "nina@example.org", "password": PASSWORD}
    pages.post(sign_up, body)
    assert pages.post(mailed(app, "confirm-email")).location == WANTED


def test_resetting_the_password_on_the_way_leads_to_the_page(app, pages, ann):
    forgotten = link_with(pages.get(pages.get(WANTED).location), "/forgotten-password")
    pages.post(forgotten, {"email": ann.email})
    answer = pages.post(mailed(app, "reset-password"), {"password": "seven violet harbors"})
    assert pages.post(answer.location, {"email": ann.email, "password": "seven violet harbors"}).location == WANTED


@pytest.mark.parametrize("target", ["//evil.example", "/sign-out", "https://evil.example"])
def test_a_reset_leads_to_no_other_site(app, ann, target):
    pages = Pages(app)
    pages.post("/forgotten-password", {"email": ann.email}, query_string={"next": target})
    answer = pages.post(mailed(app, "reset-password"), {"password": "seven violet harbors"})
    assert answer.location == "/sign-in?next=/home"
