"""Logging supervised sessions, sending them to a supervisor, the answer without an account, and annulling."""

import re
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Barrier

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from course.learning.supervision import actions, forms, queries
from course.learning.supervision.models import SessionAnnulment, SupervisedSession, SupervisionRequest
from course.people.accounts.models import User
from course.platform import clock, db
from course.platform.audit.models import AuditEvent
from course.platform.db import unit_of_work
from course.platform.decisions import OwnRecord
from course.platform.jobs import Job
from course.platform.web import Refused
from course.reporting.retention import actions as retention
from tests import factories
from tests.contracts.test_sent_twice import SUPERVISOR_FIELDS, session_fields
from tests.factories import NOON, SUPERVISOR

DAY = timedelta(days=1)


def rows(app, model):
    with app.app_context():
        return db.session.scalars(select(model).order_by(model.id)).all()


def mails(app, template):
    with app.app_context():
        jobs = db.session.scalars(select(Job).where(Job.kind == "mail").order_by(Job.id))
        return [job.payload for job in jobs if job.payload.get("template") == template]


@pytest.fixture
def mine(pages, learner):
    return pages.as_(learner)


class TestLogging:
    def test_several_sessions_of_a_day_are_logged_at_once(self, app, mine):
        page = mine.post("/supervised/new", session_fields(count="3", muscles="soleus", note="Prone."))
        assert page.location == "/supervised/"
        assert [(one.held_on, one.minutes, one.note) for one in rows(app, SupervisedSession)] == [
            (date(2026, 3, 1), 30, "Prone.")
        ] * 3
        assert "0 confirmed, 0 with a supervisor, 3 not sent" in mine.get("/supervised/").text

    def test_the_form_begins_with_the_values_of_the_last_session_but_not_its_note(self, app, mine, learner):
        factories.log_sessions(app, learner, minutes=45, muscles=["soleus"], jurisdiction="GA", note="Prone.")
        html = mine.get("/supervised/new").html
        assert re.search(r'id="minutes"[^>]*value="45"', html)
        assert re.search(r'<input checked[^>]*value="soleus"', html)
        assert '<option selected value="GA">' in html
        assert "Prone." not in html

    def test_the_last_session_is_logged_again_with_one_press(self, app, mine, learner):
        (session,) = factories.log_sessions(app, learner, note="Prone.")
        mine.post(f"/supervised/{session.code}/again")
        first, again = rows(app, SupervisedSession)
        assert (again.muscles, again.minutes, again.note) == (first.muscles, first.minutes, None)
        assert again.held_on >= clock.now().date() - DAY

    @pytest.mark.parametrize(
        ("wrong", "words"),
        [
            ({"note": "Mrs. Smith"}, "This looks like a name. Leave out everything that could identify a patient."),
            ({"muscles": []}, "Select at least one muscle."),
            ({"minutes": "4"}, "Number must be between 5 and 480."),
            ({"held_on": "2099-01-01"}, "Enter a date that is not in the future."),
            ({"count": "26"}, "Number must be between 1 and 25."),
        ],
    )
    def test_a_faulty_session_is_refused_with_words(self, app, mine, wrong, words):
        page = mine.post("/supervised/new", session_fields(count="1") | wrong)
        assert (page.status, words in page.text) == (422, True)
        assert rows(app, SupervisedSession) == []

    def test_a_note_of_a_megabyte_is_not_searched_to_its_end(self, mine, monkeypatch):
        lengths = []
        monkeypatch.setattr(forms, "suspicion", lambda text: lengths.append(len(text)))
        assert mine.post("/supervised/new", session_fields(count="1", note="a" * 900_000)).status == 422
        assert lengths == [500]

    def test_a_log_has_an_end(self, app, mine, monkeypatch):
        monkeypatch.setattr(actions, "MAX_SESSIONS", 2)
        assert mine.post("/supervised/new", session_fields(count="3")).status == 409
        assert rows(app, SupervisedSession) == []

    def test_a_session_that_nobody_has_can_be_changed_and_removed(self, app, mine, learner):
        (session,) = factories.log_sessions(app, learner)
        mine.post(f"/supervised/{session.code}", session_fields(minutes="40"))
        assert rows(app, SupervisedSession)[0].minutes == 40
        mine.post(f"/supervised/{session.code}/remove")
        assert rows(app, SupervisedSession) == []

    def test_the_audit_log_gets_no_note(self, app, mine):
        mine.post("/supervised/new", session_fields(count="1", note="Prone."))
        assert [event.event for event in rows(app, AuditEvent) if "Prone" in str(event.details)] == []


