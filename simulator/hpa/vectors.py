"""Runs files of autoscaler vectors: states of the controller with the replicas that upstream gives for them.

A vector is one of four questions: `proposal` (one metric), `rate` (behaviour policies and limits),
`stabilize` (windows) and `reconcile` (one whole pass). Ages are seconds before the decision, which is
at time 0 here. The vectors were recorded with a CPU initialization period of 120 s and an initial
readiness delay of 10 s, upstream's test settings; an entry's `settings` may say otherwise.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn

import attrs

from seatrial.model.errors import InputError
from seatrial.model.position import Position
from simulator.hpa import behavior as rates
from simulator.hpa.controller import Autoscaler
from simulator.hpa.decision import Condition
from simulator.hpa.fields import FieldError, Fields
from simulator.hpa.go_numbers import MIN_INT32
from simulator.hpa.memory import Entry, Memory
from simulator.hpa.metrics import PodUsage, Sample, custom_samples, external_series, resource_samples
from simulator.hpa.pods import ContainerRequests, MetricError, PodRequests, PodState
from simulator.hpa.replica_calculator import Situation, Tolerances, propose
from simulator.hpa.spec import Behavior, ControllerSettings, HpaSpec, MetricSpec, metric_from

VECTOR_SETTINGS = ControllerSettings(cpu_initialization_period=120.0, initial_readiness_delay=10.0)
"""Upstream's test settings (k8s.io/kubernetes v1.37.2, pkg/controller/podautoscaler/replica_calculator.go)."""

Answer = dict[str, Any]
"""What we give for a vector, in the form of its `expect`."""


@attrs.frozen
class Mismatch:
    """A vector that came out differently."""

    name: str
    expected: Mapping[str, Any]
    got: Mapping[str, Any]


@attrs.frozen
class VectorReport:
    """The outcome of one file."""

    passed: int
    mismatches: tuple[Mismatch, ...]

    @property
    def failed(self) -> int:
        """How many vectors came out differently."""
        return len(self.mismatches)


def run_vectors(path: Path) -> VectorReport:
    """Answer every vector of a file. Raises InputError that names the entry and the field it cannot use."""
    passed = 0
    mismatches = []
    for index, entry in enumerate(_read(path)):
        label = f"entry {index + 1}"
        try:
            fields = Fields(entry)
            name = fields.text("name")
            label = f"{label} ({name!r})"
            expected = fields.object("expect").data
            _check_expectation(fields)
            got = answer(entry)
        except FieldError as error:
            raise InputError(f"{path}: {label}: {error.found}", remedy=error.remedy or _REMEDY) from None
        relevant = {key: got.get(key) for key in expected}
        if relevant == dict(expected):
            passed += 1
        else:
            mismatches.append(Mismatch(name, expected, {**relevant, **got}))
    return VectorReport(passed, tuple(mismatches))


_REMEDY = "correct the entry; a vector has name, kind (proposal, rate, stabilize or reconcile), its inputs and expect"


def _check_expectation(fields: Fields) -> None:
    expect = fields.object("expect")
    if not expect.has("replicas") and not expect.has("error"):
        raise FieldError("expect", "holds neither replicas nor error")
    if expect.has("replicas"):
        expect.integer("replicas", least=MIN_INT32)
    expect.flag("error")
    expect.text("reason", "")


