"""The result of a simulated scenario as the page shows it, read from the simulator's JSON.

The reports know the simulator by its JSON alone, the same that `seatrial simulate --format json` prints.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import attrs

from seatrial.report.text import count

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
        if min(self.low) == max(self.high):
            return f"Always {count(round(self.low[0]), 'replica')}{limits}."
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
        if not self.known:
            return f"No sample.{goal}"
        least, most = min(self.known), max(self.known)
        return f"The 95th percentile lies between {least:,.0f} and {most:,.0f} {self.unit}.{goal}"

    @property
    def known(self) -> tuple[float, ...]:
        """Values of the 95th percentile."""
        return tuple(value for value in self.p95 if value is not None)


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
class Step:
    """A decision of an autoscaler, in the first replication."""

    second: float
    autoscaler: str
    current: int | None
    desired: int | None
    reason: str


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
    steps: tuple[Step, ...]
    """Decisions that changed the number of replicas."""

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
            duration=_duration(_number(result.get("duration_s"))),
            replicas=tuple(_replicas(str(key), times, _mapping(of)) for key, of in _mapping(result.get("hpa")).items()),
            latency=tuple(
                _latency(str(key), times, _mapping(of)) for key, of in _mapping(result.get("latency")).items()
            ),
            figures=tuple(_figures(result)),
            steps=tuple(_steps(result.get("decisions"))),
        )


def _duration(seconds: float | None) -> str:
    if seconds is None:
        return ""
    for unit, length in (("days", 86400), ("hours", 3600), ("minutes", 60)):
        if seconds >= 3 * length:
            return f"{seconds / length:g} {unit}"
    return f"{seconds:g} seconds"


def _replicas(name: str, times: Sequence[float | None], of: Mapping[str, Any]) -> Replicas:
    columns = zip(times, *(_numbers(of.get(key)) for key in ("mean", "min", "max")), strict=False)
    points = [(t, mean, low, high) for t, mean, low, high in columns if None not in {t, mean, low, high}]
    return Replicas(
        name=name,
        times=tuple(point[0] or 0.0 for point in points),
        mean=tuple(point[1] or 0.0 for point in points),
        low=tuple(point[2] or 0.0 for point in points),
        high=tuple(point[3] or 0.0 for point in points),
        minimum=_whole(of.get("min_replicas")),
        maximum=_whole(of.get("max_replicas")),
    )


def _latency(name: str, times: Sequence[float | None], of: Mapping[str, Any]) -> Latency:
    sources = (_numbers(of.get(key)) for key in ("p50", "p95", "p95_low", "p95_high"))
    points = [point for point in zip(times, *sources, strict=False) if point[0] is not None]
    longest = max((point[2] for point in points if point[2] is not None), default=0.0)
    unit, factor = ("s", 1.0) if longest > 10 else ("ms", 1000.0)
    p50, p95, low, high = (
        tuple(None if point[column] is None else (point[column] or 0.0) * factor for point in points)
        for column in range(1, 5)
    )
    seconds = tuple(point[0] or 0.0 for point in points)
    objective = _number(of.get("objective"))
    return Latency(name, unit, seconds, p50, p95, low, high, None if objective is None else objective * factor)


def _steps(decisions: Any) -> Iterator[Step]:
    for decision in decisions if isinstance(decisions, list | tuple) else ():
        told = _mapping(decision)
        current, desired = _whole(told.get("current")), _whole(told.get("desired"))
        if current != desired:
            at = _number(told.get("at")) or 0.0
            yield Step(at, str(told.get("autoscaler")), current, desired, str(told.get("reason") or ""))


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
