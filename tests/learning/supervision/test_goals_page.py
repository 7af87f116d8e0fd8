"""What the log and the request say about the real rules of the learner's states."""

import pytest

from course.learning.supervision.statement import PROFESSIONS
from tests import factories
from tests.factories import SUPERVISOR


def session_rules(catalog):
    """Return every rule on supervised sessions, with the code of its state."""

    def walk(rules):
        for rule in rules:
            yield from walk(getattr(rule, "parts", ()))
            if rule.kind == "sessions":
                yield rule

    return [(code, rule) for code, state in catalog.jurisdictions.items() for rule in walk(state.requirements)]


@pytest.mark.parametrize(("code", "needed"), [("FL", 25), ("WA", 150), ("IL", 200), ("UT", 250)])
def test_the_log_counts_toward_what_each_state_asks_for(app, pages, catalog, code, needed):
    assert needed in {rule.sessions for state, rule in session_rules(catalog) if state == code}
    person = factories.person(app, "Lena Learner", licensed=False)
    factories.add_license(app, person, state=code)
    factories.confirm_sessions(app, person, factories.log_sessions(app, person, 3))
    page = pages.as_(person).get("/supervised/")
    assert f"of {needed}" in page.text
    assert f'max="{needed}"' in page.html


def test_a_fitting_supervisors_sessions_move_the_bar_in_florida(app, pages, learner):
    factories.add_license(app, learner, state="FL")
    factories.confirm_sessions(app, learner, factories.log_sessions(app, learner, 4))
    assert '<progress value="4" max="25"' in pages.as_(learner).get("/supervised/").html


def test_a_supervisor_who_falls_short_is_shown_as_soon_as_the_answer_is_there(app, pages, learner):
    factories.add_license(app, learner, state="FL")
    sessions = factories.log_sessions(app, learner, 2)
    statement = factories.replaced(SUPERVISOR, needling_years=0)
    asked = factories.confirm_sessions(app, learner, sessions, statement=statement)
    page = pages.as_(learner).get(f"/supervised/requests/{asked.code}")
    assert "Florida: A supervisor needs years of needling: 1. This one has 0." in page.text
    assert '<progress value="0" max="25"' in pages.as_(learner).get("/supervised/").html


def test_every_profession_of_the_rules_can_be_chosen(catalog):
    """A rule may add a condition to the name of a profession, as in `physical therapist with the endorsement`."""
    named = {profession for _, rule in session_rules(catalog) for profession in rule.supervisor.professions}
    assert {one for one in named if not any(f"{one} ".startswith(f"{name} ") for name in PROFESSIONS)} == set()
