from datetime import timedelta

from course.assessment.attempts.scoring import Pass
from course.certificates.completion import rules
from course.certificates.completion.rules import CycleRecord, RequirementKind
from course.content.schema.hours import Mode
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


def test_hands_on_minutes_are_demanded_where_the_course_says_so(catalog):
    course = catalog.courses[COURSE].model_copy(update={"hands_on_minutes": 480})
    open_ = rules.course_progress(course, catalog, record(catalog, in_person=479))
    assert [requirement.kind for requirement in open_.missing] == [RequirementKind.HANDS_ON]
    met = rules.course_progress(course, catalog, record(catalog, in_person=480))
    assert met.complete
    assert met.minutes == {Mode.SELF_PACED_ONLINE: 75, Mode.LIVE_ONLINE: 0, Mode.IN_PERSON: 480}


def test_online_and_in_person_minutes_are_kept_apart(catalog):
    found = progress(catalog, in_person=600)
    assert found.minutes[Mode.IN_PERSON] == 0  # the course asks for none
