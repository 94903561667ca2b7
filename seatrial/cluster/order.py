"""The order in which objects are applied, so that each finds what it needs.

It follows helm.sh/helm v3.19 pkg/releaseutil/kind_sorter.go (InstallOrder), with two changes: a Namespace and the
definitions of custom kinds come first of all, as in sigs.k8s.io/kustomize api v0.20 internal/plugins/builtinhelpers
(orderFirst), and autoscalers, budgets and routes follow the workloads and Services that they name, so that no
controller reports a missing target while the rest is on its way.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby

from seatrial.model.document import Resource

DEFINITION = "CustomResourceDefinition"
_FIRST = (
    "Namespace",
    DEFINITION,
    "PriorityClass",
    "StorageClass",
    "RuntimeClass",
    "IngressClass",
    "GatewayClass",
    "VolumeSnapshotClass",
    "ResourceQuota",
    "LimitRange",
    "NetworkPolicy",
    "ServiceAccount",
    "ClusterRole",
    "ClusterRoleBinding",
    "Role",
    "RoleBinding",
    "ConfigMap",
    "Secret",
    "PersistentVolume",
    "PersistentVolumeClaim",
    "Service",
    "DaemonSet",
    "Pod",
    "ReplicationController",
    "ReplicaSet",
    "StatefulSet",
    "Deployment",
    "Job",
    "CronJob",
    "HorizontalPodAutoscaler",
    "VerticalPodAutoscaler",
    "PodDisruptionBudget",
    "Ingress",
)
_LAST = (
    "APIService",
    # These stand between the server and every later object, and their own server may not run yet.
    "MutatingAdmissionPolicy",
    "MutatingAdmissionPolicyBinding",
    "ValidatingAdmissionPolicy",
    "ValidatingAdmissionPolicyBinding",
    "MutatingWebhookConfiguration",
    "ValidatingWebhookConfiguration",
)
_OTHERS = len(_FIRST)
_RANKS = {kind: rank for rank, kind in enumerate(_FIRST)} | {
    kind: _OTHERS + 1 + rank for rank, kind in enumerate(_LAST)
}


def rank(resource: Resource) -> int:
    """Place of the object's kind in the order; custom kinds stand before what guards the server."""
    return _RANKS.get(resource.kind, _OTHERS)


def in_order(resources: Iterable[Resource]) -> list[Resource]:
    """The objects in the order to apply them in; those of a kind keep the order of their source."""
    return sorted(resources, key=rank)


def stages(resources: Iterable[Resource]) -> Iterator[list[Resource]]:
    """The objects in that order, in lists of one rank."""
    for _, found in groupby(in_order(resources), key=rank):
        yield list(found)
