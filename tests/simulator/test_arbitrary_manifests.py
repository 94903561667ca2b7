"""Whatever the manifests hold, the twin is built and runs, or the user is told what is wrong."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings

from seatrial.model.architecture.scenarios import PodMetric, RequestClass, ScenarioSet, Station
from seatrial.model.errors import InputError
from simulator import topology
from simulator.availability import simulate_month
from simulator.replication import replicate
from simulator.twin import MOST_REPLICAS, build
from tests.inventories import arbitrary, damaged, inventory
from tests.simulator.small_systems import (
    CONTROL,
    HERE,
    assumption,
    autoscaler,
    cpu_target,
    deployment,
    node_pool,
    scenario,
    service,
    step,
)
from tests.simulator.test_month import QUIET, ROLES

CONTAINER = {
    "startupProbe": {"periodSeconds": 1, "failureThreshold": 3},
    "readinessProbe": {"periodSeconds": 1},
    "lifecycle": {"preStop": {"sleep": {"seconds": 1}}},
    "env": [{"name": "POOL_SIZE", "value": "3"}],
}
SHOP = yaml.safe_dump_all(
    [
        deployment("web", container=CONTAINER, replicas=2),
        service("web"),
        deployment("db", kind="StatefulSet", container={"args": ["max_connections=5"]}),
        service("db"),
        autoscaler("web", "web", 1, 4, cpu_target(50)),
    ]
)


def twin(found) -> Any:
    names = ("concurrency", "queue", "start", "memory_base", "memory_per_request")
    station = dict.fromkeys(names, "some")
    declared = ScenarioSet(
        requests=(
            RequestClass(
                "a", "a", "user", ("x",), "some", (step("call", "web", step("query", "db", step("cpu", "part"))),), HERE
            ),
        ),
        stations=(Station(component="server", position=HERE, **station),),
        externals=(),
        metrics=(PodMetric("waiting", "queue-length", HERE),),
        availability={role: role for role in ROLES},
        scenarios=(),
    )
    numbers = {**CONTROL, **QUIET, "some": 5.0, "part": 0.05, "pod_crash_rate": 3.0, "node_failure_rate": 0.5}
    architecture: Any = SimpleNamespace(
        assumptions={name: assumption(name, value) for name, value in numbers.items()},
        scenarios=declared,
        node_pools=(node_pool(5),),
    )
    return build(found, architecture)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(arbitrary())
def test_no_document_breaks_the_reading(found):
    topology.read(found)


def test_more_replicas_than_can_be_simulated_are_refused():
    with pytest.raises(InputError, match="1000000000 replicas"):
        twin(inventory(SHOP.replace("replicas: 2", "replicas: 1000000000")))


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None, max_examples=30)
@given(damaged(SHOP))
def test_a_damaged_system_still_runs(found):
    if any(workload.replicas > MOST_REPLICAS for workload in topology.read(found).workloads):
        return
    system = twin(found)
    record = replicate(system, scenario(60.0, ("a", 2.0)), 1, 0)
    month = simulate_month(system, scenario(2.0, kind="availability"), 1, 0)

    answered = sum(record.classes["a/x"].outcomes.values())
    assert answered + record.unfinished == record.started
    assert 0.0 <= month.overall <= 1.0