class TestSending:
    def test_the_supervisor_gets_a_link_and_the_database_keeps_none(self, app, mine, learner):
        sessions = factories.log_sessions(app, learner, 2)
        supervisor = factories.add_supervisor(app, learner)
        data = {"supervisor": str(supervisor.code), "sessions": [str(one.code) for one in sessions]}
        assert mine.post("/supervised/send", data).location == "/supervised/"
        (mail,) = mails(app, "supervision-request")
        assert (mail["to"], mail["therapist"], mail["sessions"]) == ("sam@clinic.example", "Lena Learner", 2)
        token = mail["link"].rpartition("/")[2]
        (request,) = rows(app, SupervisionRequest)
        assert token not in str(vars(request))
        assert "2 sessions sent to Sam Supervisor" in mine.get("/supervised/").text

    def test_sessions_with_a_supervisor_cannot_be_changed_removed_or_sent(self, app, mine, learner):
        (session,) = factories.log_sessions(app, learner)
        supervisor = factories.add_supervisor(app, learner)
        factories.send_sessions(app, learner, [session], supervisor, now=clock.now())
        assert mine.post(f"/supervised/{session.code}/remove").status == 409
        with app.app_context(), pytest.raises(actions.SessionSent):
            actions.change(learner, session, minutes=90, now=clock.now())
        data = {"supervisor": str(supervisor.code), "sessions": [str(session.code)]}
        assert mine.post("/supervised/send", data).status == 422
        assert rows(app, SupervisedSession)[0].minutes == 30

    def test_sending_again_ends_the_earlier_link(self, app, pages, mine, learner):
        asked, first = factories.send_sessions(app, learner, factories.log_sessions(app, learner), now=clock.now())
        mine.post(f"/supervised/requests/{asked.code}/again")
        second = mails(app, "supervision-request")[1]["link"].rpartition("/")[2]
        assert pages.get(f"/supervise/{first}").status == 404
        assert pages.get(f"/supervise/{second}").status == 200

    def test_a_withdrawn_request_ends_its_link_and_releases_its_sessions(self, app, pages, mine, learner):
        sessions = factories.log_sessions(app, learner)
        asked, token = factories.send_sessions(app, learner, sessions, now=clock.now())
        mine.post(f"/supervised/requests/{asked.code}/withdraw")
        assert pages.get(f"/supervise/{token}").status == 404
        assert "1 not sent" in mine.get("/supervised/").text

    def test_a_link_ends_after_thirty_days_and_its_sessions_can_be_sent_again(self, app, learner):
        sessions = factories.log_sessions(app, learner)
        _, token = factories.send_sessions(app, learner, sessions)
        with app.app_context():
            assert queries.request_of_link(token, NOON + 29 * DAY)
            with pytest.raises(queries.SupervisionLinkInvalid):
                queries.request_of_link(token, NOON + 30 * DAY)
            assert queries.sendable(learner.id, NOON + 29 * DAY) == []
            assert len(queries.sendable(learner.id, NOON + 30 * DAY)) == 1

    def test_nobody_enters_themselves_as_supervisor(self, app, mine, learner):
        fields = {"name": "Sam", "email": "LENA@example.org", "profession": "", "jurisdiction": ""}
        page = mine.post("/supervised/supervisors", fields)
        assert (page.status, "This is your own email." in page.text) == (422, True)

    def test_without_a_confirmed_email_nothing_is_sent(self, app):
        person = factories.person(app, "Uma Unconfirmed", confirmed=False)
        sessions = factories.log_sessions(app, person)
        with pytest.raises(actions.EmailNotConfirmed):
            factories.send_sessions(app, person, sessions)
        assert mails(app, "supervision-request") == []

    def test_a_supervisor_is_reminded_once_after_a_week_by_the_same_link(self, app, learner):
        _, token = factories.send_sessions(app, learner, factories.log_sessions(app, learner))
        with app.app_context():
            actions.remind_all(NOON + 6 * DAY)
        assert mails(app, "supervision-reminder") == []
        for later in (7, 8):
            with app.app_context():
                actions.remind_all(NOON + later * DAY)
        (mail,) = mails(app, "supervision-reminder")
        with app.app_context():
            for link in (token, mail["link"].rpartition("/")[2]):
                assert queries.request_of_link(link, NOON + 8 * DAY)

    def test_nobody_is_reminded_of_what_is_answered_or_withdrawn(self, app, learner):
        factories.confirm_sessions(app, learner, factories.log_sessions(app, learner))
        with app.app_context():
            actions.remind_all(NOON + 8 * DAY)
        assert mails(app, "supervision-reminder") == []


