"""Single sign-on in a real browser, with a real provider on another origin."""

from dataclasses import replace

import pytest

from course.platform.open_id import Provider
from course.site import site_of
from tests import openid
from tests.factories import change_site, replaced
from tests.journeys.conftest import Walk, served


@pytest.mark.parametrize("script", [True, False])
def test_somebody_new_comes_from_the_provider_and_returns(app, browser, site, script):
    app.config["WTF_CSRF_ENABLED"] = True
    with served(app) as address, openid.running(f"{address}/sign-in/callback") as hospital:
        config = replaced(site_of(app).config, public_url=address, oidc=hospital.settings)
        change_site(app, config=config, identity_provider=Provider(hospital.settings))
        hospital.sign_in_as("nina-1", email="nina@example.org", email_verified=True, given_name="Nina")
        walk = Walk(browser, replace(site, address=address), script=script, dark=script)
        walk.go("/sign-in?next=/transcript")
        walk.press("Sign in with City Hospital")
        assert "for the first time" in walk.text()
        assert walk.page.get_by_label("Given names").input_value() == "Nina"
        walk.page.get_by_label("Family name", exact=True).fill("Newman")
        walk.press("Create account")
        assert walk.page.url == f"{address}/transcript"
        walk.page.locator("summary", has_text="Menu").click()
        walk.press("Sign out")
        walk.go("/sign-in?next=/profile")
        walk.press("Sign in with City Hospital")
        assert walk.page.url == f"{address}/profile"
        walk.context.close()
