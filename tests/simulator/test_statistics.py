"""Intervals against textbook values and their defining property: how often they cover the truth."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from simulator.statistics import (
    Interval,
    batch_means,
    clopper_pearson,
    confidence_per_look,
    decide,
    mean_interval,
    order_statistics_interval,
    proportion_interval,
    quantile,
    wilson,
)

COUNTS = st.integers(1, 400).flatmap(lambda trials: st.tuples(st.integers(0, trials), st.just(trials)))


def test_the_interval_of_a_mean_is_students():
    values = [9.8, 10.2, 10.4, 9.8, 10.0, 10.2, 9.6]
    # Mean 10.0, standard deviation 0.2828; t(0.975, 6) = 2.4469.
    half = 2.446912 * np.std(values, ddof=1) / math.sqrt(7)

    interval = mean_interval(values, 0.95)

    assert interval.value == pytest.approx(10.0)
    assert interval.low == pytest.approx(10.0 - half, abs=1e-6)
    assert interval.high == pytest.approx(10.0 + half, abs=1e-6)


def test_one_observation_bounds_nothing():
    assert mean_interval([3.0]) == Interval(3.0, -math.inf, math.inf, 0.95, 1)


def test_no_event_in_many_trials_is_bounded_by_the_rule_of_three():
    interval = clopper_pearson(0, 3000, 0.90)  # two-sided 90 % is one-sided 95 %

    assert interval.low == 0.0
    assert interval.high == pytest.approx(1.0 - 0.05 ** (1 / 3000), rel=1e-9)
    assert interval.high == pytest.approx(3 / 3000, rel=0.01)


@given(COUNTS, st.floats(0.5, 0.999))
def test_the_exact_interval_is_that_of_the_binomial_test(counts, confidence):
    successes, trials = counts
    expected = stats.binomtest(successes, trials).proportion_ci(confidence, "exact")
    interval = clopper_pearson(successes, trials, confidence)

    assert (interval.low, interval.high) == pytest.approx((expected.low, expected.high), abs=1e-9)


@given(COUNTS, st.floats(0.5, 0.999))
def test_the_score_interval_is_wilsons(counts, confidence):
    successes, trials = counts
    expected = stats.binomtest(successes, trials).proportion_ci(confidence, "wilson")
    interval = wilson(successes, trials, confidence)

    assert (interval.low, interval.high) == pytest.approx((expected.low, expected.high), abs=1e-9)


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=200), st.floats(0.01, 0.99))
def test_a_quantile_has_at_least_its_share_below_it_and_is_the_least_such_value(values, probability):
    ordered = sorted(values)
    found = quantile(ordered, probability)

    assert sum(value <= found for value in values) >= probability * len(values) - 1e-9
    assert sum(value < found for value in values) < probability * len(values) + 1e-9


def test_the_interval_of_a_quantile_covers_it_as_often_as_it_says():
    source = np.random.default_rng(7)
    truth = -math.log(0.05)
    covered = 0
    for _ in range(400):
        interval = order_statistics_interval(source.exponential(1.0, 300).tolist(), 0.95, 0.95)
        covered += interval.low <= truth <= interval.high

    # At a true level of at least 95 %, fewer than 367 of 400 would happen once in a thousand times.
    assert covered >= stats.binom.ppf(0.001, 400, 0.95)


def test_few_values_bound_a_high_quantile_from_below_only():
    interval = order_statistics_interval([1.0, 2.0, 3.0], 0.95)

    assert interval.high == math.inf


def test_clustered_failures_widen_the_interval_of_their_share():
    spread = [(10, 1000)] * 6
    clustered = [(60, 1000), *[(0, 1000)] * 5]

    assert proportion_interval(spread).value == proportion_interval(clustered).value == 0.01
    assert proportion_interval(clustered).high > 2 * proportion_interval(spread).high


def test_failures_that_never_happened_keep_the_exact_bound():
    interval = proportion_interval([(0, 1000)] * 5, 0.95)

    assert (interval.low, interval.high) == (0.0, clopper_pearson(0, 5000, 0.95).high)


@pytest.mark.parametrize(
    "low, value, high, at_most, outcome",
    [
        (0.40, 0.42, 0.44, True, "pass"),
        (0.51, 0.55, 0.60, True, "fail"),
        (0.45, 0.48, 0.51, True, "inconclusive"),
        (0.49, 0.52, 0.55, True, "inconclusive"),
        (0.60, 0.70, 0.80, False, "pass"),
        (0.30, 0.35, 0.40, False, "fail"),
        (0.45, 0.55, 0.65, False, "inconclusive"),
    ],
)
def test_an_objective_is_decided_by_the_bound_and_not_by_the_estimate(low, value, high, at_most, outcome):
    assert decide(Interval(value, low, high, 0.95, 4), 0.5, at_most=at_most, replications=4).outcome == outcome


def test_an_open_decision_says_how_many_replications_would_settle_it():
    # The half-width is twice the distance to the threshold: four times the replications halve it.
    decision = decide(Interval(0.48, 0.44, 0.52, 0.95, 5), 0.5, at_most=True, replications=5)

    assert decision.outcome == "inconclusive"
    assert 20 <= decision.needed <= 21


def test_a_bound_on_events_that_never_happened_shrinks_in_proportion():
    decision = decide(Interval(0.0, 0.0, 0.003, 0.95, 4), 0.001, at_most=True, replications=4)

    assert 12 <= decision.needed <= 13


def test_nothing_observed_decides_nothing():
    assert decide(mean_interval([]), 1.0, at_most=True, replications=2).outcome == "inconclusive"


@given(st.floats(0.5, 0.999), st.integers(1, 10))
def test_several_looks_together_keep_the_error_probability(confidence, looks):
    assert looks * (1 - confidence_per_look(confidence, looks)) == pytest.approx(1 - confidence)


def test_batch_means_cut_a_run_into_equal_parts_and_drop_the_rest():
    assert batch_means([1, 3, 5, 7, 9, 11, 100], 3) == [2, 6, 10]
