"""What rules see: one object at a time as an admission review, and the inventory of all others, in Gatekeeper's layout.

The layout is that of Gatekeeper's referential constraints, so that the same rule source works in a cluster:
`data.inventory.namespace[namespace][apiVersion][kind][name]` and `data.inventory.cluster[apiVersion][kind][name]`.
The values of Secrets are replaced before anything enters an engine; no rule, message or evidence can hold one.
"""

from __future__ import annotations

import math
from typing import Any

from seatrial.model.document import Resource
from seatrial.model.errors import InputError
from seatrial.model.inventory import Inventory

REDACTED = "REDACTED"
"""Stands for every value of a Secret."""

MAXIMUM_DEPTH = 100
"""Levels of nesting an object may have: the JSON parsers of the engines stop at 128."""

CLUSTER_SCOPED = frozenset(
    {
        "APIService",
        "CSIDriver",
        "CSINode",
        "CertificateSigningRequest",
        "ClusterIssuer",
        "ClusterRole",
        "ClusterRoleBinding",
        "ClusterTrustBundle",
        "CustomResourceDefinition",
        "DeviceClass",
        "DeviceTaintRule",
        "FlowSchema",
        "GatewayClass",
        "IPAddress",
        "IngressClass",
        "MutatingAdmissionPolicy",
        "MutatingAdmissionPolicyBinding",
        "MutatingWebhookConfiguration",
        "Namespace",
        "Node",
        "PersistentVolume",
        "PriorityClass",
        "PriorityLevelConfiguration",
        "ResourceSlice",
        "RuntimeClass",
        "ServiceCIDR",
        "StorageClass",
        "StorageVersionMigration",
        "ValidatingAdmissionPolicy",
        "ValidatingAdmissionPolicyBinding",
        "ValidatingWebhookConfiguration",
        "VolumeAttachment",
        "VolumeAttributesClass",
        "VolumeSnapshotClass",
        "VolumeSnapshotContent",
        "ClusterSecretStore",
        "ClusterExternalSecret",
    }
)
"""Kinds without a namespace. Any other object without one is looked up in the namespace ""."""

_LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"


def prepare(resource: Resource) -> dict[str, Any]:
    """The object as plain JSON, Secret values replaced. Raises InputError when it is nested too deeply."""
    data = _plain(resource.data, resource, 0)
    assert isinstance(data, dict)
    if resource.kind == "Secret":
        for field in ("data", "stringData"):
            values = data.get(field)
            if isinstance(values, dict):
                data[field] = dict.fromkeys(values, REDACTED)
            elif values:
                data[field] = REDACTED
        annotations = data.get("metadata", {}).get("annotations") if isinstance(data.get("metadata"), dict) else None
        if isinstance(annotations, dict) and _LAST_APPLIED in annotations:
            annotations[_LAST_APPLIED] = REDACTED  # kubectl keeps a copy of the whole Secret there
    return data


def review(resource: Resource, prepared: dict[str, Any], parameters: dict[str, Any]) -> dict[str, Any]:
    """The input document of the rules for one object."""
    group, _, version = resource.api_version.rpartition("/")
    return {
        "review": {
            "kind": {"group": group, "version": version, "kind": resource.kind},
            "name": resource.name,
            "namespace": resource.namespace,
            "operation": "CREATE",
            "object": prepared,
        },
        "parameters": parameters,
    }


def inventory_data(resources: list[tuple[Resource, dict[str, Any]]]) -> dict[str, Any]:
    """The `inventory` document of prepared objects."""
    namespaced: dict[str, Any] = {}
    cluster: dict[str, Any] = {}
    for resource, prepared in resources:
        cluster_scoped = not resource.namespace and resource.kind in CLUSTER_SCOPED
        scope = cluster if cluster_scoped else namespaced.setdefault(resource.namespace, {})
        scope.setdefault(resource.api_version, {}).setdefault(resource.kind, {})[resource.name] = prepared
    return {"namespace": namespaced, "cluster": cluster}


def prepare_all(inventory: Inventory) -> list[tuple[Resource, dict[str, Any]]]:
    """Every object of *inventory* with its prepared form."""
    return [(resource, prepare(resource)) for resource in inventory.resources]


def _plain(value: Any, resource: Resource, depth: int) -> Any:
    if depth > MAXIMUM_DEPTH:
        raise InputError(
            f"{resource}: nested more than {MAXIMUM_DEPTH} levels deep",
            remedy="no Kubernetes object needs that; flatten it",
            position=resource.position(),
        )
    if isinstance(value, dict):
        return {str(key): _plain(item, resource, depth + 1) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item, resource, depth + 1) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)  # JSON has no infinity
    if value is None or isinstance(value, str | int | float):
        return value
    return str(value)
