"""The simulation checks: each passes on a system that holds its objective, and fails on one with a real defect."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import attrs
import pytest

from seatrial.checks import simulation
from seatrial.checks.base import Context, Options
from seatrial.model.architecture import Objective
from seatrial.model.source import load
from seatrial.model.verdict import Status, Verdict
from tests.simulator.small_systems import (
    HERE,
    autoscaler,
    cpu_target,
    deployment,
    fault,
    scenario,
    service,
    step,
    twin_of,
)
from tests.simulator.test_dependencies import API, NUMBERS
from tests.simulator.test_month import QUIET, ROLES

CONTROL_OBJECTIVES = (
    ("latency-p95", "<", 0.5, "s", ("load",)),
    ("error-rate", "<", 0.001, "ratio", ("load",)),
    ("availability", ">=", 0.999, "ratio", ("month",)),
    ("claude-success", ">", 0.99, "ratio", ("load",)),
)


def objectives(*left_out: str) -> tuple[Objective, ...]:
    shared: dict[str, Any] = {
        "title": "T",
        "indicator": "it",
        "scope": "",
        "window_s": None,
        "planned": None,
        "position": HERE,
    }
    measured = [
        Objective(
            name=name,
            comparison=sign,
            threshold=bound,
            limits=None,
            unit=unit,
            confidence=0.95,
            scenarios=where,
            **shared,
        )
        for name, sign, bound, unit, where in CONTROL_OBJECTIVES
        if name not in left_out
    ]
    limits = Objective(
        name="replica-limits",
        comparison="within",
        threshold=None,
        limits="components",
        unit="replicas",
        confidence=None,
        scenarios=("load",),
        **shared,
    )
    return (*measured, limits)


def context(
    folder: Path, *, rate: float = 30.0, most: int = 4, agreed: int = 4, declared=None, **changes: Any
) -> Context:
    """A shop with an API, and what was promised of it; *changes* go to assumptions and scenarios."""
    faults = changes.pop("faults", ())
    numbers = {**QUIET, **NUMBERS, "work": 0.01, "endpoint-propagation": 1.0, **changes}
    probed = {
        "readinessProbe": {"periodSeconds": 1},
        "resources": {"limits": {"cpu": "1"}, "requests": {"cpu": "500m"}},
    }
    load_scenario = attrs.evolve(
        scenario(120.0, ("get", rate), ("task", 2.0)), name="load", faults=faults, minimum=3, maximum=3
    )
    month = attrs.evolve(
        scenario(1.0, name="month"), kind="availability", duration=10.0, load=(), minimum=20, maximum=20
    )
    steps = {
        "get": [step("call", "web", step("cpu", "work"))],
        "task": [step("call", "agent", step("external", "api"))],
    }
    manifests = [
        deployment("web", container=probed, replicas=2),
        service("web"),
        deployment("agent", container=probed),
        service("agent"),
        autoscaler("web-hpa", "web", 2, most, cpu_target(70)),
    ]
    twin = twin_of(
        folder,
        manifests,
        steps,
        load_scenario,
        month,
        numbers=numbers,
        externals=[API],
        availability={role: role for role in ROLES},
        tasks=["task"],
    )
    limits = {"shop/Deployment/web": {"min_replicas": 2, "max_replicas": agreed}}
    architecture: Any = SimpleNamespace(
        objectives=objectives() if declared is None else declared,
        parameters=lambda: {"workloads": limits, "autoscalers": {"shop/web-hpa": "shop/Deployment/web"}},
        assumptions=twin.assumptions,
        scenarios=None,
        twin=twin,
    )
    return Context(load(str(folder / "manifests.json")), architecture, Path("policies"), Options(seed=5, workers=1))


@pytest.fixture
def judge(monkeypatch):
    """Run the group on a context, whose twin is made already."""

    def run(found: Context) -> dict[str, Verdict]:
        monkeypatch.setattr("simulator.twin.build", lambda _, architecture: architecture.twin)
        verdicts = list(simulation.run(found))
        assert len({verdict.check for verdict in verdicts}) == len(simulation.catalog(found))
        return {verdict.check.partition("/")[2]: verdict for verdict in verdicts}

    return run


def test_a_system_that_holds_its_objectives_passes_every_check(tmp_path, judge):
    found = context(tmp_path)
    verdicts = judge(found)

    assert {name: verdict.status for name, verdict in verdicts.items()} == dict.fromkeys(
        ("latency-p95", "error-rate", "availability", "claude-success", "replica-limits"), Status.PASS
    )
    assert [result.scenario for result in found.simulations] == ["load", "month"]


def test_the_evidence_names_bound_threshold_replications_and_seed(tmp_path, judge):
    verdict = judge(context(tmp_path))["latency-p95"]

    assert verdict.subject.kind == "Objective"
    assert verdict.position == HERE
    assert {key: verdict.evidence[key] for key in ("scenario", "threshold", "replications", "seed")} == {
        "scenario": "load",
        "threshold": 0.5,
        "replications": 3,
        "seed": 5,
    }
    assert verdict.evidence["low"] <= verdict.evidence["value"] <= verdict.evidence["high"] < 0.5
    json.dumps(verdict.evidence, allow_nan=False)


def test_overload_fails_the_latency(tmp_path, judge):
    # Four pods of one core are the most: 50 requests a second of 100 ms each need five.
    assert judge(context(tmp_path, rate=50.0, work=0.1))["latency-p95"].status is Status.FAIL


def test_dying_pods_fail_the_error_rate(tmp_path, judge):
    faults = tuple(fault("web", at, 2) for at in (30.0, 60.0, 90.0))

    verdict = judge(context(tmp_path, faults=faults))["error-rate"]

    assert verdict.status is Status.FAIL
    # Nobody answers until the replacement is ready; the endpoints are empty a second after the kill.
    assert "most often: no endpoint" in verdict.message


def test_one_replication_bounds_nothing_and_the_message_says_so(tmp_path, judge):
    found = context(tmp_path)
    found.options = attrs.evolve(found.options, replications=1)
    verdict = judge(found)["latency-p95"]

    assert verdict.status is Status.INCONCLUSIVE
    assert "no bounds from one replication" in verdict.message
    assert verdict.evidence["high"] is None


def test_failing_nodes_fail_the_availability(tmp_path, judge):
    assert judge(context(tmp_path, node_failure_rate=5.0))["availability"].status is Status.FAIL


def test_a_small_quota_fails_the_success_of_calls(tmp_path, judge):
    assert judge(context(tmp_path, rpm=60.0))["claude-success"].status is Status.FAIL


def test_an_autoscaler_beyond_the_agreed_limit_fails(tmp_path, judge):
    verdict = judge(context(tmp_path, rate=30.0, work=0.1, most=6, agreed=4))["replica-limits"]

    assert verdict.status is Status.FAIL
    assert (verdict.subject.kind, verdict.subject.name) == ("HorizontalPodAutoscaler", "web-hpa")
    assert verdict.pointer == "/spec/maxReplicas"
    assert verdict.evidence["value"] > 4


def test_what_cannot_be_decided_is_inconclusive_and_says_what_would(tmp_path, judge):
    verdict = judge(context(tmp_path, rate=10.0))["error-rate"]

    # No failure in about 3600 requests: the exact bound is above 0.001 at 0.6 % error probability.
    assert verdict.status is Status.INCONCLUSIVE
    assert verdict.evidence["value"] == 0.0
    assert verdict.evidence["needed"] >= 4
    assert "would" in verdict.message


def test_without_an_architecture_every_check_is_skipped_with_the_reason(tmp_path):
    found = attrs.evolve(context(tmp_path), architecture=None)
    verdicts = list(simulation.run(found))

    assert {verdict.status for verdict in verdicts} == {Status.SKIPPED}
    assert {verdict.check for verdict in verdicts} == {info.id for info in simulation.catalog(found)}
    assert all("architecture" in verdict.message for verdict in verdicts)


def test_an_objective_that_is_not_declared_is_skipped_with_the_reason(tmp_path, judge):
    verdict = judge(context(tmp_path, declared=objectives("availability")))["availability"]

    assert verdict.status is Status.SKIPPED
    assert "availability" in verdict.message


def test_scenarios_are_simulated_once_in_a_run(tmp_path, judge):
    found = context(tmp_path)
    judge(found)
    first = tuple(found.simulations)
    judge(found)

    assert all(one is other for one, other in zip(first, found.simulations, strict=True))