@pytest.fixture
def asked(app, learner):
    """Return two sessions that are with a supervisor, and the token of the link."""
    sessions = factories.log_sessions(app, learner, 2)
    _, token = factories.send_sessions(app, learner, sessions, now=clock.now())
    return sessions, token


def answer_fields(*confirmed, **more):
    return {"sessions": [str(one.code) for one in confirmed], "reason": ""} | SUPERVISOR_FIELDS | more


class TestAnswering:
    def test_a_supervisor_without_an_account_confirms(self, app, pages, asked):
        sessions, token = asked
        page = pages.get(f"/supervise/{token}")
        assert "Lena Learner asks you, Sam Supervisor, to confirm 2 treatment sessions" in page.text
        headers = page.response.headers
        assert (headers["Cache-Control"], headers["Referrer-Policy"]) == ("no-store", "no-referrer")
        assert headers["X-Robots-Tag"] == "noindex, nofollow"
        assert rows(app, SupervisedSession)[0].confirmed_at is None
        assert pages.post(f"/supervise/{token}", answer_fields(*sessions)).status == 303
        assert all(one.confirmed_at for one in rows(app, SupervisedSession))
        (request,) = rows(app, SupervisionRequest)
        assert request.answers == SUPERVISOR
        assert not request.answers.needs_no_more
        (mail,) = mails(app, "supervision-answered")
        assert (mail["to"], mail["confirmed"], mail["declined"]) == ("lena@example.org", 2, 0)

    def test_the_link_answers_once(self, app, pages, asked):
        sessions, token = asked
        pages.post(f"/supervise/{token}", answer_fields(*sessions))
        assert "2 of 2 sessions of Lena Learner are confirmed." in pages.get(f"/supervise/{token}").text
        pages.post(f"/supervise/{token}", answer_fields(signature="Somebody Else", reason="No."))
        assert rows(app, SupervisionRequest)[0].answers == SUPERVISOR
        assert all(one.confirmed_at for one in rows(app, SupervisedSession))

    def test_a_session_that_is_deselected_needs_a_reason_and_is_kept_as_not_confirmed(self, app, pages, asked):
        (first, _), token = asked
        page = pages.post(f"/supervise/{token}", answer_fields(first))
        assert (page.status, "Enter why you don't confirm" in page.text) == (422, True)
        pages.post(f"/supervise/{token}", answer_fields(first, reason="I was away that day."))
        one, other = rows(app, SupervisedSession)
        assert (bool(one.confirmed_at), bool(one.declined_at)) == (True, False)
        assert (bool(other.confirmed_at), bool(other.declined_at)) == (False, True)
        assert rows(app, SupervisionRequest)[0].reason == "I was away that day."

    def test_all_sessions_may_be_declined(self, app, pages, asked):
        _, token = asked
        assert pages.post(f"/supervise/{token}", answer_fields(reason="I don't know them.")).status == 303
        assert [bool(one.declined_at) for one in rows(app, SupervisedSession)] == [True, True]

    @pytest.mark.parametrize("field", [*SUPERVISOR_FIELDS])
    def test_every_question_needs_an_answer(self, app, pages, asked, field):
        sessions, token = asked
        assert pages.post(f"/supervise/{token}", answer_fields(*sessions) | {field: ""}).status == 422
        assert rows(app, SupervisedSession)[0].confirmed_at is None

    def test_the_therapist_cannot_answer(self, app, mine, asked):
        sessions, token = asked
        assert mine.get(f"/supervise/{token}").status == 403
        assert mine.post(f"/supervise/{token}", answer_fields(*sessions)).status == 403
        assert rows(app, SupervisedSession)[0].confirmed_at is None

    def test_a_session_of_another_request_is_not_confirmed(self, app, pages, asked, other_learner):
        sessions, token = asked
        (foreign,) = factories.log_sessions(app, other_learner)
        pages.post(f"/supervise/{token}", answer_fields(*sessions, foreign))
        assert rows(app, SupervisedSession)[2].confirmed_at is None

    @pytest.mark.parametrize("token", ["", "x", "WyJhIiwiYiJd.x.y"])
    def test_a_forged_link_is_not_found(self, pages, token):
        assert pages.get(f"/supervise/{token}").status == 404

    def test_strangers_who_guess_are_slowed_down(self, pages):
        statuses = {pages.get(f"/supervise/{n}").status for n in range(25)}
        assert statuses == {404, 429}

    def test_the_link_of_a_closed_account_is_dead(self, app, pages, learner, asked):
        _, token = asked
        with app.app_context():
            retention.close(learner, now=clock.now())
        assert pages.get(f"/supervise/{token}").status == 404


