"""Items about a learner's own jurisdictions, made from the entries as they stand."""

import secrets
from datetime import date

import pytest

from course.assessment.attempts import queries, state_items
from course.content import form_assembly
from course.states.entries import actions as states
from tests import factories
from tests.factories import NOON

DAY = date(2026, 11, 24)
SOURCE = {"url": "https://board.example/rule", "kind": "rule", "as_of": None}


@pytest.fixture
def patterns(catalog):
    return catalog.banks["state-scope"].state_items


def made(catalog, patterns, codes, states_=None, seed="seed"):
    states_ = states_ or catalog.jurisdictions
    return {i.id: i for i in state_items.items_for(codes, patterns, states_, dict.fromkeys(states_, DAY), seed)}


def key_text(item) -> str:
    return next(option.text for option in item.options if option.id in item.key)


def test_the_key_is_the_value_of_the_data_and_distractors_are_real_values_of_others(catalog, patterns):
    item = made(catalog, patterns, ["FL"])["own-total-hours-fl"]
    hours = {f"{s.training.total_hours:g} hours" for s in catalog.jurisdictions.values() if s.training.total_hours}
    assert key_text(item) == f"{catalog.jurisdictions['FL'].training.total_hours:g} hours"
    assert {option.text for option in item.options} <= hours
    assert len({option.text for option in item.options}) == 4
    assert "Florida" in item.stem


def test_a_change_of_the_data_changes_the_key(catalog, patterns):
    florida = catalog.jurisdictions["FL"]
    changed = florida.model_copy(update={"training": florida.training.model_copy(update={"total_hours": 61})})
    item = made(catalog, patterns, ["FL"], {**catalog.jurisdictions, "FL": changed})["own-total-hours-fl"]
    assert key_text(item) == "61 hours"


def test_nothing_is_asked_that_was_not_seen_is_of_low_confidence_or_contested(catalog, patterns):
    for code, state in catalog.jurisdictions.items():
        for id_ in made(catalog, patterns, [code]):
            pattern = next(p for p in patterns if id_ == f"{p.id}-{code.lower()}")
            assert state.confidence != "low"
            assert state_items.value_of(state, pattern.fact) is not None
            assert pattern.fact not in (state.contested or ())
            assert state.contested is not None or not state.conflicts


@pytest.mark.parametrize("change", [{"confidence": "low"}, {"conflicts": "Two texts differ.", "contested": None}])
def test_low_confidence_and_an_unsorted_conflict_silence_a_whole_entry(catalog, patterns, change):
    florida = catalog.jurisdictions["FL"].model_copy(update=change)
    assert made(catalog, patterns, ["FL"])
    assert made(catalog, patterns, ["FL"], {**catalog.jurisdictions, "FL": florida}) == {}


def test_a_contested_fact_is_silenced_and_the_others_are_not(catalog, patterns):
    florida = catalog.jurisdictions["FL"].model_copy(update={"contested": ("status",)})
    items = made(catalog, patterns, ["FL"], {**catalog.jurisdictions, "FL": florida})
    assert "own-status-fl" not in items
    assert "own-total-hours-fl" in items


def test_many_states_have_something_to_ask(catalog, patterns):
    assert sum(bool(made(catalog, patterns, [code])) for code in catalog.jurisdictions) >= 35


def test_the_same_seed_makes_the_same_item_and_the_key_moves_with_it(catalog, patterns):
    first, again = made(catalog, patterns, ["FL"]), made(catalog, patterns, ["FL"])
    assert first == again
    keys = {made(catalog, patterns, ["FL"], seed=str(n))["own-status-fl"].key for n in range(20)}
    assert len(keys) > 2


def own(app, learner, attempt):
    with app.app_context():
        return {p.item.id: p.wording for p in queries.items_of(attempt) if p.item.id.startswith("own-")}


def test_a_quiz_asks_about_the_learners_states_with_their_source(app, learner):
    items = own(app, learner, factories.start_attempt(app, learner, "state-scope"))
    assert len(items) == 2
    assert all(id_.endswith("-hi") for id_ in items)
    assert all(wording.references[0].title.startswith("Hawaii") for wording in items.values())


def test_without_a_license_items_of_the_bank_stand_in(app, catalog):
    person = factories.person(app, "Noa Nobody", licensed=False)
    attempt = factories.start_attempt(app, person, "state-scope")
    assert own(app, person, attempt) == {}
    with app.app_context():
        assert len(queries.items_of(attempt)) == catalog.banks["state-scope"].length


@pytest.fixture
def asks_the_status(catalog, patterns, monkeypatch):
    """Every attempt gets a seed that draws the item on the status of Hawaii, where the learner is licensed."""
    quiz = catalog.assessments["state-scope"]

    def draws(seed: str) -> bool:
        items = made(catalog, patterns, ["HI"], seed=seed).values()
        form = form_assembly.assemble(
            catalog.blueprint_of(quiz), form_assembly.candidates(catalog, quiz, list(items)), seed
        )
        return any(one.item.id == "own-status-hi" for one in form.items)

    seed = next(seed for seed in map(str, range(100)) if draws(seed))
    monkeypatch.setattr(secrets, "token_hex", lambda _: seed)


@pytest.mark.usefixtures("asks_the_status")
def test_after_a_change_new_attempts_have_the_new_answer_and_old_ones_keep_theirs(app, admin, learner, other_learner):
    first = factories.sit(app, learner, "state-scope", right=False)
    before = own(app, learner, first)
    with app.app_context():
        states.check_entry(admin, "HI", {"status": "pending"}, SOURCE, checked_on=DAY, note="", now=NOON)
    after = own(app, other_learner, factories.start_attempt(app, other_learner, "state-scope"))
    assert own(app, learner, first) == before
    assert right_of(before["own-status-hi"]) == "Prohibited"
    assert right_of(after["own-status-hi"]) == "Pending, the rules are not in force"


def right_of(wording) -> str:
    return wording.item.by_id[wording.item.key[0]]
