"""Systems of one or two tiers, small enough to know by formula what the simulation has to answer."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from seatrial.model.architecture.assumptions import Assumption
from seatrial.model.architecture.node_pools import NodePool
from seatrial.model.architecture.scenarios import (
    External,
    Fault,
    Load,
    PodMetric,
    Profile,
    RequestClass,
    Scenario,
    ScenarioSet,
    Station,
    Step,
)
from seatrial.model.position import Position
from seatrial.model.quantity import Quantity
from seatrial.model.source import load
from simulator.twin import Twin, build

HERE = Position("test", 1, 1)

CONTROL = {
    "clients": 1000.0,
    "pod-scheduling": 2.0,
    "image-pull": 5.0,
    "image-cached-ratio": 1.0,
    "init-container": 3.0,
    "endpoint-propagation": 1.0,
    "metrics-resolution": 15.0,
    "metrics-delay": 0.0,
    "scrape-interval": 15.0,
    "rate-window": 120.0,
    "hpa-sync-period": 15.0,
    "hpa-cpu-initialization": 300.0,
    "hpa-readiness-delay": 30.0,
    "hpa-tolerance": 0.1,
    "hpa-downscale-stabilization": 300.0,
    "database-pool-size": 100.0,
    "quota-window": 10.0,
    "patience": 10_000.0,
    "no-time": 0.0,
    "many": 1e9,
    "start": 8.0,
    "base": 0.0,
}
"""Everything that a twin needs beside what a test is about; all constant."""


def assumption(name: str, value: float, shape: str = "constant", variation: float | None = None) -> Assumption:
    return Assumption(name, name, "1", value, value, value, "test", shape, variation, HERE)


def step(kind: str, argument: str, *steps: Step, optional: bool = False, path: str = "", otherwise=()) -> Step:
    return Step(kind, argument, {"path": path} if path else {}, steps, tuple(otherwise), HERE, optional)


def deployment(name: str, *, kind: str = "Deployment", component: str = "server", **changes: Any) -> dict[str, Any]:
    """A workload of one container with a limit of one core; *changes* go to container, pod, or spec (replicas, ...)."""
    container: dict[str, Any] = {
        "name": "main",
        "image": "registry.example/main:1",
        "ports": [{"containerPort": 8080}],
        "resources": {"limits": {"cpu": "1"}, "requests": {"cpu": "1", "memory": "1Gi"}},
    }
    container.update(changes.pop("container", {}))
    pod: dict[str, Any] = {"containers": [container], "terminationGracePeriodSeconds": 30, **changes.pop("pod", {})}
    labels = {"app": name, "component": component}
    spec = {"replicas": 1, "selector": {"matchLabels": labels}, **changes}
    spec["template"] = {"metadata": {"labels": labels}, "spec": pod}
    return {"apiVersion": "apps/v1", "kind": kind, "metadata": {"name": name, "namespace": "shop"}, "spec": spec}


def service(name: str, of: str | None = None) -> dict[str, Any]:
    spec = {"selector": {"app": of or name}, "ports": [{"port": 80, "targetPort": 8080}]}
    return {"apiVersion": "v1", "kind": "Service", "metadata": {"name": name, "namespace": "shop"}, "spec": spec}


def autoscaler(name: str, target: str, least: int, most: int, *metrics: dict[str, Any], **spec: Any) -> dict[str, Any]:
    return {
        "apiVersion": "autoscaling/v2",
        "kind": "HorizontalPodAutoscaler",
        "metadata": {"name": name, "namespace": "shop"},
        "spec": {
            "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": target},
            "minReplicas": least,
            "maxReplicas": most,
            "metrics": list(metrics),
            **spec,
        },
    }


def cpu_target(percent: int) -> dict[str, Any]:
    target = {"type": "Utilization", "averageUtilization": percent}
    return {"type": "Resource", "resource": {"name": "cpu", "target": target}}


def scenario(duration: float, *loads: tuple[str, float] | tuple[str, float, Profile], **changes: Any) -> Scenario:
    entries = tuple(Load(entry[0], entry[1], entry[2] if len(entry) > 2 else Profile(), HERE) for entry in loads)
    values: dict[str, Any] = {
        "name": "test",
        "title": "Test",
        "description": "",
        "kind": "load",
        "duration": duration,
        "warm_up": 0.0,
        "minimum": 2,
        "maximum": 4,
        "load": entries,
        "faults": (),
        "position": HERE,
    }
    return Scenario(**{**values, **changes})


def fault(workload: str, at: float, count: int = 1) -> Fault:
    return Fault("pod-kill", workload, at, count, HERE)


def node_pool(nodes: int) -> NodePool:
    cpu, memory, storage = map(Quantity.parse, ("4", "16Gi", "20Gi"))
    return NodePool("node", nodes, cpu, memory, storage, pods=110, zones=("a",))


def twin_of(
    folder: Path,
    manifests: Sequence[dict[str, Any]],
    requests: Mapping[str, Sequence[Step]],
    *scenarios: Scenario,
    numbers: Mapping[str, float | Assumption] | None = None,
    stations: Mapping[str, Mapping[str, str]] | None = None,
    externals: Sequence[External] = (),
    metrics: Sequence[PodMetric] = (),
    availability: Mapping[str, str] | None = None,
    tasks: Sequence[str] = (),
    nodes: int = 5,
) -> Twin:
    """Build a twin as for a real project: from a manifest file, through the loader."""
    path = folder / "manifests.json"
    path.write_text(json.dumps({"apiVersion": "v1", "kind": "List", "items": list(manifests)}))
    named = {name: assumption(name, value) for name, value in CONTROL.items()}
    for name, value in (numbers or {}).items():
        named[name] = value if isinstance(value, Assumption) else assumption(name, value)
    usual = {
        "concurrency": "many",
        "queue": "many",
        "start": "start",
        "memory_base": "base",
        "memory_per_request": "base",
    }
    declared = ScenarioSet(
        requests=tuple(
            RequestClass(name, name, "task" if name in tasks else "user", ("x",), "patience", tuple(steps), HERE)
            for name, steps in requests.items()
        ),
        stations=tuple(
            Station(component=component, position=HERE, **{**usual, **changes})
            for component, changes in (stations or {"server": {}}).items()
        ),
        externals=tuple(externals),
        metrics=tuple(metrics),
        availability=dict(availability or {}),
        scenarios=scenarios,
    )
    architecture: Any = SimpleNamespace(assumptions=named, scenarios=declared, node_pools=(node_pool(nodes),))
    return build(load(str(path)), architecture)
