"""Passkeys in a real browser with a virtual authenticator, and what pages say where passkeys do not work."""

from dataclasses import replace

import pyotp
import pytest

from course.people.accounts import passwords
from course.people.accounts.models import User
from course.platform import clock, db
from course.platform.db import unit_of_work
from tests import factories
from tests.factories import PASSWORD
from tests.journeys.conftest import Walk, served

AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def person(app):
    """Return an administrator with a password."""
    user = factories.person(app, "Ada Admin", role="admin")

    @unit_of_work
    def set_password():
        db.session.get_one(User, user.id).password_hash = passwords.hash_password(PASSWORD)

    with app.app_context():
        set_password()
    return user


@pytest.fixture
def walks(app, browser, site):
    """Return a function that opens a browser at the app. Its address is a name, as passkeys need it."""
    app.config["WTF_CSRF_ENABLED"] = True
    with served(app) as address:
        opened = []

        def walk(host="localhost", **more):
            there = replace(site, address=address.replace("127.0.0.1", host))
            opened.append(Walk(browser, there, script=more.pop("script", True), dark=more.pop("dark", False)))
            return opened[-1]

        yield walk
        for one in opened:
            one.context.close()


def with_authenticator(walk):
    """Plug an authenticator into the page's browser. Return the connection that controls it, and its id."""
    devtools = walk.context.new_cdp_session(walk.page)
    devtools.send("WebAuthn.enable")
    made = devtools.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
    return devtools, made["authenticatorId"]


def sign_in_by_password(walk, person):
    walk.go("/sign-in")
    walk.fill(Email=person.email, Password=PASSWORD)
    with walk.page.expect_navigation():
        walk.page.get_by_role("main").get_by_role("button", name="Sign in", exact=True).click()
    walk.see()


def test_a_passkey_is_added_and_then_signs_in_and_confirms(walks, person):
    walk = walks()
    devtools, authenticator = with_authenticator(walk)
    sign_in_by_password(walk, person)
    walk.go("/admin/")
    assert "Set up a second factor" in walk.text()
    walk.press("Set up a second factor")
    walk.fill(Name="Work laptop")
    walk.press("Add a passkey")
    assert "Your passkey is added." in walk.text()
    walk.press("Create recovery codes")
    assert walk.page.locator(".recovery-codes code").count() == 10
    walk.press("I saved the codes")
    assert "Work laptop" in walk.text()
    walk.go("/admin/")
    assert "Certificate requests" in walk.text()

    key = devtools.send("WebAuthn.getCredentials", {"authenticatorId": authenticator})["credentials"][0]
    assert key["rpId"] == "localhost"
    assert key["isResidentCredential"]

    walk.page.locator("summary", has_text="Menu").click()
    walk.press("Sign out")
    walk.go("/sign-in?next=/admin/people/")
    walk.press("Sign in with a passkey")
    assert walk.page.url.endswith("/admin/people/")
    walk.go("/confirm-identity?next=/profile/security")
    walk.press("Use a passkey")
    assert walk.page.url.endswith("/profile/security")
    assert "Last used" in walk.text()


def test_the_password_leads_to_the_passkey(walks, person):
    walk = walks()
    with_authenticator(walk)
    sign_in_by_password(walk, person)
    walk.go("/profile/security")
    walk.fill(Name="Work laptop")
    walk.press("Add a passkey")
    walk.page.locator("summary", has_text="Menu").click()
    walk.press("Sign out")
    sign_in_by_password(walk, person)
    assert "Second step" in walk.text()
    walk.press("Use a passkey")
    assert walk.page.url.endswith("/home")


def test_a_device_without_the_passkey_is_told_so(walks, person):
    walk = walks()
    devtools, authenticator = with_authenticator(walk)
    devtools.send("WebAuthn.setUserVerified", {"authenticatorId": authenticator, "isUserVerified": False})
    walk.go("/sign-in")
    walk.page.get_by_role("button", name="Sign in with a passkey").click()
    walk.page.get_by_text("No passkey was used.").wait_for()
    assert walk.page.url.endswith("/sign-in")


def test_without_javascript_an_app_is_set_up_and_signs_in(walks, person):
    walk = walks(script=False)
    sign_in_by_password(walk, person)
    walk.go("/profile/security")
    assert "Passkeys need JavaScript." in walk.text()
    assert not walk.page.get_by_role("button", name="Add a passkey").is_visible()
    walk.press("Set up an authenticator app")
    assert walk.page.locator(".qr-code svg").is_visible()
    totp = pyotp.TOTP(walk.page.locator("code").inner_text().replace(" ", ""))
    walk.page.get_by_label("Six-digit code").fill(totp.now())
    walk.press("Turn on authenticator app")
    walk.press("Create recovery codes")
    recovery = walk.page.locator(".recovery-codes code").first.inner_text()
    for code in (totp.at(clock.now(), counter_offset=1), recovery):  # a code works once, so the next one is used
        walk.page.locator("summary", has_text="Menu").click()
        walk.press("Sign out")
        sign_in_by_password(walk, person)
        assert "Second step" in walk.text()
        walk.page.get_by_label("Code").fill(code)
        walk.press("Continue")
        assert walk.page.url.endswith("/home")


def test_at_an_ip_address_the_page_leads_to_localhost(walks, person):
    walk = walks(host="127.0.0.1", dark=True)
    sign_in_by_password(walk, person)
    walk.go("/profile/security")
    assert "open localhost" in walk.text()
