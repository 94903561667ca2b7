"""What a HorizontalPodAutoscaler asks for, read from its manifest with the API server's defaults filled in.

Sources: k8s.io/kubernetes v1.37.2, pkg/apis/autoscaling/v2/defaults.go (defaults),
pkg/controller/podautoscaler/config/v1alpha1/defaults.go (controller settings).
All metric targets are int64 milli-units, as the controller holds them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from enum import StrEnum
from typing import Any

import attrs

from simulator.hpa.fields import FieldError, Fields
from simulator.hpa.go_numbers import approximate_float


@attrs.frozen
class ControllerSettings:
    """Flags of kube-controller-manager that the autoscaler obeys; times in seconds."""

    sync_period: float = 15.0
    """Time from one pass to the next for each autoscaler (--horizontal-pod-autoscaler-sync-period)."""
    downscale_stabilization: float = 300.0
    """Window in which the highest recommendation wins (--horizontal-pod-autoscaler-downscale-stabilization)."""
    cpu_initialization_period: float = 300.0
    """For so long after its start a pod's CPU counts only when it is ready (--...-cpu-initialization-period)."""
    initial_readiness_delay: float = 30.0
    """A pod that became unready within this time of its start has never been ready (--...-initial-readiness-delay)."""
    tolerance: float = 0.1
    """Relative distance from the target that changes nothing (--horizontal-pod-autoscaler-tolerance)."""
    legacy_scale_up_factor: float = 2.0
    """Without `behavior`, one pass may at most multiply the replicas by this (`scaleUpLimitFactor`)."""
    legacy_scale_up_minimum: float = 4.0
    """Without `behavior`, one pass may always go up to this many replicas (`scaleUpLimitMinimum`)."""
    scale_to_zero: bool = True
    """Feature gate HPAScaleToZero, beta and on since 1.37."""
    pod_level_resources: bool = True
    """Feature gate PodLevelResources, beta and on since 1.34."""


class MetricType(StrEnum):
    """The kinds of metric source in autoscaling/v2."""

    RESOURCE = "Resource"
    CONTAINER_RESOURCE = "ContainerResource"
    PODS = "Pods"
    OBJECT = "Object"
    EXTERNAL = "External"


@attrs.frozen
class MetricTarget:
    """The value to hold; the controller picks among those set by its own rules, not by `type` alone."""

    type: str
    average_utilization: int | None = None
    """Percent of the request."""
    average_value: int | None = None
    """Milli-units per pod."""
    value: int | None = None
    """Milli-units in total."""


@attrs.frozen
class ObjectReference:
    """The object that an Object metric describes."""

    kind: str
    name: str
    api_version: str = ""


@attrs.frozen
class MetricSpec:
    """One entry of `spec.metrics`."""

    type: str
    """A MetricType; any other text gives an invalid metric, as upstream."""
    name: str = ""
    """Resource name for the resource types, else the metric's name."""
    target: MetricTarget = MetricTarget("")
    container: str = ""
    selector: str = ""
    """The metric's label selector as canonical JSON, empty when there is none."""
    described_object: ObjectReference | None = None

    def __str__(self) -> str:
        place = f" of container {self.container}" if self.container else ""
        return f"{self.type} metric {self.name}{place}" if self.name else f"{self.type} metric"


class SelectPolicy(StrEnum):
    """Which of several policies decides."""

    MAX = "Max"
    MIN = "Min"
    DISABLED = "Disabled"


class PolicyType(StrEnum):
    """Whether a policy counts pods or percent of the replicas at the period's start."""

    PODS = "Pods"
    PERCENT = "Percent"


@attrs.frozen
class Policy:
    """At most *value* pods or percent of change in *period_seconds*."""

    type: PolicyType
    value: int
    period_seconds: int


@attrs.frozen
class ScalingRules:
    """How fast one direction may go."""

    select_policy: SelectPolicy
    policies: tuple[Policy, ...]
    stabilization_window_seconds: int | None
    """None (only possible for scaling down) leaves the controller's setting."""
    tolerance: float | None = None
    """None leaves the controller's setting."""

    @property
    def longest_period(self) -> int:
        """Longest period of the policies in seconds (`getLongestPolicyPeriod`)."""
        return max((policy.period_seconds for policy in self.policies), default=0)


@attrs.frozen
class Behavior:
    """`spec.behavior` with both sides filled in."""

    scale_up: ScalingRules
    scale_down: ScalingRules

    @classmethod
    def from_dict(cls, behavior: Any, path: str = "behavior") -> Behavior:
        """Read `behavior`, `{}` included. Raises FieldError."""
        fields = Fields(behavior, path)
        return cls(
            scale_up=_rules(fields.optional("scaleUp"), DEFAULT_SCALE_UP),
            scale_down=_rules(fields.optional("scaleDown"), DEFAULT_SCALE_DOWN),
        )


