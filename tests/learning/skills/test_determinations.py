"""Determinations of competence: who signs them, what they keep, and how they end."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from course.learning.skills import actions, queries
from course.learning.skills.actions import SkillsOpen
from course.people.accounts.models import User
from course.platform import db
from course.platform.db import unit_of_work
from course.platform.decisions import OwnRecord
from course.platform.jobs import Job
from course.states.requirements.evidence import PassedExamination, SignedDetermination
from tests import factories
from tests.factories import NOON
from tests.learning.skills import table

REASON = {"reason": "Signed for the wrong person."}


@pytest.fixture
def seen_all(app, ines, learner):
    table.sign_all(app, ines, learner)


def test_it_keeps_the_statement_and_what_it_rests_on(app, ines, learner, seen_all, pages, catalog):
    one = table.determine(app, ines, learner, note="Steady.")
    page = pages.as_(learner).get(f"/skills/determinations/{one.code}")
    assert "I determine that Lena Learner has demonstrated the psychomotor skills" in page.text
    license_ = "Physical therapist license PT-77, Hawaii Board of Physical Therapy, until December 31, 2030"
    for words in ("Ines Instructor", license_, "Steady.", "March 2, 2026"):
        assert words in page.text
    assert len(one.skills) == len(catalog.skills.skills)
    with app.app_context():
        mails = db.session.scalars(select(Job).where(Job.key.startswith("determination-signed"))).all()
    assert [mail.payload["to"] for mail in mails] == [learner.email]


def test_competence_is_not_signed_while_a_skill_is_open(app, ines, learner, seen_all, other_learner):
    table.sign(app, ines, other_learner)
    with pytest.raises(SkillsOpen):
        table.determine(app, ines, other_learner)
    one = table.determine(app, ines, other_learner, competent=False)
    assert "has not yet demonstrated" in one.statement


def test_nobody_signs_about_themselves(app, ines):
    with pytest.raises(OwnRecord):
        table.determine(app, ines, ines, competent=False)


def test_an_instructor_whose_qualification_has_expired_can_not_sign(app, ines, learner, admin, seen_all):
    expired = factories.instructor(app, admin, "Ella Expired", expires_on=date(2026, 3, 1))
    with pytest.raises(actions.NotQualified):
        table.determine(app, expired, learner)
    table.determine(app, expired, learner, now=NOON - timedelta(hours=3))  # still March 1 in Hawaii


def test_the_statement_does_not_follow_later_changes(app, ines, learner, seen_all):
    one = table.determine(app, ines, learner)

    @unit_of_work
    def rename() -> None:
        db.session.get_one(User, learner.id).legal_name = "Lena Other"

    with app.app_context():
        rename()
        kept = queries.determination_of(one.code).row
    assert (kept.learner_name, "Lena Learner" in kept.statement) == ("Lena Learner", True)


def test_an_administrator_annuls_it_once_with_a_reason(app, ines, learner, admin, seen_all, pages):
    one = table.determine(app, ines, learner)
    address = f"/admin/determinations/{one.code}"
    console = pages.as_(admin)
    assert "Give a reason." in console.post(address, {"reason": ""}).text
    assert console.post(address, REASON).status == 303
    assert console.post(address, REASON | {"reason": "Again."}).status == 409
    shown = pages.as_(learner).get(f"/skills/determinations/{one.code}").text
    assert "Ada Admin annulled this determination" in shown
    assert REASON["reason"] in shown
    with app.app_context():
        assert queries.evidence_of([learner.id])[learner.id].determinations == ()


def test_an_administrator_does_not_annul_their_own(app, ines, admin, pages):
    table.sign_all(app, ines, admin)
    one = table.determine(app, ines, admin)
    console = pages.as_(admin)
    assert "Annul determination" not in console.get(f"/admin/determinations/{one.code}").html
    assert console.post(f"/admin/determinations/{one.code}", REASON).status == 403


def test_others_do_not_read_it(app, ines, learner, other_learner, seen_all, pages):
    one = table.determine(app, ines, learner)
    assert pages.as_(other_learner).get(f"/skills/determinations/{one.code}").status == 404
    assert pages.as_(learner).get(f"/admin/determinations/{one.code}").status == 403


def test_the_console_shows_a_persons_skills(app, ines, learner, admin, seen_all, pages):
    table.determine(app, ines, learner)
    text = pages.as_(admin).get(f"/admin/people/{learner.code}/skills").text
    assert "Skills passed: 11 of 11" in text
    assert "competent" in text


def test_evidence_comes_from_passed_skills_and_determinations_that_count(
    app, ines, learner, other_learner, count_queries
):
    table.sign_all(app, ines, learner, now=NOON)
    table.sign(app, ines, other_learner)
    table.determine(app, ines, learner, now=NOON + timedelta(hours=1))
    table.determine(app, ines, other_learner, competent=False)
    ids, by = [learner.id, other_learner.id], "Ines Instructor"
    facts = {"on": date(2026, 3, 2), "verified_by": by, "verified_on": date(2026, 3, 2)}
    with app.app_context(), count_queries() as statements:
        found, passed = queries.evidence_of(ids), queries.passed_skills_of(ids)
    assert len(statements) == 2
    (examination,), (determination,) = found[learner.id].examinations, found[learner.id].determinations
    assert isinstance(examination, PassedExamination)
    assert isinstance(determination, SignedDetermination)
    assert (examination.form, examination.in_person) == ("practical", True)
    for one in (examination, determination):
        assert {name: getattr(one, name) for name in facts} == facts
    assert determination.name == by
    assert (found[other_learner.id].examinations, found[other_learner.id].determinations) == ((), ())
    assert len(passed[learner.id]) == 11
    assert len(passed[other_learner.id]) == 1
