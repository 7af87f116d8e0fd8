"""The effect of each decision, without a database."""

from fractions import Fraction

import pytest

from course.assessment.attempts.scoring import PlacedItem
from course.assessment.attempts.wording import Wording
from course.certificates.rescoring import rescoring_effect
from course.certificates.rescoring.rescoring_effect import AffectedAttempt, AttemptResult, RescoringScope
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


def attempt(answer, right, *, id_=1, user=1, asked=None, passed=None, ruling=None, points=None, others=9):
    """Return an attempt with the item and nine others, `right` of them correct. The pass mark is 80%."""
    asked = asked or item(OLD)
    points = asked.score(answer) if points is None and not ruling else points
    paper = [place(1, asked, points, ruling)]
    paper += [place(n + 2, item(OLD, id=f"y-{n:03}"), Fraction(n < right)) for n in range(others)]
    earned = [p.points for p in paper if p.points is not None]
    result = AttemptResult(sum(earned), len(earned), sum(earned) * 10 >= 8 * len(earned) if passed is None else passed)
    return AffectedAttempt(id_, f"c{id_}", user, "quiz", 1, 80, result, tuple(paper), {1: answer})


def effect(decision, *attempts, corrected=None):
    return rescoring_effect.effect_of(RescoringScope("x-001", corrected or item(NEW), attempts, 0), decision)


def after(decision, one, **more):
    (change,) = effect(decision, one, **more).changes
    return change.after


class TestNewKey:
    def test_the_corrected_answer_gains_a_point_and_may_pass(self):
        assert after("new-key", attempt(NEW, 7)) == AttemptResult(Fraction(8), 10, True)

    def test_the_old_answer_loses_the_point(self):
        assert after("new-key", attempt(OLD, 7)) == AttemptResult(Fraction(7), 10, False)

    def test_a_must_pass_item_with_a_wrong_key_no_longer_fails_a_correct_answer(self):
        asked = item(OLD, must_pass=True)
        failed = attempt(NEW, 9, asked=asked, passed=False)
        assert after("new-key", failed, corrected=item(NEW, must_pass=True)) == AttemptResult(Fraction(10), 10, True)

    def test_a_must_pass_item_fails_a_wrong_answer_by_the_new_key(self):
        passed = attempt(OLD, 9, asked=item(OLD, must_pass=True))
        assert after("new-key", passed, corrected=item(NEW, must_pass=True)) == AttemptResult(Fraction(9), 10, False)


class TestAcceptBoth:
    @pytest.mark.parametrize(("answer", "points"), [(OLD, 8), (NEW, 8), (OTHER, 7), (None, 7)])
    def test_either_answer_earns_the_point(self, answer, points):
        assert after("accept-both", attempt(answer, 7)).points == points

    def test_no_one_loses(self):
        attempts = [attempt(answer, right, id_=right) for answer in (OLD, NEW, OTHER) for right in range(10)]
        assert effect("accept-both", *attempts).lost == ()


class TestDrop:
    def test_the_item_leaves_the_denominator(self):
        assert after("drop", attempt(OLD, 7)) == AttemptResult(Fraction(7), 9, False)
        assert after("drop", attempt(OTHER, 7, others=8)) == AttemptResult(Fraction(7), 8, True)

    def test_a_must_pass_item_that_is_dropped_fails_no_one(self):
        failed = attempt(OTHER, 9, asked=item(OLD, must_pass=True), passed=False)
        assert after("drop", failed) == AttemptResult(Fraction(9), 9, True)

    def test_a_paper_with_nothing_left_is_not_passed(self):
        assert after("drop", attempt(NEW, 0, others=0)) == AttemptResult(Fraction(0), 0, False)

    def test_it_is_possible_for_an_item_that_is_in_no_bank(self):
        gone = rescoring_effect.effect_of(RescoringScope("x-001", None, (attempt(OTHER, 8, others=9),), 0), "drop")
        assert len(gone.changes) == 1


class TestPasses:
    def test_a_pass_is_kept_unless_it_may_be_taken(self):
        (change,) = effect("new-key", attempt(OLD, 7)).lost
        assert change.settled(take_passes=False) == AttemptResult(Fraction(7), 10, True)
        assert change.settled(take_passes=True) == AttemptResult(Fraction(7), 10, False)

    def test_a_kept_pass_may_be_taken_later(self):
        ruling = {"decision": "new-key", "key": {"key": NEW}}
        kept = attempt(OLD, 7, passed=True, ruling=ruling, points=Fraction(0))
        assert len(effect("new-key", kept).lost) == 1

    def test_a_pass_kept_below_the_mark_because_of_another_item_is_not_taken(self):
        kept = attempt(OLD, 5, passed=True)
        (change,) = effect("new-key", kept).changes
        assert change.settled(take_passes=True).passed

    def test_a_pass_from_a_mistaken_rescoring_may_be_taken(self):
        given = attempt(NEW, 7, ruling={"decision": "new-key", "key": {"key": NEW}}, points=Fraction(1))
        assert given.result.passed
        (change,) = effect("new-key", given, corrected=item(OTHER)).lost
        assert change.settled(take_passes=True) == AttemptResult(Fraction(7), 10, False)

    def test_a_person_with_another_pass_keeps_the_certificate(self):
        lost = effect("new-key", attempt(OLD, 7, id_=5, user=3))
        cycles = {5: (3, "quiz", 0), 6: (3, "quiz", 0), 7: (3, "quiz", 1)}
        assert lost.passes_gone(cycles, [5]) == {(3, "quiz", 0)}
        assert lost.passes_gone(cycles, [5, 6]) == set()
        assert lost.passes_gone(cycles, [5, 7]) == {(3, "quiz", 0)}  # the other pass is of a later cycle

    def test_a_person_who_gains_another_pass_keeps_the_certificate(self):
        both = effect("new-key", attempt(OLD, 7, id_=5, user=3), attempt(NEW, 7, id_=6, user=3))
        assert both.passes_gone({5: (3, "quiz", 0), 6: (3, "quiz", 0)}, [5]) == set()