class TestAfterTheAnswer:
    @pytest.fixture
    def confirmed(self, app, learner):
        sessions = factories.log_sessions(app, learner, 2)
        factories.confirm_sessions(app, learner, sessions)
        return sessions

    def test_nothing_can_be_changed_or_removed(self, app, mine, confirmed):
        code = confirmed[0].code
        mine.post(f"/supervised/{code}", session_fields(minutes="90"))
        assert mine.post(f"/supervised/{code}/remove").status == 409
        assert rows(app, SupervisedSession)[0].minutes == 30

    @pytest.mark.parametrize(
        "change",
        [
            "UPDATE supervised_session SET minutes = 90",
            "UPDATE supervised_session SET confirmed_at = NULL",
            "UPDATE supervision_request SET statement = NULL",
        ],
    )
    def test_the_database_refuses_a_change(self, either_app, change):
        person = factories.person(either_app, "Lena Learner")
        factories.confirm_sessions(either_app, person, factories.log_sessions(either_app, person))

        @unit_of_work
        def act():
            db.session.execute(text(change))

        with either_app.app_context(), pytest.raises(DBAPIError, match="append-only"):
            act()

    def test_the_learner_annuls_with_a_reason_and_it_no_longer_counts(self, app, mine, learner, confirmed):
        path = f"/supervised/{confirmed[0].code}"
        assert mine.post(f"{path}/annul", {"reason": ""}).status == 422
        mine.post(f"{path}/annul", {"reason": "The date was wrong."})
        assert "The date was wrong." in mine.get(path).text
        assert "1 confirmed" in mine.get("/supervised/").text
        assert mine.post(f"{path}/annul", {"reason": "Twice."}).status == 409
        with app.app_context():
            assert len(queries.sessions_of([learner.id])[learner.id]) == 1
            assert queries.confirmed_days_of([learner.id]) == {learner.id: [date(2026, 3, 1)]}

    def test_an_administrator_annuls_for_others_only(self, app, pages, admin, learner, confirmed):
        console = pages.as_(admin)
        assert "2 confirmed" in console.get(f"/admin/people/{learner.code}/supervised").text
        path = f"/admin/supervised/{confirmed[0].code}"
        assert "Sent to Sam Supervisor, sam@clinic.example" in console.get(path).text
        assert console.post(path, {"reason": "The supervisor wrote to us."}).status == 303
        assert [one.annulled_by for one in rows(app, SessionAnnulment)] == ["Ada Admin"]
        own = factories.log_sessions(app, admin)
        with app.app_context(), pytest.raises(OwnRecord):
            actions.annul_for(admin, own[0], "No.", now=NOON)

    def test_the_evidence_has_the_supervisors_own_statement(self, app, learner, confirmed):
        (unsent,) = factories.log_sessions(app, learner, held_on=date(2026, 3, 5))
        with app.app_context():
            first, second, third = queries.sessions_of([learner.id])[learner.id]
        assert (first.supervisor, first.verified_by) == (SUPERVISOR.facts, "Sam Supervisor")
        assert first.verified_on == NOON.date()
        assert (third.on, third.supervisor.name, third.verified_by) == (unsent.held_on, queries.UNNAMED, None)
        assert second.minutes == 30

    def test_the_log_to_print_has_confirmed_sessions_and_their_supervisors_only(self, app, mine, learner, confirmed):
        factories.log_sessions(app, learner, minutes=480)
        with app.app_context():
            actions.annul(confirmed[0], "Wrong.", actor=learner, now=NOON)
        page = mine.get("/supervised/print")
        assert "1 confirmed session, 30 minutes in all" in page.text
        assert "Florida, PT 2201" in page.text

    def test_closing_the_account_erases_everything_about_it(self, app, learner, confirmed):
        factories.add_supervisor(app, learner, "Second Supervisor")
        with app.app_context():
            actions.annul(confirmed[0], "Wrong.", actor=learner, now=NOON)
            retention.close(learner, now=clock.now())
        for model in (SupervisedSession, SupervisionRequest, SessionAnnulment):
            assert rows(app, model) == []


