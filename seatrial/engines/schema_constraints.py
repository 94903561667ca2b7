"""How the published schema is read: where kube-apiserver is more lenient or stricter than its OpenAPI description.

The description calls fields required that Go cannot tell from empty ones, and that the validation code
(k8s.io/kubernetes v1.37.2 `pkg/apis/*/validation`) does not ask for; it gives integers no range and quantities no form.
What the validation code demands beyond types is in `schema_rules`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Fragment = Mapping[str, Any]

_INT32 = {"minimum": -(2**31), "maximum": 2**31 - 1}
_INT64 = {"minimum": -(2**63), "maximum": 2**63 - 1}
_DATA_KEYS = {"propertyNames": {"format": "data-key"}}

CONSTRAINTS: dict[str, dict[str, Fragment]] = {
    "api.core.v1.ConfigMap": {"data": _DATA_KEYS, "binaryData": _DATA_KEYS},
    "api.core.v1.Secret": {"data": _DATA_KEYS, "stringData": _DATA_KEYS},
}
"""Fragments by definition (without the prefix `io.k8s.`) and property (`IsConfigMapKey`)."""

NOT_REQUIRED: dict[str, frozenset[str]] = {
    "api.batch.v1.PodFailurePolicy": frozenset({"rules"}),
    "api.batch.v1.PodFailurePolicyOnPodConditionsPattern": frozenset({"status"}),
    "api.batch.v1.PodFailurePolicyRule": frozenset({"onPodConditions"}),
    "api.core.v1.EvictionResponder": frozenset({"name", "priority"}),
    "api.core.v1.HTTPHeader": frozenset({"value"}),
    "api.core.v1.ISCSIVolumeSource": frozenset({"lun"}),
    "api.core.v1.LimitRangeSpec": frozenset({"limits"}),
    "api.core.v1.PreferredSchedulingTerm": frozenset({"preference"}),
    "api.core.v1.ScaleIOVolumeSource": frozenset({"secretRef"}),
    "api.core.v1.SleepAction": frozenset({"seconds"}),
    "api.core.v1.TypedLocalObjectReference": frozenset({"kind", "name"}),
    "api.core.v1.TypedObjectReference": frozenset({"kind", "name"}),
    "apimachinery.pkg.apis.meta.v1.LabelSelectorRequirement": frozenset({"key", "operator"}),
    "api.core.v1.Sysctl": frozenset({"value"}),
}
"""Fields that the description calls required and the server does not; each was found by asking it."""

_OBSERVED = ("Status", "Condition", "ContainerStateTerminated", "ContainerUser", "PodIP", "HostIP", "ResourceHealth")
"""Ends of the names of definitions that only a status holds: the server resets it before it validates a new object."""


def constrain(name: str, definition: dict[str, Any]) -> dict[str, Any]:
    """A copy of the definition *name* without descriptions, as the server applies it."""
    if name == "io.k8s.apimachinery.pkg.api.resource.Quantity":
        return {"type": ["string", "number", "null"], "format": "quantity"}
    if name == "io.k8s.apimachinery.pkg.util.intstr.IntOrString":
        return {"type": ["integer", "string", "null"], **_INT32}
    plain: dict[str, Any] = _plain(definition)
    properties = plain.get("properties", {})
    if "x-kubernetes-group-version-kind" in plain:
        # An object is judged by the schema of its kind; of one inside another (a claim's template) nobody asks them.
        for field in ("apiVersion", "kind"):
            properties.get(field, {}).pop("enum", None)
    short = name.removeprefix("io.k8s.")
    for field, fragment in CONSTRAINTS.get(short, {}).items():
        if field in properties:
            properties[field] = {**properties[field], **fragment}
    lenient = NOT_REQUIRED.get(short, frozenset())
    if plain.get("required") and (lenient or name.endswith(_OBSERVED)):
        plain["required"] = (
            [] if name.endswith(_OBSERVED) else [item for item in plain["required"] if item not in lenient]
        )
    return plain


def _plain(node: Any) -> Any:
    """Drop descriptions (two thirds of the size) and give integer formats their range."""
    if isinstance(node, list):
        return [_plain(item) for item in node]
    if not isinstance(node, dict):
        return node
    out: dict[str, Any] = {}
    for key, value in node.items():
        if key == "properties" and isinstance(value, dict):
            out[key] = {name: _plain(schema) for name, schema in value.items()}
        elif key != "description":
            out[key] = _plain(value)
    width = out.get("format")
    if width in ("int32", "int64"):
        out.update(_INT32 if width == "int32" else _INT64)
    return out
