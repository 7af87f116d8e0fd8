"""A holder shares a certificate and a stranger finds it, in a real browser, with axe on each page in both themes."""

from pathlib import Path

import pytest

from course import create_app
from course.certificates.issuing import ending
from course.certificates.issuing.models import Reason
from course.platform.config import Config
from course.site import site_of
from tests import factories
from tests.sampling import sample


@pytest.fixture
def app(site, catalog):
    made = create_app(Config.from_environ({"COURSE_DATA": str(site.data)}), catalog)
    yield made
    site_of(made).engines.writing.dispose()


@pytest.fixture
def certify(app):
    def certified(name):
        admin = factories.person(app, f"Ada-{name.split()[0]} Admin", role="admin")
        person = factories.person(app, name)
        return person, factories.issue(app, person, admin), admin

    return certified


@pytest.mark.parametrize(
    ("name", "script", "dark"),
    sample([("Sara Script", True, True), ("Lia Light", True, False), ("Nora Noscript", False, False)], few=2),
)
def test_a_certificate_is_shared_listed_and_hidden(walk, sign_in, certify, name, script, dark):
    person, certificate, _ = certify(name)
    holder, stranger = sign_in(person, script=script, dark=dark), walk(script=script, dark=dark)
    share(holder, stranger, certificate)
    be_found(holder, stranger, name, certificate)
    hide(holder, stranger, name, certificate)


def share(holder, stranger, certificate):
    holder.go("/certificates/")
    holder.press("Badge, links and your name in public")
    holder.page.get_by_label("Label").fill("My clinic")
    holder.press("Create link")
    address = holder.page.get_by_label("Link to copy").input_value()
    stranger.go(address)
    assert "shares this certificate with you" in stranger.text()
    with stranger.page.expect_download() as download:
        stranger.page.get_by_role("link", name="Open Badge (JSON)").evaluate(
            "link => link.setAttribute('download', '')"
        )
        stranger.page.get_by_role("link", name="Open Badge (JSON)").click()
    assert certificate.code in Path(download.value.path()).read_text()
    stranger.press("Verify this certificate")
    assert stranger.page.locator("h1").inner_text().endswith("Valid")
    holder.press("End link “My clinic”")
    stranger.faults.clear()
    assert stranger.page.goto(address).status == 404


def be_found(holder, stranger, name, certificate):
    holder.press("Change what the public sees")
    holder.page.get_by_label("to everyone, in the public directory").check()
    holder.press("Save")
    stranger.faults.clear()
    stranger.go("/")
    stranger.press("find a therapist")
    stranger.page.get_by_label("State of the license").select_option("HI")
    stranger.page.get_by_label("Name or its first letters").fill(name.split()[1][:4].upper())
    stranger.press("Search directory")
    assert "1.25 contact hours" in stranger.text()
    stranger.press(f"Verify the certificate of {name}")
    assert certificate.code in stranger.text()


def hide(holder, stranger, name, certificate):
    holder.press("Change what the public sees")
    holder.page.get_by_label("to anyone with the number").last.check()
    holder.press("Save")
    stranger.go(f"/verify/{certificate.code}")
    assert "initials only, as the holder chose" in stranger.text()
    assert name.split()[1] not in stranger.text()


@pytest.mark.parametrize(("name", "dark"), [("Rhea Revoked", True), ("Rolf Revoked", False)])
def test_pages_for_wrong_requests_are_accessible(app, walk, certify, name, dark):
    _, certificate, admin = certify(name)
    with app.app_context():
        ending.revoke(certificate, Reason.AT_REQUEST, "asked", actor=admin, now=factories.NOON)
    stranger = walk(dark=dark)
    stranger.go(f"/verify/{certificate.code}")
    assert "Revoked" in stranger.text()
    for path in ("/verify/AAAA-AAAA-AAAA-AAAA", "/shared/nothing", "/directory/?state=HI&name=l"):
        stranger.page.goto(path)
        stranger.faults.clear()  # the browser reports the error status
        stranger.see()
