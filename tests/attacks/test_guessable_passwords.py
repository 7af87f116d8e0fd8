"""No page that sets a password takes one that an attacker would try first."""

import re

import pytest

from course.people.accounts import actions, queries
from course.platform import clock, db
from course.platform.jobs import Job
from tests import factories

TRIED_FIRST = [
    "needlewise12",
    "Needlewise2026",
    "dryneedling1",
    "Summer2026!!",
    "Passw0rd2024!",
    "ilovemywife1",
    "correcthorsebatterystaple",
    "password password",
    "lena@example.org",
    "LenaLearner2026",
]


@pytest.fixture(params=["sign-up", "invitation", "reset"])
def send(request, app, pages, learner):
    """Return a function that sends a password to the page."""
    form = factories.name_form("Lena Learner") | {"email": "lena@example.net"}
    path = {"sign-up": "/sign-up", "invitation": factories.invitation(app), "reset": ""}[request.param]
    if request.param == "reset":
        with app.app_context():
            actions.request_reset(learner.email, now=clock.now())
            link = db.session.query(Job).one().payload["link"]
        path = re.sub(r"^https?://[^/]+", "", link)
    return lambda password: pages.post(path, form | {"password": password})


def test_it_is_refused_and_nothing_changes(app, send, learner):
    for password in TRIED_FIRST:
        page = send(password)
        assert page.status == 422, password
        assert "common or easy to guess" in page.text
    with app.app_context():
        assert queries.find_by_email("lena@example.net") is None
        assert queries.find_by_email(learner.email).password_hash == learner.password_hash
