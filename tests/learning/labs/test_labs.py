"""Labs: scheduling, sign-up and waiting list, presence by code and roster, attendance checks, closing."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Barrier

import pytest

from course.content.schema.hours import Mode
from course.learning.labs import actions, queries, screen_code
from course.learning.labs.models import Booking, Presence
from course.people.accounts import queries as accounts
from course.platform import clock, db
from course.platform.audit.models import AuditEvent
from course.platform.decisions import OwnRecord
from course.platform.jobs import Job
from course.reporting.retention import actions as retention
from tests import factories
from tests.factories import COURSE, NOON
from tests.learning.skills import table

FORM = {
    "course": COURSE,
    "title": "Needling the hip",
    "mode": "in_person",
    "day": "2026-04-01",
    "starts": "09:00",
    "ends": "5:00 PM",
    "jurisdiction": "HI",
    "time_zone": "",
    "place": "1 Aloha Street",
    "capacity": "10",
    "topic-palpation": "60",
}


@pytest.fixture
def at(monkeypatch):
    """Return a function that sets the clock to some minutes after NOON, when the lab starts."""

    def set_to(minute):
        moment = NOON + timedelta(minutes=minute)
        monkeypatch.setattr(clock, "now", lambda: moment)
        return moment

    set_to(0)
    return set_to


@pytest.fixture
def lab(app, admin, instructor):
    return factories.lab(app, admin, instructor)


def mails(app, template):
    """Return the recipients of the mails of a kind, in order."""
    with app.app_context():
        jobs = db.session.query(Job).filter_by(kind="mail").order_by(Job.id)
        return [job.payload["to"] for job in jobs if job.payload["template"] == template]


def code_now(lab):
    return screen_code.code_at(lab.secret, clock.now())


def statements(count_queries, pages, path):
    with count_queries() as seen:
        assert pages.get(path).status == 200
    return len(seen)


class TestSchedule:
    def test_an_administrator_schedules_a_lab_in_the_time_of_its_state(self, app, pages, admin, instructor):
        mine = pages.as_(admin)
        answer = mine.post("/admin/labs/new", FORM | {"instructors": str(instructor.id)})
        assert answer.status == 303
        page = mine.get(answer.location)
        assert "April 1, 2026, 9:00 AM to 5:00 PM (HST)" in page.text
        assert "Palpation, 60 minutes" in page.text
        with app.app_context():
            assert db.session.query(AuditEvent).filter_by(event="lab:created").count() == 1

    @pytest.mark.parametrize(
        ("wrong", "message"),
        [
            ({"ends": "09:00"}, "after the start"),
            ({"topic-palpation": "481"}, "take longer"),
            ({"instructors": "999999"}, "not a valid choice|not valid choices"),
            ({"time_zone": "Mars/Base"}, "[Nn]ot a valid choice"),
            ({"capacity": "0"}, "between 1 and 500"),
        ],
    )
    def test_a_lab_that_can_not_be_is_refused(self, pages, admin, instructor, wrong, message):
        page = pages.as_(admin).post("/admin/labs/new", FORM | {"instructors": str(instructor.id)} | wrong)
        assert page.status == 422
        assert re.search(message, page.text)

    def test_learners_get_a_mail_about_another_time_and_none_about_another_title(
        self, app, pages, admin, learner, instructor, lab
    ):
        factories.book(app, learner, lab)
        mine, path = pages.as_(admin), f"/admin/labs/{lab.code}/edit"
        form = FORM | {"instructors": str(instructor.id), "day": "2026-03-02", "starts": "02:00", "ends": "06:00"}
        same = form | {"place": lab.place, "title": "Another title"}
        assert mine.post(path, same).status == 303
        assert mails(app, "lab-changed") == []
        assert mine.post(path, same | {"starts": "02:30"}).status == 303
        assert mails(app, "lab-changed") == [learner.email]

    def test_places_are_not_taken_away_and_new_ones_go_to_those_who_wait(
        self, app, pages, admin, learner, other_learner, instructor
    ):
        lab = factories.lab(app, admin, instructor, capacity=1)
        third = factories.person(app, "Tina Third")
        assert [factories.book(app, one, lab) for one in (learner, other_learner, third)] == [True, False, False]
        mine, form = pages.as_(admin), FORM | {"instructors": str(instructor.id)}
        assert mine.post(f"/admin/labs/{lab.code}/edit", form | {"capacity": "2"}).status == 303
        assert mails(app, "lab-moved-up") == [other_learner.email]
        page = mine.post(f"/admin/labs/{lab.code}/edit", form | {"capacity": "1"})
        assert page.status == 422
        assert "More people have a place" in page.text

    def test_a_canceled_lab_mails_everyone_and_takes_no_more_people(self, app, pages, admin, learner, lab):
        factories.book(app, learner, lab)
        assert pages.as_(admin).post(f"/admin/labs/{lab.code}/cancel", {"reason": "The roof leaks."}).status == 303
        assert mails(app, "lab-canceled") == [learner.email]
        assert "The roof leaks." in pages.as_(learner).get(f"/labs/{lab.code}").text
        with app.app_context(), pytest.raises(actions.LabCanceled):
            actions.book(factories.person(app, "Nora New"), lab, now=NOON)


class TestSignUp:
    def test_a_learner_signs_up_and_cancels_and_the_next_moves_up(self, app, pages, admin, instructor, at):
        at(-600)
        lab = factories.lab(app, admin, instructor, capacity=1)
        people = [factories.person(app, name) for name in ("Anna A", "Bert B", "Carl C")]
        for person in people:
            assert pages.as_(person).post(f"/labs/{lab.code}/sign-up").status == 303
        assert "you have a place" in pages.as_(people[0]).get("/labs/").text
        assert "waiting list, number 2" in pages.as_(people[2]).get(f"/labs/{lab.code}").text
        assert pages.as_(people[0]).post(f"/labs/{lab.code}/give-up").status == 303
        assert mails(app, "lab-booked") == [person.email for person in people]
        assert mails(app, "lab-moved-up") == [people[1].email]
        assert "waiting list, number 1" in pages.as_(people[2]).get(f"/labs/{lab.code}").text

    def test_who_leaves_the_waiting_list_moves_nobody_up(self, app, admin, instructor):
        lab = factories.lab(app, admin, instructor, capacity=1)
        people = [factories.person(app, name) for name in ("Anna A", "Bert B", "Carl C")]
        for person in people:
            factories.book(app, person, lab)
        with app.app_context():
            actions.cancel_booking(people[1], lab, now=NOON - timedelta(days=1))
        assert mails(app, "lab-moved-up") == []

    def test_a_second_sign_up_one_by_the_teacher_and_a_late_one_are_refused(self, app, learner, instructor, lab):
        factories.book(app, learner, lab)
        with pytest.raises(actions.BookedAlready):
            factories.book(app, learner, lab)
        with pytest.raises(actions.TeachesIt):
            factories.book(app, instructor, lab)
        with pytest.raises(actions.LabEnded):
            factories.book(app, factories.person(app, "Nora New"), lab, now=lab.ends_at)
        with app.app_context(), pytest.raises(actions.LabStarted):
            actions.cancel_booking(learner, lab, now=lab.starts_at)

    def test_at_once_never_more_people_are_in_than_there_are_places(self, either_app):
        admin = factories.person(either_app, "Ada Admin", role="admin")
        lab = factories.lab(either_app, admin, factories.instructor(either_app, admin), capacity=2)
        people = [factories.person(either_app, f"P{number} Person") for number in range(6)]
        together = Barrier(len(people))

        def book(person):
            together.wait(10)
            return factories.book(either_app, person, lab)

        with ThreadPoolExecutor(len(people)) as pool:
            assert sorted(pool.map(book, people)) == [False] * 4 + [True] * 2
        with either_app.app_context():
            assert len(queries.bookings_of(lab)) == 6
            places = [queries.places_of(person.id, [lab])[lab.id] for person in people]
            assert sorted((one.is_in, one.position) for one in places) == [
                *((False, number) for number in (1, 2, 3, 4)),
                *((True, number) for number in (1, 2)),
            ]

    def test_the_place_of_a_closed_account_goes_to_the_next(self, app, admin, instructor, learner, other_learner):
        lab = factories.lab(app, admin, instructor, capacity=1)
        for person in (learner, other_learner):
            factories.book(app, person, lab)
        with app.app_context():
            retention.close(learner, now=NOON - timedelta(days=1))
            assert db.session.query(Booking).count() == 1
        assert mails(app, "lab-moved-up") == [other_learner.email]

    def test_those_with_a_place_are_reminded_once_a_day_before(self, app, admin, instructor, learner, other_learner):
        lab = factories.lab(app, admin, instructor, capacity=1)
        for person in (learner, other_learner):
            factories.book(app, person, lab)
        with app.app_context():
            for hours in (25, 24, 23, -1):
                actions.remind_all(lab.starts_at - timedelta(hours=hours))
        assert mails(app, "lab-tomorrow") == [learner.email]


class TestPresence:
    def test_a_learner_checks_in_and_out_by_the_code_on_the_screen(self, app, pages, learner, instructor, lab, at):
        factories.book(app, learner, lab)
        mine, screen = pages.as_(learner), pages.as_(instructor)
        at(-5)
        shown = screen.get(f"/instructor/labs/{lab.code}/screen")
        digits = re.search(r"\d{4} \d{4}", shown.text)[0]
        assert mine.post(f"/labs/{lab.code}/here", {"digits": digits, "direction": "in"}).status == 303
        assert "Check out" in mine.get(f"/labs/{lab.code}/here/{code_now(lab)}").text
        at(125)
        mine.post(f"/labs/{lab.code}/here", {"digits": code_now(lab), "direction": "out"})
        assert "125 of 240 minutes" in mine.get(f"/labs/{lab.code}").text
        assert "125 of 240" in screen.get(f"/instructor/labs/{lab.code}").text

    def test_an_old_code_is_refused(self, app, pages, learner, lab, at):
        factories.book(app, learner, lab)
        mine, old = pages.as_(learner), code_now(lab)
        at(1)
        page = mine.post(f"/labs/{lab.code}/here", {"digits": old, "direction": "in"})
        assert page.status == 422
        assert "not the one on the screen" in page.text
        assert mine.get(f"/labs/{lab.code}/here/{old}").status == 422
        with app.app_context():
            assert db.session.query(Presence).count() == 0

    def test_guessing_a_code_is_stopped(self, app, pages, learner, lab, at):
        factories.book(app, learner, lab)
        mine = pages.as_(learner)
        statuses = [mine.get(f"/labs/{lab.code}/here/{n:08}").status for n in range(22)]
        assert statuses[-1] == 429
        assert 200 not in statuses

    @pytest.mark.parametrize("minute", [-61, 301])
    def test_a_code_works_only_around_the_time_of_the_lab(self, app, learner, lab, at, minute):
        factories.book(app, learner, lab)
        at(minute)
        with app.app_context(), pytest.raises(actions.NotTheTime):
            actions.check_in(learner, lab, code_now(lab), now=clock.now())

    def test_who_waits_for_a_place_can_not_check_in(self, app, admin, instructor, learner, other_learner, at):
        lab = factories.lab(app, admin, instructor, capacity=1)
        for person in (other_learner, learner):
            factories.book(app, person, lab)
        with app.app_context(), pytest.raises(actions.NotBooked):
            actions.check_in(learner, lab, code_now(lab), now=NOON)

    def test_nobody_checks_in_twice_or_leaves_without_coming(self, app, learner, lab, at):
        factories.book(app, learner, lab)
        with app.app_context():
            with pytest.raises(actions.NotHere):
                actions.check_out(learner, lab, code_now(lab), now=NOON)
            actions.check_in(learner, lab, code_now(lab), now=NOON)
            with pytest.raises(actions.HereAlready):
                actions.check_in(learner, lab, code_now(lab), now=NOON)

    def test_a_correction_replaces_a_time_and_both_stay_on_record(self, app, pages, learner, instructor, lab, at):
        factories.book(app, learner, lab)
        factories.attend(app, learner, lab, first=0, last=30)
        mine, path = pages.as_(instructor), f"/instructor/labs/{lab.code}/roster/{learner.code}"
        at(300)
        with app.app_context():
            (wrong,) = queries.presences_of(lab)[learner.id]
        form = {"came": "02:00", "left": "05:00", "reason": "Left later.", "replaces": str(wrong.code)}
        for wrong in ("01:00", "23:00"):  # before the person came, and in the future
            assert mine.post(path, form | {"left": wrong}).status == 422
        assert mine.post(path, form).status == 303
        assert mine.post(path, form).status == 409
        page = mine.get(path)
        assert "180 of 240 minutes" in page.text
        assert "(corrected later)" in page.text
        with app.app_context():
            kept = [(one.out_at, one.reason) for one in queries.history_of(lab, learner.id)]
        assert kept == [(NOON + timedelta(minutes=30), None), (NOON + timedelta(hours=3), "Left later.")]

    def test_only_its_instructor_records_and_never_their_own_time(self, app, pages, admin, learner, instructor, lab):
        factories.book(app, learner, lab)
        stranger = factories.instructor(app, admin, "Ingo Other")
        for path in ("", "/screen", "/close", f"/roster/{learner.code}"):
            assert pages.as_(stranger).get(f"/instructor/labs/{lab.code}{path}").status == 404
            assert pages.as_(instructor).get(f"/instructor/labs/{lab.code}{path}").status == 200
        assert pages.as_(instructor).get(f"/instructor/labs/{lab.code}/roster/{admin.code}").status == 404
        times = {"in_at": NOON, "out_at": None, "reason": "x", "replaces": None, "now": NOON}
        with app.app_context(), pytest.raises(OwnRecord):
            actions.record_by_roster(instructor, lab, instructor.id, **times)


class TestChecks:
    @pytest.fixture
    def online(self, app, admin, instructor, learner):
        lab = factories.lab(app, admin, instructor, mode="live_online")
        factories.book(app, learner, lab)
        return lab

    def test_a_learner_answers_while_the_check_is_open(self, app, pages, learner, instructor, online, at):
        mine, teacher = pages.as_(learner), pages.as_(instructor)
        answer = f"/labs/{online.code}/attendance-check"
        mine.post(f"/labs/{online.code}/here", {"digits": code_now(online), "direction": "in"})
        assert teacher.post(f"/instructor/labs/{online.code}/checks", {"minutes": "3"}).status == 303
        digits = re.search(r"Attendance check: (\d{4})", teacher.get(f"/instructor/labs/{online.code}").text)[1]
        assert "Attendance check" in mine.get(f"/labs/{online.code}").text
        assert mine.post(answer, {"answer": "x"}).status == 422
        assert [mine.post(answer, {"answer": digits}).status for _ in range(2)] == [303, 303]
        assert "1 of 1" in teacher.get(f"/instructor/labs/{online.code}").text
        at(4)
        assert mine.post(answer, {"answer": digits}).status == 422

    def test_who_missed_more_than_one_in_four_is_flagged(self, app, pages, learner, instructor, online, at):
        with app.app_context():
            actions.check_in(learner, online, code_now(online), now=clock.now())
            answered = actions.open_check(instructor, online, 3, now=at(0))
            actions.answer_check(learner, online, answered.digits, now=at(1))
            actions.open_check(instructor, online, 3, now=at(10))
        teacher, path = pages.as_(instructor), f"/instructor/labs/{online.code}"
        at(12)
        assert "missed" not in teacher.get(path).text
        at(14)
        assert "1 of 2 ! missed more than one in four" in teacher.get(path).text

    def test_only_who_is_checked_in_can_answer(self, app, learner, instructor, online, at):
        with app.app_context():
            check = actions.open_check(instructor, online, 3, now=NOON)
            with pytest.raises(actions.NotHere):
                actions.answer_check(learner, online, check.digits, now=NOON)


class TestClosing:
    def test_the_counts_of_needles_agree_or_a_reason_is_given(self, app, pages, learner, instructor, lab, at):
        factories.book(app, learner, lab)
        factories.attend(app, learner, lab)
        mine, path = pages.as_(instructor), f"/instructor/labs/{lab.code}/close"
        form = {"needles_out": "40", "needles_in": "39", "needle_note": "", "incidents": "A fainted learner."}
        assert mine.post(path, form | {"needles_in": "40"}).status == 409
        at(241)
        assert "The counts differ." in mine.post(path, form).text
        assert mine.post(path, form | {"needle_note": "One bent needle, found."}).status == 303
        page = mine.get(f"/instructor/labs/{lab.code}")
        for shown in ("1 to 1", "One bent needle, found.", "A fainted learner.", "Iris Instructor"):
            assert shown in page.text
        with app.app_context(), pytest.raises(actions.LabClosed):
            actions.cancel(instructor, lab, "x", now=clock.now())

    def test_a_lab_led_with_an_expired_qualification_is_flagged(self, app, pages, admin, at):
        expired = factories.instructor(app, admin, expires_on=NOON.date() - timedelta(days=1))
        lab = factories.lab(app, admin, expired)
        assert "not qualified on that day" in pages.as_(admin).get("/admin/labs/").text
        assert "without a qualification in force" in pages.as_(admin).get("/admin/").text
        for person, path in ((admin, "/admin/labs"), (expired, "/instructor/labs")):
            assert "qualification expired" in pages.as_(person).get(f"{path}/{lab.code}").text

    def test_the_last_day_of_the_qualification_is_judged_where_the_lab_is(self, app, pages, admin, at):
        """The lab starts on March 2 in Hawaii, which is March 3 in UTC."""
        teacher = factories.instructor(app, admin, expires_on=date(2026, 3, 2))
        factories.lab(app, admin, teacher, starts_at=NOON + timedelta(hours=13))
        assert "without a qualification in force" not in pages.as_(admin).get("/admin/").text
        assert "not qualified" not in pages.as_(admin).get("/admin/labs/").text


class TestEvidence:
    def test_a_closed_lab_counts_by_topic_for_those_who_were_there(self, app, learner, other_learner, instructor, lab):
        for person, last in ((learner, 240), (other_learner, 119)):
            factories.book(app, person, lab)
            factories.attend(app, person, lab, last=last)
        with app.app_context():
            assert queries.training_of([learner.id]) == {learner.id: []}
        factories.close_lab(app, instructor, lab)
        with app.app_context():
            found = queries.training_of([learner.id, other_learner.id])
            assert [(sorted(one.topics), one.minutes) for one in found[learner.id]] == [
                (["needle-technique"], 120),
                (["palpation"], 60),
                ([], 60),
            ]
            assert sum(one.minutes for one in found[other_learner.id]) == 119
            first = found[learner.id][0]
            assert (first.mode, first.completed_on, first.verified_by) == (
                Mode.IN_PERSON,
                date(2026, 3, 2),
                "Iris Instructor",
            )
            (attended,) = queries.attended_of([other_learner.id])[other_learner.id]
            assert (attended.minutes, dict(attended.topics)) == (119, {"palpation": 29, "needle-technique": 59})

    def test_the_names_of_its_instructors_stay_when_their_accounts_are_gone(self, app, learner, instructor, lab):
        factories.book(app, learner, lab)
        factories.attend(app, learner, lab)
        factories.close_lab(app, instructor, lab)
        with app.app_context():
            retention.close(instructor, now=NOON + timedelta(days=9))
            assert accounts.person(instructor.id).legal_name == "Erased"
            (attended,) = queries.attended_of([learner.id])[learner.id]
            assert attended.instructors == ("Iris Instructor",)
            assert {one.verified_by for one in queries.training_of([learner.id])[learner.id]} == {"Iris Instructor"}

    def test_it_takes_as_many_statements_for_many_as_for_one(self, app, admin, learner, instructor, count_queries):
        def count(people):
            with app.app_context(), count_queries() as seen:
                queries.training_of([person.id for person in people])
                queries.attended_of([person.id for person in people])
            return len(seen)

        people = [learner, *(factories.person(app, f"P{number} Person") for number in range(3))]
        for day in range(3):
            lab = factories.lab(app, admin, instructor, starts_at=NOON + timedelta(days=day))
            for person in people[: day + 2]:
                factories.book(app, person, lab)
                factories.attend(app, person, lab)
            factories.close_lab(app, instructor, lab)
        assert count([learner]) == count(people) == 2


class TestPages:
    def test_who_passed_every_skill_waits_for_a_determination(self, app, pages, learner, instructor, lab, catalog, at):
        factories.set_course(app, skills=tuple(catalog.skills.by_id))
        factories.book(app, learner, lab)
        factories.attend(app, learner, lab)
        mine = pages.as_(instructor)
        assert "To determine" not in mine.get("/instructor/").text
        table.sign_all(app, instructor, learner)
        at(300)
        assert f"/labs/{lab.code}/people/{learner.code}" in mine.get("/instructor/").html
        table.determine(app, instructor, learner)
        assert "To determine" not in mine.get("/instructor/").text

    def test_pages_take_as_many_statements_for_many_labs_and_people(
        self, app, pages, admin, instructor, learner, count_queries, at
    ):
        paths = {"/admin/": admin, "/labs/": learner, "/admin/labs/": admin, "/instructor/": instructor}
        lab = factories.lab(app, admin, instructor)
        factories.book(app, learner, lab)
        paths |= {f"/admin/labs/{lab.code}": admin, f"/instructor/labs/{lab.code}": instructor}
        paths |= {f"/labs/{lab.code}": learner}
        before = {path: statements(count_queries, pages.as_(who), path) for path, who in paths.items()}
        for number in range(4):
            person = factories.person(app, f"P{number} Person")
            factories.book(app, person, lab)
            factories.attend(app, person, lab)
            another = factories.lab(app, admin, factories.instructor(app, admin, f"T{number} Teacher"))
            factories.book(app, learner, another)
            factories.lab(app, admin, instructor)
        assert {path: statements(count_queries, pages.as_(who), path) for path, who in paths.items()} == before
        assert max(count for path, count in before.items() if path != "/admin/") <= 14, before

    def test_the_place_is_shown_to_those_who_signed_up(self, app, pages, learner, other_learner, lab, at):
        factories.book(app, learner, lab)
        assert "1 Aloha Street" in pages.as_(learner).get(f"/labs/{lab.code}").text
        assert "1 Aloha Street" not in pages.as_(other_learner).get(f"/labs/{lab.code}").text
