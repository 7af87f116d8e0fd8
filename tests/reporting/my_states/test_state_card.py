"""A card's next step and deadlines, and what moving to another state changes."""

from datetime import date

from course.reporting.my_states.state_card import StateCard, move, unmet
from course.states.requirements.judgment import Counted, Judgment, NotCounted, Result, State, Verdict

DAY = date(2026, 3, 2)


def result(rule_id, state=State.OPEN, *, kind="hours", parts=(), **values):
    shared = {"demanded": rule_id, "text": rule_id, "have": "", "confidence": "high", "next_step": f"Do {rule_id}."}
    return Result(rule_id=rule_id, kind=kind, state=state, parts=tuple(parts), **shared | values)


def judged(*results):
    return Judgment(code="OH", day=DAY, verdict=Verdict.NOT_YET, headline="Not yet.", results=results)


def card(*results):
    return StateCard(code="OH", place="Ohio", profession="PT", license="Ohio, PT 1", judgment=judged(*results))


def test_the_next_step_is_what_has_a_deadline_then_what_is_open_then_what_is_unknown():
    unknown, open_, met = result("ask", State.UNKNOWN), result("train"), result("done", State.MET)
    late = result("file", kind="filing", due_on=date(2026, 4, 1))
    early = result("send", kind="filing", due_on=date(2026, 3, 20))
    assert card(met, unknown).next_step == "Do ask."
    assert card(unknown, open_).next_step == "Do train."
    assert card(unknown, open_, late, early).next_step == "Do send."
    assert card(met).next_step == ""


def test_of_several_ways_only_the_best_is_what_to_do():
    ways = result("either", kind="any_of", parts=[result("a", State.CANNOT_ONLINE), result("b", State.OPEN)])
    both = result("both", kind="all_of", parts=[result("c", State.MET), result("d"), result("e")])
    assert [one.rule_id for one in unmet([ways, both])] == ["b", "d", "e"]


def test_a_met_filing_is_no_deadline_and_the_next_one_is_first():
    filings = [
        result(name, state, kind="filing", due_on=day)
        for name, state, day in (
            ("later", State.OPEN, date(2026, 5, 1)),
            ("sooner", State.UNKNOWN, date(2026, 4, 1)),
            ("sent", State.MET, date(2026, 3, 5)),
        )
    ]
    nested = result("all", kind="all_of", parts=filings)
    expiring = result("cpr", kind="credential", due_on=date(2026, 3, 3))
    assert [one.rule_id for one in card(nested, expiring).deadlines] == ["sooner", "later"]


def test_each_requirement_counts_once_in_the_bar():
    group = result("either", State.OPEN, kind="any_of", parts=[result("a"), result("b", State.UNKNOWN)])
    counts = card(group, result("c", State.MET)).counts
    assert (counts[State.OPEN], counts[State.MET], counts[State.UNKNOWN]) == (1, 1, 0)


def test_moving_keeps_what_counts_for_anything_there():
    counted, refused = Counted("Lab", "8 hours", "verified"), NotCounted("Lab", "It does not teach this topic.")
    online = NotCounted("Module", "Online hours don't count.")
    changes = move(judged(result("a", counted=(counted,)), result("b", State.MET, not_counted=(refused, online))))
    assert changes.counts == (counted,)
    assert changes.lost == (online,)
    assert [one.rule_id for one in changes.new] == ["a"]
