"""An email 90, 30 and 7 days before a license expires, unsubscribing from it, and the calendar file."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from course.assessment.practice.actions import REVIEW_MAILS
from course.people.accounts import actions as accounts
from course.people.accounts.models import User
from course.platform import clock, db, jobs
from course.platform.jobs import Job
from course.reporting.transcripts import actions, calendar, reminders
from course.reporting.transcripts.calendar import CalendarDay
from course.site import site_of
from tests import factories
from tests.factories import NOON
from tests.pages import Pages

DAY = timedelta(days=1)
EXPIRES = date(2026, 6, 30)


def before(days):
    return datetime(EXPIRES.year, EXPIRES.month, EXPIRES.day, 13, tzinfo=UTC) - days * DAY


@pytest.fixture
def licensed(app, learner):
    factories.license_in(app, learner, "OH", expires_on=EXPIRES)
    return learner


@pytest.fixture
def mailed(app):
    """Run the hourly task and return the days left that each reminder so far has named."""

    def run(now):
        with app.app_context():
            actions.remind_all(now)
            found = db.session.query(Job).filter(Job.key.like("license-expires:%")).order_by(Job.id)
            return [job.payload["left"] for job in found]

    return run


@given(st.integers(-400, 400))
def test_the_last_reminder_whose_day_has_come_is_due(left):
    due = reminders.due(EXPIRES, EXPIRES - left * DAY)
    expected = None if left < 0 or left > 90 else 90 if left > 30 else 30 if left > 7 else 7
    assert due == expected


def test_each_reminder_is_sent_once_on_its_day(mailed, licensed):
    assert mailed(before(91)) == []
    assert [mailed(before(90)), mailed(before(90)), mailed(before(60))] == [[90]] * 3
    assert mailed(before(30)) == [90, 30]
    assert mailed(before(7)) == mailed(before(0)) == mailed(before(-1)) == [90, 30, 7]


def test_a_missed_reminder_is_sent_later_but_never_two_together(mailed, licensed):
    assert mailed(before(25)) == [25]
    assert mailed(before(3)) == [25, 3]


def test_no_reminder_is_sent_before_noon_utc(mailed, licensed):
    assert mailed(before(90).replace(hour=11)) == []


def test_a_renewed_license_starts_over(app, mailed, licensed):
    mailed(before(90))
    with app.app_context():
        (ohio,) = [one for one in db.session.get_one(User, licensed.id).licenses if one.jurisdiction == "OH"]
        accounts.save_license(
            licensed,
            ohio,
            jurisdiction="OH",
            profession="PT",
            number="OH9",
            first_licensed=None,
            expires_on=EXPIRES + 365 * DAY,
            renewal_months=12,
            now=NOON,
        )
    assert mailed(before(30)) == [90]
    assert mailed(before(30) + 305 * DAY) == [90, 90]


@pytest.mark.parametrize("change", ["removed", "unwanted", "unconfirmed", "closed"])
def test_no_reminder_is_sent_if_unwanted_or_undeliverable(app, mailed, licensed, change):
    @db.unit_of_work
    def apply():
        user = db.session.get_one(User, licensed.id)
        if change == "removed":
            for license_ in user.licenses:
                license_.removed_at = NOON
        elif change == "unwanted":
            user.license_mails = False
        elif change == "unconfirmed":
            user.email_confirmed_at = None
        else:
            user.closed_at = NOON

    with app.app_context():
        apply()
    assert mailed(before(90)) == []


def test_an_error_for_one_person_does_not_stop_the_others(app, mailed, licensed, other_learner, monkeypatch):
    factories.license_in(app, other_learner, "OH", expires_on=EXPIRES)
    put = jobs.put

    def broken(*args, **values):
        if values["to"] == licensed.email:
            raise RuntimeError
        put(*args, **values)

    monkeypatch.setattr(jobs, "put", broken)
    assert mailed(before(90)) == [90]


def test_the_worker_runs_the_task_and_the_mail_arrives(app, licensed, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: before(30))
    with app.app_context():
        site_of(app).queue.hourly["license-mails"](clock.now())
    assert jobs.drain(app) == 1
    text = Pages(app).mails().text
    assert "Your license Ohio, PT OH9 expires on June 30, 2026" in text
    assert "in 30 days" in text


def test_two_workers_at_once_send_one_mail(either_app):
    person = factories.person(either_app, "Nora Needle")
    factories.license_in(either_app, person, "OH", expires_on=EXPIRES)

    def work(_):
        with either_app.app_context():
            actions.remind_all(before(90))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(4)))
    with either_app.app_context():
        assert db.session.query(Job).filter(Job.key.like("license-expires:%")).count() == 1


class TestUnsubscribe:
    def wants_mail(self, app, person):
        with app.app_context():
            return db.session.get_one(User, person.id).license_mails

    def test_the_link_in_the_email_unsubscribes_without_signing_in(self, app, pages, mailed, licensed):
        mailed(before(90))
        with app.app_context():
            (payload,) = [job.payload for job in db.session.query(Job).filter(Job.key.like("license-expires:%"))]
            link = payload["stop"].removeprefix(site_of(app).base_url)
        assert "Unsubscribe from license reminders" in pages.get(link).text
        assert self.wants_mail(app, licensed)
        assert "You are unsubscribed" in pages.post(link).text
        assert not self.wants_mail(app, licensed)
        assert mailed(before(30)) == [90]

    def test_a_broken_link_or_one_of_other_mails_unsubscribes_from_nothing(self, app, pages, licensed):
        with app.app_context():
            other = REVIEW_MAILS.link(licensed.code).rpartition("/")[2]
        for token in (other, "x", other[:-1]):
            assert pages.post(f"/licenses/stop/{token}").status == 410
        assert self.wants_mail(app, licensed)

    def test_the_profile_turns_reminders_off_and_on(self, app, pages, licensed):
        mine = pages.as_(licensed)
        assert "We email you 90, 30 and 7 days before" in mine.get("/profile").text
        mine.post("/licenses/mail", {"by_mail": "no"})
        assert not self.wants_mail(app, licensed)
        assert "Turn on email reminders" in mine.get("/profile").text
        mine.post("/licenses/mail", {"by_mail": "yes"})
        assert self.wants_mail(app, licensed)


class TestCalendar:
    def test_it_names_each_license_that_expires_with_its_reminders(self, app, pages, licensed):
        response = pages.as_(licensed).client.get("/licenses.ics")
        assert response.mimetype == "text/calendar"
        (event,) = Calendar.from_ical(response.data).walk("VEVENT")
        assert event.decoded("dtstart") == EXPIRES
        assert str(event["summary"]) == "License expires: Ohio, PT OH9"
        alarms = [alarm.decoded("trigger") for alarm in event.walk("VALARM")]
        assert alarms == [-90 * DAY, -30 * DAY, -7 * DAY]

    @given(
        st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=80),
        st.dates(date(1950, 1, 1), date(2100, 1, 1)),
    )
    def test_any_license_reads_back(self, name, on):
        code = factories.UUID(int=7)
        data = calendar.file(
            [CalendarDay(str(code), on, f"License expires: {name}", "", name)], host="learn.example.org", now=NOON
        )
        (event,) = Calendar.from_ical(data).walk("VEVENT")
        assert (event.decoded("dtstart"), str(event["uid"])) == (on, f"{code}@learn.example.org")
        assert str(event["summary"]) == f"License expires: {name}"
        assert all(len(line) <= 75 for line in data.split(b"\r\n"))
