"""Node objects of the declared pools."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from seatrial.model.architecture.node_pools import Node, NodePool, Taint
from seatrial.model.quantity import Quantity

DEFAULT_POOLS = (
    NodePool(
        name="node",
        count=3,
        cpu=Quantity.parse("16"),
        memory=Quantity.parse("64Gi"),
        ephemeral_storage=Quantity.parse("200Gi"),
        pods=110,
        zones=("zone-a", "zone-b", "zone-c"),
    ),
)
"""For manifests without declared pools: three nodes in three zones, so that spread over either can hold."""

NOT_READY = "node.kubernetes.io/not-ready"


def manifest(node: Node) -> dict[str, Any]:
    """The Node that is created; the simulated kubelet adds its conditions and addresses."""
    pool = node.pool
    amounts = {
        "cpu": str(pool.cpu),
        "memory": str(pool.memory),
        "ephemeral-storage": str(pool.ephemeral_storage),
        "pods": str(pool.pods),
    }
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {
            "name": node.name,
            "labels": {
                "kubernetes.io/arch": "amd64",
                "kubernetes.io/hostname": node.name,
                "kubernetes.io/os": "linux",
                "topology.kubernetes.io/zone": node.zone,
                **pool.labels,
            },
        },
        "spec": {"taints": [_taint(taint) for taint in pool.taints]},
        # A pool declares what pods may request, so both are the same.
        "status": {"capacity": amounts, "allocatable": amounts},
    }


def _taint(taint: Taint) -> dict[str, str]:
    return {"key": taint.key, "value": taint.value, "effect": taint.effect}


def ready(node: dict[str, Any]) -> bool:
    """True if pods can be placed on this Node as the API server shows it."""
    conditions = node.get("status", {}).get("conditions", ())
    taints = node.get("spec", {}).get("taints", ())
    is_ready = any(condition["type"] == "Ready" and condition["status"] == "True" for condition in conditions)
    return is_ready and not any(taint["key"] == NOT_READY for taint in taints)


def manifests(pools: Iterable[NodePool]) -> list[dict[str, Any]]:
    """The Node objects of *pools*, in order."""
    return [manifest(node) for pool in pools for node in pool.nodes()]
