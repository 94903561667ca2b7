"""From one metric to a proposed number of replicas.

Source: k8s.io/kubernetes v1.37.2, pkg/controller/podautoscaler/replica_calculator.go and
metrics/utilization.go; the Go function is named at each rule. Operations keep upstream's order,
because float64 and truncated int64 results depend on it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import attrs

from simulator.hpa.go_numbers import MAX_INT32, MAX_INT64, ceil32, divide, quotient, wrap32, wrap64
from simulator.hpa.metrics import MetricsSource, Sample
from simulator.hpa.pods import MetricError, PodState
from simulator.hpa.spec import ControllerSettings, MetricSpec, MetricType


class Tolerances(NamedTuple):
    """Relative distances from the target inside which nothing changes."""

    scale_up: float
    scale_down: float

    def holds(self, ratio: float) -> bool:
        """`isWithin`: both ends belong to the band."""
        return (1.0 - self.scale_down) <= ratio <= (1.0 + self.scale_up)


@attrs.frozen
class Proposal:
    """What one metric asks for."""

    replicas: int
    usage: int
    """Milli-units: the average per pod, or the total for `Value` targets."""
    utilization: int | None = None
    """Percent of the requests, for Utilization targets."""
    ratio: float = 1.0
    """Usage over target, before unready and missing pods were assumed."""
    within_tolerance: bool = False
    """Whether the replicas stay because the ratio is inside the tolerance."""


@attrs.frozen
class Situation:
    """What every metric of one pass is computed from."""

    now: float
    spec_replicas: int
    status_replicas: int
    pods: Sequence[PodState]
    """Every pod that the scale's selector matches, deleted and failed ones included."""
    metrics: MetricsSource
    tolerances: Tolerances
    settings: ControllerSettings


def propose(metric: MetricSpec, situation: Situation) -> Proposal:
    """`computeReplicasForMetric` (horizontal.go). Raises MetricError when the metric gives no answer."""
    target = metric.target
    if metric.type in (MetricType.RESOURCE, MetricType.CONTAINER_RESOURCE):
        if target.average_value is not None:
            samples = situation.metrics.resource(metric.name, metric.container)
            return _plain(samples, target.average_value, metric.name, situation)
        if target.average_utilization is None:
            raise MetricError("neither an average utilization target nor an average value target was set")
        return _resource(metric, target.average_utilization, situation)
    if metric.type == MetricType.PODS:
        if target.average_value is None:
            raise MetricError("a Pods metric needs an average value target")
        return _plain(situation.metrics.pods(metric), target.average_value, "", situation)
    if metric.type == MetricType.OBJECT:
        if target.type == "Value" and target.value is not None:
            return _total(situation.metrics.object(metric), target.value, situation)
        if target.type == "AverageValue" and target.average_value is not None:
            return _object_per_pod(situation.metrics.object(metric), target.average_value, situation)
        raise MetricError("neither a value target nor an average value target was set")
    if metric.type == MetricType.EXTERNAL:
        if target.average_value is not None:
            return _external_per_pod(situation.metrics.external(metric), target.average_value, situation)
        if target.value is not None:
            return _total(_capped_sum(situation.metrics.external(metric)), target.value, situation)
        raise MetricError("neither a value target nor an average value target was set")
    raise MetricError(f'unknown metric source type "{metric.type}"')


class _Groups(NamedTuple):
    ready: int
    unready: set[str]
    missing: set[str]


def _group(samples: dict[str, Sample], resource: str, situation: Situation) -> _Groups:
    """`groupPods` and `removeMetricsForPods`: samples of ignored and unready pods are dropped."""
    now, settings = situation.now, situation.settings
    ready = 0
    unready: set[str] = set()
    missing: set[str] = set()
    if not situation.pods:
        raise MetricError("no pods returned by selector while calculating replica count")
    for pod in situation.pods:
        if pod.deleting or pod.phase == "Failed":
            samples.pop(pod.name, None)
        elif pod.phase == "Pending":
            unready.add(pod.name)
            samples.pop(pod.name, None)
        elif pod.name not in samples:
            missing.add(pod.name)
        elif resource == "cpu" and _cpu_is_unsettled(pod, samples[pod.name], now, settings):
            unready.add(pod.name)
            del samples[pod.name]
        else:
            ready += 1
    if not samples:
        raise MetricError("did not receive metrics for targeted pods (pods might be unready)")
    return _Groups(ready, unready, missing)


