"""Rules in a few words."""

from typing import get_args

import pytest
from pydantic import TypeAdapter

from course.content.schema.law import Absence, Area, Duty, Group, Law, Requirement, walk
from course.states.requirements import wording

RULE = {"id": "one", "text": "The rule in full.", "source": "statute", "confidence": "high"}
NO_HOURS = {"kind": "hours", "hours": None, "online": None}
FORM = {"kind": "filing", "what": "Form 1", "to_whom": "The board", "event": "training_completed"}


def rule(**fields):
    return TypeAdapter(Requirement).validate_python(RULE | fields)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"kind": "hours", "hours": 50, "online": "no"}, "50 hours, none online"),
        ({"kind": "hours", "hours": 50, "online": "part", "online_max": 10}, "50 hours, at most 10 hours online"),
        (NO_HOURS, "hours of training, number not seen, online share not seen"),
        ({"kind": "sessions", "sessions": 25, "telehealth": True}, "25 supervised sessions, supervision may be remote"),
        ({"kind": "sessions", "sessions": None}, "supervised sessions, number not seen"),
        ({"kind": "practice", "years": 1, "basis": "license"}, "1 year with a license"),
        (
            {"kind": "practice", "years": 2, "basis": "practice", "same_state": True},
            "2 years of practice, in this state",
        ),
        ({"kind": "practice", "years": None, "basis": "license"}, "time with a license, length not seen"),
        (FORM, "Form 1, after the training"),
        (FORM | {"within_days": 30}, "Form 1, within 30 days (after the training)"),
        ({"kind": "credential", "credential": "cpr"}, "CPR certification"),
        ({"kind": "unread", "areas": ["hours", "filing"]}, "ask the board about hours of training, papers to file"),
    ],
)
def test_a_rule_says_what_it_demands_and_what_was_not_seen(fields, words):
    assert wording.demanded(rule(**fields)) == words


def test_alternatives_and_stages_are_joined_differently():
    parts = [RULE | {"kind": "credential", "credential": one} for one in ("cpr", "dpt")]
    either, both = (rule(kind=kind, parts=parts) for kind in ("any_of", "all_of"))
    assert wording.demanded(either) == "CPR certification or Doctor of Physical Therapy"
    assert wording.demanded(both) == "CPR certification; Doctor of Physical Therapy"
    assert [one.kind for one in walk([either])] == ["any_of", "credential", "credential"]
    assert isinstance(either, Group)


def test_a_duty_says_its_text_and_its_contents():
    duty = Duty(**RULE, area="consent", required=True, contents=("risks", "benefits"))
    assert (wording.label(duty), wording.demanded(duty)) == ("Consent", "The rule in full. Contents: risks, benefits.")


def test_an_absence_says_its_text():
    assert wording.demanded(Absence(**RULE, area=Area.FILING)) == "The rule in full."


def test_every_kind_of_rule_and_duty_has_its_words():
    kinds = {
        kind for one in get_args(get_args(Requirement)[0]) for kind in get_args(one.model_fields["kind"].annotation)
    }
    assert kinds == set(wording.KINDS)
    assert set(get_args(Duty.model_fields["area"].annotation)) == set(wording.DUTIES)
    assert set(Area) == set(wording.AREAS)
    assert set(get_args(Law.model_fields["status"].annotation)) == set(wording.STATUSES)
    assert set(get_args(Law.model_fields["reading"].annotation)) == set(wording.READINGS)
