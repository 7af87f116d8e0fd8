"""Item statistics from counts equal published examples, and what numpy computes from single answers."""

import math
from collections import Counter, defaultdict
from fractions import Fraction

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.assessment.quality import intervals, statistics
from course.assessment.quality.statistics import ChoiceCount, ResponseCount, TotalCount

CLOSE = {"rel": 1e-9, "abs": 1e-9}
HALVES = [Fraction(0), Fraction(1, 3), Fraction(1, 2), Fraction(1)]


def counts(matrix: dict[str, dict[int, Fraction]]) -> tuple[list[TotalCount], dict[str, list[ResponseCount]]]:
    """Return the counts that the database would have for these points by item and person."""
    of_person: dict[int, list[Fraction]] = defaultdict(list)
    for points in matrix.values():
        for person, value in points.items():
            of_person[person].append(value)
    total = {person: (sum(values, Fraction(0)), len(values)) for person, values in of_person.items()}
    total_counts = [TotalCount(*key, count) for key, count in Counter(total.values()).items()]
    responses = {
        item: [
            ResponseCount(*key, count)
            for key, count in Counter((*total[p], value) for p, value in points.items()).items()
        ]
        for item, points in matrix.items()
    }
    return total_counts, responses


def whole(rows) -> dict[str, dict[int, Fraction]]:
    """A matrix in which everyone has every item; `rows` are people."""
    return {f"i{n}": {p: Fraction(row[n]) for p, row in enumerate(rows)} for n in range(len(rows[0]))}


def as_numbers(rows) -> numpy.ndarray:
    return numpy.array([[float(Fraction(value)) for value in row] for row in rows])


matrices = st.integers(2, 12).flatmap(
    lambda items: st.lists(st.lists(st.sampled_from(HALVES), min_size=items, max_size=items), min_size=2, max_size=40)
)