def together(*works):
    """Run the functions at the same moment and return what each returned or refused."""
    barrier = Barrier(len(works))

    def run(work):
        barrier.wait(10)
        try:
            return work()
        except Refused as refusal:
            return type(refusal)

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(run, works))


def test_of_two_confirmations_of_one_link_at_once_one_counts(either_app):
    person = factories.person(either_app, "Lena Learner")
    sessions = factories.log_sessions(either_app, person, 2)
    _, token = factories.send_sessions(either_app, person, sessions)

    def answer(chosen):
        with either_app.app_context():
            actions.answer(token, SUPERVISOR, {one.code for one in chosen}, "So.", now=NOON)

    outcomes = together(lambda: answer(sessions), lambda: answer([]))
    assert sorted(map(str, outcomes)) == sorted(map(str, [None, actions.AnsweredAlready]))
    states = {(bool(one.confirmed_at), bool(one.declined_at)) for one in rows(either_app, SupervisedSession)}
    assert states in [{(True, False)}, {(False, True)}]
    assert len(mails(either_app, "supervision-answered")) == 1


def test_a_session_that_is_sent_to_two_supervisors_at_once_is_with_one(either_app, monkeypatch):
    """Each takes a moment between reading which sessions can be sent and sending them."""
    find = queries.sendable

    def slowly(*args):
        found = find(*args)
        time.sleep(0.2)
        return found

    monkeypatch.setattr(queries, "sendable", slowly)
    person = factories.person(either_app, "Lena Learner")
    sessions = factories.log_sessions(either_app, person, 2)
    supervisors = [factories.add_supervisor(either_app, person, name) for name in ("Sam Supervisor", "Tia Trainer")]

    def send(supervisor):
        with either_app.app_context():
            user = db.session.get_one(User, person.id)
            actions.send(user, supervisor, {one.code for one in sessions}, now=NOON)

    outcomes = together(*(lambda one=one: send(one) for one in supervisors))
    assert sorted(map(str, outcomes)) == sorted(map(str, [None, actions.NothingToSend]))
    assert len(rows(either_app, SupervisionRequest)) == 1


def test_a_request_is_withdrawn_or_answered_but_never_both(either_app):
    person = factories.person(either_app, "Lena Learner")
    sessions = factories.log_sessions(either_app, person)
    asked, token = factories.send_sessions(either_app, person, sessions)

    def answer():
        with either_app.app_context():
            actions.answer(token, SUPERVISOR, {sessions[0].code}, None, now=NOON)

    def withdraw():
        with either_app.app_context():
            actions.withdraw(person, asked, now=NOON)

    outcomes = together(answer, withdraw)
    (request,) = rows(either_app, SupervisionRequest)
    assert (request.answered_at is None) != (request.withdrawn_at is None)
    assert outcomes.count(None) == 1


def test_pages_cost_the_same_for_three_sessions_and_thirty(app, pages, learner, count_queries):
    def costs():
        mine, found = pages.as_(learner), []
        for path in (
            "/supervised/",
            "/supervised/send",
            "/supervised/print",
            f"/supervised/requests/{asked.code}",
            f"/supervise/{token}",
        ):
            with count_queries() as seen:
                assert (mine if path.startswith("/supervised") else pages).get(path).status == 200
            found.append(len(seen))
        return found

    asked, token = factories.send_sessions(app, learner, factories.log_sessions(app, learner, 3), now=clock.now())
    factories.log_sessions(app, learner, 3)
    few = costs()
    supervisor = factories.add_supervisor(app, learner, "Tia Trainer")
    for _ in range(5):
        factories.send_sessions(app, learner, factories.log_sessions(app, learner, 3), supervisor, now=clock.now())
    factories.confirm_sessions(app, learner, factories.log_sessions(app, learner, 9))
    factories.log_sessions(app, learner, 9)
    assert costs() == few
    assert max(few) <= 9


def test_evidence_of_many_people_takes_one_statement(app, learner, other_learner, count_queries):
    for person in (learner, other_learner):
        factories.confirm_sessions(app, person, factories.log_sessions(app, person, 2))
    with app.app_context(), count_queries() as seen:
        assert {len(found) for found in queries.sessions_of([learner.id, other_learner.id]).values()} == {2}
    assert len(seen) == 1
