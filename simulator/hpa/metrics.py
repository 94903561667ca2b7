"""What the three metrics APIs answer at one moment, in the shape that the autoscaler reduces it to.

Source: k8s.io/kubernetes v1.37.2, pkg/controller/podautoscaler/metrics/client.go.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol

import attrs

from simulator.hpa.go_numbers import wrap64
from simulator.hpa.pods import MetricError
from simulator.hpa.spec import MetricSpec

DEFAULT_CUSTOM_WINDOW = 60.0
"""Window in seconds of a custom metric that names none (`metricServerDefaultMetricWindow`)."""


class Sample(NamedTuple):
    """One pod's metric (`PodMetric`)."""

    value: int
    """Milli-units."""
    timestamp: float = 0.0
    window: float = DEFAULT_CUSTOM_WINDOW


class PodUsage(NamedTuple):
    """One item of the resource metrics API."""

    pod: str
    timestamp: float
    """End of the window, on the caller's clock in seconds."""
    window: float
    """Seconds that the CPU rate was taken over."""
    containers: Mapping[str, Mapping[str, int]]
    """Usage per container and resource in milli-units."""


class MetricsSource(Protocol):
    """Where a pass takes its metrics from; each method raises MetricError when there is no answer."""

    def resource(self, resource: str, container: str) -> dict[str, Sample]:
        """Usage by pod, of one container or (empty name) of the whole pod. The caller may change the dict."""
        ...

    def pods(self, metric: MetricSpec) -> dict[str, Sample]:
        """A custom metric by pod. The caller may change the dict."""
        ...

    def object(self, metric: MetricSpec) -> int:
        """A custom metric of one object in milli-units."""
        ...

    def external(self, metric: MetricSpec) -> Sequence[int]:
        """The series of an external metric in milli-units."""
        ...


@attrs.frozen(eq=False)
class MetricsSnapshot:
    """Metrics held in memory; custom, object and external ones by metric name (selectors are not looked at)."""

    usage: Sequence[PodUsage] = ()
    by_pod: Mapping[str, Mapping[str, int]] = attrs.field(factory=dict)
    by_object: Mapping[str, int] = attrs.field(factory=dict)
    by_series: Mapping[str, Sequence[int]] = attrs.field(factory=dict)

    def resource(self, resource: str, container: str) -> dict[str, Sample]:
        """See MetricsSource."""
        return resource_samples(self.usage, resource, container)

    def pods(self, metric: MetricSpec) -> dict[str, Sample]:
        """See MetricsSource."""
        return custom_samples(self.by_pod.get(metric.name, {}))

    def object(self, metric: MetricSpec) -> int:
        """See MetricsSource."""
        value = self.by_object.get(metric.name)
        if value is None:
            raise MetricError("unable to fetch metrics from custom metrics API: no value")
        return value

    def external(self, metric: MetricSpec) -> Sequence[int]:
        """See MetricsSource."""
        return external_series(self.by_series.get(metric.name, ()))


def resource_samples(usage: Sequence[PodUsage], resource: str, container: str) -> dict[str, Sample]:
    """`GetResourceMetric`: a pod counts only if the container, or without one every container, reports."""
    if not usage:
        raise MetricError("no metrics returned from resource metrics API")
    samples: dict[str, Sample] = {}
    for item in usage:
        if container:
            value = item.containers.get(container, {}).get(resource)
            if value is not None:
                samples[item.pod] = Sample(value, item.timestamp, item.window)
        elif item.containers:
            try:
                total = sum([amounts[resource] for amounts in item.containers.values()])
            except KeyError:
                continue
            samples[item.pod] = Sample(wrap64(total), item.timestamp, item.window)
    return samples


def custom_samples(values: Mapping[str, int]) -> dict[str, Sample]:
    """`GetRawMetric`."""
    if not values:
        raise MetricError("no metrics returned from custom metrics API")
    return {pod: Sample(value) for pod, value in values.items()}


def external_series(values: Sequence[int]) -> Sequence[int]:
    """`GetExternalMetric`."""
    if not values:
        raise MetricError("no metrics returned from external metrics API")
    return values
