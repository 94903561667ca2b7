"""A server for tests of drift: what a manifest looks like once it is applied. Written from upstream's rules, not ours.

Defaults: k8s.io/kubernetes v1.37.2 pkg/apis/apps/v1/defaults.go and pkg/apis/core/v1/defaults.go. Field sets:
sigs.k8s.io/structured-merge-diff v6.4.2 fieldpath; list keys as in k8s.io/api v0.37.2 core/v1/types.go (`+listMapKey`).
"""

from __future__ import annotations

import copy
import json
from typing import Any

from seatrial.engines import drift
from seatrial.engines.drift.shape import Shapes
from seatrial.engines.schema import kubernetes_schemas
from seatrial.model.document import Resource
from seatrial.model.inventory import Inventory
from seatrial.model.position import Position

LIST_KEYS = {
    "containers": ("name",),
    "initContainers": ("name",),
    "env": ("name",),
    "ports": ("containerPort", "protocol"),
    "volumes": ("name",),
    "volumeMounts": ("mountPath",),
}
NAMESPACE = "shop"
TIME = "2026-01-01T00:00:00Z"


class Place:
    def __init__(self, file: str) -> None:
        self.file = file

    def position(self, pointer: str = "") -> Position:
        return Position(self.file, 1 + len(pointer), 1)


def resource(data: dict[str, Any], file: str = "shop.yaml") -> Resource:
    return Resource(data, Place(file))


def field_set(value: Any) -> dict[str, Any]:
    """The FieldsV1 of a value: leaves are owned, lists without keys as a whole."""
    owned: dict[str, Any] = {}
    for name, item in value.items():
        if isinstance(item, dict) and item:
            owned[f"f:{name}"] = field_set(item)
        elif isinstance(item, list) and name in LIST_KEYS:
            owned[f"f:{name}"] = {key(name, entry): {".": {}} | field_set(entry) for entry in item}
        else:
            owned[f"f:{name}"] = {}
    return owned


def key(name: str, entry: dict[str, Any]) -> str:
    values = {part: entry.get(part, "TCP") for part in LIST_KEYS[name]}
    return f"k:{json.dumps(values)}"


def entry(manager: str, fields: dict[str, Any], operation: str = "Apply", subresource: str = "") -> dict[str, Any]:
    return {
        "manager": manager,
        "operation": operation,
        "subresource": subresource,
        "apiVersion": "apps/v1",
        "time": TIME,
        "fieldsType": "FieldsV1",
        "fieldsV1": fields,
    }


def declared(data: dict[str, Any]) -> dict[str, Any]:
    """What of a manifest a client sends as its own: everything but the identity."""
    metadata = {name: item for name, item in data["metadata"].items() if name in {"labels", "annotations"}}
    body = {name: item for name, item in data.items() if name not in {"apiVersion", "kind", "metadata"}}
    return ({"metadata": metadata} if metadata else {}) | body


def applied(data: dict[str, Any], manager: str = "seatrial") -> dict[str, Any]:
    """The live object after a server-side apply: defaulted, with status and managed fields."""
    live = copy.deepcopy(data)
    live["metadata"] |= {"uid": "8f6c", "resourceVersion": "7", "generation": 1, "creationTimestamp": TIME}
    live["metadata"]["managedFields"] = [entry(manager, field_set(declared(data)))]
    if data["kind"] == "Deployment":
        default_deployment(live)
    return live


def default_deployment(live: dict[str, Any]) -> None:
    spec = live["spec"]
    spec.setdefault("replicas", 1)
    spec.setdefault("revisionHistoryLimit", 10)
    spec.setdefault("progressDeadlineSeconds", 600)
    spec.setdefault(
        "strategy", {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": "25%", "maxUnavailable": "25%"}}
    )
    pod = spec["template"]["spec"]
    for name, value in {
        "restartPolicy": "Always",
        "dnsPolicy": "ClusterFirst",
        "schedulerName": "default-scheduler",
        "terminationGracePeriodSeconds": 30,
        "securityContext": {},
    }.items():
        pod.setdefault(name, value)
    for container in pod["containers"]:
        container.setdefault("imagePullPolicy", "IfNotPresent")
        container.setdefault("terminationMessagePath", "/dev/termination-log")
        container.setdefault("terminationMessagePolicy", "File")
        container.setdefault("resources", {})
        for port in container.get("ports", ()):
            port.setdefault("protocol", "TCP")
    live["status"] = {"observedGeneration": 1, "replicas": spec["replicas"]}
    live["metadata"]["annotations"] = {"deployment.kubernetes.io/revision": "1"} | live["metadata"].get(
        "annotations", {}
    )
    live["metadata"]["managedFields"].append(
        entry(
            "kube-controller-manager",
            {
                "f:metadata": {"f:annotations": {".": {}, "f:deployment.kubernetes.io/revision": {}}},
                "f:status": {"f:replicas": {}},
            },
            "Update",
            "status",
        )
    )


SHAPES = Shapes(kubernetes_schemas())


def compare(
    desired: list[dict[str, Any]], live: list[dict[str, Any]], *, shapes: Shapes = SHAPES, owned: str = NAMESPACE
) -> drift.Drift:
    return drift.compare(
        Inventory(tuple(resource(item) for item in desired)),
        Inventory(tuple(resource(item, "cluster") for item in live)),
        shapes,
        namespaced=lambda item: item.kind not in {"Namespace", "ClusterRole"},
        default_namespace=NAMESPACE,
        owned=frozenset({owned}),
    )


def differences(desired: dict[str, Any], live: dict[str, Any], **others: Any) -> list[drift.Difference]:
    found = compare([desired], [live], **others)
    assert [item.desired.name for item in found.missing] == []
    (pair,) = found.pairs
    return list(pair.differences)


def deployment(**container: Any) -> dict[str, Any]:
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "web", "namespace": NAMESPACE, "labels": {"app": "web"}},
        "spec": {
            "replicas": 2,
            "selector": {"matchLabels": {"app": "web"}},
            "template": {
                "metadata": {"labels": {"app": "web"}},
                "spec": {"containers": [{"name": "web", "image": "example.com/web:1"} | container]},
            },
        },
    }