def _refuse_constant(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no JSON number")


def _read(path: Path) -> list[Any]:
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise InputError(f"{path}: {error.strerror or error}", remedy="name a readable file of vectors") from None
    except UnicodeDecodeError:
        raise InputError(f"{path}: is not UTF-8 text", remedy="name a JSON file of vectors") from None
    try:
        entries = json.loads(text, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        position = Position(str(path), error.lineno, error.colno)
        raise InputError(f"is not JSON: {error.msg}", remedy="name a JSON file of vectors", position=position) from None
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path}: is not usable JSON: {error}", remedy="name a JSON file of vectors") from None
    if not isinstance(entries, list):
        raise InputError(f"{path}: expected a list of vectors", remedy=_REMEDY)
    if not entries:
        raise InputError(f"{path}: holds no vectors", remedy="name a file with at least one vector")
    return entries


def answer(vector: Any) -> Answer:
    """What our engine gives for one vector. Raises FieldError."""
    fields = Fields(vector)
    kinds = {"proposal": _proposal, "rate": _rate, "stabilize": _stabilize, "reconcile": _reconcile}
    return kinds[fields.choice("kind", tuple(kinds))](fields)


def _proposal(fields: Fields) -> Answer:
    tolerance = fields.optional("tolerance") or Fields({}, "tolerance")
    current = fields.integer("currentReplicas")
    situation = Situation(
        now=0.0,
        spec_replicas=current,
        status_replicas=fields.integer("statusReplicas", current),
        pods=pods_from(fields),
        metrics=VectorMetrics.read(fields),
        tolerances=Tolerances(tolerance.number("scaleUp", 0.1), tolerance.number("scaleDown", 0.1)),
        settings=settings_from(fields),
    )
    try:
        return {"replicas": propose(metric_from(fields.object("metric")), situation).replicas, "error": False}
    except MetricError as error:
        return {"error": True, "message": str(error)}


def _behavior(fields: Fields) -> Behavior | None:
    return Behavior.from_dict(fields.data["behavior"]) if fields.has("behavior") else None


def _rate(fields: Fields) -> Answer:
    current, desired = fields.integer("currentReplicas"), fields.integer("desiredReplicas")
    limits = rates.Range(current, fields.integer("minReplicas"), fields.integer("maxReplicas"))
    behavior = _behavior(fields)
    if behavior is None:
        limited = rates.limit_legacy(desired, limits, settings_from(fields))
    else:
        limited = rates.limit(memory_from(fields), desired, limits, behavior, 0.0)
    return {"replicas": limited.replicas, "reason": limited.reason}


def _stabilize(fields: Fields) -> Answer:
    current, desired = fields.integer("currentReplicas"), fields.integer("desiredReplicas")
    behavior, memory, settings = _behavior(fields), memory_from(fields), settings_from(fields)
    if behavior is None:
        return {"replicas": rates.stabilize_legacy(memory, desired, 0.0, settings.downscale_stabilization)}
    return {"replicas": rates.stabilize(memory, desired, current, behavior, 0.0, settings)}


def _reconcile(fields: Fields) -> Answer:
    scale = fields.object("scale")
    autoscaler = Autoscaler(
        HpaSpec.from_spec(fields.required("hpa"), "hpa"),
        settings_from(fields),
        memory_from(fields),
        conditions_from(fields),
    )
    decision = autoscaler.reconcile(
        0.0,
        scale.integer("spec"),
        scale.integer("status"),
        pods_from(fields),
        VectorMetrics.read(fields),
    )
    limited = decision.condition("ScalingLimited")
    got: Answer = {
        "replicas": decision.replicas,
        "error": bool(decision.error),
        "decided": decision.last_scale_decision.reason.value,
    }
    if limited is not None:
        got["reason"] = limited.reason
    if decision.error:
        got["message"] = decision.error
    return got


def settings_from(fields: Fields) -> ControllerSettings:
    """The entry's `settings`, each of them optional."""
    given = fields.optional("settings") or Fields({}, "settings")
    base = VECTOR_SETTINGS
    return attrs.evolve(
        base,
        downscale_stabilization=given.number("downscaleStabilizationSeconds", base.downscale_stabilization),
        cpu_initialization_period=given.number("cpuInitializationPeriodSeconds", base.cpu_initialization_period),
        initial_readiness_delay=given.number("initialReadinessDelaySeconds", base.initial_readiness_delay),
        tolerance=given.number("tolerance", base.tolerance),
    )


def memory_from(fields: Fields) -> Memory:
    """Recommendations and events; null or absent recommendations mean an autoscaler never seen before."""
    return Memory(
        recommendations=_entries(fields, "recommendations") if fields.has("recommendations") else None,
        scale_ups=_entries(fields, "scaleUpEvents"),
        scale_downs=_entries(fields, "scaleDownEvents"),
    )


def _entries(fields: Fields, name: str) -> list[Entry]:
    return [Entry(item.integer("replicas"), -item.number("secondsAgo")) for item in fields.objects(name)]


def conditions_from(fields: Fields) -> dict[str, Condition]:
    """The optional `conditions` of the autoscaler's status before the pass."""
    return {
        item.text("type"): Condition(
            item.text("type"), item.choice("status", ("True", "False", "Unknown")) == "True", item.text("reason", "")
        )
        for item in fields.objects("conditions")
    }


def pods_from(fields: Fields, now: float = 0.0) -> list[PodState]:
    """The entry's `pods`, with their ages counted back from *now*."""
    return [_pod(pod, now) for pod in fields.objects("pods")]


_READY: dict[Any, bool | None] = {True: True, False: False, "True": True, "False": False, "Unknown": None}


def _pod(pod: Fields, now: float) -> PodState:
    ready = pod.data.get("ready")
    if ready is not None and (not isinstance(ready, bool | str) or ready not in _READY):
        raise FieldError(pod.where("ready"), f"expected true, false or 'Unknown', found {ready!r}")
    # Without a Ready condition CPU samples are left out, just as without a start time.
    started = ready is not None and pod.has("startedSecondsAgo")
    return PodState(
        name=pod.text("name"),
        requests=PodRequests.build(
            [_container(container) for container in pod.objects("containers")],
            [_container(container) for container in pod.objects("initContainers")],
            pod.quantities("requests"),
            pod.quantities("overhead"),
        ),
        phase=pod.text("phase", "Running"),
        ready=_READY[ready] if ready is not None else None,
        started_at=now - pod.number("startedSecondsAgo") if started else None,
        ready_changed_at=now - pod.number("readyChangedSecondsAgo") if pod.has("readyChangedSecondsAgo") else -math.inf,
        deleting=pod.flag("deleting"),
    )


def _container(container: Fields) -> ContainerRequests:
    return ContainerRequests(
        container.text("name"), container.quantities("requests"), container.text("restartPolicy", "") == "Always"
    )


@attrs.frozen(eq=False)
class VectorMetrics:
    """A vector's `metrics`: the same answer whatever the metric is called."""

    usage: Sequence[PodUsage]
    by_pod: Mapping[str, int]
    value: int | None
    series: Sequence[int]

    @classmethod
    def read(cls, fields: Fields, now: float = 0.0) -> VectorMetrics:
        """The entry's `metrics`, with their ages counted back from *now*. Raises FieldError."""
        metrics = fields.optional("metrics") or Fields({}, "metrics")
        return cls(
            usage=[_usage(item, now) for item in metrics.objects("resource")],
            by_pod={item.text("pod"): item.milli("value") for item in metrics.objects("pods")},
            value=metrics.milli("object") if metrics.has("object") else None,
            series=[
                Fields({"value": item}, metrics.where(f"external[{index}]")).milli("value")
                for index, item in enumerate(metrics.items("external"))
            ],
        )

    def resource(self, resource: str, container: str) -> dict[str, Sample]:
        """See MetricsSource."""
        return resource_samples(self.usage, resource, container)

    def pods(self, metric: MetricSpec) -> dict[str, Sample]:
        """See MetricsSource."""
        del metric
        return custom_samples(self.by_pod)

    def object(self, metric: MetricSpec) -> int:
        """See MetricsSource."""
        if self.value is None:
            raise MetricError(f"no value of the metric {metric.name}")
        return self.value

    def external(self, metric: MetricSpec) -> Sequence[int]:
        """See MetricsSource."""
        del metric
        return external_series(self.series)


def _usage(item: Fields, now: float) -> PodUsage:
    containers = item.object("containers")
    return PodUsage(
        item.text("pod"),
        now - item.number("secondsAgo", 0.0),
        item.number("windowSeconds", 60.0),
        {name: containers.quantities(name) for name in containers.data},
    )
