"""What one pod asks of a quota: its effective requests and limits, after the defaults of the namespace.

Truth: k8s.io/component-helpers v0.37.2 resource/helpers.go (`PodRequests`, `PodLimits`: sidecars are added, the
highest init container counts, pod-level resources and overhead), k8s.io/kubernetes v1.37.2
pkg/apis/core/v1/defaults.go (a request that is absent becomes the limit; `SetDefaults_LimitRangeItem`) and
plugin/pkg/admission/limitranger (`mergeContainerResources`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import attrs

from seatrial.model.dig import as_dict, as_list, dig
from seatrial.model.document import Resource
from seatrial.model.quantity import Quantity
from seatrial.model.workload import Workload

Amounts = dict[str, Quantity]
"""Quantities by resource name."""

ZERO = Quantity.parse(0)
_POD_LEVEL = ("cpu", "memory")
"""Resources that may be given for a pod as a whole, besides huge pages."""


def amounts(value: Any) -> Amounts:
    """The quantities of a resource list; what does not parse is left out (the schema tells of it)."""
    found: Amounts = {}
    for name, text in as_dict(value).items():
        try:
            found[str(name)] = Quantity.parse(text)
        except ValueError:
            continue
    return found


def add(left: Mapping[str, Quantity], right: Mapping[str, Quantity]) -> Amounts:
    """The sum of two resource lists."""
    return {name: left.get(name, ZERO) + right.get(name, ZERO) for name in {**left, **right}}


def largest(left: Mapping[str, Quantity], right: Mapping[str, Quantity]) -> Amounts:
    """The greater of two resource lists, resource by resource."""
    return {name: max(left.get(name, ZERO), right.get(name, ZERO)) for name in {**left, **right}}


def times(each: Mapping[str, Quantity], count: int) -> Amounts:
    """A resource list for *count* pods."""
    return {name: amount * count for name, amount in each.items()}


@attrs.frozen(eq=False)
class Need:
    """What one container or one pod asks for, after all defaults."""

    name: str
    pointer: str
    requests: Amounts
    limits: Amounts
    init: bool = False
    sidecar: bool = False


@attrs.frozen(eq=False)
class Defaults:
    """What the LimitRanges of a namespace give to containers that leave something out."""

    requests: Amounts
    limits: Amounts

    @classmethod
    def of(cls, ranges: Iterable[Resource]) -> Defaults:
        """The defaults of these LimitRanges; where several name one resource, the first is taken."""
        requests: Amounts = {}
        limits: Amounts = {}
        for item in (item for found in ranges for item in as_list(dig(found.data, "spec", "limits"))):
            if dig(item, "type") == "Container":
                default = {**amounts(dig(item, "max")), **amounts(dig(item, "default"))}
                asked = {**amounts(dig(item, "min")), **default, **amounts(dig(item, "defaultRequest"))}
                limits = {**default, **limits}
                requests = {**asked, **requests}
        return cls(requests, limits)


def containers(workload: Workload, defaults: Defaults) -> list[Need]:
    """What each container asks for; ephemeral ones have no resources."""
    found = []
    for container in workload.containers():
        if "/ephemeralContainers/" in container.pointer:
            continue
        limits = amounts(dig(container.data, "resources", "limits"))
        requests = {**limits, **amounts(dig(container.data, "resources", "requests"))}
        found.append(
            Need(
                container.name,
                container.pointer,
                {**defaults.requests, **requests},
                {**defaults.limits, **limits},
                container.init,
                container.init and container.data.get("restartPolicy") == "Always",
            )
        )
    return found


def pod(workload: Workload, needs: Iterable[Need]) -> Need:
    """What a pod asks for as a whole."""
    needs = list(needs)
    requests, limits = _aggregate(needs, "requests"), _aggregate(needs, "limits")
    whole = workload.pod_spec.get("resources")
    own_limits = _pod_level(dig(whole, "limits"))
    # Pod-level requests stand for those of the containers; a pod-level limit only where nothing is requested.
    requests = {**own_limits, **requests, **_pod_level(dig(whole, "requests"))}
    limits = {**limits, **own_limits}
    overhead = amounts(workload.pod_spec.get("overhead"))
    limits = {name: amount + overhead.get(name, ZERO) for name, amount in limits.items()}
    return Need(workload.resource.name, workload.pod_spec_pointer, add(requests, overhead), limits)


def _pod_level(value: Any) -> Amounts:
    given = amounts(value).items()
    return {name: amount for name, amount in given if name in _POD_LEVEL or name.startswith("hugepages-")}


def _aggregate(needs: list[Need], field: str) -> Amounts:
    running: Amounts = {}
    highest: Amounts = {}
    for need in (need for need in needs if need.init):
        own: Amounts = getattr(need, field)
        if need.sidecar:
            running = add(running, own)
            highest = largest(highest, running)
        else:
            highest = largest(highest, add(own, running))
    for need in (need for need in needs if not need.init):
        running = add(running, getattr(need, field))
    return largest(running, highest)
