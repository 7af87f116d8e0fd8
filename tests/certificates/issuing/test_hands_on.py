"""From labs, skills, supervised sessions and a determination to a certificate that states them."""

from datetime import timedelta

import pytest

from course.certificates.completion import queries as completion
from course.certificates.completion.requirement import RequirementKind
from course.certificates.issuing.facts import Facts
from course.content.queries import catalog
from course.site import site_of
from tests import factories
from tests.certificates.issuing.test_pdf import text_of
from tests.factories import COURSE, NOON
from tests.learning.skills import table
from tests.reporting.records.test_checks import found

LATER = NOON + timedelta(days=9)


@pytest.fixture
def course(app):
    """Give the course hands-on parts."""
    skills = tuple(site_of(app).catalog.skills.by_id)
    hands_on = {"hands_on_minutes": 180, "skills": skills, "supervised_sessions": 2, "determination": True}
    factories.set_course(app, **hands_on)


@pytest.fixture
def iris(app, admin):
    return factories.instructor(app, admin)


def lab_day(app, admin, iris, learner, **when):
    """Hold a lab of four hours, of which the learner attends a part."""
    lab = factories.lab(app, admin, iris)
    factories.book(app, learner, lab)
    factories.attend(app, learner, lab, **when)
    factories.close_lab(app, iris, lab)


def missing(app, learner):
    with app.app_context():
        progress = completion.progress_of(learner, catalog().courses[COURSE])
        return {one.kind for one in progress.missing} & set(RequirementKind) - {
            RequirementKind.STUDY,
            RequirementKind.QUIZ,
            RequirementKind.EVALUATION,
        }


def practice(app, admin, iris, learner):
    lab_day(app, admin, iris, learner)
    table.sign_all(app, iris, learner, now=NOON + timedelta(hours=3))
    table.determine(app, iris, learner, now=NOON + timedelta(hours=5))
    factories.confirm_sessions(app, learner, factories.log_sessions(app, learner, 2), now=NOON + timedelta(hours=6))


def test_each_part_is_open_until_it_is_done_in_this_course(app, admin, learner, iris, course):
    parts = {
        RequirementKind.HANDS_ON,
        RequirementKind.SKILL,
        RequirementKind.SESSIONS,
        RequirementKind.DETERMINATION,
    }
    assert missing(app, learner) == parts
    lab_day(app, admin, iris, learner, last=100)
    factories.log_sessions(app, learner, 2)
    assert missing(app, learner) == parts  # too short a time, and no supervisor has confirmed
    practice(app, admin, iris, learner)
    assert missing(app, learner) == set()


def test_the_certificate_states_labs_topics_skills_sessions_and_determination(app, admin, learner, iris, course, pages):
    practice(app, admin, iris, learner)
    certificate = factories.issue(app, learner, admin, now=LATER)
    facts = Facts.from_json(certificate.facts)
    assert facts.minutes == {"self_paced_online": 75, "live_online": 0, "in_person": 180}
    assert facts.minutes_by_lab_topic == {
        ("in_person", "Palpation"): 60,
        ("in_person", "Needle insertion and manipulation"): 120,
    }
    printed = text_of(pages.as_(learner).client.get(f"/certificates/{certificate.code}.pdf").data)
    for words in (
        "Labs attended",
        "Iris Instructor",
        "Needle insertion and manipulation",
        "Skills signed off by an instructor",
        "2 confirmed by their supervisors",
        "Competent, determined by Iris Instructor",
    ):
        assert words in printed
    assert "contains no hands-on training" not in printed
    assert "3 hours in person" in pages.get(f"/verify/{certificate.code}").text


def test_a_certificate_of_theory_says_that_it_has_no_hands_on_training(app, admin, learner, pages):
    certificate = factories.issue(app, learner, admin)
    printed = text_of(pages.as_(learner).client.get(f"/certificates/{certificate.code}.pdf").data)
    assert printed.count("contains no hands-on training") == 2
    assert "contains no hands-on training" in pages.get(f"/verify/{certificate.code}").text


def test_the_records_check_agrees_with_a_certificate_of_practice(app, admin, learner, iris, course):
    practice(app, admin, iris, learner)
    factories.issue(app, learner, admin, now=LATER)
    assert found(app) == []


def test_the_course_page_says_what_is_done_in_person(pages, learner, catalog):
    offered = catalog.courses["theory-and-practice"]
    mine = pages.as_(learner)
    page = mine.get(f"/courses/{offered.id}").text
    parts = f"54 hours in person, {len(offered.skills)} skills that an instructor signs off, 25 supervised sessions"
    assert parts in page
    assert "none: this course teaches theory" in mine.get("/courses/dry-needling").text
