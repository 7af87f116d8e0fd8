"""What counts as a change of a state's law, and what people read of it."""

from datetime import date

import pytest

from course.platform import db
from course.platform.jobs import Job
from course.states.entries import actions, earlier_editions, requirements
from course.states.entries.models import RequirementsEdition
from tests import factories
from tests.factories import NOON

EARLIER = {
    "status": "permitted",
    "experience_years": None,
    "required_topics": [],
    "assessment": None,
    "written_consent": None,
    "registration": None,
    "pta_permitted": None,
    "adverse_event_reporting": None,
    "total_hours": None,
    "didactic_hours": None,
    "practical_hours": None,
    "in_person_hours": None,
    "online_permitted": None,
    "supervised_sessions": None,
    "deadline_years": None,
    "note": None,
}


@pytest.fixture
def florida(catalog):
    return catalog.jurisdictions["FL"]


def changed(state, name="requirements", /, n=0, **values):
    rules = list(getattr(state, name))
    rules[n] = rules[n].model_copy(update=values)
    return state.model_copy(update={name: tuple(rules)})


def differences(before, after):
    old, new = requirements.requirements_of(before), requirements.requirements_of(after)
    assert (requirements.digest(old) != requirements.digest(new)) is bool(requirements.changes(old, new))
    return requirements.changes(old, new)


@pytest.mark.parametrize("values", [{"citation": "Cited better"}, {"text": "Said better."}, {"confidence": "low"}])
def test_a_better_citation_or_wording_of_a_requirement_is_no_change(florida, values):
    assert differences(florida, changed(florida, **values)) == []


def test_a_changed_value_is_said_in_words(florida):
    assert differences(florida, changed(florida, years=3)) == [
        ["time in practice", "2 years of practice", "3 years of practice"]
    ]


def test_the_last_day_of_a_rule_is_a_change(florida):
    [(label, _, after)] = differences(florida, changed(florida, valid_to=date(2027, 6, 30)))
    assert (label, after) == ("time in practice", "2 years of practice, until June 30, 2027")


def test_a_new_and_a_removed_rule_are_said(florida):
    without = florida.model_copy(update={"requirements": florida.requirements[1:]})
    assert differences(florida, without) == [["time in practice", "2 years of practice", "no longer on file"]]
    assert differences(without, florida) == [["time in practice", "not on file", "2 years of practice"]]


def test_a_rule_under_another_id_is_no_change(florida):
    assert differences(florida, changed(florida, id="other")) == []


def test_the_text_of_a_duty_is_its_substance(florida):
    [(label, _, after)] = differences(florida, changed(florida, "duties", text="Needle only on a Monday."))
    assert (label, after) == ("consent", "Needle only on a Monday.")


def test_a_change_inside_a_group_is_said_once(florida):
    (n, group) = next((n, rule) for n, rule in enumerate(florida.requirements) if rule.kind == "any_of")
    fewer = group.model_copy(update={"parts": (group.parts[0].model_copy(update={"sessions": 20}), *group.parts[1:])})
    other = florida.model_copy(
        update={"requirements": (*florida.requirements[:n], fewer, *florida.requirements[n + 1 :])}
    )
    [(label, before, after)] = differences(florida, other)
    assert label == "one of these"
    assert ("25 supervised" in before, "20 supervised" in after) == (True, True)


def earlier(catalog, code, **values):
    before = EARLIER | values
    assert earlier_editions.is_earlier(before)
    found = earlier_editions.changes(before, catalog.jurisdictions[code])
    return {label: (old, new) for label, old, new in found}


def test_what_says_the_same_in_both_forms_is_no_change(catalog):
    assert earlier(catalog, "CA", status="prohibited") == {}
    assert earlier(catalog, "AL") == {}
    kept = {
        "experience_years": 2,
        "total_hours": 50,
        "in_person_hours": 50,
        "supervised_sessions": 25,
        "required_topics": ["theory"],
        "registration": "attestation form within 60 days",
        "pta_permitted": False,
        "adverse_event_reporting": "within 15 days",
        "note": "From an entity that the board accepts.",
    }
    found = earlier(catalog, "FL", **kept)
    assert sorted(found) == ["consent", "other duties", "plan of care"]
    assert found["plan of care"] == ("not on file", "Dry needling is part of the patient's documented plan of care.")


def test_the_sum_of_the_hours_of_the_stages_is_no_change(catalog):
    washington = {"total_hours": 325, "didactic_hours": 100, "practical_hours": 75}
    assert "training" not in earlier(catalog, "WA", **washington)
    assert "training" in earlier(catalog, "WA", **washington | {"practical_hours": 70})


@pytest.mark.parametrize(
    ("code", "after"),
    [
        ("MD", "at most 40 hours online, only in real time; online only in real time; none online"),
        ("IN", "at most 10 hours online; none online"),
    ],
)
def test_online_training_that_was_said_to_count_is_put_right(catalog, code, after):
    found = earlier(catalog, code, online_permitted=True)
    assert found["online training counts"] == ("yes", after)


def test_a_state_on_lists_alone_changes_its_status(catalog):
    assert earlier(catalog, "OH") == {"status": ("Permitted", "Listed; no state text seen")}


def test_georgia_now_says_that_a_physician_is_consulted(catalog):
    before, after = earlier(catalog, "GA")["consultation and referral"]
    assert before == "not on file"
    assert "consulted with a physician" in after


def test_after_the_update_people_get_one_notice_for_a_state_whose_law_reads_differently(app, learner):
    factories.license_in(app, learner, "GA")
    factories.license_in(app, learner, "CA")
    with app.app_context():
        for code, status in {"GA": "permitted", "CA": "prohibited"}.items():
            db.session.add(
                RequirementsEdition(code=code, digest="old", demand=EARLIER | {"status": status}, changes=[], at=NOON)
            )
        db.session.commit()
        assert actions.announce_changes(now=NOON) == ["GA"]
        assert actions.announce_changes(now=NOON) == []
        [mail] = [job.payload for job in db.session.query(Job) if job.payload.get("template") == "state-changed"]
    assert (mail["to"], mail["state"]) == (learner.email, "Georgia")
    assert "- consultation and referral: not on file -> You may needle only if you have consulted" in mail["changes"]
