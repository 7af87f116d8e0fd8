"""The last day to send a paper to a board: on the home page, by email, and in the calendar."""

from datetime import UTC, date, datetime, timedelta

import pytest
from icalendar import Calendar

from course.content.schema.law import Filing
from course.people.accounts.models import User
from course.platform import db
from course.platform.jobs import Job
from course.reporting.my_states import actions
from course.site import site_of
from tests import factories

DAY = timedelta(days=1)
LICENSED = date(2026, 3, 1)
DUE = LICENSED + 30 * DAY
PAPER = Filing(
    kind="filing",
    id="notice",
    text="Send a notice within 30 days of the first license.",
    source="test",
    confidence="high",
    what="Notice of dry needling",
    to_whom="the board",
    event="first_license",
    within_days=30,
)


def before(days):
    return datetime(DUE.year, DUE.month, DUE.day, 13, tzinfo=UTC) - days * DAY


@pytest.fixture
def licensed(app, learner):
    """Return a learner with a license of a state whose law asks for one paper."""
    catalog = site_of(app).catalog
    source = catalog.jurisdictions["OH"].sources[0].id
    rule = PAPER.model_copy(update={"source": source})
    ohio = catalog.jurisdictions["OH"].model_copy(update={"requirements": (rule,), "status": "permitted"})
    changed = factories.replaced(catalog, jurisdictions={**catalog.jurisdictions, "OH": ohio})
    factories.change_site(app, catalog=changed)
    factories.license_in(app, learner, "OH", first_licensed=LICENSED)
    return learner


@pytest.fixture
def mailed(app):
    """Run the hourly task and return the days left that each reminder so far has named."""

    def run(now):
        with app.app_context():
            actions.remind_all(now)
            found = db.session.query(Job).filter(Job.key.like("filing-due:%")).order_by(Job.id)
            return [job.payload["left"] for job in found]

    return run


def test_each_reminder_is_sent_once_on_its_day(mailed, licensed):
    assert mailed(before(30).replace(hour=11)) == []
    assert mailed(before(30)) == mailed(before(20)) == [30]
    assert mailed(before(7)) == [30, 7]
    assert mailed(before(1)) == mailed(before(0)) == mailed(before(-1)) == [30, 7, 1]


def test_a_paper_that_was_sent_ends_the_reminders(app, pages, mailed, licensed, monkeypatch):
    monkeypatch.setattr("course.platform.clock.now", lambda: before(20))
    mine = pages.as_(licensed)
    assert "Ohio: Notice of dry needling" in mine.get("/home").text
    assert "due March 31, 2026" in mine.get("/my-states/").text
    mine.post("/proof/filed/OH/notice", {"filed_on": "2026-03-10"})
    assert "Notice of dry needling" not in mine.get("/home").text
    assert mailed(before(7)) == []


def test_who_wants_no_license_mails_gets_none(app, mailed, licensed):
    @db.unit_of_work
    def refuse():
        db.session.get_one(User, licensed.id).license_mails = False

    with app.app_context():
        refuse()
    assert mailed(before(7)) == []


def test_the_calendar_names_the_deadline_with_its_reminders(app, pages, licensed, monkeypatch):
    monkeypatch.setattr("course.platform.clock.now", lambda: before(20))
    (event,) = Calendar.from_ical(pages.as_(licensed).client.get("/licenses.ics").data).walk("VEVENT")
    assert event.decoded("dtstart") == DUE
    assert "Ohio: Notice of dry needling" in str(event["summary"])
    assert [alarm.decoded("trigger") for alarm in event.walk("VALARM")] == [-30 * DAY, -7 * DAY, -1 * DAY]
