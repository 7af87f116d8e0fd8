"""Single sign-on with a real provider, from the button to the session."""

import re
import threading
from collections.abc import Iterator
from datetime import timedelta

import pyotp
import pytest

from course.people.accounts import passwords
from course.people.accounts import queries as accounts
from course.people.accounts.models import User
from course.people.factors import actions as factors
from course.people.single_sign_on import actions
from course.people.single_sign_on.identity import Identity
from course.people.single_sign_on.models import ExternalIdentity
from course.platform import clock, db
from course.platform.audit import queries as audit
from course.platform.db import unit_of_work
from course.platform.jobs import Job
from course.platform.open_id import Provider
from course.site import site_of
from tests import openid
from tests.factories import NOON, PASSWORD, change_site, person, replaced
from tests.openid import NAME, OpenID
from tests.pages import Pages

BASE = "http://localhost"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@pytest.fixture(scope="module")
def hospital() -> Iterator[OpenID]:
    with openid.running(f"{BASE}/sign-in/callback") as provider:
        yield provider


@pytest.fixture(autouse=True)
def connected(app, hospital):
    use(app, hospital.issuer, hospital)


def use(app, issuer, hospital):
    settings = replaced(hospital.settings, issuer=issuer)
    config = replaced(site_of(app).config, public_url=BASE, oidc=settings)
    change_site(app, config=config, identity_provider=Provider(settings))


@pytest.fixture
def ina(app, learner):
    """Return a learner with a password and the email ina@example.org."""

    @unit_of_work
    def set_it():
        user = db.session.get_one(User, learner.id)
        user.password_hash = passwords.hash_password(PASSWORD)

    with app.app_context():
        set_it()
        return db.session.get_one(User, learner.id)


def come_back(pages, hospital, start="/sign-in/with-provider", **query):
    """Go to the provider and return with its reply."""
    back = hospital.visit(pages.get(start, query_string=query).location)
    assert back.startswith(f"{BASE}/sign-in/callback?")
    return pages.get(back.removeprefix(BASE))


def connect(app, user, subject="ina-1"):
    @unit_of_work
    def add():
        issuer = site_of(app).config.oidc.issuer
        db.session.add(ExternalIdentity(user_id=user.id, issuer=issuer, subject=subject, linked_at=NOON))

    with app.app_context():
        add()


def sign_in(pages, user, target):
    return pages.post("/sign-in", {"email": user.email, "password": PASSWORD}, query_string={"next": target})


def test_the_sign_in_page_offers_the_provider_by_its_name(pages):
    assert f"Sign in with {NAME}" in pages.get("/sign-in").text


def test_somebody_new_gets_an_account_after_stating_their_name(app, pages, hospital):
    hospital.sign_in_as("nina-1", email="Nina@Example.org", email_verified=True, given_name="Nina", family_name="New")
    assert come_back(pages, hospital, next="/transcript").location == "/sign-in/first-time"
    page = pages.get("/sign-in/first-time")
    assert 'value="Nina"' in page.html
    with app.app_context():
        assert accounts.find_by_email("nina@example.org") is None  # not before the press
    assert pages.post("/sign-in/first-time", {"given_name": "Nina", "family_name": "Newman"}).location == "/transcript"
    assert pages.get("/profile").status == 200
    with app.app_context():
        user = accounts.find_by_email("nina@example.org")
        assert (user.legal_name, user.role) == ("Nina Newman", "learner")
        assert user.email_confirmed_at is not None
    again = Pages(app)
    assert come_back(again, hospital).location == "/home"


def test_the_form_of_somebody_new_sent_twice_makes_one_account(app, pages, hospital):
    hospital.sign_in_as("nina-1", email="nina@example.org", email_verified=True)
    come_back(pages, hospital)
    twin = Pages(app)
    twin.client._cookies = dict(pages.client._cookies)
    for browser in (pages, twin):
        page = browser.post("/sign-in/first-time", {"given_name": "Nina", "family_name": "New"})
        assert page.location == "/home"
        assert browser.get("/profile").status == 200
    with app.app_context():
        assert db.session.query(User).count() == db.session.query(ExternalIdentity).count() == 1


