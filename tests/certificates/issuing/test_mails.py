"""The mails that a holder gets at each step of a certificate, and around its last day."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select

from course.certificates.issuing import ending, issuing, queries, reminding, renewal, renewing
from course.certificates.issuing.models import Reason
from course.content.queries import catalog
from course.platform import db
from course.platform.jobs import Job
from course.platform.mail import message
from course.reporting.retention import actions as retention
from course.site import site_of
from tests import factories
from tests.factories import COURSE, NOON

LAST_DAY = date(2028, 3, 2)
DAYS = ("2027-12-02", "2027-12-03", "2027-12-04", "2028-02-01", "2028-03-02", "2028-03-04")
STAGES = ("expiring", "expiring-soon", "expired")


def mails(app):
    with app.app_context():
        jobs = db.session.scalars(select(Job).where(Job.kind == "mail").order_by(Job.id))
        return [job.payload for job in jobs if job.payload["template"].startswith("certificate-")]


def templates(app):
    return [payload["template"] for payload in mails(app)]


def remind(app, day, *, hour=20):
    with app.app_context():
        reminding.remind_of_ends(datetime(day.year, day.month, day.day, hour, tzinfo=NOON.tzinfo))


@pytest.fixture
def certificate(app, learner, admin):
    factories.set_course(app, valid_months=24)
    return factories.issue(app, learner, admin)


@pytest.mark.parametrize(
    ("days_before", "stage"),
    [
        (91, None),
        (90, "expiring"),
        (31, "expiring"),
        (30, "expiring-soon"),
        (0, "expiring-soon"),
        (-1, "expired"),
        (-30, "expired"),
        (-31, None),
    ],
)
def test_each_reminder_is_due_on_its_days(days_before, stage):
    assert renewal.reminder_due(LAST_DAY, LAST_DAY - timedelta(days=days_before)) == (stage and f"certificate-{stage}")


class TestSteps:
    def test_a_request_that_waits_is_acknowledged(self, app, learner):
        factories.request(app, learner)
        assert templates(app) == ["certificate-requested"]

    def test_automatic_issuing_sends_only_the_certificate_mail(self, app, learner):
        factories.set_course(app, certificate="at_once")
        factories.request(app, learner)
        assert templates(app) == ["certificate-issued"]

    def test_a_revocation_mail_has_the_public_reason_and_never_the_note(self, app, learner, admin):
        certificate = factories.issue(app, learner, admin)
        with app.app_context():
            found = queries.certificate_of(certificate.code)
            ending.revoke(found, Reason.NOT_OWN_WORK, "A neighbor said so.", actor=admin, now=NOON)
        assert templates(app)[-1] == "certificate-revoked"
        assert mails(app)[-1]["reason"] == "the work was not the participant's own"
        assert "neighbor" not in str(mails(app))


class TestTheEnd:
    def test_one_mail_is_sent_ninety_and_thirty_days_before_and_once_after(self, app, certificate):
        for day in map(date.fromisoformat, DAYS):
            remind(app, day)
            remind(app, day)
        wanted = ["certificate-expiring", "certificate-expiring-soon", "certificate-expired"]
        assert [one for one in templates(app) if one.startswith("certificate-expir")] == wanted
        assert mails(app)[-1]["last_day"] == "March 2, 2028"

    def test_after_a_long_outage_only_the_latest_reminder_is_sent(self, app, certificate):
        remind(app, date(2028, 2, 20))
        assert templates(app)[-1] == "certificate-expiring-soon"
        assert "certificate-expiring" not in templates(app)

    def test_the_day_ends_in_the_time_zone_of_the_license(self, app, certificate):
        remind(app, date(2028, 3, 3), hour=9)  # still March 2 in Honolulu
        assert templates(app)[-1] == "certificate-expiring-soon"
        remind(app, date(2028, 3, 3), hour=10)
        assert templates(app)[-1] == "certificate-expired"

    def test_a_holder_of_a_newer_certificate_gets_no_reminder(self, app, learner, admin, certificate):
        begun = datetime(2027, 12, 10, tzinfo=NOON.tzinfo)
        with app.app_context():
            renewing.renew(learner, catalog().courses[COURSE], 2, now=begun)
        factories.issue(app, learner, admin, now=begun + timedelta(days=1))
        remind(app, date(2028, 2, 10))
        assert "certificate-expiring-soon" not in templates(app)

    def test_after_a_revocation_or_a_closed_account_no_reminder_is_sent(
        self, app, learner, other_learner, admin, certificate
    ):
        other = factories.issue(app, other_learner, admin)
        with app.app_context():
            ending.revoke(queries.certificate_of(certificate.code), Reason.AT_REQUEST, "x", actor=admin, now=NOON)
            retention.close(other_learner, now=NOON)
        assert other.valid_until == LAST_DAY
        remind(app, date(2028, 2, 10))
        assert "certificate-expiring-soon" not in templates(app)

    def test_two_workers_send_it_once(self, either_app):
        factories.set_course(either_app, valid_months=24)
        boss = factories.person(either_app, "Ada Admin", role="admin")
        factories.issue(either_app, factories.person(either_app, "Lena Learner"), boss)
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda _: remind(either_app, date(2028, 2, 10)), range(4)))
        assert templates(either_app).count("certificate-expiring-soon") == 1

    @pytest.mark.parametrize("name", [f"certificate-{one}" for one in ("requested", *STAGES)])
    def test_each_mail_has_subject_and_link(self, app, name):
        values = {"name": "Lena", "course": "Needling", "code": "AB", "last_day": "March 2, 2028", "home": "http://x/c"}
        with app.app_context():
            mail = message.compose(1, "office@example.org", to="lena@example.org", template=name, **values)
        assert mail["Subject"]
        assert "http://x/c" in mail.get_content()


def test_automatic_issuing_is_repeated_until_the_obstacle_is_gone(app, learner):
    factories.set_course(app, certificate="at_once")
    content = site_of(app).catalog
    strict = content.provider.model_copy(update={"certify_unreviewed": False})
    factories.change_site(app, catalog=factories.replaced(content, provider=strict))
    factories.request(app, learner)
    with app.app_context():
        issuing.issue_waiting(NOON)
        assert queries.count_issued() == 0
    factories.change_site(app, catalog=content)
    with app.app_context():
        issuing.issue_waiting(NOON)
        issuing.issue_waiting(NOON)
        assert queries.count_issued() == 1
    assert templates(app) == ["certificate-requested", "certificate-issued"]


def test_requests_that_an_administrator_decides_are_left_to_them(app, learner):
    factories.request(app, learner)
    with app.app_context():
        issuing.issue_waiting(NOON)
        assert queries.count_issued() == 0


def test_the_worker_runs_both_every_hour(app):
    assert {"certificates-at-once", "ends-of-certificates"} <= site_of(app).queue.hourly.keys()
