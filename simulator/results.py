"""What a scenario came to: numbers with bounds, curves for plots, judgements, and what they rest on."""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np

from simulator.availability import DAY, MonthRecord
from simulator.measures import Judgement, Record
from simulator.observe import CLIENT_FAULTS, OK, ReplicationRecord, ScaleDecision
from simulator.statistics import Interval, finite, mean_interval, proportion_interval, quantile, quantile_interval

if TYPE_CHECKING:
    from seatrial.model.architecture.scenarios import Scenario
    from simulator.twin import Twin

QUANTILES = {"p50": 0.50, "p95": 0.95, "p99": 0.99}
ALL_USERS = "user"
"""Name of the group of all user-facing requests."""


@attrs.frozen
class Curve:
    """A quantity on the time grid, over the replications."""

    mean: tuple[float, ...]
    low: tuple[float, ...]
    """Least over the replications for states, lower confidence bound for statistics."""
    high: tuple[float, ...]


@attrs.frozen
class Latency:
    """Sojourn times (s) of a group of requests."""

    overall: dict[str, Interval]
    """By quantile: p50, p95, p99."""
    over_time: dict[str, Curve]
    """By quantile, per interval of the grid; NaN where nothing arrived."""


@attrs.frozen
class Outages:
    """Times in which a workload served nobody."""

    per_replication: float
    p95: float
    """Seconds"""
    longest: float
    """Seconds"""


