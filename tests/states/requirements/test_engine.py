"""The verdict, and what goes before any requirement."""

from dataclasses import replace
from datetime import date

import pytest

from course.content.schema.law import Area
from course.states.requirements.engine import judge
from course.states.requirements.evidence import Evidence
from course.states.requirements.judgment import GUIDANCE, State, Verdict
from tests.states.requirements.samples import DAY, LICENSE, ONLINE, fields, law, trained, training

HOURS = fields("hours", hours=20, online="no")
READY = replace(trained(training(20)), licenses=(LICENSE,))
ASSISTANTS = {"id": "assistants", "area": "assistants", "text": "Only a PT.", "source": "statute", "confidence": "high"}


def verdict(entry, evidence=READY, **more):
    return judge(entry, "FL", evidence, DAY, **more).verdict


def test_somebody_who_meets_every_requirement_may_needle_and_the_board_decides():
    found = judge(law(HOURS), "FL", READY, DAY)
    assert (found.verdict, found.guidance, found.next_step) == (Verdict.MAY_NEEDLE, GUIDANCE, "")


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("prohibited", Verdict.PROHIBITED),
        ("pending", Verdict.PENDING),
        ("unaddressed", Verdict.SILENT),
        ("listed", Verdict.LISTED),
    ],
)
def test_a_status_goes_before_every_requirement(status, expected):
    assert verdict(law(HOURS, status=status)) is expected
    assert verdict(law(HOURS, status=status), Evidence()) is expected


def test_a_prohibition_lists_no_requirement_to_meet():
    assert judge(law(HOURS, status="prohibited"), "FL", READY, DAY).results == ()


def test_one_open_requirement_is_not_yet_and_the_next_step_comes_from_it():
    found = judge(law(fields("unread", areas=["filing"]), HOURS), "FL", Evidence(), DAY)
    assert (found.verdict, found.headline) == (Verdict.NOT_YET, "Not yet. Open: 1 of 2 requirements.")
    assert found.next_step == "Complete 20 more hours in person."


def test_the_next_step_of_a_choice_is_that_of_its_best_alternative():
    choice = fields("any_of", parts=[HOURS, fields("credential", credential="cpr", text="A card.")])
    assert judge(law(choice), "FL", Evidence(), DAY).next_step == "Show this: A card."


@pytest.mark.parametrize("area", Area)
def test_an_area_of_which_nothing_was_seen_is_unknown_and_asks_the_board(area):
    entry = law(HOURS)
    gap = entry.model_copy(update={"absences": tuple(one for one in entry.absences if one.area != area)})
    found = judge(gap, "FL", READY, DAY)
    if area is Area.HOURS:
        assert found.verdict is Verdict.MAY_NEEDLE
        return
    unknown = found.results[-1]
    assert (found.verdict, unknown.area, unknown.state) == (Verdict.ASK_BOARD, area, State.UNKNOWN)


@pytest.mark.parametrize(
    "weak",
    [
        {"confidence": "medium"},
        {"reading": "not_reached"},
        {"requirements": [HOURS | {"confidence": "medium"}]},
        {"requirements": [HOURS, fields("unread", areas=["filing"])]},
    ],
)
def test_only_certain_sources_let_anybody_needle(weak):
    assert verdict(law(HOURS, **weak)) is Verdict.ASK_BOARD


def test_a_choice_is_certain_if_the_alternative_that_is_met_is():
    weak = fields("credential", credential="cpr", confidence="low")
    assert verdict(law(fields("any_of", parts=[HOURS, weak]))) is Verdict.MAY_NEEDLE
    weak_hours = HOURS | {"confidence": "low"}
    assert verdict(law(fields("any_of", parts=[weak_hours, weak]))) is Verdict.ASK_BOARD


def test_a_license_in_the_state_is_needed_too():
    for licenses in ((), (replace(LICENSE, jurisdiction="GA"),), (replace(LICENSE, first_licensed=date(2027, 1, 1)),)):
        assert verdict(law(HOURS), replace(READY, licenses=licenses)) is Verdict.NOT_LICENSED


@pytest.mark.parametrize(
    ("required", "expected"), [(True, Verdict.NOT_ASSISTANTS), (None, Verdict.ASK_BOARD), (False, Verdict.NOT_LICENSED)]
)
def test_an_assistant_may_needle_only_where_the_rule_says_so(required, expected):
    entry = law(HOURS, duties=[ASSISTANTS | {"required": required}])
    assert verdict(entry, profession="PTA") is expected
    assert verdict(entry) is Verdict.MAY_NEEDLE


def test_where_no_rule_names_assistants_an_assistant_asks_the_board():
    found = judge(law(HOURS), "FL", READY, DAY, profession="PTA")
    assert (found.verdict, found.results[-1].rule_id) == (Verdict.ASK_BOARD, "unknown-assistants")


def test_a_rule_is_in_force_from_its_first_to_its_last_day():
    entry = law(HOURS | {"valid_from": "2026-12-01", "valid_to": "2026-12-31"})
    days = (date(2026, 11, 30), DAY, date(2026, 12, 31), date(2027, 1, 1))
    ids = [judge(entry, "FL", READY, day).results[0].rule_id for day in days]
    assert ids == ["unknown-hours", "hours", "hours", "unknown-hours"]


def test_a_rule_concerns_the_professions_that_it_names():
    entry = law(HOURS | {"professions": ["PTA"]}, fields("hours", "all", hours=1, online="no"))
    assert [one.rule_id for one in judge(entry, "FL", READY, DAY).results] == ["all"]
    assistants = judge(entry, "FL", READY, DAY, profession="PTA")
    assert [one.rule_id for one in assistants.leaves][:2] == ["hours", "all"]


def test_a_result_names_its_citation_and_source():
    (found,) = judge(law(HOURS | {"citation": "Code 2"}), "FL", READY, DAY).results
    assert (found.citation, found.source.title, found.confidence) == ("Code 2", "Code", "high")


def test_online_hours_alone_suffice_where_the_rule_says_so():
    online = replace(trained(training(20, ONLINE)), licenses=(LICENSE,))
    assert verdict(law(HOURS | {"online": "yes"}), online) is Verdict.MAY_NEEDLE
    assert verdict(law(HOURS), online) is Verdict.NOT_YET
