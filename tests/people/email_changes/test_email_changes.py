"""A person changes their email by a link to the new address; a link to the old one undoes it."""

import re

import pytest

from course.people.accounts import actions as accounts
from course.people.accounts import passwords, queries
from course.people.accounts.models import EmailChange, User
from course.people.factors import actions as factor_actions
from course.people.factors import queries as factor_queries
from course.people.factors.ceremony import NewKey
from course.people.single_sign_on.models import ExternalIdentity
from course.platform import clock, db
from course.platform.audit.models import AuditEvent
from course.platform.db import unit_of_work
from course.platform.jobs import Job
from course.reporting.retention import actions as retention
from tests import factories
from tests.factories import PASSWORD

NEW, OLD = "lena@new-clinic.example.org", "lena@example.org"


def mails(app) -> dict[str, dict]:
    """Return the mails by template; the newest of each."""
    with app.app_context():
        unsent = db.session.query(Job).filter_by(done_at=None).order_by(Job.id)
        return {job.payload["template"]: job.payload for job in unsent}


def path(mail) -> str:
    return re.sub(r"^https?://[^/]+", "", mail["link"])


def email_of(app, person) -> str:
    with app.app_context():
        return db.session.get_one(User, person.id).email


def events(app) -> list[str]:
    with app.app_context():
        return [row.event for row in db.session.query(AuditEvent).order_by(AuditEvent.id)]


@pytest.fixture
def asked(app, pages, learner):
    """Return the mails after the learner has asked for a change."""
    assert pages.as_(learner).post("/profile/email", {"email": f" MAILTO:{NEW} "}).status == 303
    return mails(app)


def test_the_change_takes_effect_when_the_new_address_confirms_it(app, pages, learner, asked):
    assert asked["email-confirm-change"]["to"] == NEW
    assert asked["email-change-asked"]["to"] == OLD
    link = path(asked["email-confirm-change"])
    assert NEW in pages.get(link).text
    assert email_of(app, learner) == OLD  # opening the link is not enough
    assert pages.post(link).location == "/sign-in"
    assert email_of(app, learner) == NEW
    assert {mails(app)[name]["to"] for name in ("email-changed", "email-change-made")} == {OLD, NEW}
    assert pages.get(link).status == 410
    assert events(app) == ["person:email-change-asked", "person:email-changed"]


def test_the_console_finds_the_person_by_the_new_address_only(pages, admin, asked):
    pages.post(path(asked["email-confirm-change"]))
    ada = pages.as_(admin)
    assert "Lena Learner" in ada.get("/admin/people/", query_string={"q": NEW}).text
    assert "No matches" in ada.get("/admin/people/", query_string={"q": OLD}).text


def test_a_change_ends_the_other_sessions_and_keeps_this_one(app, pages, learner, asked):
    mine, other = pages.as_(learner), pages.as_(learner)
    assert mine.post(path(asked["email-confirm-change"])).location == "/profile"
    assert NEW in mine.get("/profile").text
    assert "/sign-in" in other.get("/home").location


def test_mailed_links_to_the_old_address_die_with_it(app, pages, learner, asked):
    with app.app_context():
        accounts.request_reset(OLD, now=clock.now())
    reset = path(mails(app)["reset-password"])
    pages.post(path(asked["email-confirm-change"]))
    assert pages.get(reset).status == 410


def test_a_waiting_change_is_visible_and_can_be_canceled(app, pages, learner, asked):
    mine = pages.as_(learner)
    assert f"Open the link that we sent to {NEW}" in mine.get("/profile").text
    mine.post("/profile/email/cancel")
    assert NEW not in mine.get("/profile").text
    assert pages.post(path(asked["email-confirm-change"])).status == 410
    assert email_of(app, learner) == OLD


def test_a_new_request_replaces_the_one_before(app, pages, learner, asked):
    pages.as_(learner).post("/profile/email", {"email": "lena@third.example.org"})
    assert pages.post(path(asked["email-confirm-change"])).status == 410
    pages.post(path(mails(app)["email-confirm-change"]))
    assert email_of(app, learner) == "lena@third.example.org"


def test_the_same_email_in_another_spelling_is_refused(pages, learner):
    page = pages.as_(learner).post("/profile/email", {"email": "LENA@example。org"})
    assert page.status == 422
    assert "This is the email of the account already" in page.text


