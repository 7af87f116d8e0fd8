"""How far a course reaches: what it gives, what it can't give, and what is unknown."""

from dataclasses import replace

import pytest

from course.states.requirements.course_reach import Reach, course_reach
from tests.states.requirements.samples import DAY, fields, law

ONLINE = fields("hours", hours=10, online="yes")
IN_PERSON = fields("hours", "in-person", hours=10, online="no")
YEARS = fields("practice", years=2, basis="practice")
DEGREE = fields("credential", credential="dpt")


@pytest.fixture
def reach(catalog):
    def of(*requirements, hands_on=0, **entry):
        course = catalog.courses["dry-needling"].model_copy(update={"hands_on_minutes": hands_on})
        return course_reach(course, catalog, law(*requirements, **entry), "FL", DAY)

    return of


def group(kind, *parts):
    return fields(kind, parts=list(parts))


def test_a_course_with_the_demanded_hours_suffices(reach):
    found = reach(ONLINE)
    assert (found.reach, found.missing, found.unknown, found.own) == (Reach.SUFFICES, (), (), ())


def test_a_theory_course_falls_short_of_hours_in_person_until_it_has_a_hands_on_part(reach):
    found = reach(ONLINE, IN_PERSON)
    assert found.reach is Reach.SHORT
    assert [result.rule_id for result in found.missing] == ["in-person"]
    assert reach(ONLINE, IN_PERSON, hands_on=600).reach is Reach.SUFFICES


def test_skills_sessions_and_a_determination_count_where_the_course_demands_them(catalog):
    entry = law(
        ONLINE,
        fields("examination", form="practical", in_person=True),
        fields("sessions", sessions=2),
        fields("determination", by="instructor"),
    )
    course = catalog.courses["dry-needling"]
    assert len(course_reach(course, catalog, entry, "FL", DAY).missing) == 3
    skill = next(iter(catalog.skills.by_id))
    more = course.model_copy(update={"skills": (skill,), "supervised_sessions": 2, "determination": True})
    found = course_reach(more, catalog, entry, "FL", DAY)
    assert (found.missing, found.unknown) == ((), ("2 supervised sessions",))  # who will supervise is not known


def test_what_no_course_gives_is_named_apart(reach):
    found = reach(ONLINE, YEARS, DEGREE)
    assert found.reach is Reach.SUFFICES
    assert found.own == ("2 years of practice", "Doctor of Physical Therapy")


def test_no_course_suffices_by_an_alternative_that_is_the_therapists_own(reach):
    assert reach(group("any_of", YEARS, IN_PERSON)).reach is Reach.SHORT


def test_an_alternative_with_nothing_for_a_course_is_the_therapists_own(reach):
    found = reach(ONLINE, group("any_of", YEARS, DEGREE))
    assert (found.reach, found.own) == (Reach.SUFFICES, ("2 years of practice or Doctor of Physical Therapy",))


def test_a_stage_of_years_does_not_keep_the_hours_after_it_from_counting(reach):
    found = reach(YEARS, ONLINE | {"after": ["practice"]})
    assert found.reach is Reach.SUFFICES


def test_a_number_that_was_not_seen_cannot_be_judged(reach):
    found = reach(fields("hours", hours=None, online="yes"))
    assert (found.reach, len(found.unknown)) == (Reach.UNKNOWN, 1)


def test_no_course_suffices_by_a_rule_of_less_than_high_confidence(reach):
    found = reach(ONLINE | {"confidence": "medium"})
    assert found.reach is Reach.UNKNOWN
    assert found.unknown[0].startswith("Every requirement that we saw is met, but not every source is certain.")


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("prohibited", Reach.PROHIBITED),
        ("pending", Reach.PENDING),
        ("unaddressed", Reach.UNKNOWN),
        ("listed", Reach.UNKNOWN),
    ],
)
def test_a_status_goes_before_every_requirement(reach, status, expected):
    assert reach(ONLINE, status=status).reach is expected


def test_the_reach_changes_with_the_modules_of_the_course(catalog):
    entry = law(ONLINE)
    course = catalog.courses["needling-safety"]
    assert course_reach(course, catalog, entry, "FL", DAY).reach is Reach.SHORT
    longer = course.model_copy(update={"modules": catalog.courses["dry-needling"].modules})
    assert course_reach(longer, catalog, entry, "FL", DAY).reach is Reach.SUFFICES


def test_the_reach_changes_with_the_topics_that_the_modules_teach(catalog):
    course = catalog.courses["dry-needling"]
    entry = law(fields("topics", topics=["consent"]), ONLINE)
    assert course_reach(course, catalog, entry, "FL", DAY).reach is Reach.SUFFICES
    topics = {id_: topic.model_copy(update={"modules": ()}) for id_, topic in catalog.topics.items()}
    found = course_reach(course, replace(catalog, topics=topics), entry, "FL", DAY)
    assert found.reach is not Reach.SUFFICES
