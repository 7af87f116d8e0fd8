"""Items about the states in which a learner is licensed, built from the current state entries."""

import secrets
from datetime import date

import pytest

from course.assessment.attempts import queries, state_items
from course.content import form_assembly
from course.content.schema import law_facts
from course.content.schema.law import Conflict, Group, Unread
from course.states.entries import actions as states
from tests import factories
from tests.factories import NOON

DAY = date(2026, 12, 2)
SOURCE = {"url": "https://board.example/rule", "title": "Rule", "kind": "primary", "as_of": None, "read": "All."}


@pytest.fixture
def patterns(catalog):
    return catalog.banks["state-scope"].state_items


def made(catalog, patterns, codes, states_=None, seed="seed"):
    states_ = states_ or catalog.jurisdictions
    return {i.id: i for i in state_items.items_for(codes, patterns, states_, DAY, seed)}


def key_text(item) -> str:
    return next(option.text for option in item.options if option.id in item.key)


def with_rules(state, **values):
    """Return the entry of the state whose requirements of these kinds have other values."""
    changed = [rule.model_copy(update=values.get(rule.kind, {})) for rule in state.requirements]
    return state.model_copy(update={"requirements": tuple(changed)})


def test_the_key_is_the_states_value_and_the_distractors_are_values_of_other_states(catalog, patterns):
    item = made(catalog, patterns, ["FL"])["own-total-hours-fl"]
    every = {value for s in catalog.jurisdictions.values() for value in law_facts.mentioned(s, "total_hours")}
    assert key_text(item) == "50 hours"
    assert {option.text for option in item.options} <= {f"{value:g} hours" for value in every}
    assert len({option.text for option in item.options}) == 4
    assert "Florida" in item.stem
    assert (item.sources[0].url or "").startswith("https://")


def test_a_changed_entry_changes_the_key(catalog, patterns):
    changed = with_rules(catalog.jurisdictions["FL"], hours={"hours": 61})
    item = made(catalog, patterns, ["FL"], {**catalog.jurisdictions, "FL": changed})["own-total-hours-fl"]
    assert key_text(item) == "61 hours"


def test_unknown_uncertain_and_contested_facts_are_never_asked(catalog, patterns):
    for code, state in catalog.jurisdictions.items():
        for id_ in made(catalog, patterns, [code]):
            fact = next(p.fact for p in patterns if id_ == f"{p.id}-{code.lower()}")
            found = law_facts.stated(state, fact, DAY)
            assert found.confidence != "low"
            assert found.value is not None
            assert not found.about & {name for conflict in state.conflicts for name in conflict.about}


@pytest.mark.parametrize(
    "rule", [{"confidence": "low"}, {"hours": None}, {"valid_to": date(2026, 12, 1)}, {"valid_from": date(2027, 1, 1)}]
)
def test_a_rule_that_is_uncertain_unknown_or_not_in_force_is_not_asked(catalog, patterns, rule):
    changed = with_rules(catalog.jurisdictions["FL"], hours=rule)
    items = made(catalog, patterns, ["FL"], {**catalog.jurisdictions, "FL": changed})
    assert "own-status-fl" in items
    assert "own-total-hours-fl" not in items


@pytest.mark.parametrize("about", ["total_hours", "face-to-face-hours"])
def test_a_contested_fact_is_left_out_and_the_others_are_asked(catalog, patterns, about):
    florida = catalog.jurisdictions["FL"]
    changed = florida.model_copy(update={"conflicts": (Conflict(about=(about,), text="Two texts differ."),)})
    items = made(catalog, patterns, ["FL"], {**catalog.jurisdictions, "FL": changed})
    assert "own-total-hours-fl" not in items
    assert "own-status-fl" in items


def test_hours_that_an_alternative_or_an_unread_rule_may_change_are_not_asked(catalog, patterns):
    florida = catalog.jurisdictions["FL"]
    hours = next(rule for rule in florida.requirements if rule.kind == "hours")
    shared = {"text": "Another way.", "source": hours.source, "confidence": "high"}
    either = Group(id="either", kind="any_of", parts=(hours.model_copy(update={"id": "other", "hours": 60}),), **shared)
    unread = Unread(id="unread", kind="unread", areas=("hours",), **shared)
    for more in (either, unread):
        changed = florida.model_copy(update={"requirements": (*florida.requirements, more)})
        items = made(catalog, patterns, ["FL"], {**catalog.jurisdictions, "FL": changed})
        assert "own-total-hours-fl" not in items


def test_at_least_35_states_have_items(catalog, patterns):
    assert sum(bool(made(catalog, patterns, [code])) for code in catalog.jurisdictions) >= 35


def test_the_seed_determines_the_item_and_the_place_of_the_key(catalog, patterns):
    first, again = made(catalog, patterns, ["FL"]), made(catalog, patterns, ["FL"])
    assert first == again
    keys = {made(catalog, patterns, ["FL"], seed=str(n))["own-status-fl"].key for n in range(20)}
    assert len(keys) > 2


def own_items(app, attempt):
    with app.app_context():
        return {p.item.id: p.wording for p in queries.items_of(attempt) if p.item.id.startswith("own-")}


def test_a_quiz_asks_about_the_learners_states_and_cites_their_sources(app, learner):
    items = own_items(app, factories.start_attempt(app, learner, "state-scope"))
    assert len(items) == 2
    assert all(id_.endswith("-hi") for id_ in items)
    assert all(wording.references[0].title.startswith("Hawaii") for wording in items.values())


def test_without_a_license_the_quiz_uses_items_of_the_bank(app, catalog):
    person = factories.person(app, "Noa Nobody", licensed=False)
    attempt = factories.start_attempt(app, person, "state-scope")
    assert own_items(app, attempt) == {}
    with app.app_context():
        assert len(queries.items_of(attempt)) == catalog.banks["state-scope"].length


@pytest.fixture
def asks_the_status(catalog, patterns, monkeypatch):
    """Give every attempt a seed that selects the item on the status of Hawaii, where the learner is licensed."""
    quiz = catalog.assessments["state-scope"]

    def selects(seed: str) -> bool:
        items = made(catalog, patterns, ["HI"], seed=seed).values()
        form = form_assembly.assemble(
            catalog.blueprint_of(quiz), form_assembly.candidates(catalog, quiz, list(items)), seed
        )
        return any(one.item.id == "own-status-hi" for one in form.items)

    seed = next(seed for seed in map(str, range(100)) if selects(seed))
    monkeypatch.setattr(secrets, "token_hex", lambda _: seed)


@pytest.mark.usefixtures("asks_the_status")
def test_a_changed_entry_changes_the_answer_of_new_attempts_only(app, admin, learner, other_learner):
    first = factories.sit(app, learner, "state-scope", right=False)
    before = own_items(app, first)
    with app.app_context():
        states.check_entry(admin, "HI", {"status": "pending"}, SOURCE, checked_on=DAY, note="", now=NOON)
    after = own_items(app, factories.start_attempt(app, other_learner, "state-scope"))
    assert own_items(app, first) == before
    assert answer_of(before["own-status-hi"]) == "Prohibited"
    assert answer_of(after["own-status-hi"]) == "Pending, the rules are not in force"


def answer_of(wording) -> str:
    return wording.item.by_id[wording.item.key[0]]
