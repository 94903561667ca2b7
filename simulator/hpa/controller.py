"""One horizontal pod autoscaler, pass by pass, as the controller of Kubernetes 1.37.2 runs it.

Source: k8s.io/kubernetes v1.37.2, pkg/controller/podautoscaler/horizontal.go (`reconcileAutoscaler`,
`computeReplicasForMetrics`). Not here: reading and writing objects, the queue, retries after conflicts.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

import attrs

from simulator.hpa import behavior as rates
from simulator.hpa.decision import Condition, Decision, LastScaleDecision, MetricProposal, Reason
from simulator.hpa.memory import Entry, Memory
from simulator.hpa.metrics import MetricsSource
from simulator.hpa.pods import MetricError, PodState
from simulator.hpa.replica_calculator import Situation, Tolerances, propose
from simulator.hpa.spec import ControllerSettings, HpaSpec, MetricSpec, MetricType

ABLE_TO_SCALE = "AbleToScale"
SCALING_ACTIVE = "ScalingActive"
SCALING_LIMITED = "ScalingLimited"
SCALED_TO_ZERO = "ScaledToZero"
"""The types of the conditions."""

_FAILED: dict[str, str] = {
    MetricType.RESOURCE: "FailedGetResourceMetric",
    MetricType.CONTAINER_RESOURCE: "FailedGetContainerResourceMetric",
    MetricType.PODS: "FailedGetPodsMetric",
    MetricType.OBJECT: "FailedGetObjectMetric",
    MetricType.EXTERNAL: "FailedGetExternalMetric",
}
_STABILIZED_UP = "recent recommendations were lower than current one, applying the lowest recent recommendation"
_STABILIZED_DOWN = "recent recommendations were higher than current one, applying the highest recent recommendation"


class _Recommendation(NamedTuple):
    """`computeReplicasForMetrics`: the highest proposal, with the error of the metrics that failed."""

    replicas: int | None
    metric: str
    proposals: tuple[MetricProposal, ...]
    deciding: MetricProposal | None
    error: str


@attrs.define(eq=False)
class Autoscaler:
    """The controller's view of one HorizontalPodAutoscaler: spec, status conditions and memory."""

    spec: HpaSpec
    """May be replaced between passes, as a changed manifest would."""
    settings: ControllerSettings = attrs.field(factory=ControllerSettings)
    memory: Memory = attrs.field(factory=Memory)
    conditions: dict[str, Condition] = attrs.field(factory=dict)
    """`status.conditions` by type; kept by the API server, so a controller restart does not lose them."""

    def restart(self) -> None:
        """Forget what only the controller's process knew."""
        self.memory = Memory()

    @property
    def tolerances(self) -> Tolerances:
        """`tolerancesForHpa`: the spec's own where set, else the controller's."""
        ours = self.settings.tolerance
        behavior = self.spec.behavior
        if behavior is None:
            return Tolerances(ours, ours)
        up, down = behavior.scale_up.tolerance, behavior.scale_down.tolerance
        return Tolerances(ours if up is None else up, ours if down is None else down)

    def reconcile(
        self,
        now: float,
        spec_replicas: int,
        status_replicas: int,
        pods: Sequence[PodState],
        metrics: MetricsSource,
        *,
        selector_error: Literal["", "InvalidSelector", "AmbiguousSelector"] = "",
    ) -> Decision:
        """One pass at *now* (seconds on the caller's clock).

        *spec_replicas* and *status_replicas* are those of the scale subresource, *pods* all that its
        selector matches. *selector_error* says that the selector is unusable or shared with another HPA.
        """
        return _Pass(self, now, spec_replicas, status_replicas, pods, metrics, selector_error).run()