@attrs.frozen
class ScenarioResult:
    """The outcome of one scenario."""

    scenario: str
    title: str
    kind: str
    seed: int
    replications: int
    duration: float
    """Seconds; days for the kind availability."""
    warm_up: float
    grid: tuple[float, ...]
    """Times (s) of the curves."""
    judgements: tuple[Judgement, ...]
    replicas: dict[str, Curve]
    """Per autoscaler (`namespace/name`): wanted replicas."""
    limits: dict[str, tuple[int, int]]
    """Per autoscaler: its minimum and maximum in the manifests."""
    replica_range: dict[str, tuple[int, int]]
    """Per autoscaler: least and most replicas that it ever wanted in any replication."""
    utilization: dict[str, Curve]
    """Per workload: CPU as a share of the limits of the ready pods."""
    queue: dict[str, Curve]
    """Per workload: requests that wait in its pods."""
    latency: dict[str, Latency]
    """Per request class, and of all user-facing requests together (`user`)."""
    errors: dict[str, Interval]
    """Per request class and `user`: share of requests that failed."""
    throughput: dict[str, Interval]
    """Per request class and `user`: answered requests per second after the warm-up."""
    user_facing: tuple[str, ...]
    """Groups of requests whose latency the objective is about."""
    outcomes: dict[str, dict[str, int]]
    """Per request class: how many requests ended how, over all replications."""
    external: dict[str, dict[str, Interval]]
    """Per dependency: share of successful calls (`calls`), of successful attempts (`attempts`), of attempts refused
    by the quota (`refused`), and the quantiles of the duration of an attempt."""
    availability: dict[str, Interval]
    """Per user request program, for the kind availability."""
    outages: dict[str, Outages]
    decisions: tuple[ScaleDecision, ...]
    """Every pass of every autoscaler in the first replication, with its reason."""
    assumptions: tuple[str, ...]
    """Names of the assumptions that went in."""
    requests: int
    """Requests simulated over all replications, warm-up included."""
    unfinished: int
    """Those of them that had no end yet when their replication was closed."""

    def commonest_failure(self) -> str:
        """Return how most of the failed user-facing requests ended, with their number; empty when none failed."""
        failed: Counter[str] = Counter()
        for name in self.user_facing:
            failed.update(self.outcomes.get(name, {}))
        for answered in (OK, *CLIENT_FAULTS):
            failed.pop(answered, None)
        return "{} ({})".format(*failed.most_common(1)[0]) if failed else ""

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON values: intervals as objects, curves as lists over `times`; what is unknown is null."""
        goal = next((found.target.threshold for found in self.judgements if found.target.name == "latency-p95"), None)
        return {
            "scenario": self.scenario,
            "title": self.title,
            "kind": self.kind,
            "seed": self.seed,
            "replications": self.replications,
            "duration_s": self.duration * DAY if self.kind == "availability" else self.duration,
            "warm_up_s": self.warm_up,
            "requests": self.requests,
            "unfinished": self.unfinished,
            "times": _rounded(self.grid),
            "objectives": {found.target.name: _judgement(found) for found in self.judgements},
            "hpa": {
                name: {
                    "mean": _rounded(curve.mean),
                    "min": _rounded(curve.low),
                    "max": _rounded(curve.high),
                    "min_replicas": self.limits[name][0],
                    "max_replicas": self.limits[name][1],
                    "least": self.replica_range[name][0],
                    "most": self.replica_range[name][1],
                }
                for name, curve in self.replicas.items()
            },
            "latency": {
                name: {
                    "p50": _rounded(latency.over_time["p50"].mean),
                    "p95": _rounded(latency.over_time["p95"].mean),
                    "p95_low": _rounded(latency.over_time["p95"].low),
                    "p95_high": _rounded(latency.over_time["p95"].high),
                    "p99": _rounded(latency.over_time["p99"].mean),
                    "objective": goal if name in self.user_facing else None,
                    "overall": {label: interval.to_json() for label, interval in latency.overall.items()},
                }
                for name, latency in self.latency.items()
            },
            "errors": _intervals(self.errors),
            "throughput": _intervals(self.throughput),
            "outcomes": self.outcomes,
            "external": {name: _intervals(found) for name, found in self.external.items()},
            "utilization": {name: _rounded(curve.mean) for name, curve in self.utilization.items()},
            "queue": {name: _rounded(curve.mean) for name, curve in self.queue.items()},
            "availability": _intervals(self.availability),
            "outages": {
                name: {
                    "per_replication": found.per_replication,
                    "p95_s": finite(found.p95),
                    "longest_s": finite(found.longest),
                }
                for name, found in self.outages.items()
            },
            "decisions": [attrs.asdict(decision) for decision in telling(self.decisions)],
            "assumptions": list(self.assumptions),
        }


def _rounded(values: Sequence[float]) -> list[float | None]:
    """Six significant digits are more than any simulated number has."""
    return [float(f"{value:.6g}") if math.isfinite(value) else None for value in values]


def _intervals(found: dict[str, Interval]) -> dict[str, Any]:
    return {name: interval.to_json() for name, interval in found.items()}


def _judgement(found: Judgement) -> dict[str, Any]:
    return {
        "outcome": found.outcome,
        "threshold": found.target.threshold,
        "at_most": found.target.at_most,
        "needed_replications": found.needed or None,
        **found.interval.to_json(),
    }


def telling(decisions: Sequence[ScaleDecision]) -> list[ScaleDecision]:
    """Return the decisions that changed something, or whose reason differs from the one before."""
    before: dict[str, str] = {}
    told = []
    for decision in decisions:
        reason = decision.reason.partition(":")[0]
        if decision.desired != decision.current or before.get(decision.autoscaler) != reason:
            told.append(decision)
        before[decision.autoscaler] = reason
    return told


def summarize(
    twin: Twin, scenario: Scenario, seed: int, records: Sequence[Record], judgements: Sequence[Judgement]
) -> ScenarioResult:
    """Make the result of a scenario from its replications, in their order."""
    runs = [record for record in records if isinstance(record, ReplicationRecord)]
    months = [record for record in records if isinstance(record, MonthRecord)]
    targets = {f"{a.namespace}/{a.name}": twin.topology.workloads[a.workload].key for a in twin.topology.autoscalers}
    groups = _groups(runs)
    keys = tuple(runs[0].workloads) if runs else ()
    observed = scenario.duration - scenario.warm_up
    return ScenarioResult(
        scenario=scenario.name,
        title=scenario.title,
        kind=scenario.kind,
        seed=seed,
        replications=len(records),
        duration=scenario.duration,
        warm_up=scenario.warm_up,
        grid=tuple(runs[0].grid) if runs else (),
        judgements=tuple(judgements),
        replicas={
            name: _states([run.workloads[key].replicas for run in runs]) for name, key in targets.items() if runs
        },
        limits={f"{a.namespace}/{a.name}": (a.minimum, a.maximum) for a in twin.topology.autoscalers},
        replica_range={
            name: (min(run.least_replicas[name] for run in runs), max(run.most_replicas[name] for run in runs))
            for name in targets
            if runs
        },
        utilization={key: _states([run.workloads[key].utilization for run in runs]) for key in keys},
        queue={key: _states([run.workloads[key].queue for run in runs]) for key in keys},
        latency={name: _latency(runs, members) for name, members in groups.items()},
        errors={
            name: proportion_interval(
                [
                    (sum(run.classes[m].failures for m in members), sum(run.classes[m].total for m in members))
                    for run in runs
                ]
            )
            for name, members in groups.items()
        },
        throughput={
            name: mean_interval([sum(len(run.classes[m].latency) for m in members) / observed for run in runs])
            for name, members in groups.items()
        },
        user_facing=tuple(
            name
            for name, members in groups.items()
            if all(runs[0].classes[member].kind == "user" for member in members)
        ),
        outcomes={
            name: dict(sum((run.classes[m].outcomes for run in runs for m in members), Counter[str]()))
            for name, members in groups.items()
            if name != ALL_USERS
        },
        external={name: _external(name, runs) for name in _called(runs)},
        availability={name: mean_interval([m.programs[name] for m in months]) for name in _names(months)},
        outages={
            key: _outages([month.outages[key] for month in months]) for key in (months[0].outages if months else ())
        },
        decisions=tuple(runs[0].decisions) if runs else (),
        assumptions=twin.used,
        requests=sum(run.started for run in runs),
        unfinished=sum(run.unfinished for run in runs),
    )


def _called(runs: Sequence[ReplicationRecord]) -> list[str]:
    return [name for name in (runs[0].calls if runs else ()) if any(run.calls[name]["total"] for run in runs)]


def _names(months: Sequence[MonthRecord]) -> tuple[str, ...]:
    return tuple(months[0].programs) if months else ()


def _groups(runs: Sequence[ReplicationRecord]) -> dict[str, list[str]]:
    """Request classes with the programs that belong to each, and all user-facing ones together."""
    groups: dict[str, list[str]] = {}
    for name, record in runs[0].classes.items() if runs else ():
        if record.kind == "user":
            groups.setdefault(ALL_USERS, []).append(name)
        groups.setdefault(name.partition("/")[0], []).append(name)
    return groups


def _states(series: Sequence[Sequence[float]]) -> Curve:
    table = np.asarray(series, dtype=float)
    return Curve(
        tuple(table.mean(axis=0).tolist()), tuple(table.min(axis=0).tolist()), tuple(table.max(axis=0).tolist())
    )


def _latency(runs: Sequence[ReplicationRecord], members: Sequence[str]) -> Latency:
    per_run = []
    binned: dict[str, list[list[float]]] = {name: [] for name in QUANTILES}
    for run in runs:
        arrived = np.concatenate([np.frombuffer(run.classes[m].arrived, dtype=float) for m in members])
        latency = np.concatenate([np.frombuffer(run.classes[m].latency, dtype=float) for m in members])
        per_run.append(latency.tolist())
        place = np.searchsorted(np.asarray(run.grid), arrived, side="right") - 1
        order = np.lexsort((latency, place))
        place, latency = place[order], latency[order]
        edges = np.searchsorted(place, np.arange(len(run.grid) + 1))
        for name, probability in QUANTILES.items():
            binned[name].append([quantile(latency[a:b].tolist(), probability) for a, b in itertools.pairwise(edges)])
    return Latency(
        overall={name: quantile_interval(per_run, probability) for name, probability in QUANTILES.items()},
        over_time={name: _statistics(table) for name, table in binned.items()},
    )


def _statistics(table: Sequence[Sequence[float]]) -> Curve:
    intervals = [
        mean_interval([value for value in column if not math.isnan(value)]) for column in zip(*table, strict=True)
    ]
    return Curve(tuple(i.value for i in intervals), tuple(i.low for i in intervals), tuple(i.high for i in intervals))


def _external(name: str, runs: Sequence[ReplicationRecord]) -> dict[str, Interval]:
    calls = [run.calls[name] for run in runs]
    found = {
        "calls": proportion_interval([(call["ok"], call["total"]) for call in calls]),
        "attempts": proportion_interval([(call["ok"], call["attempts"]) for call in calls]),
        "refused": proportion_interval([(call["refused"], call["attempts"]) for call in calls]),
    }
    for label, probability in QUANTILES.items():
        found[label] = quantile_interval([run.call_latency[name] for run in runs], probability)
    return found


def _outages(per_month: Sequence[Sequence[float]]) -> Outages:
    every = sorted(value for month in per_month for value in month)
    return Outages(len(every) / len(per_month), quantile(every, 0.95), every[-1] if every else math.nan)


def indicator(result: ScenarioResult, name: str) -> Judgement | None:
    """Return the judgement of the objective *name* in this scenario, if it was judged there."""
    return next((found for found in result.judgements if found.target.name == name), None)
