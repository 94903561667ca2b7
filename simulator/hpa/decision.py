"""The outcome of one pass, told so that a person can see which rule decided.

The reasons of `LastScaleDecision` are those that KEP-6107 proposes for `status.lastScaleDecision`;
Kubernetes 1.37 has no such field yet, so they are derived here from the steps of the pass.
"""

from __future__ import annotations

from enum import StrEnum

import attrs

from simulator.hpa.spec import MetricSpec


class Reason(StrEnum):
    """Which step had the last word on the replicas."""

    METRIC_RECOMMENDATION = "MetricRecommendation"
    """The highest proposal went through unchanged."""
    WITHIN_TOLERANCE = "WithinTolerance"
    """The deciding metric is so near its target that nothing changes."""
    STABILIZED = "Stabilized"
    """Earlier recommendations within a stabilization window held the change back."""
    POLICY_LIMITED = "PolicyLimited"
    """A rate policy (or the fixed rate without `behavior`) shortened the step."""
    REPLICA_LIMIT = "ReplicaLimit"
    """minReplicas or maxReplicas decided."""
    INVALID_METRICS = "InvalidMetrics"
    """Some metrics failed and the others would scale down, so nothing was done."""
    RECOMMENDATION_FAILED = "RecommendationFailed"
    """No metric gave an answer, or the pods could not be selected."""
    SCALING_DISABLED = "ScalingDisabled"
    """The target was set to zero replicas by somebody else (our addition to the list)."""


@attrs.frozen
class MetricProposal:
    """What one metric asked for in a pass, or why it could not."""

    metric: MetricSpec
    replicas: int | None
    """None when the metric failed."""
    usage: int | None = None
    """Milli-units: the average per pod, or the total for `Value` targets."""
    utilization: int | None = None
    """Percent of the requests, for Utilization targets."""
    ratio: float | None = None
    """Usage over target, before unready and missing pods were assumed."""
    within_tolerance: bool = False
    error: str = ""


@attrs.frozen
class Condition:
    """One entry of `status.conditions`."""

    type: str
    status: bool
    reason: str
    message: str = ""
    since: float = 0.0
    """Last transition, in seconds on the caller's clock."""


@attrs.frozen
class LastScaleDecision:
    """Why the replicas are what they are."""

    reason: Reason
    message: str
    at: float
    current_replicas: int
    desired_replicas: int
    metric: str = ""
    """The metric with the highest proposal, empty when none took part."""


@attrs.frozen
class Decision:
    """What one pass did."""

    replicas: int
    """What `spec.replicas` of the target is after the pass."""
    current_replicas: int
    """What it was before."""
    proposals: tuple[MetricProposal, ...]
    """One for each metric in the spec's order; empty when the metrics were not looked at."""
    recommended: int | None
    """The highest proposal, None without one."""
    stabilized: int | None
    """The recommendation after the stabilization windows, None when they were not reached."""
    conditions: tuple[Condition, ...]
    """`status.conditions` after the pass, in the order in which upstream keeps them."""
    last_scale_decision: LastScaleDecision
    rescale_reason: str = ""
    """As in upstream's SuccessfulRescale event, with our name of the metric; empty without a rescale."""
    error: str = ""
    """What upstream would report in a FailedComputeMetricsReplicas event."""

    @property
    def rescaled(self) -> bool:
        """Whether the scale was written."""
        return self.replicas != self.current_replicas

    def condition(self, type_: str) -> Condition | None:
        """The condition of that type, None when it was never set."""
        return next((condition for condition in self.conditions if condition.type == type_), None)
