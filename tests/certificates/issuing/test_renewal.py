"""Taking a course again: it adds a cycle and a certificate, and removes nothing."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from course.assessment.attempts import taking
from course.assessment.practice import queries as practice
from course.certificates.completion import queries as completion
from course.certificates.issuing import ending, hours_queries, issuing, queries, renewing, requesting
from course.certificates.issuing.models import Correction, Reason, Standing
from course.content.queries import catalog
from course.learning.study import actions as reading
from course.learning.study import queries as study
from course.platform import db
from course.platform.audit.models import AuditEvent
from course.site import site_of
from tests import factories
from tests.factories import COURSE, MODULE, NOON

RENEWED = NOON + timedelta(days=400)
LATER = RENEWED + timedelta(days=1)


def renew(app, user, number=2, now=RENEWED):
    with app.app_context():
        renewing.renew(user, catalog().courses[COURSE], number, now=now)


def standing(app, user, cycle=None):
    with app.app_context():
        return completion.progress_of(user, catalog().courses[COURSE], cycle)


def missing(app, user):
    return [one.kind for one in standing(app, user).missing]


@pytest.fixture
def first(app, learner, admin):
    return factories.issue(app, learner, admin)


class TestWhatCounts:
    def test_only_work_after_the_restart_counts(self, app, learner, first):
        renew(app, learner)
        assert missing(app, learner) == ["study", "quiz", "evaluation"]
        factories.study_module(app, learner, now=LATER)
        assert missing(app, learner) == ["quiz", "evaluation"]
        factories.sit(app, learner, now=LATER)
        factories.evaluate(app, learner, now=LATER)
        found = standing(app, learner)
        assert (found.complete, found.completed_at) == (True, LATER)
        assert found.minutes == standing(app, learner, 1).minutes

    def test_the_first_cycle_does_not_change(self, app, learner, first):
        before = standing(app, learner)
        renew(app, learner)
        factories.complete(app, learner, now=LATER)
        assert standing(app, learner, 1) == before

    def test_earlier_measured_time_is_not_counted_again(self, app, learner, first):
        def read(at):
            with app.app_context():
                for second in (0, 40, 80):
                    now = at + timedelta(seconds=second)
                    reading.count_time(learner, MODULE, "what-counts", 30, "", now=now)

        read(NOON)
        renew(app, learner)
        read(LATER)
        evidence = [standing(app, learner, cycle).requirements[0].evidence for cycle in (1, 2)]
        assert [one.split(", ")[-1] for one in evidence] == ["1 active minutes measured"] * 2

    def test_other_courses_keep_their_progress(self, app, learner, first):
        renew(app, learner)
        with app.app_context():
            others = completion.progress_by_course(learner)
        whole = next(found for id_, found in others.items() if id_ != COURSE)
        assert {one.id for one in whole.requirements if one.met} >= {MODULE}


class TestReadingAndQuizzes:
    def test_sections_and_their_checks_are_open_again(self, pages, app, learner, first):
        mine = pages.as_(learner)
        assert "· completed" in mine.get(f"/modules/{MODULE}/").text
        renew(app, learner)
        assert "· completed" not in mine.get(f"/modules/{MODULE}/").text
        assert "Sections completed: 0 of" in mine.get("/modules/").text
        section = site_of(app).catalog.modules[MODULE].sections[0].id
        refused = mine.post(f"/modules/{MODULE}/{section}/studied")
        assert refused.status == 422
        factories.study_module(app, learner, now=LATER)
        assert "· completed" in mine.get(f"/modules/{MODULE}/").text

    def test_all_attempts_are_available_again_and_old_ones_stay(self, pages, app, learner, admin):
        factories.issue(app, learner, admin)
        with app.app_context(), pytest.raises(taking.PassedAlready):
            taking.start(learner, catalog().assessments[MODULE], now=NOON)
        renew(app, learner)
        page = pages.as_(learner).get(f"/assessments/{MODULE}").text
        assert "4 left" in page
        assert "don't count" in page
        assert factories.sit(app, learner, right=False, now=LATER).number == 2
        assert "3 left" in pages.as_(learner).get(f"/assessments/{MODULE}").text

    def test_the_review_holds_back_items_that_an_attempt_may_ask_again(self, app, learner, first):
        with app.app_context():
            assert practice.review_of(learner.id, LATER).items
        renew(app, learner)
        with app.app_context():
            assert not practice.review_of(learner.id, LATER).items


class TestOpening:
    def test_not_before_there_is_a_certificate(self, app, pages, learner):
        factories.request(app, learner)
        with pytest.raises(renewing.NotRenewable):
            renew(app, learner)
        assert pages.as_(learner).get(f"/courses/{COURSE}/renewal").status == 409

    def test_at_any_time_if_the_certificate_does_not_expire(self, app, learner, first):
        renew(app, learner, now=NOON + timedelta(days=1))
        assert missing(app, learner)

    def test_from_ninety_days_before_the_last_day(self, app, pages, learner, admin):
        factories.set_course(app, valid_months=24)  # until March 2, 2028
        factories.issue(app, learner, admin)
        early = NOON.replace(year=2027, month=12, day=3)
        with pytest.raises(renewing.RenewalNotYet, match="December 3, 2027"):
            renew(app, learner, now=early - timedelta(days=1))
        assert (
            "You can take the course again from December 3, 2027." in pages.as_(learner).get(f"/courses/{COURSE}").text
        )
        renew(app, learner, now=early)
        assert missing(app, learner)

    def test_immediately_after_a_revocation(self, app, learner, admin):
        factories.set_course(app, valid_months=24)
        first = factories.issue(app, learner, admin)
        with app.app_context():
            found = queries.certificate_of(first.code)
            ending.revoke(found, Reason.NOT_OWN_WORK, "seen", actor=admin, now=NOON)
        renew(app, learner, now=NOON + timedelta(days=1))
        assert missing(app, learner)

    def test_a_repeat_opens_no_second_cycle(self, app, learner, first):
        renew(app, learner)
        renew(app, learner, now=LATER)
        with pytest.raises(renewing.NotRenewable):
            renew(app, learner, number=3, now=LATER)
        with app.app_context():
            assert [one.number for one in study.cycles_of([learner.id])[learner.id][COURSE]] == [2]
            events = db.session.scalars(select(AuditEvent).filter_by(event="certificate:cycle-opened")).all()
        assert [one.details for one in events] == [{"course": COURSE, "cycle": 2}]

    def test_two_tabs_open_one_cycle(self, either_app):
        boss, lena = (
            factories.person(either_app, "Ada Admin", role="admin"),
            factories.person(either_app, "Lena Learner"),
        )
        factories.issue(either_app, lena, boss)
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda _: renew(either_app, lena), range(4)))
        with either_app.app_context():
            assert len(study.cycles_of([lena.id])[lena.id][COURSE]) == 1


class TestTheNewCertificate:
    @pytest.fixture
    def second(self, app, learner, admin, first):
        renew(app, learner)
        return factories.issue(app, learner, admin, now=LATER)

    def test_it_is_a_new_row_and_the_old_one_stays(self, app, first, second):
        assert (first.cycle, second.cycle, second.revision) == (1, 2, 1)
        assert second.facts["completed_on"] == LATER.date().isoformat()
        with app.app_context():
            both = [queries.certificate_of(one.code).standing_at(LATER) for one in (first, second)]
        assert both == [Standing.VALID, Standing.VALID]

    def test_the_holder_sees_both(self, pages, learner, first, second):
        mine = pages.as_(learner)
        for path in ("/certificates/", f"/courses/{COURSE}"):
            page = mine.get(path)
            assert first.code in page.text
            assert second.code in page.text
        assert "Renewal, cycle 2" in mine.get(f"/courses/{COURSE}").text

    def test_the_old_one_is_superseded_from_its_own_cycle(self, app, admin, first, second):
        with app.app_context():
            found = queries.certificate_of(first.code)
            new = issuing.supersede(found, Correction.RESCORED, "A key.", actor=admin, now=LATER)
        assert (new.cycle, new.revision) == (1, 2)
        assert new.facts["completed_on"] == first.facts["completed_on"]

    def test_another_course_with_the_same_module_is_still_refused(self, app, learner, first):
        content = site_of(app).catalog
        twin = content.courses[COURSE].model_copy(update={"id": "twin"})
        factories.change_site(app, catalog=factories.replaced(content, courses=dict(content.courses) | {"twin": twin}))
        factories.evaluate(app, learner, "twin")
        with app.app_context(), pytest.raises(hours_queries.CertifiedAlready):
            requesting.request_certificate(
                learner, twin, learner.licenses[0], attested_name="Lena Learner", print_license=True, now=LATER
            )


class TestPages:
    def test_the_page_explains_the_effect_and_asks(self, pages, app, learner, first):
        mine = pages.as_(learner)
        assert "Take the course again" in mine.get(f"/courses/{COURSE}").text
        page = mine.get(f"/courses/{COURSE}/renewal")
        assert "Nothing is deleted or reset" in page.text
        assert standing(app, learner).complete  # a look changes nothing
        assert mine.post(f"/courses/{COURSE}/renewal", {"cycle": "2"}).status == 303
        page = mine.get(f"/courses/{COURSE}")
        assert "Only work since then counts" in page.text
        assert "Sign and request" not in page.text
        assert first.code in page.text
        assert mine.get(f"/courses/{COURSE}/evaluation").status == 200

    def test_administrators_see_the_new_request_and_the_old_certificate(self, pages, app, learner, admin, first):
        renew(app, learner)
        asked = factories.request(app, learner, now=LATER)
        page = pages.as_(admin).get(f"/admin/people/{learner.code}")
        assert first.code in page.text
        assert str(asked.code) in page.html
        assert "2, a renewal" in pages.as_(admin).get(f"/admin/requests/{asked.code}").text


def test_cycles_are_never_changed_or_deleted(either_app):
    boss, lena = factories.person(either_app, "Ada Admin", role="admin"), factories.person(either_app, "Lena Learner")
    factories.issue(either_app, lena, boss)
    renew(either_app, lena)
    for act in ("UPDATE course_cycle SET number = 3", "DELETE FROM course_cycle"):
        with either_app.app_context(), pytest.raises(DBAPIError):
            db.session.execute(text(act))
