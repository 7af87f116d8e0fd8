"""What somebody with a stolen password, an old code or a copied message tries against second factors."""

import json
import re
import threading
from datetime import timedelta

import pyotp
import pytest

from course.people.accounts import passwords
from course.people.accounts.models import User
from course.people.factors import actions, queries
from course.people.factors.models import Passkey
from course.platform import clock, db
from course.platform.audit import queries as audit
from course.platform.db import unit_of_work
from course.site import site_of
from tests.factories import NOON, PASSWORD, change_site, issue, person, replaced
from tests.pages import Pages
from tests.passkeys import SoftPasskey, handle_of

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
OPTIONS = "/sign-in/passkey/options"


@pytest.fixture
def now(monkeypatch):
    """Return the current moment in a list, which a test changes to move the clock."""
    moment = [NOON]
    monkeypatch.setattr(clock, "now", lambda: moment[0])
    return moment


def with_password(app, user):
    @unit_of_work
    def set_it():
        db.session.get_one(User, user.id).password_hash = passwords.hash_password(PASSWORD)

    with app.app_context():
        set_it()
        return db.session.get_one(User, user.id)


def with_app(app, user):
    """Give the person an authenticator app with SECRET, and a password."""
    user = with_password(app, user)
    with app.app_context():
        actions.set_app(user, actions.seal_secret(user, SECRET), 0, now=NOON)
    return user


def codes_of(app, user):
    with app.app_context():
        return actions.make_recovery_codes(user, now=NOON)


def with_passkey(pages, user, **kinds):
    """Register a passkey of the person and return it."""
    passkey = SoftPasskey(credential_id=user.code.bytes, **kinds)
    mine = pages.as_(user)
    options = mine.client.get("/profile/security/passkeys/options").json
    sent = {"name": "Laptop", "credential": passkey.register(options)}
    assert mine.post("/profile/security/passkeys", sent).status == 303
    return passkey


def password_step(app, user):
    pages = Pages(app)
    page = pages.post("/sign-in", {"email": user.email, "password": PASSWORD}, query_string={"next": "/transcript"})
    assert page.location.startswith("/sign-in/second-step")
    return pages


def is_in(pages):
    return pages.get("/profile").status == 200


