"""Sign-up, sign-in, password reset and invitations."""

import re
import time

import pytest

from course.people.accounts import actions, passwords, queries
from course.people.accounts.models import User
from course.platform import clock, db, jobs
from course.platform.jobs import Job
from tests import factories
from tests.factories import PASSWORD

GOOD = {"given_name": "Nina", "family_name": "New", "email": "Nina@Example.org", "password": PASSWORD}


def link_in_outbox(app) -> str:
    with app.app_context():
        return db.session.query(Job).order_by(Job.id.desc()).first().payload["link"]


def path_of(link: str) -> str:
    return re.sub(r"^https?://[^/]+", "", link)


def test_signing_up_mails_a_link_that_confirms_and_signs_in(app, pages):
    assert pages.post("/sign-up", GOOD).location == "/sign-up/sent"
    assert "We sent an email to Nina@Example.org" in pages.get("/sign-up/sent").text
    assert pages.post(path_of(link_in_outbox(app))).location == "/home"
    home = pages.get("/home").text
    assert "Your email is confirmed" in home
    assert "Nina New" in home
    with app.app_context():
        assert queries.find_by_email("nina@example.org").email_confirmed_at is not None


def test_opening_the_link_alone_confirms_nothing(app, pages):
    pages.post("/sign-up", GOOD)
    assert pages.get(path_of(link_in_outbox(app))).status == 200
    with app.app_context():
        assert queries.find_by_email("nina@example.org").email_confirmed_at is None


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"password": "short"}, "at least 12 characters"),
        ({"password": "password1234"}, "common or easy to guess"),
        ({"password": "aaaaaaaaaaaaaa"}, "common or easy to guess"),
        ({"password": "nina@example.org"}, "common or easy to guess"),
        ({"email": "nonsense"}, "Enter an email such as"),
        ({"given_name": ""}, "Enter your given name, or say that you have only one name"),
        ({"family_name": ""}, "Enter your family name as on your license"),
        ({"one_name": "y"}, "Leave this empty if you have only one name"),
        ({"family_name": "\u202eweN"}, "hidden character (U+202E)"),
        ({"given_name": "Nina 😀"}, "is a symbol"),
        ({"given_name": "N" * 120, "family_name": "N" * 80}, "at most 200 characters"),
    ],
)
def test_invalid_input_is_refused_with_what_to_do(app, pages, data, message):
    page = pages.post("/sign-up", GOOD | data)
    assert page.status == 422
    assert message in page.text
    with app.app_context():
        assert db.session.query(User).count() == 0


def test_the_link_in_another_browser_confirms_and_leads_to_sign_in(app, pages):
    """A person must not get into an account that somebody else made with their email."""
    pages.post("/sign-up", GOOD)
    other = type(pages)(app)
    assert other.post(path_of(link_in_outbox(app))).location == "/sign-in"
    assert "/sign-in" in other.get("/home").location


def test_the_page_that_one_came_for_follows_the_confirmation(app, pages):
    pages.post("/sign-up?next=/modules/", GOOD)
    assert "next=/modules/" in pages.get("/sign-up/sent").html
    assert pages.post(path_of(link_in_outbox(app))).location == "/modules/"


def test_one_can_sign_in_before_the_email_is_confirmed(app, pages):
    pages.post("/sign-up", GOOD)
    data = {"email": "nina@example.org", "password": PASSWORD}
    assert type(pages)(app).post("/sign-in", data).location == "/home"


def test_an_email_has_one_account_in_any_spelling(app, pages, learner):
    pages.post("/sign-up", GOOD | {"email": "LENA@example.org"})
    with app.app_context():
        assert db.session.query(User).count() == 1


@pytest.mark.parametrize("page", ["/confirm-email/{}", "/reset-password/{}"])
@pytest.mark.parametrize("token", ["nonsense", "broken"])
def test_a_broken_link_says_so_at_once(app, pages, learner, page, token):
    with app.app_context():
        actions.request_reset(learner.email, now=clock.now())
    whole = link_in_outbox(app).rpartition("/")[2]
    answer = pages.get(page.format(whole[:-2] if token == "broken" else token))
    assert answer.status == 410
    assert "has expired, was already used or is incomplete" in answer.text
    assert "Save password" not in answer.text
    assert answer.response.headers["Referrer-Policy"] == "no-referrer"


def test_a_used_and_an_old_reset_link_say_so_at_once(app, pages, learner, monkeypatch):
    pages.post("/forgotten-password", {"email": learner.email})
    used = path_of(link_in_outbox(app))
    assert pages.get(used).status == 200
    pages.post(used, {"password": "another copper lantern"})
    assert pages.get(used).status == 410
    with app.app_context():
        actions.request_reset(learner.email, now=clock.now())
    old, now = path_of(link_in_outbox(app)), time.time()
    monkeypatch.setattr("itsdangerous.timed.time.time", lambda: now + 2 * 3600 + 1)
    assert pages.get(old).status == 410


@pytest.mark.parametrize("password", ["lena@example.org", "Lena Learner 2026", "lenalearner99!", "needlewise 2026!!"])
def test_a_reset_refuses_what_others_guess_about_the_person(app, pages, learner, password):
    pages.post("/forgotten-password", {"email": learner.email})
    page = pages.post(path_of(link_in_outbox(app)), {"password": password})
    assert page.status == 422
    assert "common or easy to guess" in page.text


