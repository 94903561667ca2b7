"""How many pods of a workload can exist at once: the autoscaler's maximum and the surge of a rollout."""

from __future__ import annotations

import math

import attrs

from seatrial.model.dig import as_int, as_str, dig
from seatrial.model.document import Resource
from seatrial.model.inventory import Inventory
from seatrial.model.workload import Workload

_KEDA_MAXIMUM = 100
"""maxReplicaCount of a KEDA ScaledObject that does not set it (keda v2.21 apis/keda/v1alpha1/scaledobject_types.go)."""


@attrs.frozen
class Maximum:
    """The most pods of one workload."""

    replicas: int
    surge: int
    """Pods that a rollout adds while it replaces others."""

    @property
    def pods(self) -> int:
        """Both together."""
        return self.replicas + self.surge

    def __str__(self) -> str:
        return f"{self.replicas} + {self.surge} surge" if self.surge else str(self.replicas)


def scaler_of(inventory: Inventory, resource: Resource) -> Resource | None:
    """The HorizontalPodAutoscaler or KEDA ScaledObject that scales an object."""
    for scaler in inventory.in_namespace(resource.namespace, "HorizontalPodAutoscaler", "ScaledObject"):
        target = dig(scaler.data, "spec", "scaleTargetRef")
        kind = as_str(dig(target, "kind")) or ("Deployment" if scaler.kind == "ScaledObject" else "")
        if (kind, as_str(dig(target, "name"))) == (resource.kind, resource.name):
            return scaler
    return None


def maximum(inventory: Inventory, workload: Workload) -> Maximum | None:
    """The most pods of a workload, or None where the number of nodes decides (a DaemonSet)."""
    resource = workload.resource
    data = resource.data
    match resource.kind:
        case "Pod":
            return Maximum(1, 0)
        case "DaemonSet":
            return None
        case "Job":
            return Maximum(_count(dig(data, "spec", "parallelism"), 1), 0)
        case "CronJob":
            # With concurrencyPolicy Allow runs may pile up without limit; one run is what a schedule means to have.
            return Maximum(_count(dig(data, "spec", "jobTemplate", "spec", "parallelism"), 1), 0)
    scaler = scaler_of(inventory, resource)
    if scaler is None:
        replicas = _count(dig(data, "spec", "replicas"), 1)
    elif scaler.kind == "ScaledObject":
        replicas = _count(dig(scaler.data, "spec", "maxReplicaCount"), _KEDA_MAXIMUM)
    else:
        replicas = _count(dig(scaler.data, "spec", "maxReplicas"), 1)
    return Maximum(replicas, _surge(resource, replicas))


def _count(value: object, default: int) -> int:
    number = as_int(value)
    return default if number is None else max(0, number)


def _surge(resource: Resource, replicas: int) -> int:
    """`maxSurge`, a percentage rounded up (k8s.io/kubernetes v1.37.2 pkg/controller/deployment/util MaxSurge)."""
    if resource.kind != "Deployment" or dig(resource.data, "spec", "strategy", "type") == "Recreate":
        return 0
    value = dig(resource.data, "spec", "strategy", "rollingUpdate", "maxSurge", default="25%")
    if isinstance(value, str) and value.removesuffix("%").isdigit():
        share = int(value.removesuffix("%")[:6])
        return math.ceil(replicas * share / 100)
    return _count(value, 0)
