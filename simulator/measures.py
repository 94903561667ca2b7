"""The indicators that objectives speak of, as numbers with confidence bounds, taken from finished replications."""

from __future__ import annotations

from collections.abc import Sequence

import attrs

from simulator.availability import MonthRecord
from simulator.observe import ReplicationRecord
from simulator.statistics import Decision, Interval, decide, mean_interval, proportion_interval, quantile_interval

Record = ReplicationRecord | MonthRecord

LATENCY = "latency-p95"
ERRORS = "error-rate"
AVAILABILITY = "availability"
EXTERNAL_SUCCESS = "claude-success"

PROBABILITY = {"latency-p50": 0.50, LATENCY: 0.95, "latency-p99": 0.99}


@attrs.frozen
class Target:
    """A bound that an indicator must keep."""

    name: str
    """Name of the indicator: one of those that `measure` knows."""
    threshold: float
    at_most: bool
    """Whether good values lie below the threshold."""
    confidence: float = 0.95


@attrs.frozen
class Judgement:
    """A target, what was measured for it, and what that decides."""

    target: Target
    interval: Interval
    outcome: str
    """pass, fail or inconclusive."""
    needed: int
    """Replications that would decide an inconclusive one, 0 when no number would."""


def measure(name: str, records: Sequence[Record], confidence: float) -> Interval | None:
    """Return the indicator of that name with its bounds; None when these replications do not hold it."""
    runs = [record for record in records if isinstance(record, ReplicationRecord)]
    months = [record for record in records if isinstance(record, MonthRecord)]
    if name in PROBABILITY and runs:
        latencies = [
            [value for found in run.classes.values() if found.kind == "user" for value in found.latency] for run in runs
        ]
        return quantile_interval(latencies, PROBABILITY[name], confidence) if any(latencies) else None
    if name == ERRORS and runs:
        counts = [
            (
                sum(found.failures for found in run.classes.values() if found.kind == "user"),
                sum(found.total for found in run.classes.values() if found.kind == "user"),
            )
            for run in runs
        ]
        return proportion_interval(counts, confidence) if any(total for _, total in counts) else None
    if name == EXTERNAL_SUCCESS and runs:
        counts = [
            (sum(calls["ok"] for calls in run.calls.values()), sum(calls["total"] for calls in run.calls.values()))
            for run in runs
        ]
        return proportion_interval(counts, confidence) if any(total for _, total in counts) else None
    if name == EXTERNAL_SUCCESS and months:
        return mean_interval([month.external_success for month in months], confidence)
    if name == AVAILABILITY and months:
        return mean_interval([month.overall for month in months], confidence)
    return None


def judge(target: Target, records: Sequence[Record], confidence: float) -> Judgement | None:
    """Judge *target* by its bound at *confidence*; None when its indicator is not in these replications."""
    interval = measure(target.name, records, confidence)
    if interval is None:
        return None
    decision: Decision = decide(interval, target.threshold, at_most=target.at_most, replications=len(records))
    return Judgement(target, interval, decision.outcome, decision.needed)
