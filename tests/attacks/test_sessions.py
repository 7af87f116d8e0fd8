"""What an attacker does with cookies and open sessions, and what has to happen."""

from datetime import timedelta

import pytest

from course import create_app
from course.people.sessions.models import SignInSession
from course.people.sign_in import actions as sign_in_actions
from course.people.sign_in.actions import MAX_FAILURES_IN_SPAN
from course.platform import clock, db
from course.platform.access import FRESH_FOR
from course.platform.audit.models import AuditEvent
from course.platform.jobs import Job
from course.site import site_of
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


def events_of(app) -> list[tuple[str, dict]]:
    with app.app_context():
        return [(row.event, row.details) for row in db.session.query(AuditEvent).order_by(AuditEvent.id)]


def mails_of(app) -> list[str]:
    with app.app_context():
        return [job.payload["template"] for job in db.session.query(Job).order_by(Job.id) if job.kind == "mail"]


def test_a_sign_in_from_a_browser_that_was_not_seen_before_is_mailed(app, member):
    mine = signed_in(app, member)
    assert mails_of(app) == ["new-device"]
    mine.post("/sign-out")
    mine.post("/sign-in", {"email": member.email, "password": PASSWORD})
    assert mails_of(app) == ["new-device"]
    signed_in(app, member)
    assert mails_of(app) == ["new-device"] * 2


def test_sign_ins_and_their_failures_are_in_the_audit_log_without_what_was_typed(app, member):
    stranger = Pages(app)
    stranger.post("/sign-in", {"email": member.email, "password": "Guess-4711-password"})
    stranger.post("/sign-in", {"email": "nobody@example.net", "password": "Guess-4711-password"})
    signed_in(app, member).post("/sign-out")
    events = events_of(app)
    assert [event for event, _ in events] == [
        "session:refused",
        "session:refused",
        "session:started",
        "session:signed-out",
    ]
    assert events[0][1] == {"reason": "wrong email or password", "address": "127.0.0.1"}
    with app.app_context():
        rows = db.session.query(AuditEvent).order_by(AuditEvent.id).all()
        assert [row.person_id for row in rows] == [member.id, None, member.id, member.id]
        assert "4711" not in str([(row.subject, row.details, row.actor_name) for row in rows])
        assert "nobody@" not in str([(row.subject, row.details) for row in rows])


def test_failed_sign_ins_cannot_fill_the_audit_log(app, member):
    with app.app_context():
        for _ in range(MAX_FAILURES_IN_SPAN + 20):
            sign_in_actions.note_failure("nobody@example.net", "wrong email or password", "192.0.2.1", now=clock.now())
        sign_in_actions.note_failure(member.email, "wrong email or password", "192.0.2.1", now=clock.now())
    assert len(events_of(app)) == MAX_FAILURES_IN_SPAN + 1


def test_a_new_password_ends_the_other_sessions_and_needs_the_old_one(app, member):
    mine, thief = signed_in(app, member), signed_in(app, member)
    wrong = {"current_password": "not it", "password": "seven violet harbors"}
    assert mine.post("/profile/password", wrong).status == 422
    assert thief.get("/profile").status == 200
    assert mine.post("/profile/password", wrong | {"current_password": PASSWORD}).location == "/profile"
    assert thief.get("/profile").status == 303
    assert mine.get("/profile").status == 200
    assert mails_of(app)[-1] == "password-changed"
    assert Pages(app).post("/sign-in", {"email": member.email, "password": PASSWORD}).status == 422


@pytest.mark.parametrize("new", [PASSWORD, "short", "member@example.org1", "Mia Member 12"])
def test_a_new_password_that_is_weak_or_the_old_one_is_refused(app, member, new):
    page = signed_in(app, member).post("/profile/password", {"current_password": PASSWORD, "password": new})
    assert page.status == 422
    assert "person:password-changed" not in dict(events_of(app))


