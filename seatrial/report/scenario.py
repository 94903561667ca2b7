"""The result of a simulated scenario as the page shows it, read from the simulator's JSON.

The reports know the simulator by its JSON alone, the same that `seatrial simulate --format json` prints.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import attrs

Limits = Mapping[str, tuple[int | None, int | None]]

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
    """Least replicas agreed, where they are known."""
    maximum: int | None
    """Most replicas agreed, where they are known."""

    @property
    def told(self) -> str:
        """The plot in a sentence."""
        limits = "" if self.maximum is None else f" within limits of {self.minimum} to {self.maximum}"
        if not self.mean:
            return f"No sample{limits}."
        average = math.fsum(self.mean) / len(self.mean)
        return f"From {min(self.low):g} to {max(self.high):g} replicas{limits}; {average:.1f} on average."


@attrs.frozen
class Latency:
    """Latency of one class of requests over time; None where too few replications had any to tell."""

    name: str
    unit: str
    """`ms`, or `s` for what takes longer than ten seconds."""
    times: tuple[float, ...]
    """Seconds of simulated time."""
    p50: tuple[float | None, ...]
    p95: tuple[float | None, ...]
    p95_low: tuple[float | None, ...]
    """Lower confidence bound of the 95th percentile."""
    p95_high: tuple[float | None, ...]
    objective: float | None
    """Bound that the 95th percentile of the whole scenario is to stay below."""

    @property
    def told(self) -> str:
        """The plot in a sentence."""
        goal = "" if self.objective is None else f" The objective is {self.objective:,g} {self.unit}."
        known = [value for value in self.p95 if value is not None]
        if not known:
            return f"No sample.{goal}"
        return f"The 95th percentile lies between {min(known):,.0f} and {max(known):,.0f} {self.unit}.{goal}"


@attrs.frozen
class Figure:
    """One measured quantity with its confidence bounds; None where a bound is unknown."""

    what: str
    of: str
    unit: str
    value: float | None
    low: float | None
    high: float | None


@attrs.frozen
class Scenario:
    """One simulated scenario."""

    name: str
    title: str
    seed: int | None
    replications: int | None
    duration: str
    """Simulated time of each replication, with its unit."""
    replicas: tuple[Replicas, ...]
    latency: tuple[Latency, ...]
    figures: tuple[Figure, ...]

    @classmethod
    def read(cls, result: Mapping[str, Any], limits: Limits) -> Scenario:
        """Return the scenario in *result*; whatever is missing or of another shape there is left out here.

        *limits* gives the least and most replicas agreed for an autoscaler, by its `namespace/name`.
        """
        times = _numbers(result.get("grid"))
        latency = _mapping(result.get("latency"))
        name = str(result.get("scenario") or "")
        return cls(
            name=name,
            title=str(result.get("title") or name),
            seed=_whole(result.get("seed")),
            replications=_whole(result.get("replications")),
            duration=_duration(_number(result.get("duration")), in_days=result.get("kind") == "availability"),
            replicas=tuple(
                _replicas(str(key), times, _mapping(curve), limits.get(key, (None, None)))
                for key, curve in _mapping(result.get("replicas")).items()
            ),
            latency=tuple(
                _latency(str(key), times, _mapping(_mapping(of).get("over_time")), _objective(result, str(key)))
                for key, of in latency.items()
            ),
            figures=tuple(_figures(result)),
        )


def _duration(value: float | None, *, in_days: bool) -> str:
    if value is None:
        return ""
    if in_days:
        return f"{value:g} days"
    return f"{value / 60:g} minutes" if value >= 180 else f"{value:g} seconds"


def _replicas(
    name: str, times: Sequence[float | None], curve: Mapping[str, Any], limits: tuple[int | None, int | None]
) -> Replicas:
    columns = zip(times, *(_numbers(curve.get(key)) for key in ("mean", "low", "high")), strict=False)
    points = [(t, mean, low, high) for t, mean, low, high in columns if None not in {t, mean, low, high}]
    return Replicas(
        name=name,
        times=tuple(point[0] or 0.0 for point in points),
        mean=tuple(point[1] or 0.0 for point in points),
        low=tuple(point[2] or 0.0 for point in points),
        high=tuple(point[3] or 0.0 for point in points),
        minimum=limits[0],
        maximum=limits[1],
    )


def _latency(
    name: str, times: Sequence[float | None], over_time: Mapping[str, Any], objective: float | None
) -> Latency:
    middle, tail = _mapping(over_time.get("p50")), _mapping(over_time.get("p95"))
    sources = (middle.get("mean"), tail.get("mean"), tail.get("low"), tail.get("high"))
    points = [
        point for point in zip(times, *(_numbers(source) for source in sources), strict=False) if point[0] is not None
    ]
    longest = max((point[2] for point in points if point[2] is not None), default=0.0)
    unit, factor = ("s", 1.0) if longest > 10 else ("ms", 1000.0)
    p50, p95, low, high = (
        tuple(None if point[column] is None else (point[column] or 0.0) * factor for point in points)
        for column in range(1, 5)
    )
    seconds = tuple(point[0] or 0.0 for point in points)
    return Latency(name, unit, seconds, p50, p95, low, high, None if objective is None else objective * factor)


def _objective(result: Mapping[str, Any], group: str) -> float | None:
    """Return the bound on the 95th percentile (s); it is set for all user-facing requests together."""
    if group != "user":
        return None
    for judgement in result.get("judgements") or ():
        target = _mapping(_mapping(judgement).get("target"))
        if target.get("name") == "latency-p95":
            return _number(target.get("threshold"))
    return None


def _figures(result: Mapping[str, Any]) -> Iterator[Figure]:
    for of, latency in _mapping(result.get("latency")).items():
        for name, label in (("p50", "median latency"), ("p95", "95th percentile"), ("p99", "99th percentile")):
            yield _figure(label, str(of), "s", _mapping(_mapping(latency).get("overall")).get(name), 1.0)
    for key, label, unit, factor in (
        ("errors", "failed requests", "%", 100.0),
        ("throughput", "answered requests", "1/s", 1.0),
        ("availability", "availability", "%", 100.0),
    ):
        for of, interval in _mapping(result.get(key)).items():
            yield _figure(label, str(of), unit, interval, factor)
    for of, measured in _mapping(result.get("external")).items():
        for name, label in (("calls", "successful calls"), ("refused", "attempts refused by the quota")):
            yield _figure(label, str(of), "%", _mapping(measured).get(name), 100.0)


def _figure(what: str, of: str, unit: str, interval: Any, factor: float) -> Figure:
    bounds = (_number(_mapping(interval).get(key)) for key in ("value", "low", "high"))
    return Figure(what, of, unit, *(None if bound is None else bound * factor for bound in bounds))


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


def thinned(length: int) -> Sequence[int]:
    """Return the indexes of at most `MOST_TABLE_ROWS` points, evenly spread, the first and last among them."""
    if length <= MOST_TABLE_ROWS:
        return range(length)
    step = (length - 1) / (MOST_TABLE_ROWS - 1)
    return [round(index * step) for index in range(MOST_TABLE_ROWS)]