@attrs.define(eq=False)
class _Pass:
    """The state of one pass."""

    owner: Autoscaler
    now: float
    current: int
    status_replicas: int
    pods: Sequence[PodState]
    metrics: MetricsSource
    selector_error: str

    def run(self) -> Decision:
        owner, spec, current = self.owner, self.owner.spec, self.current
        self._set(ABLE_TO_SCALE, True, "SucceededGetScale", "the target's current scale was read")
        if owner.memory.recommendations is None:
            owner.memory.recommendations = [Entry(current, self.now)]
        if current == 0:
            if not self._woken():
                self._set(SCALING_ACTIVE, False, "ScalingDisabled", "the replica count of the target is zero")
                if not owner.settings.scale_to_zero:
                    owner.conditions.pop(SCALED_TO_ZERO, None)
                return self._finish(0, Reason.SCALING_DISABLED, "the target was set to zero replicas")
        elif current > spec.max_replicas:
            return self._out_of_range(spec.max_replicas, "Current number of replicas above Spec.MaxReplicas")
        elif current < spec.min_replicas:
            return self._out_of_range(spec.min_replicas, "Current number of replicas below Spec.MinReplicas")
        return self._by_metrics()

    def _woken(self) -> bool:
        """`shouldComputeMetricsForZeroReplicas`: only a zero of our own making is left again."""
        zero = self.owner.conditions.get(SCALED_TO_ZERO)
        ours = self.owner.settings.scale_to_zero and zero is not None and zero.status
        return ours and (self.owner.spec.min_replicas != 0 or self.owner.spec.can_wake)

    def _out_of_range(self, replicas: int, why: str) -> Decision:
        """Metrics, windows and policies are all passed over."""
        self._write(replicas)
        return self._finish(replicas, Reason.REPLICA_LIMIT, why, rescale_reason=why)

    def _by_metrics(self) -> Decision:
        spec, current = self.owner.spec, self.current
        found = self._recommend()
        if found.replicas is None:
            some = any(proposal.replicas is not None for proposal in found.proposals)
            reason = Reason.INVALID_METRICS if some else Reason.RECOMMENDATION_FAILED
            return self._finish(current, reason, found.error, found)
        recommended = max(found.replicas, 0)
        rescale_reason = ""
        if recommended > current:
            rescale_reason = f"{found.metric} above target"
        elif recommended < current:
            rescale_reason = "All metrics below target"
        stabilized, limited = self._normalize(recommended)
        replicas = limited.replicas
        if current == 0 and replicas < spec.min_replicas:
            # Only a woken autoscaler comes here with zero replicas.
            replicas = spec.min_replicas
            rescale_reason = rescale_reason or "Current number of replicas below Spec.MinReplicas"
        if replicas != current:
            self._write(replicas)
        reason, message = _explain(found, recommended, stabilized, limited, replicas)
        return self._finish(replicas, reason, message, found, recommended, stabilized, rescale_reason)

    def _recommend(self) -> _Recommendation:
        """`computeReplicasForMetrics`."""
        spec = self.owner.spec
        if self.selector_error:
            message = "pods cannot be selected, or are selected by more than one autoscaler"
            self._set(SCALING_ACTIVE, False, self.selector_error, message)
            return _Recommendation(None, "", (), None, message)
        situation = Situation(
            self.now,
            self.current,
            self.status_replicas,
            self.pods,
            self.metrics,
            self.owner.tolerances,
            self.owner.settings,
        )
        proposals = tuple([_proposal(metric, situation) for metric in spec.metrics])
        replicas = 0
        deciding: MetricProposal | None = None
        failed = [proposal for proposal in proposals if proposal.replicas is None]
        for proposal in proposals:
            # Upstream seeds with zero: a proposal of zero is replaced by whatever comes next, even a lower one.
            if proposal.replicas is not None and (replicas == 0 or proposal.replicas > replicas):
                replicas, deciding = proposal.replicas, proposal
        error = ""
        if failed:
            error = (
                f"invalid metrics ({len(failed)} invalid out of {len(proposals)}), first error is: {failed[0].error}"
            )
        if len(failed) == len(proposals) or (failed and replicas < self.current):
            reason = _FAILED.get(failed[0].metric.type, "InvalidMetricSourceType")
            self._set(SCALING_ACTIVE, False, reason, failed[0].error)
            return _Recommendation(None, "", proposals, None, error)
        name = str(deciding.metric) if deciding else ""
        self._set(SCALING_ACTIVE, True, "ValidMetricFound", f"a replica count was calculated from {name}")
        return _Recommendation(replicas, name, proposals, deciding, error)

    def _normalize(self, desired: int) -> tuple[int, rates.Limited]:
        """`normalizeDesiredReplicas` and `normalizeDesiredReplicasWithBehaviors`."""
        owner, spec, now, current = self.owner, self.owner.spec, self.now, self.current
        limits = rates.Range(current, spec.min_replicas, spec.max_replicas)
        up = False
        if spec.behavior is None:
            stabilized = rates.stabilize_legacy(owner.memory, desired, now, owner.settings.downscale_stabilization)
            limited = rates.limit_legacy(stabilized, limits, owner.settings)
        else:
            up = desired >= current
            stabilized = rates.stabilize(owner.memory, desired, current, spec.behavior, now, owner.settings)
            limited = rates.limit(owner.memory, stabilized, limits, spec.behavior, now)
        if stabilized == desired:
            self._set(ABLE_TO_SCALE, True, "ReadyForNewScale", "recommended size matches current size")
        elif up:
            self._set(ABLE_TO_SCALE, True, "ScaleUpStabilized", _STABILIZED_UP)
        else:
            self._set(ABLE_TO_SCALE, True, "ScaleDownStabilized", _STABILIZED_DOWN)
        self._set(SCALING_LIMITED, limited.replicas != stabilized, limited.reason, _LIMITS[limited.reason])
        return stabilized, limited

    def _write(self, replicas: int) -> None:
        """What follows a successful update of the scale."""
        owner, spec = self.owner, self.owner.spec
        self._set(ABLE_TO_SCALE, True, "SucceededRescale", f"the target's scale was set to {replicas}")
        owner.memory.store_event(spec.behavior, self.current, replicas, self.now)
        if not owner.settings.scale_to_zero:
            owner.conditions.pop(SCALED_TO_ZERO, None)
        elif self.current > 0 and replicas == 0 and spec.min_replicas == 0 and spec.can_wake:
            self._set(SCALED_TO_ZERO, True, "ScaledToZero", "the autoscaler scaled the workload to zero")
        else:
            self._set(SCALED_TO_ZERO, False, "NotScaledToZero", "the autoscaler did not scale the workload to zero")

    def _set(self, type_: str, status: bool, reason: str, message: str) -> None:
        """`setConditionInList`: the time changes only with the status."""
        conditions = self.owner.conditions
        before = conditions.get(type_)
        since = before.since if before is not None and before.status == status else self.now
        conditions[type_] = Condition(type_, status, reason, message, since)

    def _finish(
        self,
        replicas: int,
        reason: Reason,
        message: str,
        found: _Recommendation | None = None,
        recommended: int | None = None,
        stabilized: int | None = None,
        rescale_reason: str = "",
    ) -> Decision:
        metric = found.metric if found else ""
        return Decision(
            replicas=replicas,
            current_replicas=self.current,
            proposals=found.proposals if found else (),
            recommended=recommended,
            stabilized=stabilized,
            conditions=tuple(self.owner.conditions.values()),
            last_scale_decision=LastScaleDecision(reason, message, self.now, self.current, replicas, metric),
            rescale_reason=rescale_reason if replicas != self.current else "",
            error=found.error if found else "",
        )


