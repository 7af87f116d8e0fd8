"""Nobody learns from a page, its words or its time whether somebody else has an account."""

import pytest

from course.people.accounts.models import User
from course.platform import db
from course.platform.jobs import Job
from tests import factories
from tests.factories import PASSWORD
from tests.pages import counted

TAKEN, FREE = "lena@example.org", "free@example.org"
PAGES = ["/sign-up", "/forgotten-password", "invitation"]


def answer(app, pages, page, email):
    """Return what a visitor sees: the status, where the answer leads, and that page's words without the email."""
    path = factories.invitation(app) if page == "invitation" else page
    form = factories.name_form("Nina New") | {"email": email, "password": PASSWORD}
    visitor = type(pages)(app)
    sent = visitor.post(path, form)
    led_to = visitor.get(sent.location)
    leads = [(path, visitor.get(path).status)] if page == "invitation" else []
    return sent.status, sent.location, led_to.text.replace(email, "EMAIL"), [status for _, status in leads]


@pytest.mark.parametrize("page", PAGES)
def test_a_taken_and_a_free_email_get_the_same_answer(app, pages, learner, page):
    assert answer(app, pages, page, TAKEN) == answer(app, pages, page, FREE)


@pytest.mark.parametrize("page", PAGES)
def test_an_email_with_a_weak_password_reveals_nothing_either(app, pages, learner, page):
    path = factories.invitation(app) if page == "invitation" else page
    pages_of = [pages.post(path, {"email": email, "password": "short"}) for email in (TAKEN, FREE)]
    assert len({(one.status, one.text.replace(TAKEN, "").replace(FREE, "")) for one in pages_of}) == 1


@pytest.mark.parametrize("page", PAGES)
def test_both_write_as_much(app, pages, learner, page):
    """The answer takes as long if it hashes a password and commits as many changes, whatever the email is."""
    written = []
    for email in (TAKEN, FREE):
        path = factories.invitation(app) if page == "invitation" else page
        visitor = type(pages)(app)
        with counted() as statements:
            visitor.post(path, factories.name_form("Nina New") | {"email": email, "password": PASSWORD})
        written.append(
            (
                sum(one.startswith("INSERT INTO outbox") for one in statements),
                sum(one == "COMMIT" for one in statements),
            )
        )
    assert written[0] == written[1]
    assert min(written[0]) > 0


def test_the_cookie_of_a_sign_up_reveals_nothing(app, pages, learner):
    """It can be read by its owner. A new account's code and one of nothing look alike."""
    shapes = []
    for email in (TAKEN, FREE):
        visitor = type(pages)(app)
        visitor.post("/sign-up", factories.name_form("Nina New") | {"email": email, "password": PASSWORD})
        with visitor.client.session_transaction() as session:
            shapes.append({name: len(value) for name, value in session["signed_up"].items() if name != "email"})
            assert session["signed_up"]["code"] != str(learner.code)
    assert shapes[0] == shapes[1]


def test_the_owner_hears_of_a_second_sign_up_and_keeps_their_account(app, pages, learner):
    pages.post("/sign-up", factories.name_form("Eve Evil") | {"email": TAKEN, "password": PASSWORD})
    with app.app_context():
        mail = db.session.query(Job).one().payload
        assert (mail["to"], mail["template"]) == (TAKEN, "account-exists")
        assert "Eve" not in str(mail)
        assert db.session.query(User).one().legal_name == "Lena Learner"
    assert "/sign-in" in pages.get("/home").location


def test_a_reset_for_nobody_leaves_no_mail(app, pages):
    pages.post("/forgotten-password", {"email": FREE})
    with app.app_context():
        assert db.session.query(Job).count() == 0