def test_an_account_with_the_same_email_is_connected_only_after_its_password(app, pages, hospital, ina):
    hospital.sign_in_as("ina-1", email=ina.email, email_verified=True)
    come_back(pages, hospital, next="/transcript")
    page = pages.get("/sign-in/first-time")
    assert "There is an account with the email" in page.text
    assert pages.post("/sign-in/first-time", {"given_name": "Ina", "family_name": "I"}).status == 422
    assert pages.get("/profile").status == 303
    assert sign_in(pages, ina, "/sign-in/first-time").location == "/sign-in/first-time"
    assert "Connect the two" in pages.get("/sign-in/first-time").text
    assert pages.post("/sign-in/first-time").location == "/transcript"
    with app.app_context():
        assert audit.about(ina.id, limit=1)[0].event == "person:single-sign-on-connected"
        assert db.session.query(Job).order_by(Job.id.desc()).first().payload["template"] == "factor-connected"
    assert come_back(Pages(app), hospital, next="/transcript").location == "/transcript"


def test_an_unverified_email_connects_and_creates_nothing(app, pages, hospital, ina):
    hospital.sign_in_as("evil-1", email=ina.email, email_verified=False)
    come_back(pages, hospital)
    page = pages.get("/sign-in/first-time")
    assert "has not verified your email" in page.text
    assert ina.email not in page.text
    assert pages.post("/sign-in/first-time", {"given_name": "Ina", "family_name": "I"}).status == 422
    with app.app_context():
        assert db.session.query(User).count() == 1


def test_a_connected_account_signs_in(app, pages, hospital, ina):
    connect(app, ina)
    hospital.sign_in_as("ina-1")
    assert come_back(pages, hospital, next="/transcript").location == "/transcript"
    assert ina.legal_name in pages.get("/profile").html


def test_a_changed_email_at_the_provider_changes_nothing_here(app, pages, hospital, ina, other_learner):
    connect(app, ina)
    hospital.sign_in_as("ina-1", email=other_learner.email, email_verified=True)
    come_back(pages, hospital)
    assert ina.legal_name in pages.get("/profile").html


def test_an_account_with_a_second_factor_is_asked_for_it(app, pages, hospital, ina):
    connect(app, ina)
    with app.app_context():
        factors.set_app(ina, factors.seal_secret(ina, SECRET), 0, now=NOON)
    hospital.sign_in_as("ina-1")
    assert come_back(pages, hospital).location.startswith("/sign-in/second-step")
    assert pages.get("/profile").status == 303
    code = pyotp.TOTP(SECRET).at(clock.now())
    assert pages.post("/sign-in/second-step", {"code": code}).status == 303
    assert pages.get("/profile").status == 200


def test_a_second_factor_that_the_provider_states_counts(app, pages, hospital, admin):
    connect(app, admin)
    hospital.sign_in_as("ina-1", amr=["pwd", "mfa"])
    come_back(pages, hospital)
    assert pages.get("/admin/").status == 200


def test_a_password_at_the_provider_is_no_second_factor(app, pages, hospital, admin):
    connect(app, admin)
    hospital.sign_in_as("ina-1", amr=["pwd"])
    come_back(pages, hospital)
    assert pages.get("/admin/").location.startswith("/second-factor")


def test_identity_is_confirmed_again_by_the_provider(app, pages, hospital, ina, monkeypatch):
    connect(app, ina)
    hospital.sign_in_as("ina-1")
    come_back(pages, hospital)
    later = clock.now() + timedelta(minutes=20)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert "/confirm-identity" in pages.get("/profile/security/authenticator").location
    page = pages.get("/confirm-identity", query_string={"next": "/profile/security/authenticator"})
    assert f"Confirm with {NAME}" in page.text


def test_somebody_else_at_the_provider_confirms_nobody(app, pages, hospital, ina):
    connect(app, ina)
    hospital.sign_in_as("otto-1")
    assert come_back(pages.as_(ina), hospital, "/confirm-identity/with-provider").status == 400


def test_it_is_disconnected_in_the_profile(app, pages, hospital, ina):
    connect(app, ina)
    mine = pages.as_(ina)
    assert f"Disconnect {NAME}" in mine.get("/profile/security/single-sign-on").text
    mine.post("/profile/security/single-sign-on/disconnect")
    hospital.sign_in_as("ina-1")
    assert come_back(Pages(app), hospital).location == "/sign-in/first-time"