def test_a_reset_refuses_the_password_from_before_and_mails_the_person(app, pages):
    pages.post("/sign-up", GOOD)
    pages.post("/forgotten-password", {"email": GOOD["email"]})
    path = path_of(link_in_outbox(app))
    page = pages.post(path, {"password": PASSWORD})
    assert page.status == 422
    assert "This is your password already" in page.text
    pages.post(path, {"password": "another copper lantern"})
    with app.app_context():
        mail = db.session.query(Job).order_by(Job.id.desc()).first().payload
    assert (mail["to"], mail["template"]) == ("nina@example.org", "password-changed")


def test_pages_with_a_link_work_over_https_although_they_send_no_referrer(app, pages, learner):
    app.config["WTF_CSRF_ENABLED"] = True
    with app.app_context():
        actions.request_reset(learner.email, now=clock.now())
    path, secure = path_of(link_in_outbox(app)), {"base_url": "https://localhost"}
    token = re.search(r'name="csrf_token" value="([^"]+)"', pages.get(path, **secure).html)[1]
    data = {"password": "another copper lantern", "csrf_token": token}
    assert pages.post(path, data, **secure).status == 303


def test_passwords_are_stored_as_argon2id(app, pages):
    pages.post("/sign-up", GOOD)
    with app.app_context():
        assert queries.find_by_email("nina@example.org").password_hash.startswith("$argon2id$v=19$m=19456,t=2,p=1$")


class TestSignIn:
    @pytest.fixture(autouse=True)
    def account(self, pages):
        pages.post("/sign-up", GOOD)

    def test_the_right_password_signs_in(self, pages):
        assert pages.post("/sign-in", {"email": " NINA@example.org", "password": PASSWORD}).location == "/home"

    @pytest.mark.parametrize("email", ["nina@example.org", "nobody@example.org"])
    def test_a_wrong_password_and_an_unknown_email_get_the_same_answer(self, pages, email):
        page = pages.post("/sign-in", {"email": email, "password": "wrong password"})
        assert page.status == 422
        assert "Email or password is incorrect." in page.text

    @pytest.mark.parametrize(
        ("target", "lands"),
        [
            ("/modules/", "/modules/"),
            ("https://evil.example", "/home"),
            ("//evil.example", "/home"),
            ("/\\evil.example", "/home"),
            ("javascript:alert(1)", "/home"),
        ],
    )
    def test_it_redirects_only_to_our_own_pages(self, pages, target, lands):
        data = {"email": "nina@example.org", "password": PASSWORD}
        assert pages.post("/sign-in", data, query_string={"next": target}).location == lands

    def test_a_forgotten_password_is_reset_once_and_ends_other_sessions(self, app, pages):
        other_browser = type(pages)(app)
        other_browser.post("/sign-in", {"email": "nina@example.org", "password": PASSWORD})
        pages.post("/forgotten-password", {"email": "nina@example.org"})
        path = path_of(link_in_outbox(app))
        assert pages.post(path, {"password": "another copper lantern"}).status == 303
        assert pages.post(path, {"password": "a third copper lantern"}).status == 410
        assert "/sign-in" in other_browser.get("/home").location
        data = {"email": "nina@example.org", "password": "another copper lantern"}
        assert pages.post("/sign-in", data).location == "/home"

    def test_a_reset_for_an_unknown_email_mails_nobody_and_gets_the_same_answer(self, app, pages):
        with app.app_context():
            before = db.session.query(Job).count()
        assert pages.post("/forgotten-password", {"email": "nobody@example.org"}).status == 303
        with app.app_context():
            assert db.session.query(Job).count() == before

    def test_a_forged_link_is_refused(self, pages):
        assert pages.post("/reset-password/forged", {"password": "another copper lantern"}).status == 410


def test_an_account_with_a_role_of_an_earlier_release_has_the_rights_of_a_learner(app, pages, admin):
    person = factories.person(app, "Pia Proctor", role="proctor")
    mine = pages.as_(person)
    assert mine.get("/home").status == 200
    assert mine.get("/admin/").status == 403
    assert "proctor" not in pages.as_(admin).get("/admin/people/").text
    assert "proctor" not in pages.as_(admin).get(f"/admin/people/{person.code}").text


def test_an_invitation_makes_one_administrator(app, pages):
    path = factories.invitation(app)
    assert pages.post(path, GOOD).location == "/sign-up/sent"
    pages.post(path_of(link_in_outbox(app)))
    assert pages.get("/admin/").location == "/second-factor?next=/admin/"
    pages.post("/second-factor/later")
    assert pages.get("/admin/").status == 200
    assert pages.get(path).status == 404


def test_an_invitation_for_an_email_with_an_account_goes_to_its_owner(app, pages, learner):
    """They become an administrator only by a link that is mailed to them, in a browser in which they are signed in."""
    assert pages.post(factories.invitation(app), GOOD | {"email": learner.email}).location == "/sign-up/sent"
    mailed, mine = path_of(link_in_outbox(app)), pages.as_(learner)
    assert "Accept the invitation for this account?" in mine.get(mailed).text
    with app.app_context():
        assert queries.find_by_email(learner.email).role == "learner"
    assert mine.post(mailed).location == "/home"
    with app.app_context():
        assert queries.find_by_email(learner.email).role == "admin"
    assert type(pages)(app).get(mailed).status == 404


def test_common_passwords_are_weak():
    assert all(passwords.weakness(word) for word in ("123456789012", "qwertyuiopas", "iloveyou1234", "x" * 129))
    assert passwords.weakness(PASSWORD) is None


def test_a_sent_mail_leaves_no_link_in_the_database(app, pages):
    pages.post("/sign-up", GOOD)
    jobs.drain(app)
    with app.app_context():
        assert db.session.query(Job).one().payload == {}