class TestPublishedExamples:
    def test_kr20_of_a_worked_example(self):
        """Wuensch KL, East Carolina University, core.ecu.edu/wuenschk/StatHelp/KR20.txt: pq sum 2.18, variance 5.84."""
        rows = [
            [1, 1, 1, 1, 1, 1, 0, 1, 1, 0],
            [1, 0, 1, 1, 0, 1, 1, 1, 0, 1],
            [1, 1, 1, 1, 0, 1, 1, 0, 0, 1],
            [0, 0, 1, 0, 0, 0, 1, 0, 0, 0],
            [0, 0, 0, 0, 0, 1, 0, 0, 1, 0],
            [1, 1, 1, 0, 1, 1, 1, 1, 1, 1],
            [1, 1, 0, 1, 1, 1, 0, 1, 1, 1],
            [1, 1, 1, 1, 1, 1, 1, 1, 0, 1],
            [0, 1, 0, 1, 1, 1, 1, 1, 0, 1],
            [1, 1, 0, 1, 1, 0, 1, 1, 1, 0],
        ]
        total_counts, responses = counts(whole(rows))
        found = statistics.reliability(total_counts, responses)
        assert found.name == "KR-20"
        assert found.alpha.value == pytest.approx(10 / 9 * (1 - 2.18 / 5.84), **CLOSE)
        assert found.deviation == pytest.approx(math.sqrt(5.84 * 10 / 9), **CLOSE)

    @pytest.mark.parametrize(
        ("right", "n", "low", "high"),
        [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
    )
    def test_wilson_intervals(self, right, n, low, high):
        """Newcombe RG, Stat Med 1998;17:857-72, table I, method 3."""
        assert intervals.of_share(right / n, n) == pytest.approx((low, high), abs=5e-5)

    def test_interval_of_alpha_is_near_the_exact_one(self):
        """Alpha .85 of 7 items and 89 people: Feldt's exact interval as statpsych prints it, ci.cronbach."""
        assert intervals.of_alpha(0.85, 7, 89) == pytest.approx((0.7971254, 0.8931436), abs=2e-3)


class TestAgainstNumpy:
    @given(matrices)
    def test_p_discrimination_and_alpha(self, rows):
        numbers, (total_counts, responses) = as_numbers(rows), counts(whole(rows))
        totals, length = numbers.sum(axis=1), numbers.shape[1]
        for n in range(length):
            own, rest = numbers[:, n], totals - numbers[:, n]
            p = statistics.difficulty(responses[f"i{n}"])
            assert p.value == pytest.approx(own.mean(), **CLOSE)
            found = statistics.discrimination(responses[f"i{n}"])
            if len(set(map(tuple, [[row[n]] for row in rows]))) == 1 or numpy.ptp(rest) < 1e-9:
                assert found.value is None
            else:
                assert found.value == pytest.approx(numpy.corrcoef(own, rest)[0, 1], **CLOSE)
        alpha = statistics.reliability(total_counts, responses).alpha.value
        if numpy.ptp(totals) < 1e-9 or not numbers.var(axis=0).any():
            assert alpha is None
        else:
            expected = length / (length - 1) * (1 - numbers.var(axis=0, ddof=1).sum() / totals.var(ddof=1))
            assert alpha == pytest.approx(expected, rel=1e-9, abs=1e-9)

    @given(matrices)
    def test_figures_lie_in_their_intervals_and_the_error_follows_from_alpha(self, rows):
        total_counts, responses = counts(whole(rows))
        found = statistics.reliability(total_counts, responses)
        if found.alpha.value is not None and found.alpha.value <= 1:
            error = found.deviation * math.sqrt(1 - found.alpha.value)
            assert found.error.value == pytest.approx(error, **CLOSE)
            if found.error.interval:
                assert found.error.interval[0] <= found.error.interval[1]
        for each in responses.values():
            for figure in (statistics.difficulty(each), statistics.discrimination(each)):
                if figure.interval:
                    assert figure.interval[0] - 1e-12 <= figure.value <= figure.interval[1] + 1e-12

    def test_fisher_interval(self):
        r, n = 0.37, 58
        half = 1.959963984540054 / numpy.sqrt(n - 3)
        expected = numpy.tanh(numpy.arctanh(r) - half), numpy.tanh(numpy.arctanh(r) + half)
        assert intervals.of_correlation(r, n) == pytest.approx(expected, **CLOSE)

    def test_interval_of_a_mean_with_partial_credit(self):
        points = [Fraction(1, 2)] * 20 + [Fraction(1)] * 15 + [Fraction(0)] * 5
        found = statistics.difficulty([ResponseCount(v, 10, v, c) for v, c in Counter(points).items()])
        numbers = numpy.array([float(point) for point in points])
        half = 1.959963984540054 * numbers.std(ddof=1) / numpy.sqrt(40)
        assert found.interval == pytest.approx((numbers.mean() - half, numbers.mean() + half), **CLOSE)

    def test_time(self):
        seconds = [31, 44, 58, 12, 90, 75]
        rows = [ResponseCount(Fraction(1), 2, Fraction(1), 1, 1, value, value**2) for value in seconds]
        rows.append(ResponseCount(Fraction(1), 2, Fraction(1), 3))  # nobody measured these
        found = statistics.time_spent(rows)
        half = 1.959963984540054 * numpy.std(seconds, ddof=1) / numpy.sqrt(6)
        assert (found.n, found.value) == (6, pytest.approx(numpy.mean(seconds), **CLOSE))
        assert found.interval == pytest.approx((numpy.mean(seconds) - half, numpy.mean(seconds) + half), **CLOSE)

    def test_alpha_of_different_forms_weights_each_item_by_its_number_of_forms(self):
        rng = numpy.random.default_rng(4)
        matrix: dict[str, dict[int, Fraction]] = {f"i{n}": {} for n in range(9)}
        for person in range(200):
            ability = rng.normal()
            for n in rng.choice(9, size=5, replace=False):
                matrix[f"i{n}"][person] = Fraction(int(rng.normal() < ability + (n - 4) / 3))
        total_counts, responses = counts(matrix)
        variances = {i: numpy.var([float(v) for v in of.values()], ddof=1) for i, of in matrix.items()}
        shown = sum(len(of) for of in matrix.values())
        mean = sum(len(of) / shown * variances[i] for i, of in matrix.items())
        totals = [sum(float(of.get(p, 0)) for of in matrix.values()) for p in range(200)]
        expected = 5 / 4 * (1 - 5 * mean / numpy.var(totals, ddof=1))
        assert statistics.reliability(total_counts, responses).alpha.value == pytest.approx(expected, **CLOSE)


class TestUndefined:
    def test_nobody(self):
        assert statistics.difficulty([]).value is None
        assert statistics.time_spent([]).value is None
        assert statistics.reliability([], {}) is None

    def test_one_person(self):
        total_counts, responses = counts(whole([[1, 0, 1]]))
        found = statistics.reliability(total_counts, responses)
        assert (found.alpha.value, found.deviation, found.error.value) == (None, None, None)
        assert statistics.discrimination(responses["i0"]).value is None

    def test_everyone_the_same(self):
        total_counts, responses = counts(whole([[1, 0, 1]] * 40))
        assert statistics.reliability(total_counts, responses).alpha.value is None
        assert statistics.discrimination(responses["i0"]).value is None

    def test_a_form_of_one_item_has_no_rest(self):
        total_counts, responses = counts(whole([[1], [0], [1]]))
        assert statistics.discrimination(responses["i0"]).value is None
        assert statistics.reliability(total_counts, responses).alpha.value is None

    def test_a_perfect_correlation_has_no_interval(self):
        found = statistics.discrimination(counts(whole([[1, 1], [0, 0]] * 20))[1]["i0"])
        assert found.value == pytest.approx(1)
        assert found.interval is None


class TestFifths:
    def test_equal_shares_stay_together_in_the_lowest_fifth_that_they_reach(self):
        total_counts = [TotalCount(Fraction(t), 10, c) for t, c in [(2, 2), (5, 5), (7, 1), (9, 2)]]
        assert statistics.fifths(total_counts) == {
            (Fraction(2), 10): 0,
            (Fraction(5), 10): 1,
            (Fraction(7), 10): 3,
            (Fraction(9), 10): 4,
        }

    def test_forms_of_different_length_compare_by_their_share(self):
        found = statistics.fifths(
            [TotalCount(Fraction(4), 5, 1), TotalCount(Fraction(8), 10, 1), TotalCount(Fraction(9), 10, 8)]
        )
        assert found[Fraction(4), 5] == found[Fraction(8), 10] == 0
        assert found[Fraction(9), 10] == 1

    def test_an_attempt_with_nothing_that_counts_has_no_fifth(self):
        assert statistics.fifths([TotalCount(Fraction(0), 0, 3)]) == {}

    def test_ten_people_with_different_totals_make_five_pairs(self):
        found = statistics.fifths([TotalCount(Fraction(t), 10, 1) for t in range(10)])
        assert sorted(found.values()) == [0, 0, 1, 1, 2, 2, 3, 3, 4, 4]

    def test_the_item_characteristic_is_the_mean_of_each_fifth(self):
        rows = [[n >= 5, *[n > k for k in range(9)]] for n in range(10)]
        total_counts, responses = counts(whole([[int(v) for v in row] for row in rows]))
        found = statistics.by_fifths(responses["i0"], statistics.fifths(total_counts))
        assert [figure.value for figure in found] == [0, 0, 0.5, 1, 1]
        assert [figure.n for figure in found] == [2, 2, 2, 2, 2]


class TestOptions:
    def options(self, n):
        total_counts = [TotalCount(Fraction(1), 10, n // 2), TotalCount(Fraction(9), 10, n - n // 2)]
        choices = [ChoiceCount(Fraction(1), 10, "b", n // 2), ChoiceCount(Fraction(9), 10, "a", n - n // 2)]
        fifth_of = statistics.fifths(total_counts)
        return statistics.options(choices, "abc", frozenset("a"), frozenset("bc"), n, fifth_of)

    def test_each_is_counted_by_fifth(self):
        a, b, c = self.options(40)
        assert (a.fifths, b.fifths, c.fifths) == ((0, 0, 20, 0, 0), (20, 0, 0, 0, 0), (0,) * 5)
        assert (a.share.value, b.keyed, a.keyed, c.unused, b.unused) == (0.5, False, True, True, False)

    def test_no_distractor_is_called_unused_before_there_are_thirty_responses(self):
        assert not any(option.unused for option in self.options(29))

    def test_five_percent_is_enough(self):
        assert statistics.unused_distractors({"b": 2, "c": 1}, frozenset("bc"), 40) == {"c"}

    def test_a_label_of_an_older_wording_is_shown_last(self):
        found = statistics.options(
            [ChoiceCount(Fraction(1), 2, "x", 1)], "ab", frozenset("a"), frozenset("b"), 1, {(Fraction(1), 2): 0}
        )
        assert [option.label for option in found] == ["a", "b", "x"]
