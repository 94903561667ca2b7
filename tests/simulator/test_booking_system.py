"""The twin of the system in this repository: everything that its scenarios name is there."""

from __future__ import annotations

from pathlib import Path

import pytest

from seatrial.model.architecture import Architecture
from seatrial.model.source import load
from simulator.program import Code
from simulator.twin import Twin, build

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def twin() -> Twin:
    return build(load(str(ROOT / "manifests"), overlay="production"), Architecture.load(ROOT))


def test_every_call_of_every_request_finds_pods_that_a_station_describes(twin):
    lost = []
    for program in twin.programs:
        for op in program.ops:
            if op.code not in (Code.ENTER, Code.ACQUIRE):
                continue
            workloads = twin.topology.services[op.a].workloads if op.a >= 0 else ()
            if not workloads or any(
                twin.behaviour(twin.topology.workloads[index].component) is None for index in workloads
            ):
                lost.append((program.name, Code(op.code).name, op.a))

    assert lost == []


def test_every_ingress_step_passes_a_rate_limit_of_the_manifests(twin):
    admitted = [op.a for program in twin.programs for op in program.ops if op.code == Code.ADMIT]

    assert admitted
    assert all(twin.topology.ingresses[index].limit is not None for index in admitted)


def test_pods_that_query_a_database_have_a_bounded_pool(twin):
    callers = {"backend", "claude-agent"}

    assert {w.name for w in twin.topology.workloads if w.component in callers and w.pool_size is None} == set()


def test_every_database_states_its_connections(twin):
    assert {w.name for w in twin.topology.workloads if w.component == "database" and w.connections is None} == set()


def test_every_custom_metric_of_an_autoscaler_is_exported_by_the_model(twin):
    exported = {metric.name for metric in twin.metrics}
    wanted = {
        metric.name for scaler in twin.topology.autoscalers for metric in scaler.spec.metrics if metric.type == "Pods"
    }

    assert wanted
    assert wanted <= exported


def test_every_declared_assumption_of_the_simulation_is_used(twin):
    assert set(twin.assumptions) == set(twin.used)
