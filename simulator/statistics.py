"""What simulated numbers allow us to claim: confidence intervals, and verdicts that rest on a bound, not on a mean.

Requests within one replication depend on each other, so intervals for means and quantiles treat the replication as
the observation (independent replications, Law: Simulation Modeling and Analysis, chapter 9). Proportions have, beside
that, the exact binomial interval, which still says something when nothing at all was observed.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import attrs
import numpy as np
from scipy import special


@attrs.frozen
class Interval:
    """An estimate with its two-sided confidence bounds."""

    value: float
    low: float
    high: float
    confidence: float
    observations: int
    """Replications (or trials, for a bare proportion) behind it."""

    def to_json(self) -> dict[str, float | int | None]:
        """Return plain JSON values; an unbounded or unknown number is null."""
        return {
            "value": finite(self.value),
            "low": finite(self.low),
            "high": finite(self.high),
            "confidence": self.confidence,
            "observations": self.observations,
        }


def finite(value: float) -> float | None:
    """Return the value, or None for what JSON cannot say: infinite or not a number."""
    return value if math.isfinite(value) else None


def mean_interval(values: Sequence[float], confidence: float = 0.95) -> Interval:
    """Student's interval for the mean of independent observations; unbounded with fewer than two."""
    count = len(values)
    if count == 0:
        return Interval(math.nan, -math.inf, math.inf, confidence, 0)
    mean = math.fsum(values) / count
    if count == 1:
        return Interval(mean, -math.inf, math.inf, confidence, 1)
    deviation = math.sqrt(math.fsum((value - mean) ** 2 for value in values) / (count - 1))
    half = float(special.stdtrit(count - 1, 0.5 + confidence / 2.0)) * deviation / math.sqrt(count)
    return Interval(mean, mean - half, mean + half, confidence, count)


def quantile(ordered: Sequence[float], probability: float) -> float:
    """Return the empirical quantile of ascending values: the smallest one with at least that share below or at it."""
    if not ordered:
        return math.nan
    return ordered[max(0, math.ceil(probability * len(ordered)) - 1)]


def quantile_interval(
    replications: Sequence[Sequence[float]], probability: float, confidence: float = 0.95
) -> Interval:
    """Interval for a quantile from independent replications: Student's, over the quantile of each."""
    return mean_interval([quantile(sorted(values), probability) for values in replications if len(values)], confidence)


def order_statistics_interval(values: Sequence[float], probability: float, confidence: float = 0.95) -> Interval:
    """Distribution-free interval for a quantile of independent values, from the binomial law of their ranks.

    A bound is infinite where there are too few values for the asked confidence (David and Nagaraja, Order Statistics).
    """
    ordered = sorted(values)
    count = len(ordered)
    tail = (1.0 - confidence) / 2.0
    ranks = np.arange(count + 1)
    cumulated = special.bdtr(ranks, max(1, count), probability)  # P(Binomial <= rank)
    # The value of rank r lies above the quantile with P(Binomial < r), below it with P(Binomial >= r).
    below = int(np.searchsorted(cumulated, tail, side="right"))
    above = int(np.searchsorted(cumulated, 1.0 - tail, side="left")) + 1
    low = ordered[below - 1] if 1 <= below <= count else -math.inf
    high = ordered[above - 1] if above <= count else math.inf
    return Interval(quantile(ordered, probability), low, high, confidence, count)


def wilson(successes: int, trials: int, confidence: float = 0.95) -> Interval:
    """Wilson's score interval for a proportion of independent trials (Wilson 1927)."""
    if trials == 0:
        return Interval(math.nan, 0.0, 1.0, confidence, 0)
    z = float(special.ndtri(0.5 + confidence / 2.0))
    share = successes / trials
    centre = (share + z * z / (2 * trials)) / (1 + z * z / trials)
    half = z / (1 + z * z / trials) * math.sqrt(share * (1 - share) / trials + z * z / (4 * trials * trials))
    return Interval(share, max(0.0, centre - half), min(1.0, centre + half), confidence, trials)


def clopper_pearson(successes: int, trials: int, confidence: float = 0.95) -> Interval:
    """Exact interval for a proportion of independent trials (Clopper and Pearson 1934); right for zero counts too."""
    if trials == 0:
        return Interval(math.nan, 0.0, 1.0, confidence, 0)
    tail = (1.0 - confidence) / 2.0
    low = float(special.betaincinv(successes, trials - successes + 1, tail)) if successes else 0.0
    high = float(special.betaincinv(successes + 1, trials - successes, 1.0 - tail)) if successes < trials else 1.0
    return Interval(successes / trials, low, high, confidence, trials)


def proportion_interval(counts: Sequence[tuple[int, int]], confidence: float = 0.95) -> Interval:
    """Interval for a proportion from (successes, trials) of each replication.

    Events within a replication come in clusters (one overload fails many requests), so the interval over the
    replications is needed; with few or no events it is too narrow, so the exact one is needed too. The hull of both is
    returned: conservative where they differ.
    """
    successes = sum(pair[0] for pair in counts)
    trials = sum(pair[1] for pair in counts)
    exact = clopper_pearson(successes, trials, confidence)
    shares = [pair[0] / pair[1] for pair in counts if pair[1]]
    if successes in (0, trials) or len(shares) < 2:
        return attrs.evolve(exact, observations=len(counts))
    spread = mean_interval(shares, confidence)
    low, high = max(0.0, min(exact.low, spread.low)), min(1.0, max(exact.high, spread.high))
    return Interval(exact.value, low, high, confidence, len(counts))


@attrs.frozen
class Decision:
    """What an interval says about a threshold."""

    outcome: str
    """pass, fail or inconclusive."""
    needed: int = 0
    """For inconclusive: replications that would decide it, if the estimate stays; 0 when no number would."""


def decide(interval: Interval, threshold: float, *, at_most: bool, replications: int) -> Decision:
    """Judge an objective by its confidence bound: *at_most* says on which side of *threshold* the good values lie."""
    if math.isnan(interval.value):
        return Decision("inconclusive", max(2, 2 * replications))
    good, bad = (interval.high, interval.low) if at_most else (-interval.low, -interval.high)
    limit = threshold if at_most else -threshold
    if good <= limit:
        return Decision("pass")
    if bad > limit:
        return Decision("fail")
    return Decision("inconclusive", _needed(interval, threshold, replications))


def _needed(interval: Interval, threshold: float, replications: int) -> int:
    """Half-widths shrink with the square root of the replications; a zero-count bound shrinks in proportion to them."""
    distance = abs(interval.value - threshold)
    if distance == 0 or not math.isfinite(interval.high - interval.low):
        return 0 if distance == 0 else max(3, 2 * replications)
    bound = interval.high if interval.value < threshold else interval.low
    shrink = abs(bound - interval.value) / distance
    if interval.value in (0.0, 1.0):
        return math.ceil(replications * shrink) + 1
    return math.ceil(replications * shrink * shrink) + 1


def confidence_per_look(confidence: float, looks: int) -> float:
    """Confidence of each of several looks at growing data, so that all together keep *confidence* (Bonferroni)."""
    return 1.0 - (1.0 - confidence) / max(1, looks)


def batch_means(values: Sequence[float], batches: int) -> list[float]:
    """Means of consecutive equal batches of one long run: nearly independent when they are long (Law, chapter 9)."""
    size = len(values) // batches
    return [float(part.mean()) for part in np.asarray(values[: size * batches]).reshape(batches, size)]
