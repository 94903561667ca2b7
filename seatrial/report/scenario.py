"""The result of a simulated scenario as the page shows it, read from the simulator's JSON.

The reports know the simulator by its JSON alone, the same that `seatrial simulate --format json` prints.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import attrs

MOST_TABLE_ROWS = 24
"""Points of time in a data table; the plots have all."""


@attrs.frozen
class Replicas:
    """Replicas of one autoscaled workload over time."""

    name: str
    times: tuple[float, ...]
    """Seconds of simulated time."""
    mean: tuple[float, ...]
    """Over replications of the simulation."""
    low: tuple[float, ...]
    high: tuple[float, ...]
    minimum: int | None
    """`minReplicas` of the autoscaler."""
    maximum: int | None
    """`maxReplicas` of the autoscaler."""

    @property
    def told(self) -> str:
        """The plot in a sentence."""
        limits = "" if self.maximum is None else f" within limits of {self.minimum} to {self.maximum}"
        if not self.mean:
            return f"No sample{limits}."
        return f"From {min(self.low):g} to {max(self.high):g} replicas{limits}; {math.fsum(self.mean) / len(self.mean):.1f} on average."


@attrs.frozen
class Latency:
    """Latency of one class of requests over time, in milliseconds; None while there were too few to tell."""

    name: str
    times: tuple[float, ...]
    """Seconds of simulated time."""
    p50: tuple[float | None, ...]
    p95: tuple[float | None, ...]
    p95_low: tuple[float | None, ...]
    """Lower confidence bound of the 95th percentile."""
    p95_high: tuple[float | None, ...]
    objective: float | None
    """Bound that the 95th percentile is to stay below."""

    @property
    def told(self) -> str:
        """The plot in a sentence."""
        goal = "" if self.objective is None else f" The objective is {self.objective:,g} ms."
        known = [value for value in self.p95 if value is not None]
        if not known:
            return f"No sample.{goal}"
        return f"The 95th percentile lies between {min(known):,.0f} and {max(known):,.0f} ms.{goal}"


@attrs.frozen
class Scenario:
    """One simulated scenario."""

    name: str
    title: str
    seed: int | None
    replications: int | None
    duration: float | None
    """Seconds of simulated time in each replication."""
    replicas: tuple[Replicas, ...]
    latency: tuple[Latency, ...]

    @classmethod
    def read(cls, result: Mapping[str, Any]) -> Scenario:
        """Return the scenario in *result*; whatever is missing or of another shape there is left out here."""
        times = _numbers(result.get("times"))
        name = str(result.get("scenario") or "")
        return cls(
            name=name,
            title=str(result.get("title") or name),
            seed=_whole(result.get("seed")),
            replications=_whole(result.get("replications")),
            duration=_number(result.get("duration_s")),
            replicas=tuple(_replicas(str(key), times, of) for key, of in _mapping(result.get("hpa")).items()),
            latency=tuple(_latency(str(key), times, of) for key, of in _mapping(result.get("latency")).items()),
        )


def _replicas(name: str, times: Sequence[float | None], of: Any) -> Replicas:
    series = _mapping(of)
    columns = zip(times, *(_numbers(series.get(key)) for key in ("mean", "min", "max")), strict=False)
    points = [(t, mean, low, high) for t, mean, low, high in columns if None not in {t, mean, low, high}]
    return Replicas(
        name=name,
        times=tuple(point[0] or 0.0 for point in points),
        mean=tuple(point[1] or 0.0 for point in points),
        low=tuple(point[2] or 0.0 for point in points),
        high=tuple(point[3] or 0.0 for point in points),
        minimum=_whole(series.get("min_replicas")),
        maximum=_whole(series.get("max_replicas")),
    )


def _latency(name: str, times: Sequence[float | None], of: Any) -> Latency:
    series = _mapping(of)
    columns = zip(times, *(_numbers(series.get(key)) for key in ("p50", "p95", "p95_low", "p95_high")), strict=False)
    points = [point for point in columns if point[0] is not None]
    p50, p95, low, high = (tuple(_milliseconds(point[column]) for point in points) for column in range(1, 5))
    objective = _milliseconds(_number(series.get("objective")))
    return Latency(name, tuple(point[0] or 0.0 for point in points), p50, p95, low, high, objective)


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _numbers(value: Any) -> tuple[float | None, ...]:
    return tuple(_number(item) for item in value) if isinstance(value, list | tuple) else ()


def _number(value: Any) -> float | None:
    usable = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    return float(value) if usable else None


def _whole(value: Any) -> int | None:
    number = _number(value)
    return None if number is None else int(number)


def _milliseconds(seconds: float | None) -> float | None:
    return None if seconds is None else seconds * 1000


def thinned(length: int) -> Sequence[int]:
    """Return the indexes of at most `MOST_TABLE_ROWS` points, evenly spread, the first and last among them."""
    if length <= MOST_TABLE_ROWS:
        return range(length)
    step = (length - 1) / (MOST_TABLE_ROWS - 1)
    return [round(index * step) for index in range(MOST_TABLE_ROWS)]
