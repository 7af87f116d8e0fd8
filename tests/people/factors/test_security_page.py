"""What people see and change of their second factors."""

import re
from datetime import timedelta

import pyotp
import pytest

from course.people.factors import actions, queries
from course.people.factors.models import AuthenticatorApp, Passkey
from course.people.sessions import queries as sessions
from course.platform import clock, db
from course.platform.audit import queries as audit
from course.platform.jobs import Job
from course.reporting.retention import actions as retention
from course.site import site_of
from tests.factories import NOON, change_site, replaced
from tests.passkeys import SoftPasskey

SECURITY = "/profile/security"


@pytest.fixture(autouse=True)
def noon(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOON)


def factors(app, person):
    with app.app_context():
        return queries.factors_of(person.id)


def add_passkey(mine, name="Work laptop", passkey=None):
    passkey = passkey or SoftPasskey()
    options = mine.client.get(f"{SECURITY}/passkeys/options").json
    return mine.post(f"{SECURITY}/passkeys", {"name": name, "credential": passkey.register(options)})


def secret_in(page):
    return re.search(r'class="code">([A-Z2-7 ]+)<', page.html)[1].replace(" ", "")


def set_up_app(mine):
    page = mine.get(f"{SECURITY}/authenticator")
    secret = secret_in(page)
    sealed = re.search(r'name="secret" type="hidden" value="([^"]+)"', page.html)[1]
    code = pyotp.TOTP(secret).at(NOON)
    return secret, mine.post(f"{SECURITY}/authenticator", {"secret": sealed, "code": code})


def test_a_passkey_is_added_renamed_and_removed(app, pages, learner):
    mine = pages.as_(learner)
    assert add_passkey(mine).location == f"{SECURITY}/recovery-codes"
    page = mine.get(SECURITY)
    assert "Work laptop" in page.text
    assert "Not used yet." in page.text
    address = f"{SECURITY}/passkeys/{factors(app, learner).passkeys[0].code}"
    mine.post(address, {"name": "  Home   laptop "})
    assert "Home laptop" in mine.get(SECURITY).text
    mine.post(f"{address}/remove")
    assert "No passkeys yet." in mine.get(SECURITY).text


def test_adding_and_removing_is_mailed_and_logged(app, pages, learner):
    mine = pages.as_(learner)
    add_passkey(mine)
    mine.post(f"{SECURITY}/passkeys/{factors(app, learner).passkeys[0].code}/remove")
    with app.app_context():
        mails = [job.payload["template"] for job in db.session.query(Job).order_by(Job.id) if job.kind == "mail"]
        events = [event.event for event in audit.about(learner.id, limit=9)]
    assert mails == ["factor-added", "factor-removed"]
    assert events == ["person:second-factor-removed", "person:second-factor-added"]


def test_the_same_registration_sent_twice_adds_one_passkey(app, pages, learner):
    mine = pages.as_(learner)
    passkey = SoftPasskey()
    assert add_passkey(mine, passkey=passkey).status == 303
    assert add_passkey(mine, passkey=passkey).status == 303
    assert factors(app, learner).count == 1


def test_a_passkey_of_another_account_is_refused(pages, learner, other_learner):
    passkey = SoftPasskey()
    add_passkey(pages.as_(learner), passkey=passkey)
    assert add_passkey(pages.as_(other_learner), passkey=passkey).status == 409


def test_an_authenticator_app_is_set_up_by_its_first_code(app, pages, learner):
    mine = pages.as_(learner)
    secret, page = set_up_app(mine)
    assert page.location == f"{SECURITY}/recovery-codes"
    with app.app_context():
        app_ = db.session.get_one(AuthenticatorApp, learner.id)
        assert secret not in app_.sealed_secret
        assert actions.unseal_secret(learner, app_.sealed_secret) == secret
    assert (
        "Authenticator app ✓ on" in mine.get(SECURITY).text.replace("  ", " ") or "on Added" in mine.get(SECURITY).text
    )


def test_a_wrong_first_code_shows_the_same_secret_again(app, pages, learner):
    mine = pages.as_(learner)
    page = mine.get(f"{SECURITY}/authenticator")
    sealed = re.search(r'name="secret" type="hidden" value="([^"]+)"', page.html)[1]
    again = mine.post(f"{SECURITY}/authenticator", {"secret": sealed, "code": "000000"})
    assert again.status == 422
    assert secret_in(again) == secret_in(page)
    assert factors(app, learner).app is None


def test_a_secret_of_another_account_is_refused(pages, learner, other_learner):
    page = pages.as_(other_learner).get(f"{SECURITY}/authenticator")
    sealed = re.search(r'name="secret" type="hidden" value="([^"]+)"', page.html)[1]
    code = pyotp.TOTP(secret_in(page)).at(NOON)
    assert pages.as_(learner).post(f"{SECURITY}/authenticator", {"secret": sealed, "code": code}).status == 409


