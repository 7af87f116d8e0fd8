"""What a decision would do, without a database."""

from fractions import Fraction

import pytest

from course.assessment.attempts.scoring import PlacedItem
from course.assessment.attempts.wording import Wording
from course.certificates.rescoring import rescore
from course.certificates.rescoring.rescore import Result, Scope, Sitting
from course.content.items import item_of

DATA = {
    "id": "x-001",
    "type": "single",
    "objective": "one",
    "level": "recall",
    "difficulty": 1,
    "stem": "Which?",
    "rationale": "So.",
    "references": ["R1"],
    "options": {"a": "Alpha", "b": "Beta", "c": "Gamma", "d": "Delta"},
}
OLD, NEW, OTHER = ["a"], ["b"], ["c"]


def item(key, **more):
    return item_of(DATA | {"key": key} | more)


def place(position, asked, points, ruling=None):
    return PlacedItem(
        position, Wording(asked, "m", "One", ()), tuple("abcd"), asked.digest, ruling=ruling, points=points
    )


def sitting(answer, right, *, id_=1, user=1, asked=None, passed=None, ruling=None, worth=None, others=9):
    """The item and nine others, `right` of them answered right; the pass mark is 80 %."""
    asked = asked or item(OLD)
    worth = asked.score(answer) if worth is None and not ruling else worth
    paper = [place(1, asked, worth, ruling)]
    paper += [place(n + 2, item(OLD, id=f"y-{n:03}"), Fraction(n < right)) for n in range(others)]
    earned = [p.points for p in paper if p.points is not None]
    result = Result(sum(earned), len(earned), sum(earned) * 10 >= 8 * len(earned) if passed is None else passed)
    return Sitting(id_, f"c{id_}", user, "quiz", 1, 80, result, tuple(paper), {1: answer})


def effect(decision, *sittings, corrected=None):
    return rescore.effect(Scope("x-001", corrected or item(NEW), sittings, 0), decision)


def after(decision, one, **more):
    (change,) = effect(decision, one, **more).changes
    return change.after


class TestNewKey:
    def test_who_chose_the_corrected_answer_gains_a_point_and_may_pass(self):
        assert after("new-key", sitting(NEW, 7)) == Result(Fraction(8), 10, True)

    def test_who_chose_the_old_key_loses_it(self):
        assert after("new-key", sitting(OLD, 7)) == Result(Fraction(7), 10, False)

    def test_a_must_pass_item_that_was_keyed_wrongly_no_longer_fails_who_knew_better(self):
        asked = item(OLD, must_pass=True)
        failed = sitting(NEW, 9, asked=asked, passed=False)
        assert after("new-key", failed, corrected=item(NEW, must_pass=True)) == Result(Fraction(10), 10, True)

    def test_a_must_pass_item_fails_who_is_wrong_by_the_new_key(self):
        passed = sitting(OLD, 9, asked=item(OLD, must_pass=True))
        assert after("new-key", passed, corrected=item(NEW, must_pass=True)) == Result(Fraction(9), 10, False)


class TestAcceptBoth:
    @pytest.mark.parametrize(("answer", "points"), [(OLD, 8), (NEW, 8), (OTHER, 7), (None, 7)])
    def test_either_answer_earns_the_point(self, answer, points):
        assert after("accept-both", sitting(answer, 7)).points == points

    def test_nobody_loses(self):
        sittings = [sitting(answer, right, id_=right) for answer in (OLD, NEW, OTHER) for right in range(10)]
        assert effect("accept-both", *sittings).lost == ()


class TestDrop:
    def test_the_item_leaves_the_denominator(self):
        assert after("drop", sitting(OLD, 7)) == Result(Fraction(7), 9, False)
        assert after("drop", sitting(OTHER, 7, others=8)) == Result(Fraction(7), 8, True)

    def test_a_must_pass_item_that_is_dropped_fails_nobody(self):
        failed = sitting(OTHER, 9, asked=item(OLD, must_pass=True), passed=False)
        assert after("drop", failed) == Result(Fraction(9), 9, True)

    def test_a_paper_with_nothing_left_is_not_passed(self):
        assert after("drop", sitting(NEW, 0, others=0)) == Result(Fraction(0), 0, False)

    def test_it_is_possible_for_an_item_that_is_in_no_bank(self):
        gone = rescore.effect(Scope("x-001", None, (sitting(OTHER, 8, others=9),), 0), "drop")
        assert len(gone.changes) == 1


class TestPasses:
    def test_a_pass_stands_unless_it_may_be_taken(self):
        (change,) = effect("new-key", sitting(OLD, 7)).lost
        assert change.settled(take_passes=False) == Result(Fraction(7), 10, True)
        assert change.settled(take_passes=True) == Result(Fraction(7), 10, False)

    def test_a_pass_that_stood_may_be_taken_later(self):
        ruling = {"decision": "new-key", "key": {"key": NEW}}
        stood = sitting(OLD, 7, passed=True, ruling=ruling, worth=Fraction(0))
        assert len(effect("new-key", stood).lost) == 1

    def test_a_pass_that_stands_below_the_mark_for_another_item_is_not_taken_for_this_one(self):
        stood = sitting(OLD, 5, passed=True)
        (change,) = effect("new-key", stood).changes
        assert change.settled(take_passes=True).passed

    def test_a_pass_that_a_mistaken_re_scoring_gave_may_be_taken(self):
        given = sitting(NEW, 7, ruling={"decision": "new-key", "key": {"key": NEW}}, worth=Fraction(1))
        assert given.result.passed
        (change,) = effect("new-key", given, corrected=item(OTHER)).lost
        assert change.settled(take_passes=True) == Result(Fraction(7), 10, False)

    def test_a_person_with_another_pass_keeps_what_rests_on_it(self):
        lost = effect("new-key", sitting(OLD, 7, id_=5, user=3))
        turns = {5: (3, "quiz", 0), 6: (3, "quiz", 0), 7: (3, "quiz", 1)}
        assert lost.passes_gone(turns, [5]) == {(3, "quiz", 0)}
        assert lost.passes_gone(turns, [5, 6]) == set()
        assert lost.passes_gone(turns, [5, 7]) == {(3, "quiz", 0)}  # that one is of a later cycle

    def test_a_person_who_gains_a_pass_elsewhere_keeps_what_rests_on_it(self):
        both = effect("new-key", sitting(OLD, 7, id_=5, user=3), sitting(NEW, 7, id_=6, user=3))
        assert both.passes_gone({5: (3, "quiz", 0), 6: (3, "quiz", 0)}, [5]) == set()


