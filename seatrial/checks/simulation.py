"""The simulation group: does the system that the manifests describe hold its objectives under the declared load?

Each declared objective is judged in each scenario that it names, by its confidence bound: a bound that straddles the
threshold is inconclusive and says how many replications would decide it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from seatrial.checks.base import DECLARED, NO_ARCHITECTURE, CheckInfo, Context, skipped, verdict
from seatrial.model.architecture import Architecture, Objective
from seatrial.model.verdict import Severity, Status, Subject, Verdict

if TYPE_CHECKING:
    from simulator import Judgement, ScenarioResult, Target, Twin

GROUP = "simulation"
ERROR_RATE = "error-rate"
"""The objective whose verdicts name the commonest cause."""

REPLICA_LIMITS = CheckInfo(
    id="simulation/replica-limits",
    title="Autoscaler stays within the agreed replica limits under load",
    severity=Severity.HIGH,
    description=(
        "In every replication of the scenario the replicas that the autoscaler asks for stay between the minimum and "
        "the maximum that the architecture agrees for its workload."
    ),
    remediation="set minReplicas and maxReplicas of the autoscaler to the agreed limits",
    kinds=("HorizontalPodAutoscaler",),
    group=GROUP,
)

_OBJECTIVES = {
    info.id.partition("/")[2]: info
    for info in (
        CheckInfo(
            id="simulation/latency-p95",
            title="95th percentile of the response time holds under load",
            severity=Severity.HIGH,
            description=(
                "The upper confidence bound of the 95th percentile of user-facing response times over independent "
                "replications lies below the objective."
            ),
            remediation="raise replicas or CPU limits of the tier that saturates, or scale earlier",
            kinds=("Objective",),
            group=GROUP,
        ),
        CheckInfo(
            id="simulation/error-rate",
            title="Share of failing user requests holds under load",
            severity=Severity.HIGH,
            description=(
                "The upper confidence bound of the share of user-facing requests that the system fails to answer lies "
                "below the objective. Requests refused by a rate limit are answered with 4xx and do not count."
            ),
            remediation="look at how requests ended: overload needs capacity, refused connections a longer preStop",
            kinds=("Objective",),
            group=GROUP,
        ),
        CheckInfo(
            id="simulation/availability",
            title="Availability holds over a month of failures and repairs",
            severity=Severity.HIGH,
            description=(
                "The lower confidence bound of the share of answered user requests over simulated months with node "
                "failures, drains and crashes lies above the objective."
            ),
            remediation="add replicas, spread them, shorten tolerations, or make the database highly available",
            kinds=("Objective",),
            group=GROUP,
        ),
        CheckInfo(
            id="simulation/claude-success",
            title="Calls of the Claude API succeed under load",
            severity=Severity.HIGH,
            description=(
                "The lower confidence bound of the share of Claude API calls that succeed, retries included, lies "
                "above the objective, with the quota of the account shared by all sub-agents."
            ),
            remediation="lower the number of sub-agent replicas, raise the quota of the account, or retry longer",
            kinds=("Objective",),
            group=GROUP,
        ),
    )
}


def catalog(_context: Context) -> tuple[CheckInfo, ...]:
    """The checks of this group."""
    return (REPLICA_LIMITS, *_OBJECTIVES.values())


def simulate(context: Context) -> tuple[ScenarioResult, ...]:
    """Simulate every declared scenario once per run; the results stay on `context.simulations` for the report.

    Raises InputError for scenarios or assumptions that do not fit together.
    """
    if context.simulations or context.architecture is None:
        return tuple(context.simulations)
    import simulator

    twin = simulator.build(context.inventory, context.architecture)
    context.simulations.extend(_all(twin, context.architecture, context))
    return tuple(context.simulations)


def _all(twin: Twin, architecture: Architecture, context: Context) -> Iterator[ScenarioResult]:
    import simulator

    with simulator.Workers(twin, context.options.workers) as workers:
        for name in twin.scenarios:
            yield simulator.run(
                twin,
                name,
                seed=context.options.seed,
                replications=context.options.replications,
                workers=workers,
                targets=targets(architecture, name),
                progress=context.progress,
            )


def targets(architecture: Architecture, scenario: str) -> tuple[Target, ...]:
    """The objectives that are judged in *scenario*, as the simulator knows them."""
    from simulator import Target

    return tuple(
        Target(
            objective.name,
            objective.threshold,
            at_most=objective.comparison.startswith("<"),
            confidence=objective.confidence or 0.95,
        )
        for objective in architecture.objectives
        if scenario in objective.scenarios and objective.threshold is not None and objective.name in _OBJECTIVES
    )


def run(context: Context) -> Iterable[Verdict]:
    """Judge every objective in every scenario that it names, and every autoscaler in every scenario with load."""
    architecture = context.architecture
    if architecture is None:
        for info in catalog(context):
            yield skipped(info, NO_ARCHITECTURE)
        return
    results = {result.scenario: result for result in simulate(context)}
    for name, info in _OBJECTIVES.items():
        objective = next((found for found in architecture.objectives if found.name == name), None)
        if objective is None or objective.threshold is None or not objective.scenarios:
            yield skipped(info, f"no objective {name!r} with a threshold and scenarios is declared")
            continue
        for scenario in objective.scenarios:
            yield _judged(info, objective, results[scenario])
    yield from _replica_limits(architecture, context, tuple(results.values()))


def _judged(info: CheckInfo, objective: Objective, result: ScenarioResult) -> Verdict:
    from simulator import indicator

    subject = Subject(DECLARED, "Objective", "", objective.name)
    judgement = indicator(result, objective.name)
    if judgement is None:
        message = f"{result.scenario}: nothing happened that could show {objective.title.lower()}"
        evidence = {"scenario": result.scenario, "threshold": objective.threshold, "seed": result.seed}
        return verdict(info, Status.INCONCLUSIVE, subject, message, position=objective.position, evidence=evidence)
    return verdict(
        info,
        Status(judgement.outcome),
        subject,
        f"{result.scenario}: {_sentence(objective, judgement, result)}",
        position=objective.position,
        evidence=_evidence(judgement, result),
    )


def _sentence(objective: Objective, judgement: Judgement, result: ScenarioResult) -> str:
    interval, unit = judgement.interval, objective.unit
    bounds = "no bounds from one replication"
    if math.isfinite(interval.high - interval.low):
        bounds = f"{_amount(interval.low, unit)} to {_amount(interval.high, unit)}"
    shown = (
        f"{objective.indicator} is {_amount(interval.value, unit)} ({bounds}), "
        f"objective {objective.comparison} {_amount(judgement.target.threshold, unit)}"
    )
    if objective.name == ERROR_RATE and (cause := result.commonest_failure()):
        shown = f"{shown}; most often: {cause}"
    if judgement.outcome != "inconclusive":
        return shown
    if judgement.needed:
        return f"{shown}; {result.replications} replications do not decide it, about {judgement.needed} would"
    return f"{shown}; {result.replications} replications do not decide it"


def _amount(value: float, unit: str) -> str:
    """A value as people say it: ms below a second, percent for ratios."""
    if unit == "s":
        return f"{value * 1000:.4g} ms" if abs(value) < 1 else f"{value:.4g} s"
    return f"{value * 100:.5g} %" if unit == "ratio" else f"{value:.4g} {unit}"


def _evidence(judgement: Judgement, result: ScenarioResult) -> dict[str, Any]:
    interval = judgement.interval.to_json()
    return {
        "scenario": result.scenario,
        "value": interval["value"],
        "low": interval["low"],
        "high": interval["high"],
        "threshold": judgement.target.threshold,
        "confidence": interval["confidence"],
        "replications": result.replications,
        "seed": result.seed,
    } | ({"needed": judgement.needed} if judgement.needed else {})


def _replica_limits(
    architecture: Architecture, context: Context, results: Sequence[ScenarioResult]
) -> Iterator[Verdict]:
    declared = architecture.parameters()
    objective = next((found for found in architecture.objectives if found.limits == "components"), None)
    judged = [result for result in results if objective is not None and result.scenario in objective.scenarios]
    if not judged:
        yield skipped(REPLICA_LIMITS, "no objective with the limits of the components names a scenario")
        return
    nothing = True
    for hpa in context.inventory.of_kind("HorizontalPodAutoscaler"):
        key = f"{hpa.namespace}/{hpa.name}"
        agreed = declared["workloads"].get(declared["autoscalers"].get(key))
        if agreed is None:
            continue
        low, high = agreed["min_replicas"], agreed["max_replicas"]
        for result in judged:
            if key not in result.replica_range:
                continue
            nothing = False
            least, most = result.replica_range[key]
            inside = low <= least and most <= high
            yield verdict(
                REPLICA_LIMITS,
                Status.PASS if inside else Status.FAIL,
                hpa.subject,
                f"{result.scenario}: asked for {least} to {most} replicas, agreed are {low} to {high}",
                position=hpa.position("/spec/maxReplicas"),
                pointer="/spec/maxReplicas" if most > high else "/spec/minReplicas" if least < low else "",
                evidence={
                    "scenario": result.scenario,
                    "value": most,
                    "low": least,
                    "high": most,
                    "threshold": high,
                    "minimum": low,
                    "replications": result.replications,
                    "seed": result.seed,
                },
            )
    if nothing:
        yield skipped(REPLICA_LIMITS, "no autoscaler of these manifests has agreed limits and a target")
