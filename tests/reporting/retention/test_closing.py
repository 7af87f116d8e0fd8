"""Closing an account: what is erased, what is kept and for how long, and what can still be verified."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from course.assessment.attempts import taking
from course.assessment.attempts.models import Attempt
from course.certificates.issuing import issuing
from course.certificates.issuing import queries as certificates
from course.certificates.issuing.models import Certificate, Correction, RequestState
from course.content.queries import catalog
from course.learning.study import actions as study
from course.people.accounts import actions as accounts
from course.people.accounts import passwords
from course.people.accounts import queries as people
from course.people.accounts.models import User
from course.platform import db
from course.platform.audit.models import AuditEvent
from course.platform.db import unit_of_work
from course.platform.jobs import Job, drain
from course.reporting.retention import actions, queries, retention_period
from course.site import site_of
from course.tables import metadata
from tests import factories
from tests.factories import MODULE, NOON, PASSWORD
from tests.pages import Pages

LATER = NOON + timedelta(days=30)
YEARS_LATER = NOON.replace(year=NOON.year + retention_period.RETENTION_YEARS) + timedelta(days=2)
FORM = {"understood": "y", "password": PASSWORD}


def with_password(app: Flask, person: User) -> User:
    @unit_of_work
    def set_it() -> None:
        db.session.get_one(User, person.id).password_hash = passwords.hash_password(PASSWORD)

    with app.app_context():
        set_it()
    return person


def use_every_room(app: Flask, learner: User) -> None:
    """Add rows about the learner to many tables."""
    with app.app_context():
        module = catalog().modules[MODULE]
        study.count_time(learner, module.id, module.sections[0].id, 30, "", now=NOON)
        study.give_feedback(learner, module, module.sections[0], helpful=True, comment="my own words", now=NOON)
    factories.start_review(app, learner, now=NOON + timedelta(days=1))
    factories.add_external_credit(app, learner)


def close(app: Flask, person: User, *, now: datetime = LATER) -> date | None:
    with app.app_context():
        return actions.close(person, now=now)


def tables_with(app: Flask, text: str) -> set[str]:
    """Return the tables with this text in any column."""
    with app.app_context():
        return {
            table.name
            for table in metadata.sorted_tables
            for row in db.session.execute(select(table))
            if text in repr(tuple(row))
        }


def rows_of(app: Flask, person: User) -> dict[str, int]:
    with app.app_context():
        wanted = {t.name: select(t).where(queries.is_about(t, person.id)) for t in metadata.sorted_tables}
        return {name: n for name, query in wanted.items() if (n := len(db.session.execute(query).all()))}


class TestRetentionPeriod:
    def test_it_is_counted_from_the_latest_moment(self):
        moments = [datetime(2026, 3, 2, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)]
        assert retention_period.kept_until(moments) == date(2034, 1, 1)

    def test_without_a_completion_nothing_is_kept(self):
        assert retention_period.kept_until([]) is None

    def test_a_record_from_a_leap_day_is_kept_a_day_longer(self):
        assert retention_period.kept_until([datetime(2028, 2, 29, tzinfo=UTC)]) == date(2035, 3, 1)

    @given(st.datetimes(datetime(2000, 1, 1), datetime(2990, 1, 1), timezones=st.just(UTC)))
    def test_it_is_never_shorter_than_seven_years(self, moment):
        until = retention_period.kept_until([moment])
        assert until is not None
        assert until.year == moment.year + 7
        assert (until.month, until.day) >= (moment.month, moment.day)


class TestPage:
    def test_it_says_until_when_the_record_is_kept(self, app, pages, learner, admin):
        certificate = factories.issue(app, learner, admin)
        page = pages.as_(learner).get("/profile/close")
        assert "Kept until March 2, 2033" in page.text
        assert f"{certificate.code} (PDF)" in page.text

    def test_without_a_completion_it_says_that_nothing_is_kept(self, pages, learner):
        assert "Nothing is kept for boards" in pages.as_(learner).get("/profile/close").text

    @pytest.mark.parametrize("form", [{}, {"understood": "y"}, {"password": PASSWORD}, FORM | {"password": "wrong"}])
    def test_without_the_checkbox_and_the_right_password_nothing_happens(self, app, pages, learner, form):
        with_password(app, learner)
        page = pages.as_(learner).post("/profile/close", form)
        assert page.status == 422
        assert pages.as_(learner).get("/home").status == 200

    def test_it_closes_the_account_signs_out_and_sends_an_email(self, app, pages, learner):
        with_password(app, learner)
        mine = pages.as_(learner)
        assert mine.post("/profile/close", FORM).status == 303
        assert "Your account is closed" in mine.get("/").text
        assert "/sign-in" in mine.get("/home").location
        with app.app_context():
            (mail,) = db.session.scalars(select(Job).where(Job.key.startswith("account-closed")))
        assert (mail.payload["to"], mail.payload["kept_until"]) == (learner.email, None)

    def test_signing_in_is_refused_and_the_email_is_free(self, app, pages, learner):
        with_password(app, learner)
        pages.as_(learner).post("/profile/close", FORM)
        page = pages.post("/sign-in", {"email": learner.email, "password": PASSWORD})
        assert page.status == 422
        assert "Email or password is incorrect" in page.text
        form = factories.name_form("Lena Again") | {"email": learner.email, "password": PASSWORD}
        pages.post("/sign-up", form)
        with app.app_context():
            assert people.find_by_email(learner.email).legal_name == "Lena Again"

    def test_the_last_administrator_cannot_close_the_account(self, app, pages, admin):
        with_password(app, admin)
        page = pages.as_(admin).post("/profile/close", FORM)
        assert page.status == 409
        assert "only administrator" in page.text
        factories.person(app, "Berta Boss", role="admin")
        assert pages.as_(admin).post("/profile/close", FORM).status == 303
        with app.app_context():
            assert people.has_admin()


class TestErasing:
    def test_closing_erases_what_no_board_needs_and_keeps_the_rest(self, either_app):
        app, learner = either_app, factories.person(either_app, "Lena Learner")
        factories.issue(app, learner, factories.person(app, "Ada Admin", role="admin"))
        use_every_room(app, learner)
        before = rows_of(app, learner)
        assert before.keys() >= {"seat_time", "section_feedback", "practice_card", "practice_plan", "other_record"}
        assert close(app, learner) == date(2033, 3, 2)
        after = rows_of(app, learner)
        erased = {"seat_time", "section_feedback", "practice_card", "practice_plan", "other_record", "check_answer"}
        assert before.keys() - after.keys() == erased
        for kept in ("certificate", "certificate_request", "attempt", "answer", "reading", "evaluation", "license"):
            assert after[kept] == before[kept], kept
        assert tables_with(app, "my own words") == set()
        assert tables_with(app, learner.email) == {"outbox"}

    def test_the_email_is_gone_after_the_last_message_was_sent(self, app, learner):
        close(app, learner)
        drain(app)
        assert tables_with(app, learner.email) == set()

    def test_after_the_retention_period_only_register_and_log_have_the_name(self, either_app):
        app, learner = either_app, factories.person(either_app, "Lena Learner")
        certificate = factories.issue(app, learner, factories.person(app, "Ada Admin", role="admin"))
        close(app, learner)
        drain(app)
        with app.app_context():
            actions.erase_expired_records(YEARS_LATER - timedelta(days=10))
        assert "user" in tables_with(app, "Lena Learner")
        for _ in range(2):  # safe to repeat
            with app.app_context():
                actions.erase_expired_records(YEARS_LATER)
        assert tables_with(app, "Lena Learner") == {"certificate", "audit_event"}
        assert tables_with(app, learner.licenses[0].number) <= {"certificate", "audit_event"}
        assert not rows_of(app, learner).keys() & {"reading", "evaluation"}
        page = Pages(app).get(f"/verify/{certificate.code}")
        assert "Lena Learner" in page.text

    def test_a_certificate_reissued_after_closing_extends_the_period(self, app, learner, admin):
        certificate = factories.issue(app, learner, admin)
        close(app, learner)
        reissued_at = NOON.replace(year=NOON.year + 2)
        with app.app_context():
            found = db.session.get_one(Certificate, certificate.id)
            issuing.supersede(found, Correction.RESCORED, "Rescored.", actor=admin, now=reissued_at)
            actions.erase_expired_records(YEARS_LATER)
            assert db.session.get_one(User, learner.id).kept_until == date(2035, 3, 2)
            assert db.session.get_one(User, learner.id).legal_name == "Lena Learner"
            actions.erase_expired_records(YEARS_LATER.replace(year=2035))
            assert db.session.get_one(User, learner.id).legal_name == actions.ERASED_NAME

    def test_without_a_completion_the_name_is_erased_at_closing(self, app, learner):
        factories.study_module(app, learner)
        factories.sit(app, learner, right=False)
        assert close(app, learner) is None
        drain(app)
        assert tables_with(app, "Lena Learner") == {"audit_event"}
        assert "attempt" in rows_of(app, learner)

    def test_other_accounts_keep_everything(self, app, learner, other_learner):
        for person in (learner, other_learner):
            factories.complete(app, person)
            use_every_room(app, person)
        before = rows_of(app, other_learner)
        close(app, learner)
        assert rows_of(app, other_learner) == before

    def test_a_running_attempt_still_ends_at_its_deadline(self, app, learner):
        factories.set_rules(app, minutes=10)
        attempt = factories.start_attempt(app, learner)
        close(app, learner, now=NOON + timedelta(minutes=1))
        with app.app_context():
            taking.expire_due(1, {"code": str(attempt.code)})
            assert db.session.get_one(Attempt, attempt.id).submitted_at is not None


class TestOtherRooms:
    def test_certificates_can_still_be_verified(self, app, pages, learner, admin):
        certificate = factories.issue(app, learner, admin)
        before = pages.get(f"/verify/{certificate.code}").text
        close(app, learner)
        assert pages.get(f"/verify/{certificate.code}").text == before

    def test_an_open_request_is_withdrawn(self, app, pages, learner, admin):
        request = factories.request(app, learner)
        close(app, learner)
        with app.app_context():
            assert certificates.request_of(request.code).state == RequestState.REJECTED
            assert certificates.count_waiting() == 0
        assert "The account was closed" in pages.as_(admin).get(f"/admin/requests/{request.code}").text

    def test_the_console_shows_a_closed_account_as_closed(self, app, pages, learner, admin):
        factories.complete(app, learner)
        factories.issue(app, factories.person(app, "Mia More"), admin)
        close(app, learner)
        console = pages.as_(admin)
        assert "closed" in console.get("/admin/people/").text
        page = console.get(f"/admin/people/{learner.code}")
        assert "Account closed" in page.text
        assert "closed.invalid" not in page.text
        for path in ("attempts", "accommodation"):
            assert console.get(f"/admin/people/{learner.code}/{path}").status == 200

    def test_a_closed_account_gets_no_mail(self, app, learner, admin):
        factories.issue(app, learner, admin)
        close(app, learner)
        drain(app)
        with app.app_context():
            sent = len(list((site_of(app).mailbox).glob("*.eml")))
            person = people.person_of(learner.code)
            accounts.request_reset(person.email, now=LATER)
        drain(app)
        with app.app_context():
            assert len(list(site_of(app).mailbox.glob("*.eml"))) == sent
            assert db.session.scalars(select(Job).where(Job.done_at.is_(None))).all() == []
            assert [person.id for person in people.licensed_in("HI")] == [admin.id]

    def test_the_last_email_says_until_when_the_record_is_kept(self, app, learner, admin):
        factories.issue(app, learner, admin)
        close(app, learner)
        drain(app)
        mails = [path.read_text() for path in site_of(app).mailbox.glob("*.eml")]
        assert any("closed" in mail and "March 2, 2033" in mail for mail in mails)

    def test_it_is_in_the_audit_log_once(self, app, learner):
        close(app, learner)
        with pytest.raises(actions.AlreadyClosed):
            close(app, learner)
        with app.app_context():
            events = db.session.scalars(select(AuditEvent).filter_by(event="person:account-closed")).all()
        assert [event.details for event in events] == [{"kept_until": None}]

    def test_if_the_last_two_administrators_close_at_the_same_time_one_stays(self, either_app):
        app = either_app
        admins = [factories.person(app, name, role="admin") for name in ("Ada Admin", "Berta Boss")]

        def try_it(admin: User) -> str:
            try:
                close(app, admin)
            except actions.LastAdministrator:
                return "stays"
            return "closed"

        with ThreadPoolExecutor(2) as pool:
            assert sorted(pool.map(try_it, admins)) == ["closed", "stays"]


def test_a_record_is_kept_while_its_last_day_goes_on_anywhere(app, monkeypatch):
    asked = []
    monkeypatch.setattr(queries, "expired_accounts", lambda today: asked.append(today) or [])
    for hour in (11, 12):
        actions.erase_expired_records(datetime(2035, 3, 2, hour, tzinfo=UTC))
    assert asked == [date(2035, 3, 1), date(2035, 3, 2)]
