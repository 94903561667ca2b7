"""What the autoscaler reads of a pod: phase, readiness, start, and what its containers request.

Source: k8s.io/kubernetes v1.37.2, pkg/controller/podautoscaler/replica_calculator.go
(`calculateRequests`), and k8s.io/component-helpers v0.37.2, resource/helpers.go (`PodRequests`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import attrs

from simulator.hpa.fields import Fields


class MetricError(Exception):
    """A metric could not be computed; the message says why."""


class ContainerRequests(NamedTuple):
    """What one container requests, in milli-units by resource."""

    name: str
    requests: Mapping[str, int]
    restartable: bool = False
    """Whether an init container has the restart policy Always, which makes it a sidecar."""


@attrs.frozen(eq=False)
class PodRequests:
    """Requests of one pod template in milli-units (CPU in millicores, memory in thousandths of a byte)."""

    containers: Mapping[str, Mapping[str, int]]
    """Per container and resource, sidecars after the others."""
    pod_level: Mapping[str, int] | None = None
    """What `PodRequests` gives for a pod with `spec.resources.requests`; None without them."""

    @classmethod
    def from_pod_spec(cls, pod_spec: Mapping[str, Any]) -> PodRequests:
        """Read a pod template's `spec`. Raises FieldError."""
        spec = Fields(pod_spec, "spec")
        resources = spec.optional("resources")
        return cls.build(
            [_container(fields) for fields in spec.objects("containers")],
            [_container(fields) for fields in spec.objects("initContainers")],
            resources.quantities("requests") if resources else {},
            spec.quantities("overhead"),
        )

    @classmethod
    def build(
        cls,
        containers: Sequence[ContainerRequests],
        init_containers: Sequence[ContainerRequests] = (),
        declared: Mapping[str, int] | None = None,
        overhead: Mapping[str, int] | None = None,
    ) -> PodRequests:
        """Combine containers, init containers in order, the pod's own *declared* requests and its *overhead*."""
        counted = [*containers, *(init for init in init_containers if init.restartable)]
        pod_level = None
        if declared and any(_pod_level_resource(name) for name in declared):
            pod_level = _pod_total(containers, init_containers)
            pod_level.update({name: amount for name, amount in declared.items() if _pod_level_resource(name)})
            _add(pod_level, overhead or {})
        return cls({container.name: container.requests for container in counted}, pod_level)

    def of(self, resource: str, container: str, pod: str, *, pod_level: bool = True) -> int:
        """The request that a pod's usage is measured against (`calculateRequests`).

        An empty *container* means the whole pod. Raises MetricError when some container does not request it.
        """
        if container:
            return self._of_container(resource, container, pod)
        if pod_level and self.pod_level is not None:
            if resource not in self.pod_level:
                raise MetricError(f"missing pod-level request for {resource} in Pod {pod}")
            return self.pod_level[resource]
        total = 0
        for name, requests in self.containers.items():
            if resource not in requests:
                raise MetricError(f"missing request for {resource} in container {name} of Pod {pod}")
            total += requests[resource]
        return total

    def _of_container(self, resource: str, container: str, pod: str) -> int:
        requests = self.containers.get(container)
        if requests is None:
            raise MetricError(f"container {container} not found in Pod {pod}")
        if resource not in requests:
            raise MetricError(f"missing request for {resource} in container {container} of Pod {pod}")
        return requests[resource]


def _container(fields: Fields) -> ContainerRequests:
    resources = fields.optional("resources")
    requests = resources.quantities("requests") if resources else {}
    return ContainerRequests(fields.text("name"), requests, fields.text("restartPolicy", "") == "Always")


def _pod_level_resource(name: str) -> bool:
    return name in {"cpu", "memory"} or name.startswith("hugepages-")


def _pod_total(containers: Sequence[ContainerRequests], init_containers: Sequence[ContainerRequests]) -> dict[str, int]:
    """`AggregateContainerRequests`: all that run together, but at least what the largest init step needs."""
    total: dict[str, int] = {}
    for container in containers:
        _add(total, container.requests)
    sidecars: dict[str, int] = {}
    largest: dict[str, int] = {}
    for init in init_containers:
        if init.restartable:
            _add(total, init.requests)
            _add(sidecars, init.requests)
            step = sidecars
        else:
            step = dict(sidecars)
            _add(step, init.requests)
        _raise_to(largest, step)
    _raise_to(total, largest)
    return total


def _add(total: dict[str, int], more: Mapping[str, int]) -> None:
    for name, amount in more.items():
        total[name] = total.get(name, 0) + amount


def _raise_to(total: dict[str, int], least: Mapping[str, int]) -> None:
    for name, amount in least.items():
        total[name] = max(total.get(name, amount), amount)


@attrs.frozen(eq=False)
class PodState:
    """One pod at the moment of a pass; times on the caller's clock, in seconds."""

    name: str
    requests: PodRequests
    phase: str = "Running"
    """Pending, Running, Succeeded, Failed or Unknown."""
    ready: bool | None = True
    """Status of the Ready condition, None for Unknown."""
    started_at: float | None = 0.0
    """`status.startTime`; None when it, or the Ready condition itself, is not there yet."""
    ready_changed_at: float = 0.0
    """Last transition of the Ready condition."""
    deleting: bool = False
    """Whether a deletion timestamp is set."""

    @property
    def serves(self) -> bool:
        """Running and Ready, as Object and External `Value` targets count pods (`getReadyPodsCount`)."""
        return self.phase == "Running" and self.ready is True