class TestSequence:
    def test_the_newest_ruling_counts_and_uses_the_wording(self):
        scored = attempt(OLD, 7, ruling={"decision": "new-key", "key": {"key": NEW}}, points=Fraction(0))
        assert after("accept-both", scored, corrected=item(OTHER)).points == 8  # the wording's own key, not NEW
        assert after("drop", scored) == AttemptResult(Fraction(7), 9, False)

    def test_a_dropped_item_comes_back_by_a_new_key(self):
        dropped = attempt(NEW, 7, ruling={"decision": "drop"})
        assert dropped.result.scored == 9
        assert after("new-key", dropped) == AttemptResult(Fraction(8), 10, True)

    def test_a_key_that_is_back_where_it_was_leaves_no_ruling(self):
        one = attempt(OLD, 7, ruling={"decision": "new-key", "key": {"key": NEW}}, points=Fraction(0))
        back = effect("new-key", one, corrected=item(OLD))
        assert set(back.rulings.values()) == {None}
        assert back.changes[0].after == AttemptResult(Fraction(8), 10, True)


class TestFit:
    def test_a_wording_with_other_choices_stays_as_it_is(self):
        swapped = item(OLD, options=DATA["options"] | {"a": "Beta", "b": "Alpha"})
        found = effect("new-key", attempt(NEW, 7, asked=swapped))
        assert (found.changes, len(found.unfit), found.rulings) == ((), 1, {})
        assert len(effect("drop", attempt(NEW, 7, asked=swapped)).changes) == 1

    def test_a_key_that_names_no_choice_of_the_wording_does_not_fit(self):
        longer = item(["e"], options=DATA["options"] | {"e": "Epsilon"})
        assert rescoring_effect.rekeyed(item(OLD), longer) is None

    def test_another_type_does_not_fit(self):
        assert rescoring_effect.rekeyed(item(OLD), item(["a", "b"], type="multiple")) is None

    def test_a_corrected_stem_or_rationale_fits(self):
        corrected = item(NEW, stem="Which one?", rationale="Because.")
        assert rescoring_effect.rekeyed(item(OLD), corrected).stem == "Which?"

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
        wrong, corrected = item_of(asked | {"key": "n"}), item_of(asked | {"key": "2 * n"})
        asked_of_four = wrong.with_values({"n": 4})
        fitting = rescoring_effect.rekeyed(asked_of_four, corrected)
        assert [fitting.score({"text": text, "unit": None}) for text in ("4", "8")] == [0, 1]
        assert rescoring_effect.key_of(fitting)["key"] == "2 * n"


class TestSettled:
    def test_a_key_that_differs_from_the_bank_is_to_be_decided_only_once(self):
        assert not rescoring_effect.is_settled(item(OLD), item(NEW), None)
        assert rescoring_effect.is_settled(item(OLD), item(NEW), {"decision": "new-key", "key": {"key": NEW}})
        assert rescoring_effect.is_settled(item(OLD), item(NEW), {"decision": "accept-both", "key": {"key": NEW}})
        assert rescoring_effect.is_settled(item(OLD), item(NEW), {"decision": "drop"})

    def test_a_key_that_changed_again_is_to_be_decided_again(self):
        assert not rescoring_effect.is_settled(item(OLD), item(OTHER), {"decision": "new-key", "key": {"key": NEW}})
        assert not rescoring_effect.is_settled(item(OLD), item(OLD), {"decision": "new-key", "key": {"key": NEW}})

    def test_a_corrected_rationale_is_nothing_to_decide(self):
        assert rescoring_effect.is_settled(item(OLD), item(OLD, rationale="Because."), None)


def test_the_digest_of_a_preview_changes_with_the_bank_the_attempts_and_their_rulings():
    one, two = attempt(OLD, 7), attempt(NEW, 7, id_=2)
    ruled = attempt(OLD, 7, ruling={"decision": "drop"})
    scopes = [
        RescoringScope("x-001", item(NEW), (one,), 0),
        RescoringScope("x-001", item(OTHER), (one,), 0),
        RescoringScope("x-001", None, (one,), 0),
        RescoringScope("x-001", item(NEW), (one, two), 0),
        RescoringScope("x-001", item(NEW), (ruled,), 0),
        RescoringScope("x-001", item(NEW), (one,), 1),
    ]
    assert len({scope.digest for scope in scopes}) == len(scopes)