def test_people_see_where_they_are_signed_in_and_end_it(app, member):
    mine, phone, laptop = signed_in(app, member), signed_in(app, member), signed_in(app, member)
    page = mine.get("/profile/sessions")
    assert page.text.count("Network address") == 3
    assert page.text.count("this browser") == 1
    with app.app_context():
        second = db.session.query(SignInSession).order_by(SignInSession.id).all()[1]
    mine.post(f"/profile/sessions/{second.code}/end")
    assert [one.get("/profile").status for one in (mine, phone, laptop)] == [200, 303, 200]
    mine.post("/profile/sessions/end-others")
    assert [one.get("/profile").status for one in (mine, phone, laptop)] == [200, 303, 303]
    assert [event for event, _ in events_of(app)].count("session:ended") == 2


def test_nobody_ends_the_session_of_somebody_else(app, member, other_learner):
    mine = signed_in(app, member)
    with app.app_context():
        code = db.session.query(SignInSession).one().code
    assert Pages(app).as_(other_learner).post(f"/profile/sessions/{code}/end").status == 404
    assert mine.get("/profile").status == 200


def test_an_administrator_signs_a_person_out_everywhere(app, member, admin):
    mine = signed_in(app, member)
    office = Pages(app).as_(admin)
    assert office.post(f"/admin/people/{member.code}/sessions/end").status == 303
    assert mine.get("/profile").status == 303
    with app.app_context():
        row = db.session.query(AuditEvent).filter_by(event="session:ended").one()
    assert (row.actor_id, row.person_id, row.details["sessions"]) == (admin.id, member.id, 1)


def test_signing_out_clears_the_cache_and_keeps_answers_that_were_not_sent(app, member):
    header = signed_in(app, member).post("/sign-out").response.headers["Clear-Site-Data"]
    assert header == '"cache"'


def test_over_https_no_other_host_can_set_the_cookies(config, catalog, make_app, app):
    secure = create_app(factories.replaced(config, public_url="https://learn.example.org"), catalog)
    names = {secure.config["SESSION_COOKIE_NAME"], secure.config["DEVICE_COOKIE_NAME"]}
    assert names == {"__Host-session", "__Host-device"}
    answer = secure.test_client().get("/sign-in", base_url="https://learn.example.org")
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-session=")
    assert "Secure" in cookie
    assert "HttpOnly" in cookie
    assert "Path=/" in cookie
    assert "Domain" not in cookie
    site_of(secure).engines.dispose()


FRESH = [
    ("POST", "/admin/requests/issue"),
    ("POST", "/admin/certificates/{code}/revoke"),
    ("POST", "/admin/certificates/{code}/reissue"),
    ("POST", "/admin/template"),
    ("POST", "/admin/packets/"),
    ("GET", "/admin/boards/ce-broker-fl/file"),
    ("POST", "/admin/people/{person}/reviewer"),
    ("POST", "/admin/people/{person}/sessions/end"),
    ("POST", "/admin/orders/"),
]


@pytest.mark.parametrize(("method", "address"), FRESH)
def test_a_browser_that_was_left_open_issues_revokes_and_exports_nothing(app, admin, learner, method, address):
    office = Pages(app).as_(admin)
    certificate = factories.issue(app, learner, admin)
    with app.app_context():
        long_ago = clock.now() - FRESH_FOR
        db.session.query(SignInSession).update({"proved_at": long_ago})
        db.session.commit()
    before = events_of(app)
    target = address.format(code=certificate.code, person=learner.code)
    with office.client.open(target, method=method, data={"reason": "stolen"}) as answer:
        assert answer.status_code == 303
        assert "/confirm-identity" in answer.headers["Location"]
    assert events_of(app) == before


def test_after_a_confirmation_the_form_is_there_to_be_sent(app, member, admin):
    certificate = factories.issue(app, member, admin)
    boss = factories.person(app, "Bob Boss", role="admin", password=PASSWORD)
    office = Pages(app).as_(boss)
    with app.app_context():
        db.session.query(SignInSession).update({"proved_at": clock.now() - FRESH_FOR})
        db.session.commit()
    answer = office.post(f"/admin/certificates/{certificate.code}/revoke", {"reason": "The exam was not proctored"})
    assert answer.location == "/confirm-identity?next=/kept-form"
    assert office.post(answer.location, {"password": PASSWORD}).location == "/kept-form"
    page = office.get("/kept-form")
    assert "The exam was not proctored" in page.text
    assert f'action="/admin/certificates/{certificate.code}/revoke"' in page.html
