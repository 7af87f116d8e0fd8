"""Sign-offs: what is stored, that it arrives once, and what the learner answers."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from uuid import uuid4

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from course.content.queries import catalog
from course.learning.skills import actions, queries
from course.learning.skills.models import SkillSignOff
from course.platform import db
from course.platform.audit import queries as audit
from course.platform.decisions import OwnRecord
from course.platform.jobs import Job
from tests import factories
from tests.factories import COURSE, NOON, replaced
from tests.learning.skills import table
from tests.learning.skills.table import HAWAII, SKILL


def count(app) -> int:
    with app.app_context():
        return db.session.scalars(select(func.count(SkillSignOff.id))).one()


def test_a_sign_off_keeps_who_saw_what_and_when(app, ines, learner):
    signed = NOON - timedelta(hours=13)
    table.sign(app, ines, learner, by_device=signed, note="Calm hands.")
    with app.app_context():
        (one,) = queries.sign_offs_of([learner.id])[learner.id]
        (event,) = [one for one in audit.about(learner.id, limit=9) if one.event == "skill:signed-off"]
    assert one.row.instructor_name == "Ines Instructor"
    assert (one.passed, one.row.note, one.signed_at, one.row.received_at) == (True, "Calm hands.", signed, NOON)
    assert str(one.on) == "2026-03-01"  # in Hawaii
    assert event.details["passed"] is True


def test_a_critical_error_fails_the_skill_and_a_second_attempt_is_its_own_record(app, ines, learner):
    table.sign(app, ines, learner, passed=False)
    table.sign(app, ines, learner, now=NOON + timedelta(hours=1))
    with app.app_context():
        attempts = queries.sign_offs_of([learner.id])[learner.id]
        passed = queries.passed_skills_of([learner.id])[learner.id]
    assert [one.passed for one in attempts] == [False, True]
    assert passed == {(COURSE, SKILL): (NOON + timedelta(hours=1),)}


@pytest.mark.parametrize("changes", [{"errors": (0,)}, {"steps": (0, 1)}, {"passed": False, "errors": ()}])
def test_a_result_that_disagrees_with_the_boxes_is_refused(app, ines, learner, changes):
    with pytest.raises(actions.ResultDisagrees):
        table.sign(app, ines, learner, **changes)
    assert count(app) == 0


def test_nobody_signs_their_own_skills(app, ines):
    with pytest.raises(OwnRecord, match="another instructor"):
        table.sign(app, ines, ines)


@pytest.mark.parametrize("changes", [{"digest": "other"}, {"steps": (99,), "passed": False}])
def test_what_no_list_of_skills_ever_said_is_refused(app, ines, learner, changes):
    with pytest.raises(actions.ListChanged):
        table.sign(app, ines, learner, **changes)


def test_a_sign_off_by_a_list_that_changed_meanwhile_is_stored_with_the_words_that_were_shown(app, ines, learner):
    with app.app_context():
        actions.keep_versions(NOON)
        actions.keep_versions(NOON)
        kept, before = catalog(), table.seen()
        changed = kept.skills.by_id[SKILL].model_copy(update={"steps": ("Something else",)})
        skills = kept.skills.model_copy(update={"skills": (changed,)})
        factories.change_site(app, catalog=replaced(kept, skills=skills))
        actions.sign_off(ines, learner, catalog().courses[COURSE], before, HAWAII, now=NOON)
        (one,) = queries.sign_offs_of([learner.id])[learner.id]
    assert one.rubric.steps == kept.skills.by_id[SKILL].steps


def test_a_sign_off_arrives_once_however_often_and_wherever_it_is_sent(either_app):
    learner, admin = (
        factories.person(either_app, "Lena Learner"),
        factories.person(either_app, "Ada Admin", role="admin"),
    )
    ines = factories.instructor(either_app, admin)
    code, together = uuid4(), Barrier(4)

    def send(_: int) -> int:
        together.wait(10)
        return table.sign(either_app, ines, learner, code=code).id

    with ThreadPoolExecutor(4) as pool:
        ids = set(pool.map(send, range(4)))
    assert len(ids | {table.sign(either_app, ines, learner, code=code, now=NOON + timedelta(days=1)).id}) == 1
    assert count(either_app) == 1
    with either_app.app_context():
        events = [one.event for one in audit.about(learner.id, limit=9)]
    assert events == ["skill:signed-off"]


def test_another_attempt_under_the_same_code_is_refused_and_not_dropped(app, ines, learner, other_learner, admin):
    code = uuid4()
    table.sign(app, ines, learner, code=code)
    with pytest.raises(actions.CodeUsed):
        table.sign(app, ines, learner, code=code, passed=False)
    with pytest.raises(actions.CodeUsed):
        table.sign(app, ines, other_learner, code=code)
    with pytest.raises(actions.CodeUsed):
        table.sign(app, factories.instructor(app, admin, "Ivo Instructor"), learner, code=code)


@pytest.mark.parametrize("name", ["skill_sign_off", "determination"])
def test_the_database_refuses_to_change_what_was_signed(either_app, name):
    learner, admin = (
        factories.person(either_app, "Lena Learner"),
        factories.person(either_app, "Ada Admin", role="admin"),
    )
    ines = factories.instructor(either_app, admin)
    table.sign_all(either_app, ines, learner)
    table.determine(either_app, ines, learner)
    with either_app.app_context(), pytest.raises(DBAPIError, match="append-only"):
        db.session.connection().execute(text(f"UPDATE {name} SET note = 'x'"))


def test_the_learner_countersigns_or_contests_and_the_first_answer_counts(app, ines, learner, pages):
    agreed, contested = table.sign(app, ines, learner), table.sign(app, ines, learner, passed=False)
    mine = pages.as_(learner)
    assert mine.get("/skills/").text.count("not countersigned") == 2
    assert mine.post("/skills/countersign", {"sign_offs": [str(agreed.code)]}).status == 303
    note = {"note": "I did not go on after the pain."}
    assert mine.post(f"/skills/sign-offs/{contested.code}", note).status == 303
    page = mine.get("/skills/")
    assert ("countersigned" in page.text, "contested" in page.text, "To countersign" in page.text) == (
        True,
        True,
        False,
    )
    assert mine.post("/skills/countersign", {"sign_offs": [str(contested.code)]}).status == 409
    assert note["note"] in mine.get(f"/skills/sign-offs/{contested.code}").text
    with app.app_context():
        (mail,) = db.session.scalars(select(Job).where(Job.key.startswith("skill-contested")))
    assert mail.payload["to"] == ines.email


def test_the_learner_is_asked_once_to_countersign_what_was_signed_at_a_lab(app, ines, learner, other_learner):
    table.sign_all(app, ines, learner)
    table.sign(app, ines, other_learner)
    with app.app_context():
        asked = db.session.scalars(select(Job).where(Job.key.startswith("skill-to-countersign")).order_by(Job.id)).all()
    assert [mail.payload["to"] for mail in asked] == [learner.email, other_learner.email]
    assert asked[0].due_at == NOON + actions.MAIL_DELAY


def test_nobody_answers_for_another(app, ines, learner, other_learner, pages):
    one = table.sign(app, ines, learner)
    other = pages.as_(other_learner)
    assert other.get(f"/skills/sign-offs/{one.code}").status == 404
    assert other.post("/skills/countersign", {"sign_offs": [str(one.code)]}).status == 422
    assert "To countersign" in pages.as_(learner).get("/skills/").text


def test_a_selection_without_a_choice_and_a_contest_without_a_note_say_so(app, ines, learner, pages):
    one = table.sign(app, ines, learner)
    mine = pages.as_(learner)
    assert "Select the sign-offs" in mine.post("/skills/countersign").text
    assert "Say what you disagree with." in mine.post(f"/skills/sign-offs/{one.code}", {"note": " "}).text


def test_the_page_needs_the_same_number_of_statements_for_many_sign_offs(app, ines, learner, pages, count_queries):
    mine = pages.as_(learner)
    table.sign(app, ines, learner)
    with count_queries() as few:
        mine.get("/skills/")
    for _ in range(3):
        table.sign_all(app, ines, learner)
    with count_queries() as many:
        mine.get("/skills/")
    assert len(many) == len(few) <= 6
