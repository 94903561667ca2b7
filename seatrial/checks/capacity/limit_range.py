"""Does a LimitRange admit every container, pod and claim of its namespace?

Truth: k8s.io/kubernetes v1.37.2 plugin/pkg/admission/limitranger/admission.go (`PodValidateLimitFunc`,
`PersistentVolumeClaimValidateLimitFunc`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from seatrial.checks.capacity.pod_resources import Amounts, Need, amounts, pod
from seatrial.checks.capacity.replicas import Maximum
from seatrial.checks.judging import Problem
from seatrial.model.dig import as_list, as_str, dig
from seatrial.model.document import Resource
from seatrial.model.inventory import Inventory
from seatrial.model.pointer import join
from seatrial.model.workload import Workload


def range_problems(
    resource: Resource, inventory: Inventory, pods: Iterable[tuple[Workload, Maximum | None, list[Need]]]
) -> Iterator[Problem]:
    """What a LimitRange rejects."""
    found = list(pods)
    for index, item in enumerate(as_list(dig(resource.data, "spec", "limits"))):
        where = ("spec", "limits", index)
        match as_str(dig(item, "type")):
            case "Container":
                needs = [
                    (f"container {need.name} of {_name(workload)}", need) for workload, _, ns in found for need in ns
                ]
            case "Pod":
                needs = [(f"a pod of {_name(workload)}", pod(workload, ns)) for workload, _, ns in found]
            case "PersistentVolumeClaim":
                needs = [(name, Need(name, "", size, {})) for name, size in _claims(resource.namespace, inventory)]
                yield from _claim_problems(item, where, needs)
                continue
            case _:
                continue
        for name, need in needs:
            yield from _need_problems(item, where, name, need)


def _name(workload: Workload) -> str:
    return f"{workload.resource.kind} {workload.resource.name}"


def _need_problems(item: Any, where: tuple[str | int, ...], name: str, need: Need) -> Iterator[Problem]:
    for resource, low in amounts(dig(item, "min")).items():
        asked, limit = need.requests.get(resource), need.limits.get(resource)
        if asked is None or asked < low:
            yield _problem(
                (*where, "min", resource), f"{name} requests {asked or 'no'} {resource}, below the minimum {low}"
            )
        elif limit is not None and limit < low:
            yield _problem(
                (*where, "min", resource), f"{name} has a {resource} limit of {limit}, below the minimum {low}"
            )
    for resource, high in amounts(dig(item, "max")).items():
        asked, limit = need.requests.get(resource), need.limits.get(resource)
        if limit is None:
            yield _problem((*where, "max", resource), f"{name} has no {resource} limit, but the maximum is {high}")
        elif limit > high:
            yield _problem(
                (*where, "max", resource), f"{name} has a {resource} limit of {limit}, above the maximum {high}"
            )
        elif asked is not None and asked > high:
            yield _problem((*where, "max", resource), f"{name} requests {asked} {resource}, above the maximum {high}")
    for resource, most in amounts(dig(item, "maxLimitRequestRatio")).items():
        asked, limit = need.requests.get(resource), need.limits.get(resource)
        place = (*where, "maxLimitRequestRatio", resource)
        if asked is None or limit is None or not asked.value or not limit.value:
            yield _problem(
                place, f"{name} lacks a request or limit of {resource}, but their ratio is bounded by {most}"
            )
        elif limit.value > asked.value * most.value:
            yield _problem(place, f"{name} has {resource} {limit} for a request of {asked}, above the ratio {most}")


def _claim_problems(item: Any, where: tuple[str | int, ...], claims: list[tuple[str, Need]]) -> Iterator[Problem]:
    for bound in ("min", "max"):
        edge = amounts(dig(item, bound)).get("storage")
        for name, need in claims:
            size = need.requests.get("storage")
            outside = edge is not None and size is not None and (size < edge if bound == "min" else size > edge)
            if outside:
                side = "below the minimum" if bound == "min" else "above the maximum"
                yield _problem((*where, bound, "storage"), f"{name} asks for {size} of storage, {side} {edge}")


def _claims(namespace: str, inventory: Inventory) -> Iterator[tuple[str, Amounts]]:
    for claim in inventory.in_namespace(namespace, "PersistentVolumeClaim"):
        yield f"PersistentVolumeClaim {claim.name}", amounts(dig(claim.data, "spec", "resources", "requests"))
    for resource in inventory.in_namespace(namespace, "StatefulSet"):
        for template in as_list(dig(resource.data, "spec", "volumeClaimTemplates")):
            yield f"a claim of StatefulSet {resource.name}", amounts(dig(template, "spec", "resources", "requests"))


def _problem(where: tuple[str | int, ...], message: str) -> Problem:
    return Problem(join(*where), message, "change the workload, or widen the LimitRange")
