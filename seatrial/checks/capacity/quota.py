"""Do the quotas of a namespace cover everything that may run in it at once?

Every workload at the maximum of its autoscaler, all of them rolling out at the same time: that is what a quota has to
allow, or a busy day is also the day on which no release is possible. How quotas count: k8s.io/kubernetes v1.37.2
pkg/quota/v1/evaluator/core (pods.go, persistent_volume_claims.go, services.go).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import attrs

from seatrial.checks.base import CheckInfo
from seatrial.checks.capacity.limit_range import range_problems
from seatrial.checks.capacity.pod_resources import Amounts, Defaults, Need, add, amounts, containers, pod, times
from seatrial.checks.capacity.replicas import Maximum, maximum
from seatrial.checks.judging import Judged, Problem
from seatrial.model.dig import as_list, as_str, dig
from seatrial.model.document import Resource
from seatrial.model.inventory import Inventory
from seatrial.model.pointer import join
from seatrial.model.quantity import Quantity
from seatrial.model.verdict import Severity
from seatrial.model.workload import Workload

INFO = CheckInfo(
    id="capacity/quota-covers-maxima",
    title="Quota covers every workload at its maximum",
    severity=Severity.HIGH,
    description=(
        "Each ResourceQuota is at least the sum over the workloads of its namespace at their largest, autoscaled to "
        "the maximum and in the middle of a rollout: requests and limits, pods, claims, storage and object counts. "
        "Each LimitRange admits every container and claim. A DaemonSet counts nothing: the nodes decide its pods; a "
        "CronJob counts one run."
    ),
    remediation="raise the quota, or lower the maximum or the resources of a workload",
    group="capacity",
    kinds=("ResourceQuota", "LimitRange"),
)

_ONE = Quantity.parse(1)
_CONSTRAINED = ("cpu", "memory")
"""Resources that every container has to give once a quota counts them (`podEvaluator.Constraints`)."""
_MOST_NAMES = 4


@attrs.frozen(eq=False)
class _Share:
    """What one workload or object takes of a quota."""

    name: str
    used: Amounts


@attrs.define(eq=False)
class _Namespace:
    """All that runs in a namespace, at its largest."""

    inventory: Inventory
    name: str

    def shares(self) -> Iterator[_Share]:
        """What every workload and object takes."""
        for workload, most, needs in self.pods():
            if most is not None:
                each = pod(workload, needs)
                yield _Share(f"{workload.resource.kind} {workload.resource.name} ({most})", _of_pods(each, most.pods))
                yield from self._claims(workload, most)
        for claim in self.inventory.in_namespace(self.name, "PersistentVolumeClaim"):
            yield _Share(f"PersistentVolumeClaim {claim.name}", _of_claim(dig(claim.data, "spec")))
        for service in self.inventory.in_namespace(self.name, "Service"):
            yield _Share(f"Service {service.name}", _of_service(service))
        for resource in self.inventory.in_namespace(self.name):
            used = {f"count/{_plural(resource)}": _ONE}
            if resource.kind in ("Secret", "ConfigMap", "ReplicationController", "ResourceQuota"):
                used[_plural(resource)] = _ONE
            yield _Share(f"{resource.kind} {resource.name}", used)

    def pods(self) -> Iterator[tuple[Workload, Maximum | None, list[Need]]]:
        """Every workload with its maximum and what its containers ask for."""
        defaults = Defaults.of(self.inventory.in_namespace(self.name, "LimitRange"))
        for workload in self.inventory.workloads():
            if workload.resource.namespace == self.name:
                yield workload, maximum(self.inventory, workload), containers(workload, defaults)

    def _claims(self, workload: Workload, most: Maximum) -> Iterator[_Share]:
        name = f"{workload.resource.kind} {workload.resource.name}"
        if workload.resource.kind == "StatefulSet":
            for template in as_list(dig(workload.resource.data, "spec", "volumeClaimTemplates")):
                yield _Share(f"{name} ({most})", times(_of_claim(dig(template, "spec")), most.replicas))
        for volume in as_list(workload.pod_spec.get("volumes")):
            claim = dig(volume, "ephemeral", "volumeClaimTemplate", "spec")
            if claim is not None:
                yield _Share(f"{name} ({most})", times(_of_claim(claim), most.pods))


def _of_pods(each: Need, count: int) -> Amounts:
    used: Amounts = {"pods": _ONE, "count/pods": _ONE}
    for name, amount in each.requests.items():
        used[f"requests.{name}"] = amount
        if name in ("cpu", "memory", "ephemeral-storage") or name.startswith("hugepages-"):
            used[name] = amount
    for name, amount in each.limits.items():
        used[f"limits.{name}"] = amount
    return times(used, count)


def _of_claim(spec: Any) -> Amounts:
    size = amounts(dig(spec, "resources", "requests")).get("storage", Quantity.parse(0))
    used = {"persistentvolumeclaims": _ONE, "count/persistentvolumeclaims": _ONE, "requests.storage": size}
    storage_class = as_str(dig(spec, "storageClassName"))
    if storage_class:
        used[f"{storage_class}.storageclass.storage.k8s.io/requests.storage"] = size
        used[f"{storage_class}.storageclass.storage.k8s.io/persistentvolumeclaims"] = _ONE
    return used


def _of_service(service: Resource) -> Amounts:
    used = {"services": _ONE}
    kind = dig(service.data, "spec", "type")
    ports = Quantity.parse(len(as_list(dig(service.data, "spec", "ports"))))
    if kind in ("NodePort", "LoadBalancer"):
        if kind == "NodePort" or dig(service.data, "spec", "allocateLoadBalancerNodePorts") is not False:
            used["services.nodeports"] = ports
        if kind == "LoadBalancer":
            used["services.loadbalancers"] = _ONE
    return used


def _plural(resource: Resource) -> str:
    """The resource name of a built-in kind, with its group: `deployments.apps`."""
    kind = resource.kind.lower()
    plural = kind[:-1] + "ies" if kind.endswith("y") else kind + ("es" if kind.endswith("s") else "s")
    return f"{plural}.{resource.group}" if resource.group else plural


def judge(inventory: Inventory) -> Iterator[Judged]:
    """Judge every ResourceQuota and LimitRange."""
    spaces: dict[str, _Namespace] = {}
    shares: dict[str, list[_Share]] = {}
    for resource in inventory.of_kind("ResourceQuota", "LimitRange"):
        space = spaces.setdefault(resource.namespace, _Namespace(inventory, resource.namespace))
        if resource.kind == "LimitRange":
            problems = tuple(range_problems(resource, inventory, space.pods()))
            yield Judged(resource, problems, "admits every container, pod and claim of the namespace", "/spec/limits")
            continue
        if resource.namespace not in shares:
            shares[resource.namespace] = list(space.shares())
        yield _quota(resource, space, shares[resource.namespace])


def _quota(quota: Resource, space: _Namespace, shares: list[_Share]) -> Judged:
    scopes = dig(quota.data, "spec", "scopes") or dig(quota.data, "spec", "scopeSelector")
    hard = amounts(dig(quota.data, "spec", "hard"))
    if scopes:
        problem = Problem("/spec", "the quota has scopes, which this check cannot follow", "waive it with a reason",
                          severity=Severity.LOW)  # fmt: skip
        return Judged(quota, (problem,), "")
    total: Amounts = {}
    for share in shares:
        total = add(total, share.used)
    problems = [*_exceeded(hard, total, shares), *_unconstrained(hard, space)]
    used = {name: total.get(name, Quantity.parse(0)) for name in hard}
    evidence = {name: {"needed": str(used[name]), "hard": str(hard[name])} for name in hard}
    passed = f"covers {len(hard)} resource(s) at the maximum{_tightest(hard, used)}"
    return Judged(quota, tuple(problems), passed, "/spec/hard", evidence)


def _exceeded(hard: Amounts, total: Amounts, shares: list[_Share]) -> Iterator[Problem]:
    for name, allowed in hard.items():
        needed = total.get(name, Quantity.parse(0))
        if needed > allowed:
            takers = sorted((share for share in shares if name in share.used), key=lambda share: share.used[name])
            listed = ", ".join(f"{share.name} {share.used[name]}" for share in reversed(takers[-_MOST_NAMES:]))
            message = f"{name} is {allowed}, but the workloads at their maximum need {needed}; most: {listed}"
            evidence = {"needed": str(needed), "hard": str(allowed)}
            yield Problem(join("spec", "hard", name), message, f"raise {name} to at least {needed}", evidence)


def _unconstrained(hard: Amounts, space: _Namespace) -> Iterator[Problem]:
    """Pods that the quota would reject because a container leaves out what it counts."""
    for name in _CONSTRAINED:
        for field, keys in (("requests", (name, f"requests.{name}")), ("limits", (f"limits.{name}",))):
            key = next((key for key in keys if key in hard), None)
            if key is None:
                continue
            lacking = [
                f"{need.name} of {workload.resource.kind} {workload.resource.name}"
                for workload, _, needs in space.pods()
                for need in needs
                if not workload.pod_spec.get("resources") and name not in getattr(need, field)
            ]
            if lacking:
                listed = ", ".join(lacking[:_MOST_NAMES])
                message = f"the quota counts {key}, so pods without it are rejected: container {listed}"
                more = f" and {len(lacking) - _MOST_NAMES} more" if len(lacking) > _MOST_NAMES else ""
                yield Problem(join("spec", "hard", key), message + more, f"give each container {field} of {name}")


def _tightest(hard: Amounts, used: Amounts) -> str:
    filled = [(used[name].value / allowed.value, name) for name, allowed in hard.items() if allowed.value > 0]
    if not filled:
        return ""
    share, name = max(filled)
    return f"; tightest is {name}: {used[name]} of {hard[name]} ({share:.0%})"