def test_a_provider_that_is_down_leaves_the_password(app, pages, hospital, ina):
    use(app, "http://127.0.0.1:9", hospital)
    page = pages.get("/sign-in/with-provider")
    assert page.status == 503
    assert "can't be reached at the moment. Sign in with your password" in page.text
    assert sign_in(pages, ina, "/transcript").location == "/transcript"


class TestAttacks:
    def test_a_reply_that_this_browser_did_not_ask_for_is_refused(self, app, pages, hospital):
        """As when an attacker sends the victim a link with the attacker's own code."""
        hospital.sign_in_as("evil-1")
        link = hospital.visit(Pages(app).get("/sign-in/with-provider").location)
        assert pages.get(link.removeprefix(BASE)).status == 400
        pages.get("/sign-in/with-provider")
        assert pages.get(link.removeprefix(BASE)).status == 400

    def test_a_reply_with_another_state_is_refused_before_the_provider_is_asked(self, app, pages, hospital):
        hospital.sign_in_as("ina-1")
        back = hospital.visit(pages.get("/sign-in/with-provider").location).removeprefix(BASE)
        use(app, "http://127.0.0.1:9", hospital)
        another = re.sub(r"state=[^&]+", "state=another", back)
        assert pages.get(re.sub(r"&iss=[^&]+", "", another)).status == 400  # and not 503

    def test_one_sign_in_at_the_provider_is_connected_to_one_account_in_a_race(self, either_app, hospital):
        use(either_app, hospital.issuer, hospital)
        people = [person(either_app, f"{name} Racer") for name in ("Rosa", "Rita", "Ron")]
        claimed = Identity(hospital.issuer, "ina-1", None, "", "", second_factor=False, signed_in_at=None)
        outcomes = []

        def claim(user):
            with either_app.app_context():
                try:
                    actions.connect(user, claimed, now=NOON)
                    outcomes.append("connected")
                except actions.ConnectedToSomebodyElse:
                    outcomes.append("refused")

        threads = [threading.Thread(target=claim, args=(user,)) for user in people]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(outcomes) == ["connected", "refused", "refused"]

    def test_a_reply_counts_once(self, app, pages, hospital, ina):
        connect(app, ina)
        hospital.sign_in_as("ina-1")
        back = hospital.visit(pages.get("/sign-in/with-provider").location).removeprefix(BASE)
        assert pages.get(back).status == 303
        assert pages.get(back).status == 400

    def test_a_reply_of_another_provider_is_refused(self, pages, hospital):
        hospital.sign_in_as("ina-1")
        back = hospital.visit(pages.get("/sign-in/with-provider").location).removeprefix(BASE)
        mixed_up = back.replace("iss=", "iss=http%3A%2F%2Fevil.example&was=")
        assert pages.get(mixed_up).status == 400

    def test_a_late_reply_is_refused(self, pages, hospital, monkeypatch):
        hospital.sign_in_as("ina-1")
        back = hospital.visit(pages.get("/sign-in/with-provider").location).removeprefix(BASE)
        later = clock.now() + timedelta(minutes=11)
        monkeypatch.setattr(clock, "now", lambda: later)
        assert pages.get(back).status == 400

    def test_a_sign_in_at_the_provider_that_belongs_to_somebody_is_not_taken_over(
        self, app, pages, hospital, ina, other_learner
    ):
        connect(app, other_learner)
        mine = pages.as_(ina)
        hospital.sign_in_as("ina-1")
        come_back(mine, hospital)
        with app.app_context():
            assert db.session.query(ExternalIdentity).one().user_id == other_learner.id

    def test_a_link_on_another_site_signs_nobody_in(self, pages):
        page = pages.get("/sign-in/with-provider", headers={"Sec-Fetch-Site": "cross-site"})
        assert page.location == "/sign-in"

    def test_next_never_leaves_the_site(self, app, pages, hospital, ina):
        connect(app, ina)
        hospital.sign_in_as("ina-1")
        assert come_back(pages, hospital, next="https://evil.example").location == "/home"


@pytest.mark.parametrize("path", ["/sign-in/with-provider", "/sign-in/callback"])
def test_without_a_provider_there_is_no_single_sign_on(app, pages, path):
    change_site(app, identity_provider=None)
    assert pages.get(path).status == 404
    assert NAME not in pages.get("/sign-in").text
