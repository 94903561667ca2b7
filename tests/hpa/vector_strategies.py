"""States of an autoscaler in the form of vectors, drawn near the places where rules change."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

Vector = dict[str, Any]
Draw = Callable[[st.SearchStrategy[Any]], Any]

NAMES = [f"pod-{number}" for number in range(7)]
CONTAINERS = ["app", "proxy"]

replicas = st.one_of(st.integers(0, 12), st.integers(0, 2000))
few = st.integers(1, 8)
ages = st.one_of(
    st.sampled_from([0, 1, 9, 10, 11, 14, 15, 16, 29, 30, 31, 59, 60, 61, 119, 120, 121, 130, 299, 300, 301, 600]),
    st.integers(0, 700),
    st.integers(0, 1400).map(lambda half: half / 2),
)
"""Seconds; halves are exact in binary, so that equal ages stay equal."""
milli = st.one_of(st.sampled_from([0, 1, 99, 100, 101, 250, 499, 500, 501, 1000, 1100, 900]), st.integers(0, 5000))
amounts = milli.map("{}m".format)
extremes = st.sampled_from(
    ["9223372036854775807m", "9223372036854775m", "4611686018427387904m", "1500u", "1n", "2147483648", "3k", "1Gi", "0"]
)
wild = st.one_of(amounts, amounts, amounts, extremes)
negative = milli.map("-{}m".format)
positive = st.one_of(
    st.sampled_from([1, 90, 100, 110, 500, 1000]).map("{}m".format), st.integers(1, 4000).map("{}m".format), extremes
).filter(lambda text: text != "0")


@st.composite
def pods(draw: Draw, *, least: int = 0) -> list[Vector]:
    drawn = []
    for name in draw(st.lists(st.sampled_from(NAMES), min_size=least, unique=True)):
        pod = {
            "name": name,
            "phase": draw(st.sampled_from(["Running"] * 6 + ["Pending", "Failed", "Succeeded", "Unknown"])),
            "ready": draw(st.sampled_from([True, True, True, True, False, False, "Unknown", None])),
            "deleting": draw(st.sampled_from([False] * 7 + [True])),
            "containers": draw(containers()),
        }
        if draw(st.sampled_from([True] * 9 + [False])):
            pod["startedSecondsAgo"] = draw(ages)
        if draw(st.sampled_from([True] * 9 + [False])):
            pod["readyChangedSecondsAgo"] = draw(ages)
        if draw(st.sampled_from([False] * 5 + [True])):
            pod["initContainers"] = [
                {"name": "sidecar", "restartPolicy": "Always", "requests": {"cpu": draw(amounts), "memory": "1Mi"}},
                {"name": "setup", "requests": {"cpu": draw(amounts)}},
            ][draw(st.integers(0, 1)) :]
        if draw(st.sampled_from([False] * 7 + [True])):
            pod["requests"] = draw(
                st.dictionaries(st.sampled_from(["cpu", "memory", "hugepages-2Mi", "example.com/gpu"]), amounts)
            )
            pod["overhead"] = {"cpu": draw(amounts)}
        drawn.append(pod)
    return drawn


@st.composite
def containers(draw: Draw) -> list[Vector]:
    usual = draw(st.sampled_from([True] * 12 + [False]))
    names = CONTAINERS[: draw(st.integers(1, 2))]
    requests = [{"cpu": "500m", "memory": "1Gi"} if usual else draw(some_requests) for _ in names]
    return [{"name": name, "requests": request} for name, request in zip(names, requests, strict=True)]


some_requests = st.dictionaries(st.sampled_from(["cpu", "memory"]), amounts)


@st.composite
def metrics(draw: Draw, drawn_pods: list[Vector]) -> Vector:
    known = [pod["name"] for pod in drawn_pods]
    usual = draw(st.sampled_from([True] * 5 + [False]))
    # Either about everyone reports about the same, or anything goes.
    reporting = [name for name in known if draw(st.sampled_from([True] * 7 + [False]))]
    if not usual:
        reporting = draw(st.lists(st.sampled_from(NAMES), unique=True))
    level = draw(milli)
    value = st.just(f"{level}m") if usual else draw(st.sampled_from([wild, amounts, negative]))
    usage = []
    for name in reporting:
        names = CONTAINERS[: draw(st.sampled_from([1, 2, 2]))] if draw(st.sampled_from([True] * 19 + [False])) else []
        usage.append(
            {
                "pod": name,
                "secondsAgo": draw(ages) if draw(st.booleans()) else 0,
                "windowSeconds": draw(st.sampled_from([15, 30, 60, 60.5])),
                "containers": {
                    container: {"cpu": draw(value), "memory": draw(value)}
                    if draw(st.sampled_from([True] * 15 + [False]))
                    else {}
                    for container in names
                },
            }
        )
    drawn: Vector = {"resource": usage, "pods": [{"pod": name, "value": draw(value)} for name in reporting]}
    if draw(st.sampled_from([True] * 9 + [False])):
        drawn["object"] = draw(st.one_of(wild, wild, negative))
    drawn["external"] = draw(st.lists(st.one_of(wild, wild, wild, negative), max_size=4))
    return drawn


@st.composite
def metric_specs(draw: Draw, *, valid: bool = True) -> Vector:
    kind = draw(st.sampled_from(["Resource"] * 4 + ["ContainerResource", "Pods", "Pods", "Object", "External"]))
    if not valid and draw(st.sampled_from([False] * 6 + [True])):
        return {"type": "CheddarCheese"}
    target: Vector
    if kind in {"Resource", "ContainerResource"}:
        if draw(st.sampled_from([True, True, False])):
            percent = st.one_of(st.sampled_from([30, 50, 70, 80, 100, 110, 150]), st.integers(1, 300))
            target = {"type": "Utilization", "averageUtilization": draw(percent)}
        else:
            target = {"type": "AverageValue", "averageValue": draw(positive)}
        source = {"name": draw(st.sampled_from(["cpu", "cpu", "memory"])), "target": target}
        if kind == "Resource":
            return {"type": kind, "resource": source}
        container = draw(st.sampled_from([*CONTAINERS, "sidecar", "absent"]))
        return {"type": kind, "containerResource": {**source, "container": container}}
    if kind == "Pods" or draw(st.booleans()):
        target = {"type": "AverageValue", "averageValue": draw(positive)}
    else:
        target = {"type": "Value", "value": draw(positive)}
    source = {"metric": {"name": "qps"}, "target": target}
    if kind == "Object":
        source["describedObject"] = {"apiVersion": "apps/v1", "kind": "Deployment", "name": "some"}
    return {"type": kind, kind.lower(): source}


@st.composite
def proposals(draw: Draw) -> Vector:
    drawn = draw(pods())
    tolerance = st.one_of(st.sampled_from([0.0, 0.01, 0.08, 0.1, 0.34, 0.9, 2.0]), st.floats(0, 1))
    return {
        "name": "drawn",
        "kind": "proposal",
        "currentReplicas": draw(st.one_of(st.just(len(drawn)), st.integers(0, 12))),
        "tolerance": {"scaleUp": draw(tolerance), "scaleDown": draw(tolerance)},
        "metric": draw(metric_specs()),
        "pods": drawn,
        "metrics": draw(metrics(drawn)),
        "settings": draw(settings),
    }


settings: st.SearchStrategy[Vector] = st.one_of(
    st.just({}),
    st.fixed_dictionaries(
        {},
        optional={
            "downscaleStabilizationSeconds": st.sampled_from([0, 1, 60, 60.5, 300]),
            "cpuInitializationPeriodSeconds": st.sampled_from([0, 60, 120, 300]),
            "initialReadinessDelaySeconds": st.sampled_from([0, 10, 30]),
            "tolerance": st.sampled_from([0.0, 0.05, 0.1, 0.2]),
        },
    ),
)
policies = st.lists(
    st.fixed_dictionaries(
        {
            "type": st.sampled_from(["Pods", "Percent"]),
            "value": st.one_of(st.sampled_from([1, 2, 4, 10, 33, 50, 100]), st.integers(1, 400)),
            "periodSeconds": st.sampled_from([1, 15, 30, 60, 120, 300, 1800]),
        }
    ),
    max_size=3,
)
rules = st.fixed_dictionaries(
    {},
    optional={
        "policies": policies,
        "selectPolicy": st.sampled_from(["Max", "Max", "Min", "Disabled"]),
        "stabilizationWindowSeconds": st.sampled_from([0, 1, 15, 60, 300, 600, 3600]),
        "tolerance": st.one_of(st.sampled_from(["0", "10m", "50m", "333m", "900m", "1500m", "2", "70u"]), amounts),
    },
)
behaviors = st.fixed_dictionaries({}, optional={"scaleUp": rules, "scaleDown": rules})
entries = st.lists(st.fixed_dictionaries({"replicas": st.integers(0, 40), "secondsAgo": ages}), max_size=6)


@st.composite
def rates(draw: Draw) -> Vector:
    least = draw(st.integers(0, 5))
    return {
        "name": "drawn",
        "kind": "rate",
        "currentReplicas": draw(replicas),
        "desiredReplicas": draw(replicas),
        "minReplicas": least,
        "maxReplicas": least + draw(st.one_of(st.integers(0, 12), st.integers(0, 1000))),
        "behavior": draw(st.one_of(behaviors, behaviors, behaviors, st.none())),
        "scaleUpEvents": draw(entries),
        "scaleDownEvents": draw(entries),
    }


@st.composite
def stabilizations(draw: Draw) -> Vector:
    return {
        "name": "drawn",
        "kind": "stabilize",
        "currentReplicas": draw(replicas),
        "desiredReplicas": draw(replicas),
        "behavior": draw(st.one_of(behaviors, behaviors, behaviors, st.none())),
        "recommendations": draw(entries),
        "settings": draw(settings),
    }


@st.composite
def autoscalers(draw: Draw) -> Vector:
    least = draw(st.one_of(st.none(), st.integers(0, 4)))
    hpa: Vector = {"maxReplicas": max(1, (least or 1) + draw(st.integers(0, 10)))}
    if least is not None:
        hpa["minReplicas"] = least
    hpa["metrics"] = draw(st.lists(metric_specs(valid=False), max_size=3))
    if draw(st.booleans()):
        hpa["behavior"] = draw(behaviors)
    return hpa


zeroed = st.sampled_from(
    [[], [{"type": "ScaledToZero", "status": "True"}], [{"type": "ScaledToZero", "status": "False"}]]
)


@st.composite
def reconciliations(draw: Draw) -> Vector:
    drawn = draw(pods())
    spec = draw(st.one_of(st.just(len(drawn)), st.integers(0, 12)))
    return {
        "name": "drawn",
        "kind": "reconcile",
        "hpa": draw(autoscalers()),
        "scale": {"spec": spec, "status": draw(st.one_of(st.just(spec), st.integers(0, 12)))},
        "pods": drawn,
        "metrics": draw(metrics(drawn)),
        "recommendations": draw(st.one_of(st.none(), st.just([]), entries)),
        "scaleUpEvents": draw(entries),
        "scaleDownEvents": draw(entries),
        "conditions": draw(zeroed),
        "settings": draw(settings),
    }


@st.composite
def sequences(draw: Draw) -> Vector:
    """Several passes of one autoscaler, which keeps its memory and whose scale keeps what was written."""
    passes: list[Vector] = []
    for index in range(draw(st.integers(2, 8))):
        drawn = draw(pods())
        one: Vector = {
            "afterSeconds": draw(st.sampled_from([0, 1, 15, 15, 15, 15, 30, 60, 300, 300.5, 1800])),
            "pods": drawn,
            "metrics": draw(metrics(drawn)),
        }
        if index == 0 or draw(st.sampled_from([False] * 5 + [True])):
            spec = draw(st.integers(0, 10))
            one["scale"] = {"spec": spec, "status": spec}
        passes.append(one)
    return {
        "name": "drawn",
        "kind": "sequence",
        "hpa": draw(autoscalers()),
        "settings": draw(settings),
        "conditions": draw(zeroed),
        "passes": passes,
    }