def test_a_code_works_once_and_neighbors_within_half_a_minute(app, pages, learner):
    secret, _ = set_up_app(pages.as_(learner))
    totp = pyotp.TOTP(secret)
    with app.app_context():
        assert not actions.use_code(learner, totp.at(NOON), now=NOON)  # used by the set-up
        later = NOON + timedelta(seconds=90)
        assert not actions.use_code(learner, totp.at(NOON + timedelta(seconds=30)), now=later)
        assert actions.use_code(learner, totp.at(NOON + timedelta(seconds=60)), now=later)
        assert actions.use_code(learner, totp.at(NOON + timedelta(seconds=120)), now=later)
        assert not actions.use_code(learner, totp.at(later), now=later)  # older than the one before


def test_recovery_codes_are_shown_once_and_replaced(app, pages, learner):
    mine = pages.as_(learner)
    add_passkey(mine)
    address = f"{SECURITY}/recovery-codes"
    assert "You have no recovery codes." in mine.get(address).text
    codes = re.findall(r"<code>([0-9A-Z-]+)</code>", mine.post(address).html)
    assert len(set(codes)) == 10
    assert "You have 10 left." in mine.get(SECURITY).text
    assert codes[0] not in mine.get(address).html
    with app.app_context():
        assert actions.use_recovery_code(learner, codes[0].lower().replace("-", " "), now=NOON)
        assert not actions.use_recovery_code(learner, codes[0], now=NOON)
    assert "You have 9 left." in mine.get(SECURITY).text
    mine.post(address)
    with app.app_context():
        assert not actions.use_recovery_code(learner, codes[1], now=NOON)


def test_recovery_codes_go_with_the_last_factor(app, pages, learner):
    mine = pages.as_(learner)
    add_passkey(mine)
    mine.post(f"{SECURITY}/recovery-codes")
    mine.post(f"{SECURITY}/passkeys/{factors(app, learner).passkeys[0].code}/remove")
    assert factors(app, learner).recovery_codes == 0


def test_an_administrator_keeps_one_factor(app, pages, admin):
    mine = pages.as_(admin)
    add_passkey(mine)
    address = f"{SECURITY}/passkeys/{factors(app, admin).passkeys[0].code}/remove"
    page = mine.post(address)
    assert page.status == 409
    assert "Add another one before you remove this one." in page.text
    set_up_app(mine)
    assert mine.post(address).status == 303
    assert mine.post(f"{SECURITY}/authenticator/remove").status == 409


def test_at_an_ip_address_the_page_offers_an_app_instead(app, pages, learner):
    config = replaced(site_of(app).config, public_url="http://192.0.2.7")
    change_site(app, config=config)
    page = pages.as_(learner).get(SECURITY)
    assert "Passkeys do not work at this address." in page.text
    assert "data-passkey" not in page.html


class TestByAnAdministrator:
    @pytest.fixture
    def address(self, pages, learner):
        add_passkey(pages.as_(learner))
        return f"/admin/people/{learner.code}/second-factors"

    def test_lost_factors_are_removed_with_a_reason(self, app, pages, admin, learner, address):
        mine = pages.as_(admin)
        assert "Work laptop" in mine.get(address).text
        assert mine.post(address, {"reason": ""}).status == 422
        assert mine.post(address, {"reason": "Showed a driver license in a call."}).status == 303
        assert factors(app, learner).count == 0
        with app.app_context():
            assert sessions.open_sessions(learner.id, learner.role, now=NOON) == []
        with app.app_context():
            event = audit.about(learner.id, limit=1)[0]
            mail = db.session.query(Job).order_by(Job.id.desc()).first().payload
        assert (event.actor_name, event.event) == ("Ada Admin", "person:second-factors-removed-by-administrator")
        assert event.details == {"factors": ["Work laptop"], "reason": "Showed a driver license in a call."}
        assert (mail["to"], mail["template"]) == (learner.email, "factors-removed")

    def test_nobody_removes_their_own(self, app, pages, admin):
        mine = pages.as_(admin)
        add_passkey(mine, passkey=SoftPasskey(credential_id=b"other"))
        page = mine.post(f"/admin/people/{admin.code}/second-factors", {"reason": "I lost my phone."})
        assert page.status == 409
        assert factors(app, admin).count == 1


def test_closing_the_account_erases_the_factors(app, pages, learner):
    mine = pages.as_(learner)
    add_passkey(mine)
    set_up_app(mine)
    with app.app_context():
        retention.close(learner, now=NOON)
        assert db.session.query(Passkey).count() == db.session.query(AuthenticatorApp).count() == 0