class TestAfterTheStolenPassword:
    def test_nothing_is_open_before_the_second_step(self, app, now, learner):
        pages = password_step(app, with_app(app, learner))
        for address in ("/home", "/profile", "/profile/security", "/profile/security/authenticator", "/transcript"):
            assert "/sign-in" in pages.get(address).location, address
        assert pages.post("/profile/security/recovery-codes").status in {303, 403}
        assert not is_in(pages)

    def test_the_right_code_opens_the_page_that_was_wanted(self, app, now, learner):
        pages = password_step(app, with_app(app, learner))
        code = pyotp.TOTP(SECRET).at(NOON)
        page = pages.post("/sign-in/second-step", {"code": code}, query_string={"next": "/transcript"})
        assert page.location == "/transcript"
        assert is_in(pages)

    def test_a_code_is_accepted_once(self, app, now, learner):
        user = with_app(app, learner)
        code = pyotp.TOTP(SECRET).at(NOON)
        assert password_step(app, user).post("/sign-in/second-step", {"code": code}).status == 303
        second = password_step(app, user)
        assert second.post("/sign-in/second-step", {"code": code}).status == 422
        assert not is_in(second)

    def test_codes_can_not_be_guessed(self, app, now, learner):
        pages = password_step(app, with_app(app, learner))
        right = pyotp.TOTP(SECRET).at(NOON)
        wrong = [f"{n:06}" for n in range(6) if f"{n:06}" != right]
        statuses = [pages.post("/sign-in/second-step", {"code": code}).status for code in wrong[:5]]
        assert statuses == [422] * 5
        refused = pages.post("/sign-in/second-step", {"code": right})
        assert refused.status == 429
        assert "Too many wrong codes" in refused.text

    def test_wrong_codes_of_others_do_not_keep_a_known_device_out(self, app, now, learner):
        user = with_app(app, learner)
        hers = password_step(app, user)
        hers.post("/sign-in/second-step", {"code": pyotp.TOTP(SECRET).at(NOON)})
        hers.post("/sign-out")
        attacker = password_step(app, user)
        tried = [attacker.post("/sign-in/second-step", {"code": f"{n:06}"}).status for n in range(30)]
        assert tried[5:] == [429] * 25
        now[0] += timedelta(minutes=2)
        hers.post("/sign-in", {"email": user.email, "password": PASSWORD})
        hers.post("/sign-in/second-step", {"code": pyotp.TOTP(SECRET).at(now[0])})
        assert is_in(hers)

    def test_wrong_codes_are_in_the_log_with_their_address_and_without_the_code(self, app, now, learner):
        pages = password_step(app, with_app(app, learner))
        pages.post("/sign-in/second-step", {"code": "123456"})
        pages.post("/sign-in/second-step", {"code": "ABCD-EFGH-JKMN"})
        with app.app_context():
            events = audit.about(learner.id, limit=2)
        assert [event.event for event in events] == ["session:refused"] * 2
        assert [event.details["reason"] for event in events] == ["wrong recovery code", "wrong code"]
        assert {event.details["address"] for event in events} == {"127.0.0.1"}
        assert "123456" not in str([event.details for event in events])

    def test_the_step_runs_out(self, app, now, learner):
        pages = password_step(app, with_app(app, learner))
        now[0] += timedelta(minutes=11)
        page = pages.post("/sign-in/second-step", {"code": pyotp.TOTP(SECRET).at(now[0])})
        assert page.location.startswith("/sign-in")
        assert not is_in(pages)

    def test_the_step_ends_with_the_password(self, app, now, learner):
        user = with_app(app, learner)
        pages = password_step(app, user)
        with_password(app, user)  # a new hash
        pages.post("/sign-in/second-step", {"code": pyotp.TOTP(SECRET).at(NOON)})
        assert not is_in(pages)

    def test_the_second_step_alone_opens_nothing(self, app, now, learner):
        with_app(app, learner)
        pages = Pages(app)
        assert pages.post("/sign-in/second-step", {"code": pyotp.TOTP(SECRET).at(NOON)}).location == "/sign-in"

    def test_an_account_with_only_a_passkey_asks_for_it_too(self, app, now, pages, learner):
        with_passkey(pages, with_password(app, learner))
        password_step(app, learner)

    def test_a_passkey_of_another_account_does_not_finish_the_step(self, app, now, pages, learner, other_learner):
        with_passkey(pages, with_password(app, learner))
        attackers = with_passkey(pages, other_learner)
        half_in = password_step(app, learner)
        now[0] += timedelta(seconds=1)
        sent = {"credential": attackers.sign(half_in.client.get(OPTIONS).json)}
        assert half_in.post("/sign-in/passkey", sent).status == 409
        assert not is_in(half_in)


class TestConfirmingIdentity:
    """Before factors change, the person proves again who they are: by the password, a passkey or a code."""

    def test_a_code_confirms(self, app, now, learner):
        pages = password_step(app, with_app(app, learner))
        pages.post("/sign-in/second-step", {"code": pyotp.TOTP(SECRET).at(NOON)})
        now[0] += timedelta(minutes=16)
        assert pages.get("/profile/security/recovery-codes").location.startswith("/confirm-identity")
        assert "Use a code from your authenticator app" in pages.get("/confirm-identity").text
        code = pyotp.TOTP(SECRET).at(now[0])
        assert (
            pages.post("/second-factor", {"code": code}, query_string={"next": "/transcript"}).location == "/transcript"
        )
        assert pages.get("/profile/security/recovery-codes").status == 200

    def test_a_passkey_confirms_and_one_of_another_account_does_not(self, app, now, pages, learner, other_learner):
        own, foreign = with_passkey(pages, learner), with_passkey(pages, other_learner)
        now[0] += timedelta(minutes=1)
        visitor = Pages(app)
        visitor.post("/sign-in/passkey", {"credential": own.sign(visitor.client.get(OPTIONS).json)})
        now[0] += timedelta(minutes=16)
        sent = {"credential": foreign.sign(visitor.client.get(OPTIONS).json)}
        assert visitor.post("/confirm-identity/passkey", sent).status == 409
        assert visitor.get("/profile/security/recovery-codes").location.startswith("/confirm-identity")
        sent = {"credential": own.sign(visitor.client.get(OPTIONS).json)}
        assert visitor.post("/confirm-identity/passkey", sent).status == 303
        assert visitor.get("/profile/security/recovery-codes").status == 200


