"""Streams and arrivals: reproducible by name, and distributed as the profile says."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from seatrial.model.architecture.scenarios import Profile
from simulator.profile import arrivals, level, mean_level
from simulator.streams import Distribution, Draws, Streams, generator

DAILY = Profile("daily", period=1000, trough=0.2, peak_at=400)
BURST = Profile("burst", at=100, rise=20, hold=50, fall=30, factor=5)


def times(profile, rate, until, replication):
    return list(arrivals(profile, rate, until, generator(11, replication, "arrivals")))


@pytest.mark.parametrize(
    "profile, until, expected_mean",
    [
        (Profile(), 300.0, 1.0),
        # A cosine between 0.2 and 1 averages 0.6 over its period.
        (DAILY, 1000.0, 0.6),
        # 1 everywhere, and a trapezoid of height 4 with sides 50 and 100 on top: 4 * 75 / 400.
        (BURST, 400.0, 1.0 + 4.0 * 75.0 / 400.0),
    ],
    ids=["steady", "daily", "burst"],
)
def test_counts_are_poisson_with_the_mean_of_the_profile(profile, until, expected_mean):
    rate, runs = 0.5, 400
    counts = [len(times(profile, rate, until, replication)) for replication in range(runs)]
    mean = rate * until * expected_mean

    # The sum of independent Poisson counts is Poisson: exact bounds at 99 %.
    assert stats.poisson.ppf(0.005, runs * mean) <= sum(counts) <= stats.poisson.ppf(0.995, runs * mean)
    # The index of dispersion of Poisson counts is chi-squared.
    dispersion = np.var(counts, ddof=1) / np.mean(counts) * (runs - 1)
    assert stats.chi2.ppf(0.005, runs - 1) <= dispersion <= stats.chi2.ppf(0.995, runs - 1)


def test_arrivals_fall_where_the_intensity_is():
    inside = total = 0
    for replication in range(100):
        found = times(BURST, 1.0, 400.0, replication)
        inside += sum(120 <= at <= 170 for at in found)
        total += len(found)

    share = 5.0 * 50.0 / (400.0 + 4.0 * 75.0)
    assert stats.binom.ppf(0.005, total, share) <= inside <= stats.binom.ppf(0.995, total, share)


def test_gaps_of_a_steady_profile_are_exponential():
    found = times(Profile(), 2.0, 5000.0, 0)

    assert stats.kstest(np.diff(found), "expon", args=(0, 0.5)).pvalue > 0.01


@given(st.floats(0, 2000))
def test_a_daily_profile_stays_between_trough_and_one_and_repeats(at):
    assert 0.2 - 1e-9 <= level(DAILY, at) <= 1.0 + 1e-9
    assert level(DAILY, at + 1000) == pytest.approx(level(DAILY, at), abs=1e-9)


def test_a_burst_rises_holds_and_falls():
    found = [level(BURST, at) for at in (0, 99, 110, 120, 170, 185, 200, 300)]

    assert found == pytest.approx([1, 1, 3, 5, 5, 3, 1, 1])


def test_the_mean_level_of_a_burst_is_its_area():
    assert mean_level(BURST, 400.0) == pytest.approx(1.75, rel=1e-6)


def test_no_rate_gives_no_arrivals():
    assert times(DAILY, 0.0, 1000.0, 0) == []


def test_the_same_name_gives_the_same_values_and_another_name_others():
    def values(seed, replication, name):
        return generator(seed, replication, name).random(5).tolist()

    assert values(1, 2, "a") == values(1, 2, "a")
    others = [values(1, 2, "b"), values(1, 3, "a"), values(2, 2, "a")]
    assert values(1, 2, "a") not in others


def test_a_value_depends_on_its_position_and_not_on_the_order_of_asking():
    distribution = Distribution(2.0, "lognormal", 0.5)
    forward = Streams(1, 0).draws("x", distribution)
    backward = Streams(1, 0).draws("x", distribution)

    first = [forward[i] for i in range(1000)]
    second = [backward[i] for i in reversed(range(1000))]

    assert first == second[::-1]


@pytest.mark.parametrize(
    "distribution, deviation",
    [
        (Distribution(3.0), 0.0),
        (Distribution(3.0, "exponential"), 3.0),
        (Distribution(3.0, "lognormal", 1.5), 4.5),
        (Distribution(3.0, "uniform"), 6.0 / math.sqrt(12.0)),
    ],
    ids=lambda value: getattr(value, "shape", ""),
)
def test_draws_have_the_mean_and_variation_of_their_distribution(distribution, deviation):
    count = 200_000
    draws = Draws(distribution, generator(5, 0, distribution.shape))
    values = np.array([draws[i] for i in range(count)])

    assert abs(values.mean() - 3.0) <= 3.3 * deviation / math.sqrt(count) + 1e-9
    assert values.std() == pytest.approx(deviation, rel=0.05, abs=1e-9)


def test_an_unknown_distribution_is_refused():
    with pytest.raises(ValueError, match="zipf"):
        Distribution(1.0, "zipf").sample(generator(1, 0, "x"), 1)
