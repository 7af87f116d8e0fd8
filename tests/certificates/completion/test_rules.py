from datetime import timedelta

import pytest

from course.assessment.attempts.scoring import Pass
from course.certificates.completion import rules
from course.certificates.completion.hands_on import HandsOnRecord
from course.certificates.completion.requirement import RequirementKind
from course.certificates.completion.rules import CycleRecord
from course.content.schema.hours import Mode
from course.learning.labs.attended_lab import AttendedLab
from tests.factories import COURSE, MODULE, NOON


def record(catalog, **changes) -> CycleRecord:
    whole = {
        "read": {MODULE: {section.id for section in catalog.modules[MODULE].sections}},
        "seconds": {MODULE: dict.fromkeys((s.id for s in catalog.modules[MODULE].sections), 300)},
        "read_at": {MODULE: NOON},
        "passes": {MODULE: Pass("code", 9, 10, NOON + timedelta(hours=2), "hash")},
        "active": {MODULE: 1500},
        "evaluated_at": {COURSE: NOON + timedelta(hours=1)},
        "email_confirmed_at": NOON - timedelta(days=1),
        "has_license": True,
    }
    return CycleRecord(**whole | changes)


def progress(catalog, **changes):
    return rules.course_progress(catalog.courses[COURSE], catalog, record(catalog, **changes))


def test_all_met_is_complete_since_the_last_of_the_coursework(catalog):
    found = progress(catalog)
    assert found.complete
    assert found.completed_at == NOON + timedelta(hours=2)
    assert found.minutes[Mode.SELF_PACED_ONLINE] == catalog.modules[MODULE].minutes


def test_each_missing_piece_is_named(catalog):
    missing = {
        "read": {MODULE: {"what-counts"}},
        "passes": {},
        "evaluated_at": {},
        "email_confirmed_at": None,
        "has_license": False,
    }
    kinds = [
        RequirementKind.STUDY,
        RequirementKind.QUIZ,
        RequirementKind.EVALUATION,
        RequirementKind.EMAIL,
        RequirementKind.LICENSE,
    ]
    for (name, value), kind in zip(missing.items(), kinds, strict=True):
        found = progress(catalog, **{name: value})
        assert [requirement.kind for requirement in found.missing] == [kind]
        assert found.completed_at is None


def test_confirming_the_address_later_does_not_move_the_completion(catalog):
    assert progress(catalog, email_confirmed_at=NOON + timedelta(days=9)).completed_at == NOON + timedelta(hours=2)


def lab(minutes, mode=Mode.IN_PERSON, at=NOON):
    return AttendedLab(
        course_id=COURSE,
        title="Lab",
        mode=mode,
        minutes=minutes,
        topics={"palpation": minutes},
        ended_at=at,
        jurisdiction="FL",
        instructors=("Ines Instructor",),
    )


def practical(catalog, **changes):
    """Return the course with hands-on parts."""
    return catalog.courses[COURSE].model_copy(update=changes)


def test_hands_on_minutes_are_demanded_where_the_course_says_so(catalog):
    course = practical(catalog, hands_on_minutes=480)
    open_ = rules.course_progress(course, catalog, record(catalog, hands_on=HandsOnRecord(labs=[lab(479)])))
    assert [requirement.kind for requirement in open_.missing] == [RequirementKind.HANDS_ON]
    two_days = HandsOnRecord(labs=[lab(300, at=NOON + timedelta(days=8)), lab(180, at=NOON + timedelta(days=7))])
    met = rules.course_progress(course, catalog, record(catalog, hands_on=two_days))
    assert met.complete
    assert met.completed_at == NOON + timedelta(days=8)
    assert met.minutes == {Mode.SELF_PACED_ONLINE: 75, Mode.LIVE_ONLINE: 0, Mode.IN_PERSON: 480}


def test_minutes_live_online_do_not_stand_in_for_minutes_in_person(catalog):
    course = practical(catalog, hands_on_minutes=60, live_minutes=60)
    online = HandsOnRecord(labs=[lab(120, Mode.LIVE_ONLINE)])
    found = rules.course_progress(course, catalog, record(catalog, hands_on=online))
    assert [(one.kind, one.title) for one in found.missing] == [(RequirementKind.HANDS_ON, "Hands-on training")]
    assert found.minutes[Mode.LIVE_ONLINE] == 60


@pytest.mark.parametrize(
    ("asked", "short", "enough"),
    [
        ({"skills": ("insertion",)}, {"skills": {"manipulation": NOON}}, {"skills": {"insertion": NOON}}),
        ({"supervised_sessions": 2}, {"sessions": [NOON]}, {"sessions": [NOON, NOON]}),
        ({"determination": True}, {}, {"determined_at": NOON, "determination": "Competent"}),
    ],
)
def test_each_hands_on_part_is_demanded_where_the_course_says_so(catalog, asked, short, enough):
    course = practical(catalog, **asked)
    for done, complete in ((short, False), (enough, True)):
        found = rules.course_progress(course, catalog, record(catalog, hands_on=HandsOnRecord(**done)))
        assert found.complete is complete
    assert rules.course_progress(catalog.courses[COURSE], catalog, record(catalog)).complete


def test_minutes_in_labs_beyond_what_the_course_offers_are_not_credited(catalog):
    found = progress(catalog, hands_on=HandsOnRecord(labs=[lab(600)]))
    assert found.minutes[Mode.IN_PERSON] == 0  # the course asks for none