def _cpu_is_unsettled(pod: PodState, sample: Sample, now: float, settings: ControllerSettings) -> bool:
    if pod.started_at is None:
        return True
    if pod.started_at + settings.cpu_initialization_period > now:
        # Still initialising: ignored while unready, and until one whole window lies after the last change.
        return pod.ready is False or sample.timestamp < pod.ready_changed_at + sample.window
    # Later only a pod that has never been ready is ignored.
    return pod.ready is False and pod.started_at + settings.initial_readiness_delay > pod.ready_changed_at


def _requests(metric: MetricSpec, situation: Situation) -> dict[str, int]:
    """`calculateRequests`: deleted and failed pods are asked too, and one without a request fails the metric."""
    pod_level = situation.settings.pod_level_resources
    return {
        pod.name: pod.requests.of(metric.name, metric.container, pod.name, pod_level=pod_level)
        for pod in situation.pods
    }


def _utilization_ratio(
    samples: Mapping[str, Sample], requests: Mapping[str, int], target: int
) -> tuple[float, int, int]:
    """`GetResourceUtilizationRatio`: ratio, percent, raw average; samples of unknown pods are skipped."""
    used = requested = entries = 0
    for name, sample in samples.items():
        request = requests.get(name)
        if request is not None:
            used += sample.value
            requested += request
            entries += 1
    used, requested = wrap64(used), wrap64(requested)
    if requested == 0:
        raise MetricError("no metrics returned matched known pods")
    percent = wrap32(quotient(wrap64(used * 100), requested))
    return divide(float(percent), float(target)), percent, quotient(used, entries)


def _resource(metric: MetricSpec, target: int, situation: Situation) -> Proposal:
    """`GetResourceReplicas`."""
    samples = situation.metrics.resource(metric.name, metric.container)
    groups = _group(samples, metric.name, situation)
    requests = _requests(metric, situation)
    ratio, percent, raw = _utilization_ratio(samples, requests, target)
    # On the way down a missing pod is assumed to use its whole request, or the target when that is higher.
    assumed = max(100, target)

    def again() -> float:
        if groups.missing and ratio < 1.0:
            for name in groups.missing:
                samples[name] = Sample(quotient(wrap64(requests[name] * assumed), 100))
        _assume_idle(samples, groups, ratio)
        return _utilization_ratio(samples, requests, target)[0]

    replicas, held = _decide(ratio, groups, samples, situation, again)
    return Proposal(replicas, raw, percent, ratio, held)


def _plain(samples: dict[str, Sample], target: int, resource: str, situation: Situation) -> Proposal:
    """`calcPlainMetricReplicas`; only the CPU *resource* looks at readiness."""
    groups = _group(samples, resource, situation)
    ratio, usage = _usage_ratio(samples, target)

    def again() -> float:
        if groups.missing and ratio < 1.0:
            for name in groups.missing:
                samples[name] = Sample(target)
        _assume_idle(samples, groups, ratio)
        return _usage_ratio(samples, target)[0]

    replicas, held = _decide(ratio, groups, samples, situation, again)
    return Proposal(replicas, usage, None, ratio, held)


def _usage_ratio(samples: Mapping[str, Sample], target: int) -> tuple[float, int]:
    """`GetMetricUsageRatio`: every sample counts, that of an unknown pod too."""
    usage = quotient(wrap64(sum([sample.value for sample in samples.values()])), len(samples))
    return divide(float(usage), float(target)), usage


