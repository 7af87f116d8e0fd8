"""What an attacker does with cookies and open sessions, and what has to happen."""

from datetime import timedelta

import pytest

from course.people.sessions.models import SignInSession
from course.platform import clock, db
from tests import factories
from tests.factories import PASSWORD
from tests.pages import Pages


@pytest.fixture
def member(app):
    return factories.person(app, "Mia Member", password=PASSWORD)


def signed_in(app, person) -> Pages:
    pages = Pages(app)
    assert pages.post("/sign-in", {"email": person.email, "password": PASSWORD}).location == "/home"
    return pages


def copied(pages: Pages) -> Pages:
    """Return another browser with the same cookies."""
    thief = Pages(pages.app)
    for cookie in pages.client._cookies.values():
        thief.client.set_cookie(cookie.key, cookie.value)
    return thief


def test_a_copied_cookie_downloads_no_certificate_after_sign_out(app, member, admin):
    certificate = factories.issue(app, member, admin)
    mine = signed_in(app, member)
    thief = copied(mine)
    assert thief.client.get(f"/certificates/{certificate.code}.pdf").data.startswith(b"%PDF")
    mine.post("/sign-out")
    assert thief.client.get(f"/certificates/{certificate.code}.pdf").status_code == 303


def test_the_database_holds_no_token_that_could_be_used(app, member):
    mine = signed_in(app, member)
    with mine.client.session_transaction() as cookie:
        token = cookie["token"]
    with app.app_context():
        row = db.session.query(SignInSession).one()
    assert token not in {str(value) for value in vars(row).values()}
    assert len(row.digest) == 64


def test_a_session_that_was_set_before_sign_in_is_not_signed_in(app, member):
    planted = Pages(app)
    planted.get("/sign-in")
    victim = copied(planted)
    victim.post("/sign-in", {"email": member.email, "password": PASSWORD})
    assert victim.get("/profile").status == 200
    assert planted.get("/profile").status == 303


def test_signing_in_again_ends_the_session_that_the_browser_had(app, member):
    mine = signed_in(app, member)
    thief = copied(mine)
    mine.post("/sign-in", {"email": member.email, "password": PASSWORD})
    assert thief.get("/profile").status == 303
    assert mine.get("/profile").status == 200


LIMITS = [("learner", timedelta(days=14), timedelta(days=30)), ("admin", timedelta(hours=1), timedelta(hours=12))]


@pytest.mark.parametrize(("role", "idle", "_absolute"), LIMITS)
def test_a_session_ends_when_it_is_not_used(app, monkeypatch, role, idle, _absolute):
    mine, start = signed_in(app, factories.person(app, "Ida Idle", role=role, password=PASSWORD)), clock.now()
    monkeypatch.setattr(clock, "now", lambda: start + idle - timedelta(minutes=1))
    assert mine.get("/profile").status == 200
    monkeypatch.setattr(clock, "now", lambda: start + idle * 2 - timedelta(minutes=2))
    assert mine.get("/profile").status == 200
    monkeypatch.setattr(clock, "now", lambda: start + idle * 3)
    assert mine.get("/profile").status == 303


@pytest.mark.parametrize(("role", "idle", "absolute"), LIMITS)
def test_a_session_ends_after_a_limit_although_it_is_used(app, monkeypatch, role, idle, absolute):
    mine, start = signed_in(app, factories.person(app, "Ida Idle", role=role, password=PASSWORD)), clock.now()
    for part in range(1, 24):
        monkeypatch.setattr(clock, "now", lambda: start + absolute * part / 24)  # noqa: B023
        assert mine.get("/profile").status == 200
    monkeypatch.setattr(clock, "now", lambda: start + absolute)
    assert mine.get("/profile").status == 303


def test_a_proof_of_identity_gives_the_session_a_new_token(app, member):
    mine = signed_in(app, member)
    thief = copied(mine)
    assert mine.post("/confirm-identity?next=/profile", {"password": PASSWORD}).location == "/profile"
    assert mine.get("/profile").status == 200
    assert thief.get("/profile").status == 303


def test_a_wrong_password_proves_nothing(app, member):
    mine = signed_in(app, member)
    with app.app_context():
        before = db.session.query(SignInSession.proved_at).scalar()
    assert mine.post("/confirm-identity", {"password": "wrong"}).status == 422
    with app.app_context():
        assert db.session.query(SignInSession.proved_at).scalar() == before


@pytest.mark.parametrize(
    "target",
    ["//evil.example", "/\\evil.example", "https://evil.example/", "/sign-out", "/no-such-page", "profile", "/a\nb"],
)
def test_signing_in_leads_to_no_other_site_and_to_no_page_that_is_missing(app, member, target):
    page = Pages(app).post("/sign-in", {"email": member.email, "password": PASSWORD}, query_string={"next": target})
    assert page.location == "/home"