_LIMITS = {
    rates.WITHIN_RANGE: "the desired count is within the acceptable range",
    rates.TOO_FEW: "the desired replica count is less than the minimum replica count",
    rates.TOO_MANY: "the desired replica count is more than the maximum replica count",
    rates.SCALE_UP_LIMIT: "the desired replica count is increasing faster than the maximum scale rate",
    rates.SCALE_DOWN_LIMIT: "the desired replica count is decreasing faster than the maximum scale rate",
}


def _proposal(metric: MetricSpec, situation: Situation) -> MetricProposal:
    try:
        found = propose(metric, situation)
    except MetricError as error:
        return MetricProposal(metric, None, error=str(error))
    return MetricProposal(metric, found.replicas, found.usage, found.utilization, found.ratio, found.within_tolerance)


def _explain(
    found: _Recommendation, recommended: int, stabilized: int, limited: rates.Limited, replicas: int
) -> tuple[Reason, str]:
    """The last step that changed the number decides what the pass is explained with."""
    if replicas != limited.replicas:
        return Reason.REPLICA_LIMIT, "the minimum was raised while the target had zero replicas"
    if limited.replicas != stabilized:
        rate = limited.reason in (rates.SCALE_UP_LIMIT, rates.SCALE_DOWN_LIMIT)
        return Reason.POLICY_LIMITED if rate else Reason.REPLICA_LIMIT, _LIMITS[limited.reason]
    if stabilized != recommended:
        higher = stabilized > recommended
        return Reason.STABILIZED, _STABILIZED_DOWN if higher else _STABILIZED_UP
    if found.deciding is not None and found.deciding.within_tolerance:
        return Reason.WITHIN_TOLERANCE, f"{found.metric} is within the tolerance of its target"
    return Reason.METRIC_RECOMMENDATION, f"{found.metric} asks for {recommended} replicas"