def _assume_idle(samples: dict[str, Sample], groups: _Groups, ratio: float) -> None:
    """On the way up, missing and unready pods are assumed to use nothing."""
    if ratio > 1.0:
        for name in (*groups.missing, *groups.unready):
            samples[name] = Sample(0)


def _decide(
    ratio: float, groups: _Groups, samples: dict[str, Sample], situation: Situation, again: Callable[[], float]
) -> tuple[int, bool]:
    """The common half of `GetResourceReplicas` and `calcPlainMetricReplicas`: replicas, and whether tolerance held.

    *again* fills the assumed samples in and gives the ratio with them.
    """
    current, tolerances = situation.spec_replicas, situation.tolerances
    if not groups.missing and not (groups.unready and ratio > 1.0):
        if tolerances.holds(ratio):
            return current, True
        return ceil32(ratio * float(groups.ready)), False
    assumed = again()
    if tolerances.holds(assumed):
        return current, True
    if (ratio < 1.0 and assumed > 1.0) or (ratio > 1.0 and assumed < 1.0):
        return current, False
    replicas = ceil32(assumed * float(len(samples)))
    if (assumed < 1.0 and replicas > current) or (assumed > 1.0 and replicas < current):
        return current, False
    return replicas, False


def _total(usage: int, target: int, situation: Situation) -> Proposal:
    """`GetObjectMetricReplicas` and `GetExternalMetricReplicas` with `getUsageRatioReplicaCount`."""
    ratio = divide(float(usage), float(target))
    if situation.spec_replicas == 0:
        return Proposal(ceil32(ratio), usage, None, ratio)
    if situation.tolerances.holds(ratio):
        return Proposal(situation.spec_replicas, usage, None, ratio, within_tolerance=True)
    if not situation.pods:
        raise MetricError("no pods returned by selector while calculating replica count")
    replicas = ratio * float(sum([pod.serves for pod in situation.pods]))
    return Proposal(MAX_INT32 if replicas > MAX_INT32 else ceil32(replicas), usage, None, ratio)


def _object_per_pod(usage: int, target: int, situation: Situation) -> Proposal:
    """`GetObjectPerPodMetricReplicas`: measured against `status.replicas`, and not capped."""
    status = situation.status_replicas
    ratio = divide(float(usage), float(target) * float(status))
    average = _average(usage, status)
    if situation.tolerances.holds(ratio):
        return Proposal(status, average, None, ratio, within_tolerance=True)
    return Proposal(ceil32(divide(float(usage), float(target))), average, None, ratio)


def _external_per_pod(series: Sequence[int], target: int, situation: Situation) -> Proposal:
    """`GetExternalPerPodMetricReplicas`: measured against `status.replicas`, capped at MaxInt32."""
    status = situation.status_replicas
    usage = 0
    for value in series:
        usage = wrap64(usage + value)
        if usage < 0:
            # Upstream takes any negative sum for an overflow.
            usage = MAX_INT64
            break
    ratio = divide(float(usage), float(target) * float(status))
    average = MAX_INT64 if float(usage) >= float(MAX_INT64) else _average(usage, status)
    if situation.tolerances.holds(ratio):
        return Proposal(status, average, None, ratio, within_tolerance=True)
    replicas = divide(float(usage), float(target))
    return Proposal(MAX_INT32 if replicas > MAX_INT32 else ceil32(replicas), average, None, ratio)


def _capped_sum(series: Sequence[int]) -> int:
    """The sum of an external metric's series, stopped at MaxInt64 when it overflows upwards."""
    usage = 0
    for value in series:
        if value > 0 and usage > MAX_INT64 - value:
            return MAX_INT64
        usage = wrap64(usage + value)
    return usage


def _average(usage: int, replicas: int) -> int:
    """`int64(math.Ceil(usage / replicas))`; what does not fit gives the smallest int64."""
    average = divide(float(usage), float(replicas))
    return math.ceil(average) if -(2.0**63) <= average < 2.0**63 else -(2**63)