DEFAULT_SCALE_UP = ScalingRules(
    SelectPolicy.MAX, (Policy(PolicyType.PODS, 4, 15), Policy(PolicyType.PERCENT, 100, 15)), 0
)
"""`defaultHPAScaleUpRules`."""
DEFAULT_SCALE_DOWN = ScalingRules(SelectPolicy.MAX, (Policy(PolicyType.PERCENT, 100, 15),), None)
"""`defaultHPAScaleDownRules`."""
DEFAULT_METRICS = (MetricSpec(MetricType.RESOURCE, "cpu", MetricTarget("Utilization", average_utilization=80)),)
"""`SetDefaults_HorizontalPodAutoscaler`, with `DefaultCPUUtilization`."""


@attrs.frozen
class HpaSpec:
    """The `spec` of one HorizontalPodAutoscaler."""

    max_replicas: int
    min_replicas: int = 1
    metrics: tuple[MetricSpec, ...] = DEFAULT_METRICS
    behavior: Behavior | None = None
    name: str = ""
    namespace: str = ""
    target: ObjectReference | None = None

    @classmethod
    def from_manifest(cls, manifest: Mapping[str, Any]) -> HpaSpec:
        """Read an autoscaling/v2 object. Raises FieldError, an InputError that names the field."""
        fields = Fields(manifest)
        metadata = fields.optional("metadata") or Fields({}, "metadata")
        spec = cls.from_spec(fields.required("spec"), "spec")
        return attrs.evolve(spec, name=metadata.text("name", ""), namespace=metadata.text("namespace", ""))

    @classmethod
    def from_spec(cls, spec: Any, path: str = "spec") -> HpaSpec:
        """Read the `spec` alone. Raises FieldError."""
        fields = Fields(spec, path)
        target = fields.optional("scaleTargetRef")
        metrics = tuple(metric_from(metric) for metric in fields.objects("metrics"))
        return cls(
            max_replicas=fields.integer("maxReplicas"),
            min_replicas=fields.integer("minReplicas", 1),
            metrics=metrics or DEFAULT_METRICS,
            behavior=Behavior.from_dict(fields.data["behavior"], fields.where("behavior"))
            if fields.has("behavior")
            else None,
            target=_reference(target) if target else None,
        )

    @property
    def can_wake(self) -> bool:
        """Whether some metric exists without pods (`hasObjectOrExternalMetrics`)."""
        return any(metric.type in (MetricType.OBJECT, MetricType.EXTERNAL) for metric in self.metrics)


def _rules(fields: Fields | None, defaults: ScalingRules) -> ScalingRules:
    """`copyHPAScalingRules`: what is set replaces the default, field by field."""
    if fields is None:
        return defaults
    window = defaults.stabilization_window_seconds
    return ScalingRules(
        select_policy=SelectPolicy(fields.choice("selectPolicy", tuple(SelectPolicy), defaults.select_policy)),
        policies=tuple(_policy(policy) for policy in fields.objects("policies"))
        if fields.has("policies")
        else defaults.policies,
        stabilization_window_seconds=fields.integer("stabilizationWindowSeconds")
        if fields.has("stabilizationWindowSeconds")
        else window,
        tolerance=_tolerance(fields) if fields.has("tolerance") else defaults.tolerance,
    )


def _tolerance(fields: Fields) -> float:
    quantity = fields.quantity("tolerance")
    if quantity.value < 0:
        raise FieldError(fields.where("tolerance"), f"expected a quantity of at least 0, found {quantity}")
    return approximate_float(quantity.value)


def _policy(fields: Fields) -> Policy:
    return Policy(
        PolicyType(fields.choice("type", tuple(PolicyType))), fields.integer("value"), fields.integer("periodSeconds")
    )


def metric_from(fields: Fields) -> MetricSpec:
    """Read one autoscaling/v2 MetricSpec. Raises FieldError."""
    kind = fields.text("type")
    members = {
        MetricType.RESOURCE: "resource",
        MetricType.CONTAINER_RESOURCE: "containerResource",
        MetricType.PODS: "pods",
        MetricType.OBJECT: "object",
        MetricType.EXTERNAL: "external",
    }
    if kind not in tuple(MetricType):
        return MetricSpec(kind)
    source = fields.object(members[MetricType(kind)])
    if kind in (MetricType.RESOURCE, MetricType.CONTAINER_RESOURCE):
        return MetricSpec(
            kind,
            source.text("name"),
            _target(source),
            container=source.text("container") if kind == MetricType.CONTAINER_RESOURCE else "",
        )
    identifier = source.object("metric")
    target = _target(source)
    if kind == MetricType.PODS and target.average_value is None:
        raise FieldError(source.where("target.averageValue"), "is required for a Pods metric")
    selector = identifier.optional("selector")
    described = source.optional("describedObject")
    return MetricSpec(
        kind,
        identifier.text("name"),
        target,
        selector=json.dumps(dict(selector.data), sort_keys=True) if selector else "",
        described_object=_reference(described) if described else None,
    )


def _target(source: Fields) -> MetricTarget:
    target = source.optional("target")
    if target is None:
        return MetricTarget("")
    return MetricTarget(
        type=target.text("type", ""),
        average_utilization=target.integer("averageUtilization") if target.has("averageUtilization") else None,
        average_value=target.milli("averageValue") if target.has("averageValue") else None,
        value=target.milli("value") if target.has("value") else None,
    )


def _reference(fields: Fields) -> ObjectReference:
    return ObjectReference(fields.text("kind"), fields.text("name"), fields.text("apiVersion", ""))
