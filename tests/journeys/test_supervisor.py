"""A therapist logs supervised sessions on a phone, and a supervisor without an account confirms them on theirs."""

from email import message_from_bytes, policy

import pytest

from course import create_app
from course.platform import db
from course.platform.config import Config
from course.platform.jobs import Job
from course.site import site_of
from tests import factories
from tests.sampling import sample


@pytest.fixture
def app(site, catalog):
    made = create_app(Config.from_environ({"COURSE_DATA": str(site.data)}), catalog)
    yield made
    site_of(made).engines.writing.dispose()


def link_in_mail(app, to):
    """Return the path of the link that was mailed, from the outbox or from the stored mail if it was sent already."""
    with app.app_context():
        waiting = [job.payload for job in db.session.query(Job).filter_by(kind="mail").order_by(Job.id)]
    links = [payload["link"] for payload in waiting if payload.get("to") == to]
    for path in sorted(site_of(app).config.mails.glob("*.eml")):
        message = message_from_bytes(path.read_bytes(), policy=policy.default)
        if message["To"] == to:
            links += [word for word in message.get_content().split() if "/supervise/" in word]
    return "/supervise/" + links[-1].rpartition("/supervise/")[2]


@pytest.mark.parametrize(
    ("name", "script", "dark"),
    sample([("Sara Phone", True, True), ("Nora Noscript", False, False), ("Lia Light", True, False)], few=2),
)
def test_a_supervisor_without_an_account_confirms_on_a_phone(app, walk, sign_in, name, script, dark):
    therapist = sign_in(factories.person(app, name), script=script, dark=dark)
    log_three(therapist)
    email = send(therapist, name)
    supervisor = walk(script=script, dark=dark)
    confirm_two(supervisor, link_in_mail(app, email), name)
    therapist.go("/supervised/")
    assert "2 confirmed, 0 with a supervisor, 1 not sent, 1 not confirmed" in therapist.text()
    therapist.press("3 sessions sent to Sam Supervisor")
    assert "I was away that day." in therapist.text()
    assert "Florida, PT 2201" in therapist.text()


def be_refused(walk, name):
    """Press a button of a form with an error, and check its page. The browser reports the error status as a fault."""
    with walk.page.expect_navigation():
        walk.page.get_by_role("button", name=name, exact=True).click()
    walk.faults.clear()
    walk.see()


def log_three(therapist):
    therapist.go("/home")
    therapist.press("Go to supervised sessions")
    therapist.press("Log the first one")
    therapist.page.get_by_text("Low back and hip").click()
    therapist.page.get_by_label("Piriformis").check()
    therapist.page.get_by_label("How many sessions like this").fill("3")
    therapist.page.get_by_label("Note").fill("Patient Anna Smith, prone")
    be_refused(therapist, "Log")
    assert "This looks like a name." in therapist.text()
    therapist.page.get_by_label("Note").fill("Prone, four needles")
    therapist.press("Log")
    assert "3 sessions logged." in therapist.text()
    therapist.press("Log the last one again, today")
    assert "4 not sent" in therapist.text()


def send(therapist, name):
    email = f"sam-{name.split()[0].lower()}@clinic.example"
    therapist.press("Send 4 to a supervisor")
    therapist.press("Add a supervisor")
    therapist.page.get_by_label("Name").fill("Sam Supervisor")
    therapist.page.get_by_label("Email").fill(email)
    therapist.press("Add supervisor")
    therapist.page.get_by_role("checkbox").last.uncheck()
    therapist.press("Send to supervisor")
    assert "Sent to Sam Supervisor." in therapist.text()
    return email


def confirm_two(supervisor, path, name):
    supervisor.go(path)
    assert f"{name} asks you, Sam Supervisor, to confirm 3 treatment sessions" in supervisor.text()
    supervisor.page.get_by_role("checkbox").nth(2).uncheck()
    be_refused(supervisor, "Sign and send")
    assert "Enter why you don't confirm" in supervisor.text()
    supervisor.page.get_by_label("Why you don't confirm the others").fill("I was away that day.")
    supervisor.page.get_by_label("Your profession").select_option("physical therapist")
    supervisor.page.get_by_label("State that licensed you").select_option("FL")
    supervisor.page.get_by_label("Your license number").fill("PT 2201")
    supervisor.page.get_by_label("Full years since you were licensed").fill("12")
    supervisor.page.get_by_label("Full years since you began dry needling").fill("5")
    supervisor.page.get_by_label("Treatment sessions in which you needled yourself").fill("900")
    supervisor.page.get_by_label("Supervisor at work").check()
    supervisor.page.get_by_label("Your full name, as your signature").fill("Sam Supervisor")
    supervisor.page.get_by_label("I supervised the selected sessions").check()
    supervisor.press("Sign and send")
    assert "2 of 3 sessions" in supervisor.text()