class TestRecoveryCodes:
    def test_one_signs_in_once(self, app, now, learner):
        user = with_app(app, learner)
        code = codes_of(app, user)[0]
        assert password_step(app, user).post("/sign-in/second-step", {"code": code}).location == "/home"
        again = password_step(app, user)
        assert again.post("/sign-in/second-step", {"code": code}).status == 422
        assert not is_in(again)

    def test_one_of_another_account_is_refused(self, app, now, learner, other_learner):
        user, other = with_app(app, learner), with_app(app, other_learner)
        codes_of(app, user)
        page = password_step(app, user).post("/sign-in/second-step", {"code": codes_of(app, other)[0]})
        assert page.status == 422

    def test_one_counts_once_in_a_race(self, either_app):
        user = with_app(either_app, person(either_app, "Rosa Racer"))
        code = codes_of(either_app, user)[0]
        accepted = []

        def use():
            with either_app.app_context():
                accepted.append(actions.use_recovery_code(user, code, now=NOON))

        threads = [threading.Thread(target=use) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(accepted) == [False] * 5 + [True]

    def test_a_code_of_the_app_counts_once_in_a_race(self, either_app):
        user = with_app(either_app, person(either_app, "Rosa Racer"))
        accepted = []

        def use():
            with either_app.app_context():
                accepted.append(actions.use_code(user, pyotp.TOTP(SECRET).at(NOON), now=NOON))

        threads = [threading.Thread(target=use) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(accepted) == [False] * 5 + [True]


class TestPasskeys:
    @pytest.fixture
    def passkey(self, app, now, pages, learner):
        passkey = with_passkey(pages, learner)
        now[0] += timedelta(minutes=1)
        return passkey

    def test_one_signs_in_without_a_password(self, app, pages, learner, passkey):
        sent = {"credential": passkey.sign(pages.client.get(OPTIONS).json)}
        assert pages.post("/sign-in/passkey", sent, query_string={"next": "/transcript"}).location == "/transcript"
        assert is_in(pages)

    @pytest.mark.parametrize(
        "lie",
        [
            {"origin": "https://evil.example"},
            {"origin": "http://localhost.evil.example"},
            {"origin": "https://localhost"},
            {"site": "evil.example"},
            {"verified": False},
        ],
    )
    def test_an_answer_for_another_site_or_of_nobody_is_refused(self, pages, passkey, lie):
        sent = {"credential": passkey.sign(pages.client.get(OPTIONS).json, **lie)}
        assert pages.post("/sign-in/passkey", sent).status == 422
        assert not is_in(pages)

    def test_an_answer_to_the_challenge_of_another_browser_is_refused(self, app, pages, passkey):
        """As in phishing: the attacker's page passes on a challenge, and gets the victim's answer."""
        attacker = Pages(app)
        answer = passkey.sign(pages.client.get(OPTIONS).json)
        attacker.client.get(OPTIONS)
        assert attacker.post("/sign-in/passkey", {"credential": answer}).status == 422

    def test_an_answer_is_accepted_once_even_with_a_copied_cookie(self, app, pages, passkey):
        sent = {"credential": passkey.sign(pages.client.get(OPTIONS).json)}
        name = app.config["SESSION_COOKIE_NAME"]
        copied = pages.client.get_cookie(name).value
        assert pages.post("/sign-in/passkey", sent).status == 303
        thief = Pages(app)
        thief.client.set_cookie(name, copied)
        assert thief.post("/sign-in/passkey", sent).status == 422

    def test_an_old_answer_is_refused(self, pages, now, passkey):
        sent = {"credential": passkey.sign(pages.client.get(OPTIONS).json)}
        now[0] += timedelta(minutes=6)
        assert pages.post("/sign-in/passkey", sent).status == 422

    def test_a_signature_of_another_key_is_refused(self, pages, passkey):
        forged = SoftPasskey(credential_id=passkey.credential_id, user_handle=passkey.user_handle)
        sent = {"credential": forged.sign(pages.client.get(OPTIONS).json)}
        assert pages.post("/sign-in/passkey", sent).status == 422

    def test_an_answer_that_names_another_account_is_refused(self, pages, other_learner, passkey):
        answer = json.loads(passkey.sign(pages.client.get(OPTIONS).json))
        answer["response"]["userHandle"] = handle_of(other_learner)
        assert pages.post("/sign-in/passkey", {"credential": json.dumps(answer)}).status == 422

    def test_a_copied_key_that_did_not_count_on_is_refused(self, app, now, pages, other_learner):
        passkey = with_passkey(pages, other_learner, counts=True)
        for expected in (303, 422):
            now[0] += timedelta(minutes=1)
            visitor = Pages(app)
            sent = {"credential": passkey.sign(visitor.client.get(OPTIONS).json)}
            assert visitor.post("/sign-in/passkey", sent).status == expected
            passkey.sign_count -= 1  # the copy signs with the count of the original
        with app.app_context():
            assert db.session.query(Passkey).one().sign_count == 1

    def test_a_registration_for_another_site_is_refused(self, app, now, pages, learner):
        mine = pages.as_(learner)
        for lie in ({"origin": "https://evil.example"}, {"verified": False}):
            options = mine.client.get("/profile/security/passkeys/options").json
            sent = {"name": "Laptop", "credential": SoftPasskey().register(options, **lie)}
            assert mine.post("/profile/security/passkeys", sent).status == 422
        with app.app_context():
            assert queries.factors_of(learner.id).count == 0

    @pytest.mark.parametrize(
        "garbage",
        ["", "null", "[]", "{}", '{"rawId": 1, "response": {}}', '{"rawId": "AA", "response": []}', "[" * 9999],
    )
    def test_garbage_is_refused_plainly(self, pages, learner, now, garbage):
        pages.client.get(OPTIONS)
        assert pages.post("/sign-in/passkey", {"credential": garbage}).status == 422
        mine = pages.as_(learner)
        mine.client.get("/profile/security/passkeys/options")
        page = mine.post("/profile/security/passkeys", {"name": "x", "credential": garbage})
        assert page.status == 422

    def test_a_closed_account_stays_closed(self, app, pages, learner, passkey):
        @unit_of_work
        def close():
            db.session.get_one(User, learner.id).closed_at = NOON

        with app.app_context():
            close()
        sent = {"credential": passkey.sign(pages.client.get(OPTIONS).json)}
        assert pages.post("/sign-in/passkey", sent).status == 422


class TestAdministratorsWithoutASecondFactor:
    """With PUBLIC_URL there is no way around it. On the machine itself, it can be put off, and the demo needs none."""

    @pytest.fixture
    def password_only(self, app):
        """Return a function that signs somebody in with a password alone."""

        def sign_in(user):
            user = with_password(app, user)
            pages = Pages(app)
            pages.post("/sign-in", {"email": user.email, "password": PASSWORD})
            return pages

        return sign_in

    @pytest.fixture
    def public(self, app):
        change_site(app, config=replaced(site_of(app).config, public_url="https://learn.example.org"))

    def test_console_pages_lead_to_the_set_up(self, app, admin, password_only, public):
        mine = password_only(admin)
        for address in ("/admin/", "/admin/people/", "/admin/requests/"):
            assert mine.get(address).location.startswith("/second-factor?next=/admin"), address
        page = mine.get("/second-factor")
        assert "Set up a second factor" in page.text
        assert "Not now" not in page.text

    def test_what_learners_may_do_stays_open(self, app, admin, password_only, public):
        mine = password_only(admin)
        assert mine.get("/profile").status == mine.get("/profile/security").status == 200
        assert mine.post("/sign-out").status == 303

    def test_putting_off_is_refused(self, admin, password_only, public):
        mine = password_only(admin)
        assert mine.post("/second-factor/later").status == 409
        assert mine.get("/admin/").status == 303

    def test_the_demo_needs_one_too(self, app, password_only, public):
        assert password_only(demo(app)).get("/admin/").status == 303

    def test_a_reviewer_needs_one(self, reviewer, password_only, public):
        assert password_only(reviewer).get("/admin/review/").location.startswith("/second-factor")

    def test_documents_of_others_stay_closed(self, app, admin, learner, password_only, public):
        code = issue(app, learner, admin).code
        assert password_only(admin).get(f"/certificates/{code}.pdf").status == 404

    def test_on_this_machine_it_is_put_off_for_the_session(self, admin, password_only):
        mine = password_only(admin)
        assert mine.get("/admin/").status == 303
        assert "Not now" in mine.get("/second-factor").text
        assert mine.post("/second-factor/later", query_string={"next": "/admin/"}).location == "/admin/"
        assert mine.get("/admin/").status == 200
        mine.post("/sign-out")
        assert password_only(admin).get("/admin/").status == 303

    def test_what_was_put_off_ends_with_a_public_address(self, app, admin, password_only):
        mine = password_only(admin)
        mine.post("/second-factor/later")
        change_site(app, config=replaced(site_of(app).config, public_url="https://learn.example.org"))
        assert mine.get("/admin/").status == 303

    @pytest.mark.parametrize(
        "from_afar",
        [
            {"environ_overrides": {"REMOTE_ADDR": "192.0.2.7"}},
            {"headers": {"X-Forwarded-For": "192.0.2.7"}},
            {"headers": {"Forwarded": "for=192.0.2.7"}},
        ],
    )
    def test_from_another_machine_it_can_not_be_put_off(self, admin, password_only, from_afar):
        mine = password_only(admin)
        mine.post("/second-factor/later")
        assert mine.get("/admin/", **from_afar).status == 303
        assert mine.post("/second-factor/later", **from_afar).status == 409

    def test_on_this_machine_the_demo_needs_none(self, app, password_only):
        assert password_only(demo(app)).get("/admin/").status == 200

    def test_one_that_is_added_counts_at_once(self, app, admin, password_only, public):
        mine = password_only(admin)
        page = mine.get("/profile/security/authenticator")
        assert page.status == 200
        assert add_app(mine, page).status == 303
        assert mine.get("/admin/").status == 200

    def test_an_older_session_does_not_get_one_by_adding_another(self, app, now, admin, password_only, public):
        """Who took over a session from before the second factor can't add one of their own."""
        old = password_only(admin)
        with_app(app, admin)
        assert old.get("/admin/").location.startswith("/second-factor")
        assert old.get("/profile/security/authenticator").location.startswith("/second-factor")
        assert old.post("/profile/security/recovery-codes").location.startswith("/second-factor")
        assert old.post("/second-factor", {"code": pyotp.TOTP(SECRET).at(NOON)}).status == 303
        assert old.get("/admin/").status == 200


def demo(app):
    @unit_of_work
    def mark(user_id):
        db.session.get_one(User, user_id).is_demo = True

    user = person(app, "Dora Demo", role="admin")
    with app.app_context():
        mark(user.id)
        return db.session.get_one(User, user.id)


def add_app(mine, page):
    secret = re.search(r'class="code">([A-Z2-7 ]+)<', page.html)[1].replace(" ", "")
    sealed = re.search(r'name="secret" type="hidden" value="([^"]+)"', page.html)[1]
    code = pyotp.TOTP(secret).at(clock.now())
    return mine.post("/profile/security/authenticator", {"secret": sealed, "code": code})