def test_the_old_address_restores_itself_and_locks_the_thief_out(app, pages, learner, asked):
    @unit_of_work
    def set_password():
        db.session.get_one(User, learner.id).password_hash = passwords.hash_password(PASSWORD)

    with app.app_context():
        set_password()
    thief = pages.as_(learner)
    thief.post(path(asked["email-confirm-change"]))
    link = path(mails(app)["email-changed"])
    assert "Keep lena@example.org" in pages.get(link).text
    new_password = pages.post(link).location
    assert email_of(app, learner) == OLD
    assert "/sign-in" in thief.get("/home").location
    assert pages.post("/sign-in", {"email": OLD, "password": PASSWORD}).status == 422
    assert pages.post(new_password, {"password": "another copper lantern"}).status == 303
    assert pages.post("/sign-in", {"email": OLD, "password": "another copper lantern"}).location == "/home"
    assert pages.get(link).status == 410
    assert "person:email-change-undone" in events(app)


def test_what_the_thief_added_signs_nobody_in_after_the_change_is_undone(app, pages, learner):
    """A passkey or a provider's account opens the site without the password. The person's own ones stay."""
    factories.add_passkey(app, learner)  # months ago

    @unit_of_work
    def add(now):
        factor_actions.add_passkey(learner, NewKey(b"of the thief", b"key", 0), "Thief", now=now)
        factor_actions.set_app(learner, "sealed", 1, now=now)
        db.session.add(ExternalIdentity(user_id=learner.id, issuer="https://x", subject="thief", linked_at=now))

    with app.app_context():
        add(clock.now())
    pages.as_(learner).post("/profile/email", {"email": NEW})
    pages.post(path(mails(app)["email-change-asked"]))
    with app.app_context():
        left = factor_queries.factors_of(learner.id)
        assert ([one.name for one in left.passkeys], left.app) == (["Laptop"], None)
        assert db.session.query(ExternalIdentity).count() == 0


def test_the_notice_stops_a_change_before_it_is_made(app, pages, learner, asked):
    pages.post(path(asked["email-change-asked"]))
    assert pages.post(path(asked["email-confirm-change"])).status == 410
    assert email_of(app, learner) == OLD


def test_the_first_address_undoes_a_chain_of_changes(app, pages, learner, asked):
    pages.post(path(asked["email-confirm-change"]))
    first = path(mails(app)["email-changed"])
    pages.as_(learner).post("/profile/email", {"email": "thief@example.org"})
    pages.post(path(mails(app)["email-confirm-change"]))
    second = path(mails(app)["email-changed"])
    pages.post(first)
    assert email_of(app, learner) == OLD
    assert pages.get(second).status == 410


def test_nobody_else_gets_the_old_address_while_it_can_be_restored(app, pages, learner, other_learner, asked):
    pages.post(path(asked["email-confirm-change"]))
    form = factories.name_form("Eve Evil") | {"email": OLD, "password": PASSWORD}
    type(pages)(app).post("/sign-up", form)
    pages.as_(other_learner).post("/profile/email", {"email": OLD})
    with app.app_context():
        assert queries.find_by_email(OLD) is None
    pages.post(path(mails(app)["email-changed"]))
    assert email_of(app, learner) == OLD


def test_an_address_that_was_taken_meanwhile_is_refused(app, pages, learner, asked):
    type(pages)(app).post("/sign-up", factories.name_form("Nina New") | {"email": NEW, "password": PASSWORD})
    page = pages.post(path(asked["email-confirm-change"]))
    assert page.status == 409
    assert email_of(app, learner) == OLD


def test_closing_the_account_erases_its_changes_and_voids_the_links(app, pages, learner, asked):
    with app.app_context():
        retention.close(learner, now=clock.now())
        assert db.session.query(EmailChange).count() == 0
    assert pages.post(path(asked["email-confirm-change"])).status == 410


class TestByAnAdministrator:
    FORM = {"email": NEW, "proof": "Photo ID and license on a video call."}

    def test_the_new_address_confirms_it_and_both_get_mails(self, app, pages, learner, admin):
        page = f"/admin/people/{learner.code}/email"
        assert pages.as_(admin).post(page, self.FORM).status == 303
        assert NEW in pages.as_(admin).get(page).text
        assert email_of(app, learner) == OLD
        pages.post(path(mails(app)["email-confirm-change"]))
        assert email_of(app, learner) == NEW
        assert mails(app)["email-change-asked"]["to"] == OLD
        with app.app_context():
            row = db.session.query(AuditEvent).filter_by(event="person:email-change-asked").one()
        assert (row.actor_id, row.details["proof"]) == (admin.id, self.FORM["proof"])

    def test_proof_is_required(self, app, pages, learner, admin):
        assert pages.as_(admin).post(f"/admin/people/{learner.code}/email", {"email": NEW}).status == 422
        assert mails(app) == {}

    def test_nobody_does_it_for_themselves(self, app, pages, admin):
        assert pages.as_(admin).post(f"/admin/people/{admin.code}/email", self.FORM).status == 403
        assert mails(app) == {}

    def test_a_learner_does_it_for_nobody(self, pages, learner, other_learner):
        assert pages.as_(learner).post(f"/admin/people/{other_learner.code}/email", self.FORM).status == 403
