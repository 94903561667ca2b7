"""Which of a cluster's objects are judged: those of the system, not those that come with every cluster."""

from __future__ import annotations

from collections.abc import Iterable

import attrs

from seatrial.checks.base import DECLARED, CheckInfo, skipped
from seatrial.model.document import Resource
from seatrial.model.inventory import Inventory
from seatrial.model.verdict import Subject, Verdict

CONTROL_PLANE = frozenset({"kube-system", "kube-public", "kube-node-lease"})
"""Namespaces that the server itself creates for the control plane and the nodes."""
_BOOTSTRAP_LABEL = "kubernetes.io/bootstrapping"
"""On the roles and bindings that the server creates and restores (k8s.io/kubernetes v1.37.2 plugin/pkg/auth/authorizer/
rbac/bootstrappolicy)."""
_OUTSIDE = "nothing of it lies in what was judged"


@attrs.frozen(eq=False)
class Judged:
    """The part of a cluster that is judged."""

    namespaces: tuple[str, ...]
    """Empty for all but those of the control plane."""
    declared: frozenset[tuple[str, str]]
    """Kind and name of the cluster-scoped objects of the manifests."""
    bootstrap: frozenset[Subject]
    """Objects that every cluster has."""

    @classmethod
    def of(cls, namespaces: Iterable[str], desired: Inventory | None, live: Inventory) -> Judged:
        """Read which objects the cluster came with."""
        declared = {(item.kind, item.name) for item in desired.resources} if desired is not None else set()
        bootstrap = {item.subject for item in live.resources if _bootstrap(item)}
        return cls(tuple(namespaces), frozenset(declared), frozenset(bootstrap))

    def holds(self, subject: Subject) -> bool:
        """Whether a verdict on *subject* is asked for."""
        if subject.api_version == DECLARED:
            return True
        if self.namespaces:
            if subject.namespace:
                return subject.namespace in self.namespaces
            if subject.kind == "Namespace":
                return subject.name in self.namespaces
            return (subject.kind, subject.name) in self.declared
        return subject not in self.bootstrap

    def revise(self, verdicts: Iterable[Verdict], checks: Iterable[CheckInfo]) -> list[Verdict]:
        """The verdicts asked for; a check that has none left says so."""
        given = list(verdicts)
        kept = [found for found in given if self.holds(found.subject)]
        silenced = {found.check for found in given} - {found.check for found in kept}
        return kept + [skipped(info, _OUTSIDE) for info in checks if info.id in silenced]


def _bootstrap(item: Resource) -> bool:
    if item.namespace in CONTROL_PLANE or item.labels.get(_BOOTSTRAP_LABEL):
        return True
    match item.kind:
        case "Namespace":
            return item.name in CONTROL_PLANE | {"default"}
        case "PriorityClass" | "ClusterRole" | "ClusterRoleBinding":
            return item.name.startswith("system")
        case "ServiceAccount":
            return item.name == "default"
        case "ConfigMap":
            return item.name == "kube-root-ca.crt"
        case "Service":
            return (item.namespace, item.name) == ("default", "kubernetes")
    return False


def owned_namespaces(desired: Inventory) -> tuple[str, ...]:
    """The namespaces that the manifests bring along; where they bring none, those that their objects name."""
    brought = {item.name for item in desired.of_kind("Namespace")}
    named = {item.namespace for item in desired.resources if item.namespace} - CONTROL_PLANE
    return tuple(sorted(brought or named))
