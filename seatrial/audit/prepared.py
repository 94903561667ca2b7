"""Live objects as the checks are to see them: what somebody declared, without what the server adds to it."""

from __future__ import annotations

import re
from collections.abc import Iterable

from seatrial.engines.drift.managed import REPLICAS, is_controller, last_applied
from seatrial.engines.drift.objects import is_templated, templated_claims
from seatrial.engines.drift.owners import APPLY, Ownership
from seatrial.model.dig import as_dict, as_list, as_str, dig
from seatrial.model.document import Resource
from seatrial.model.workload import SCALABLE_KINDS

_SERVERS = frozenset({"managedFields", "uid", "resourceVersion", "generation", "creationTimestamp", "selfLink"})
_FOR_EVERYONE = {
    "system:basic-user": frozenset({"system:authenticated"}),
    "system:discovery": frozenset({"system:authenticated"}),
    "system:public-info-viewer": frozenset({"system:authenticated", "system:unauthenticated"}),
}
"""ClusterRoleBindings that the server gives every identity, and to whom: rights to ask who one is and what there is
(k8s.io/kubernetes v1.37.2 plugin/pkg/auth/authorizer/rbac/bootstrappolicy/policy.go). No account is declared them."""
_LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"


def prepared(resources: Iterable[Resource]) -> tuple[Resource, ...]:
    """The objects for the checks.

    The number of replicas is taken out where an autoscaler sets it and nobody applies one: a live object always has a
    number, so only its owner shows whether the manifest fixes it. Left out are the claims that StatefulSets make of
    their templates, which checks count as what the templates ask for, and what the server grants to everyone.
    """
    given = tuple(resources)
    claims = templated_claims({(item.namespace, item.name): item for item in given if item.kind == "StatefulSet"})
    found = tuple(item for item in given if not _claimed(item, claims) and not _for_everyone(item))
    scaled = {
        (item.namespace, as_str(dig(item.data, "spec", "scaleTargetRef", "kind")) or "Deployment", as_str(name))
        for item in found
        if item.kind in {"HorizontalPodAutoscaler", "ScaledObject"}
        and (name := dig(item.data, "spec", "scaleTargetRef", "name"))
    }
    return tuple(_prepared(item, autoscaled=(item.namespace, item.kind, item.name) in scaled) for item in found)


def _prepared(item: Resource, *, autoscaled: bool) -> Resource:
    metadata = {key: value for key, value in as_dict(item.data.get("metadata")).items() if key not in _SERVERS}
    annotations = metadata.get("annotations")
    if isinstance(annotations, dict):
        metadata["annotations"] = {key: value for key, value in annotations.items() if key != _LAST_APPLIED}
    data = {**item.data, "metadata": metadata}
    if autoscaled and item.kind in SCALABLE_KINDS and not _fixed(item):
        data["spec"] = {key: value for key, value in as_dict(data.get("spec")).items() if key != "replicas"}
    return Resource(data, item.locator)


def _claimed(item: Resource, claims: tuple[re.Pattern[str], ...]) -> bool:
    return item.kind == "PersistentVolumeClaim" and is_templated(item, claims)


def _for_everyone(item: Resource) -> bool:
    """Whether it is one of those bindings, as the server made it: with other subjects it is somebody's work."""
    if item.kind != "ClusterRoleBinding" or item.name not in _FOR_EVERYONE:
        return False
    names = [as_str(dig(subject, "name")) for subject in as_list(item.data.get("subjects"))]
    return frozenset(names) <= _FOR_EVERYONE[item.name]


def _fixed(item: Resource) -> bool:
    """Whether somebody declares the number of replicas, so that every roll-out takes it back from the autoscaler."""
    if dig(last_applied(item.data), "spec", "replicas") is not None:
        return True
    owners = Ownership.of(item.data).of_path(REPLICAS)
    return any(manager.operation == APPLY and not is_controller(manager) for manager in owners)