class TestSequence:
    def test_the_newest_ruling_counts_and_rests_on_the_wording(self):
        scored = sitting(OLD, 7, ruling={"decision": "new-key", "key": {"key": NEW}}, worth=Fraction(0))
        assert after("accept-both", scored, corrected=item(OTHER)).points == 8  # the wording's own key, not NEW
        assert after("drop", scored) == Result(Fraction(7), 9, False)

    def test_a_dropped_item_comes_back_by_a_new_key(self):
        dropped = sitting(NEW, 7, ruling={"decision": "drop"})
        assert dropped.result.scored == 9
        assert after("new-key", dropped) == Result(Fraction(8), 10, True)

    def test_a_key_that_is_back_where_it_was_leaves_no_ruling(self):
        one = sitting(OLD, 7, ruling={"decision": "new-key", "key": {"key": NEW}}, worth=Fraction(0))
        back = effect("new-key", one, corrected=item(OLD))
        assert set(back.rulings.values()) == {None}
        assert back.changes[0].after == Result(Fraction(8), 10, True)


class TestFit:
    def test_a_wording_with_other_choices_stays_as_it_is(self):
        swapped = item(OLD, options=DATA["options"] | {"a": "Beta", "b": "Alpha"})
        found = effect("new-key", sitting(NEW, 7, asked=swapped))
        assert (found.changes, len(found.unfit), found.rulings) == ((), 1, {})
        assert len(effect("drop", sitting(NEW, 7, asked=swapped)).changes) == 1

    def test_a_key_that_names_no_choice_of_the_wording_does_not_fit(self):
        longer = item(["e"], options=DATA["options"] | {"e": "Epsilon"})
        assert rescore.rekeyed(item(OLD), longer) is None

    def test_another_type_does_not_fit(self):
        assert rescore.rekeyed(item(OLD), item(["a", "b"], type="multiple")) is None

    def test_a_mended_stem_or_rationale_fits(self):
        mended = item(NEW, stem="Which one?", rationale="Because.")
        assert rescore.rekeyed(item(OLD), mended).stem == "Which?"

    def test_an_instance_with_values_takes_the_key_made_from_them(self):
        asked = {
            "id": "n-001",
            "type": "numeric",
            "objective": "one",
            "level": "recall",
            "difficulty": 1,
            "stem": "Twice {n}?",
            "rationale": "So.",
            "references": ["R1"],
            "parameters": {"n": [3, 4]},
            "unit": None,
        }
        wrong, mended = item_of(asked | {"key": "n"}), item_of(asked | {"key": "2 * n"})
        asked_of_four = wrong.with_values({"n": 4})
        fitting = rescore.rekeyed(asked_of_four, mended)
        assert [fitting.score({"text": text, "unit": None}) for text in ("4", "8")] == [0, 1]
        assert rescore.key_of(fitting)["key"] == "2 * n"


class TestSettled:
    def test_a_key_that_differs_from_the_bank_is_to_be_decided_and_then_no_more(self):
        assert not rescore.is_settled(item(OLD), item(NEW), None)
        assert rescore.is_settled(item(OLD), item(NEW), {"decision": "new-key", "key": {"key": NEW}})
        assert rescore.is_settled(item(OLD), item(NEW), {"decision": "accept-both", "key": {"key": NEW}})
        assert rescore.is_settled(item(OLD), item(NEW), {"decision": "drop"})

    def test_a_key_that_changed_again_is_to_be_decided_again(self):
        assert not rescore.is_settled(item(OLD), item(OTHER), {"decision": "new-key", "key": {"key": NEW}})
        assert not rescore.is_settled(item(OLD), item(OLD), {"decision": "new-key", "key": {"key": NEW}})

    def test_a_mended_rationale_is_nothing_to_decide(self):
        assert rescore.is_settled(item(OLD), item(OLD, rationale="Because."), None)


def test_the_digest_of_a_preview_changes_with_the_bank_the_attempts_and_their_rulings():
    one, two = sitting(OLD, 7), sitting(NEW, 7, id_=2)
    ruled = sitting(OLD, 7, ruling={"decision": "drop"})
    scopes = [
        Scope("x-001", item(NEW), (one,), 0),
        Scope("x-001", item(OTHER), (one,), 0),
        Scope("x-001", None, (one,), 0),
        Scope("x-001", item(NEW), (one, two), 0),
        Scope("x-001", item(NEW), (ruled,), 0),
        Scope("x-001", item(NEW), (one,), 1),
    ]
    assert len({scope.digest for scope in scopes}) == len(scopes)
