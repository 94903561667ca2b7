"""Whose work is no drift: the server's, the controllers', and the deployment tools' own book-keeping."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from seatrial.engines.drift.owners import APPLY, Field, Index, Manager, Ownership, Path
from seatrial.model.dig import as_dict, as_str, dig

_CONTROLLERS = re.compile(
    r"kube-(?:controller-manager|scheduler|apiserver|proxy)|kubelet|cloud-controller-manager|cluster-autoscaler"
    r"|(?:aws|gce|azure)?-?load-?balancer-controller|.*-csi-.*|csi-.*|snapshot-controller|kwok(?:-controller)?"
    r"|cert-manager.*|external-secrets.*|(?:vpa-)?(?:recommender|updater|admission-controller)|metrics-server"
    r"|nginx-ingress-controller|ingress-nginx-controller|keda-operator|.*-operator"
)
"""Names of programs that write on nobody's behalf; a client's default name is that of its program."""

_TOOLS_OWN = re.compile(
    r"kubectl\.kubernetes\.io/last-applied-configuration|deployment\.kubernetes\.io/.*|(?:argocd\.)?argoproj\.io/.*"
    r"|(?:kustomize|helm)\.toolkit\.fluxcd\.io/.*|meta\.helm\.sh/.*|(?:pv|volume)\.(?:beta\.)?kubernetes\.io/.*"
    r"|kubernetes\.io/metadata\.name|batch\.kubernetes\.io/.*|autoscaling\.alpha\.kubernetes\.io/.*"
)
"""Labels and annotations in which the server, controllers and deployment tools keep their own notes."""

_SERVER = frozenset(
    {
        *("uid", "resourceVersion", "generation", "creationTimestamp", "deletionTimestamp", "managedFields"),
        *("deletionGracePeriodSeconds", "selfLink", "name", "namespace", "generateName", "ownerReferences"),
    }
)
"""Fields of metadata that the server writes, or by which an object is found."""
_FINALIZERS = (Field("metadata"), Field("finalizers"))
_CLAIMS = (Field("spec"), Field("volumeClaimTemplates"))
_SCALE = "scale"
REPLICAS = (Field("spec"), Field("replicas"))
_LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"


def is_controller(manager: Manager) -> bool:
    """Whether what this manager writes follows from other objects, and is no decision of a person's or a pipeline's."""
    return manager.subresource == "status" or _CONTROLLERS.fullmatch(manager.name) is not None


def is_ours_to_ignore(path: Path) -> bool:
    """Whether a field has no place in a manifest: status, identity, and what tools note down for themselves."""
    match path:
        case (Field("apiVersion" | "kind" | "status"),):
            return True
        case (Field("metadata"), Field(name)) if name in _SERVER:
            return True
        case (Field("metadata"), Field("labels" | "annotations"), Field(name)):
            return _TOOLS_OWN.fullmatch(name) is not None
        case (Field("spec"), Field("volumeClaimTemplates"), _, Field("apiVersion" | "kind" | "status")):
            return True
        case (*_, Field("creationTimestamp")):
            return True
    return path[:2] == _FINALIZERS


class Strangers:
    """Tells whose additions to one object are drift."""

    def __init__(self, live: Mapping[str, Any], ownership: Ownership) -> None:
        """*live* is the object as the server gave it, managed fields included."""
        self._last_applied = last_applied(live)
        self._applier = _applier(ownership)

    def __call__(self, path: Path, manager: Manager, default: bool) -> bool:
        """Whether a field beside the manifest, which *manager* owns, was put there by somebody.

        Who applies owns what it sent and no default. Who updates owns whatever came out different, defaults too.
        Below a list without keys nothing is told apart: the list has one owner.
        """
        if is_controller(manager) or (default and (manager.operation != APPLY or _within_list(path))):
            return False
        if manager == self._applier and self._last_applied is not None:
            return _contains(self._last_applied, path)
        return True


def _within_list(path: Path) -> bool:
    return any(isinstance(step, Index) for step in path)


def _applier(ownership: Ownership) -> Manager | None:
    """Who brought the object about by updating: the one that owns most of it, if nobody applies."""
    if any(manager.operation == APPLY for manager in ownership.managers):
        return None
    others = [manager for manager in ownership.managers if not is_controller(manager) and not manager.subresource]
    return max(others, key=lambda manager: sum(1 for _ in ownership.leaves(manager)), default=None)


def last_applied(live: Mapping[str, Any]) -> dict[str, Any] | None:
    """What client-side `kubectl apply` was given last; None where it was not used, or its note is not readable."""
    text = as_str(dig(dict(live), "metadata", "annotations", _LAST_APPLIED))
    try:
        return as_dict(json.loads(text)) or None
    except ValueError:
        return None


def _contains(document: Any, path: Path) -> bool:
    """Whether a document has the field; where lists lie on the way, the owner's word for it is taken."""
    for step in path:
        if not isinstance(step, Field):
            return True
        if not isinstance(document, dict) or step.name not in document:
            return False
        document = document[step.name]
    return True
