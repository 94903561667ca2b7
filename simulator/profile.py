"""How load changes over time, and arrivals that follow it: a non-homogeneous Poisson process by thinning."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from seatrial.model.architecture.scenarios import Profile

_BLOCK = 1024


def level(profile: Profile, at: float) -> float:
    """Return the factor on the base rate at the time *at* (s)."""
    if profile.shape == "daily":
        # A cosine between trough and 1 with its crest at peak_at: the usual first harmonic of human activity.
        phase = 2.0 * math.pi * (at - profile.peak_at) / profile.period
        return profile.trough + (1.0 - profile.trough) * (1.0 + math.cos(phase)) / 2.0
    if profile.shape == "burst":
        return 1.0 + (profile.factor - 1.0) * _trapezoid(profile, at - profile.at)
    return 1.0


def _trapezoid(profile: Profile, since: float) -> float:
    if since < 0:
        return 0.0
    if since < profile.rise:
        return since / profile.rise
    since -= profile.rise
    if since <= profile.hold:
        return 1.0
    since -= profile.hold
    return 1.0 - since / profile.fall if since < profile.fall else 0.0


def peak(profile: Profile) -> float:
    """Return the highest factor that the profile reaches."""
    return max(1.0, profile.factor) if profile.shape == "burst" else 1.0


def mean_level(profile: Profile, until: float) -> float:
    """Return the mean factor over 0..until, by the trapezoid rule on 10,000 steps."""
    grid = np.linspace(0.0, until, 10_001)
    return float(np.trapezoid([level(profile, at) for at in grid], grid) / until)


def arrivals(profile: Profile, rate: float, until: float, source: np.random.Generator) -> Iterator[float]:
    """Yield the arrival times (s) in 0..until of a Poisson process with intensity rate * level(t).

    Thinning (Lewis and Shedler 1979): candidates at the peak rate, each kept with probability level / peak.
    """
    highest = peak(profile)
    if rate <= 0.0:
        return
    now = 0.0
    while True:
        gaps = source.exponential(1.0 / (rate * highest), _BLOCK).tolist()
        keep = (source.random(_BLOCK) * highest).tolist()
        for gap, chance in zip(gaps, keep, strict=True):
            now += gap
            if now >= until:
                return
            if chance < level(profile, now):
                yield now
