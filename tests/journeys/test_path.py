"""From sign-up to a certificate that anyone can verify: learner and administrator, with JavaScript and without."""

import time

import pytest
import yaml

from course import create_app
from course.people.accounts import queries as accounts
from course.platform import clock
from course.platform.config import ROOT, Config
from course.site import site_of
from tests import factories
from tests.factories import PASSWORD
from tests.journeys import answering
from tests.sampling import sample

BANK = yaml.safe_load((ROOT / "quizzes/adverse-events.yaml").read_text())
LENGTH = sum(BANK["blueprint"].values())


@pytest.fixture(scope="module")
def admin_made():
    return {}


@pytest.fixture
def app(site, catalog):
    made = create_app(Config.from_environ({"COURSE_DATA": str(site.data)}), catalog)
    yield made
    site_of(made).engines.dispose()


def create_admin(walk, admin_made, *, script):
    admin = walk(script=script)
    if admin_made:
        sign_in_admin(admin)
        return admin
    admin.go(admin.site.invitation.removeprefix(admin.site.address))
    admin.fill(Given_names="Ada", Family_name="Admin", Password=PASSWORD)
    admin.page.get_by_label("Email").fill("admin@example.org")
    admin.press("Create account")
    sign_in_admin(admin)
    admin_made["yes"] = True
    return admin


def sign_in_admin(admin):
    admin.go("/sign-in")
    answering.sign_in(admin.page, "admin@example.org")
    admin.see()
    put_off_second_factor(admin)


def put_off_second_factor(admin):
    admin.go("/admin/")
    assert "Set up a second factor" in admin.text()
    admin.press("Not now")
    assert admin.page.url.endswith("/admin/")


def sign_up(person, name, email):
    person.go(person.site.mailbox.removeprefix(person.site.address))
    person.go("/")
    person.press("Sign up")
    given, family = name.split()
    person.fill(Given_names=given, Family_name=family, Password=PASSWORD)
    person.page.get_by_label("Email").fill(email)
    person.press("Create account")
    person.press("Open the local mailbox")
    for _ in range(40):
        if person.page.get_by_text(f"To {email}").count():
            break
        time.sleep(0.25)
        person.page.reload()
    person.see()
    mail = person.page.locator("article", has_text=email)
    person.page.goto(mail.get_by_role("link").first.get_attribute("href"))
    person.see()
    person.press("Confirm email")
    assert "confirmed" in person.text()


def add_license(person):
    person.go("/profile")
    person.press("Add a license")
    person.page.get_by_label("State").select_option("FL")
    person.page.get_by_label("Physical therapist (PT)").check()
    person.page.get_by_label("License number").fill("PT40213")
    person.press("Save license")


def study(person, app, email):
    """Go through a module whose sections the person opened yesterday, so that nobody has to wait."""
    with app.app_context():
        learner = accounts.find_by_email(email)
    factories.open_sections(app, learner, now=clock.now())
    person.go("/modules/")
    person.press("Adverse events and emergency response")
    person.press("Start")
    while person.page.url.removeprefix(person.site.address) != "/modules/adverse-events/":
        for n in range(person.page.locator(".check form").count()):
            form = person.page.locator(".check form").nth(n)
            form.locator("input[name=choice]").first.check()
            if person.script:
                with person.page.expect_response("**/checks/**"):
                    form.get_by_role("button").click()
                person.page.locator(".check").nth(n).locator(".rationale").wait_for()
            else:
                with person.page.expect_navigation():
                    form.get_by_role("button").click()
        person.see()
        with person.page.expect_navigation():
            person.page.locator(".section-end button").click()
        person.see()


def answer(person, position):
    one = answering.asked(person.site, answering.code_in(person.page), position)
    answering.give(person.page.locator("[data-fields]"), f"a{position}", answering.fields(one, one.item.solution))
    if person.script:
        person.page.get_by_text("✓ Saved").wait_for()


def quiz(person):
    person.press("Go to quiz")
    person.press("Start attempt 1")
    for n in range(LENGTH):
        answer(person, n + 1)
        person.press("Save and go to overview" if n == LENGTH - 1 else "Save and continue")
    person.press(f"Submit {LENGTH} of {LENGTH} answers")
    assert "Passed" in person.text()
    assert f"{LENGTH} of {LENGTH}" in person.text()


def evaluate_and_sign(person, name):
    person.go("/courses/needling-safety")
    person.press("Course evaluation")
    for group in person.page.locator("fieldset").all():
        group.locator("input").first.check()
    person.page.get_by_label("What will you do differently").fill("Call the next day.")
    person.press("Submit evaluation")
    person.press("Sign and request the certificate")
    for box in ("State, profession and number", "The name matches my license", "I attest to this"):
        person.page.get_by_label(box).check()
    person.page.get_by_label("Type your legal name").fill(name)
    person.press("Sign and request")
    assert "Waiting for review since" in person.text()


def issue(admin, name):
    admin.go("/admin/")
    admin.press("Certificate requests")
    admin.press(name)
    assert f"passed with {LENGTH} of {LENGTH}" in admin.text()
    admin.press("Issue certificate")
    assert "1 certificate issued" in admin.text()


def download_and_check(person, stranger):
    person.go("/courses/needling-safety")
    code = person.page.locator(".code").first.inner_text()
    address = person.page.get_by_role("link", name="Download (PDF)").get_attribute("href")
    document = person.context.request.get(address)
    assert document.headers["content-type"] == "application/pdf"
    assert document.body().startswith(b"%PDF-")
    stranger.go("/verify/")
    stranger.page.get_by_label("Certificate number").fill(code.lower().replace("-", " "))
    stranger.press("Verify certificate")
    assert stranger.page.locator("h1").inner_text().endswith("Valid")
    return code


def revoke(admin, stranger, code):
    admin.go("/admin/")
    admin.page.get_by_label("Find a person").fill(code)
    admin.press("Find")
    admin.page.get_by_label("Reason (public)").select_option("issued in error")
    admin.page.get_by_label("What happened").fill("Tried out.")
    admin.press("Revoke this certificate")
    stranger.go(f"/verify/{code}")
    assert "Revoked" in stranger.page.locator("h1").inner_text()


@pytest.mark.parametrize("script", sample([True, False], few=1), ids={True: "with-script", False: "without-script"}.get)
def test_a_learner_earns_a_certificate_that_an_administrator_issues_and_revokes(walk, app, admin_made, script):
    name = "Thea Therapist" if script else "Nora Noscript"
    admin = create_admin(walk, admin_made, script=script)
    person, stranger = walk(script=script, dark=script), walk(script=script)
    email = f"{name.split()[0].lower()}@example.org"
    sign_up(person, name, email)
    add_license(person)
    study(person, app, email)
    quiz(person)
    evaluate_and_sign(person, name)
    issue(admin, name)
    code = download_and_check(person, stranger)
    revoke(admin, stranger, code)
