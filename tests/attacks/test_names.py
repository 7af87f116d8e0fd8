"""Names as a way to reach strangers, boards and the console."""

import re

import pytest
from sqlalchemy import select

from course.people.accounts import queries as people
from course.platform import db
from course.platform.config import ROOT
from course.platform.jobs import Job
from course.platform.mail import message
from course.reporting.retention import actions as retention
from tests import factories
from tests.factories import PASSWORD

STRANGER = {"email": "stranger@example.org", "password": PASSWORD}


def mails(app):
    """Return the texts of all mails that wait to be sent."""
    with app.app_context():
        jobs = db.session.scalars(select(Job).filter_by(kind="mail")).all()
        return [message.compose(job.id, "a@example.org", **job.payload).get_content() for job in jobs]


@pytest.mark.parametrize(
    "text",
    [
        "Claim your prize at https://evil.example/win",
        "Open evil.example",
        "Open EVIL.COM",
        "Open www.evil",
        "Write to win@evil.example",
        "\uff37\uff37\uff37\uff0eevil",
        "Open evil\uff0eexample",
        "Win\uff20evil",
        "Open evil/win",
        "Call 18005551234",
    ],
)
@pytest.mark.parametrize("field", ["given_name", "family_name"])
def test_a_name_with_an_address_makes_no_account_and_no_mail(app, pages, field, text):
    assert pages.post("/sign-up", factories.name_form("Nina New") | STRANGER | {field: text}).status == 422
    assert mails(app) == []


def test_a_stranger_gets_no_text_that_somebody_else_typed(app, pages):
    name = {"given_name": "Your account is locked", "family_name": "call the number below"}
    assert pages.post("/sign-up", STRANGER | name).status == 303
    pages.post("/forgotten-password", {"email": STRANGER["email"]})
    texts = mails(app)
    assert len(texts) >= 2
    assert not any("locked" in text or "number below" in text for text in texts)


def test_no_mail_to_an_email_that_nobody_confirmed_has_the_name(app, pages):
    person = factories.person(app, "Your account is locked", confirmed=False, licensed=False)
    with app.app_context():
        retention.close(people.person(person.id), now=factories.NOON)
    (text,) = mails(app)
    assert text.startswith("Hello,\n")
    assert "locked" not in text


def test_every_mail_greets_by_the_name_that_may_be_in_mails():
    greeting = "Hello{{ ' ' ~ name if name else '' }},"
    others = {}
    for template in (ROOT / "course/templates/mail").iterdir():
        line = template.read_text().splitlines()[1]
        if line not in (greeting, "Hello,"):
            others[template.name] = line
    assert others == {}
    typed = re.compile(r"\bname=\w+\.legal_name\b")
    assert [str(path) for path in (ROOT / "course").rglob("*.py") if typed.search(path.read_text())] == []


@pytest.mark.parametrize("text", ["_", "%", "__", "%%", "a%", "\\", "' OR name=name --"])
def test_a_pattern_in_the_people_search_lists_nobody(pages, admin, learner, text):
    page = pages.as_(admin).get("/admin/people/", query_string={"q": text})
    assert page.status == 200
    assert "No matches" in page.text


@pytest.mark.parametrize("address", ["/profile", "/certificates/{code}/name"])
def test_no_form_takes_a_credential_for_a_last_name(app, pages, admin, learner, address):
    certificate = factories.issue(app, learner, admin)
    form = {"given_name": "Lena Learner,", "family_name": "DPT", "reason": "x"}
    page = pages.as_(learner).post(address.format(code=certificate.code), form)
    assert page.status == 422
    assert "Leave out credentials such as DPT" in page.text


def test_only_another_administrator_can_say_that_somebody_has_one_name(app, pages, admin, learner):
    form = {"one_name": "y", "given_name": "", "family_name": "Lena"}
    mine = pages.as_(learner)
    mine.post("/profile", form)
    assert mine.post(f"/admin/people/{learner.code}/one-name", {"one_name_proof": "x"}).status == 403
    ada = pages.as_(admin)
    ada.post("/profile", form)
    assert ada.post(f"/admin/people/{admin.code}/one-name", {"one_name_proof": "x"}).status == 403
