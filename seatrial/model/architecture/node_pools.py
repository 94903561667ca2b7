"""The node pools: which machines the pods may be placed on, for the scheduler of a lab and for the simulation."""

from __future__ import annotations

import importlib.resources
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import attrs

from seatrial.model import pointer as pointers
from seatrial.model.architecture.declaration import FOLDER, mistake, require_unique
from seatrial.model.declared import load_declared
from seatrial.model.position import Position
from seatrial.model.quantity import Quantity
from seatrial.model.yaml_source import LocatedDocument

FILE = "node-pools.yaml"
_RESOURCES = ("cpu", "memory", "ephemeralStorage")


@attrs.frozen
class Taint:
    """A taint on every node of a pool."""

    key: str
    value: str
    effect: str
    """`NoSchedule`, `PreferNoSchedule` or `NoExecute`."""


@attrs.frozen
class Node:
    """One node of a pool."""

    name: str
    zone: str
    pool: NodePool


@attrs.frozen
class NodePool:
    """Nodes that are alike but for their zone."""

    name: str
    count: int
    cpu: Quantity
    """Cores of one node that pods may request: what is allocatable, not what the machine has. Whoever declares a pool
    has subtracted what the kubelet and the system reserve, so that nothing is subtracted twice."""
    memory: Quantity
    ephemeral_storage: Quantity
    pods: int
    """Most pods on one node; the kubelet's default is 110."""
    zones: tuple[str, ...]
    """The nodes stand in these in turn."""
    labels: Mapping[str, str] = attrs.field(factory=dict)
    """Labels of every node beside those for its name and zone."""
    taints: tuple[Taint, ...] = ()
    position: Position | None = attrs.field(default=None, eq=False)

    def nodes(self) -> Iterator[Node]:
        """The nodes: `<pool>-<number>` from 1, in the zones in turn."""
        for number in range(self.count):
            yield Node(f"{self.name}-{number + 1}", self.zones[number % len(self.zones)], self)


def load_node_pools(root: Path) -> tuple[NodePool, ...]:
    """Read `architecture/node-pools.yaml` below *root*. Raises InputError as `read_node_pools` does."""
    return read_node_pools(root / FOLDER / FILE)


def read_node_pools(path: Path) -> tuple[NodePool, ...]:
    """Read a file of node pools.

    Raises InputError with the place of a repeated name, a broken or negative quantity, a repeated zone or taint, a
    zone without any node, and a label that the nodes get from elsewhere.
    """
    schema = importlib.resources.files(__package__).joinpath("schemas", "node-pools.json").read_text(encoding="utf-8")
    document = load_declared(path, json.loads(schema))
    items: list[dict[str, Any]] = document.data["pools"]
    require_unique(document, "pools", "name", items, "node pool")
    return tuple(_pool(document, index, item) for index, item in enumerate(items))


def _pool(document: LocatedDocument, index: int, item: dict[str, Any]) -> NodePool:
    place = ("pools", index)
    amounts = {key: _amount(document, (*place, key), item[key]) for key in _RESOURCES}
    zones = tuple(item["zones"])
    if item["count"] < len(zones):
        raise mistake(
            document,
            (*place, "count"),
            f"node pool {item['name']} has {item['count']} nodes for {len(zones)} zones",
            "give every zone a node, or name fewer zones",
        )
    taints = tuple(Taint(taint["key"], taint.get("value", ""), taint["effect"]) for taint in item.get("taints", ()))
    identities = [(taint.key, taint.effect) for taint in taints]
    for number, identity in enumerate(identities):
        if identity in identities[:number]:
            raise mistake(
                document,
                (*place, "taints", number),
                f"node pool {item['name']} has two taints {identity[0]} with the effect {identity[1]}",
                "a node has one taint for each key and effect: remove one",
            )
    return NodePool(
        name=item["name"],
        count=item["count"],
        cpu=amounts["cpu"],
        memory=amounts["memory"],
        ephemeral_storage=amounts["ephemeralStorage"],
        pods=item["pods"],
        zones=zones,
        labels=dict(item.get("labels", {})),
        taints=taints,
        position=document.position(pointers.join(*place)),
    )


def _amount(document: LocatedDocument, place: tuple[str | int, ...], value: str | float) -> Quantity:
    try:
        amount = Quantity.parse(value)
    except ValueError as error:
        raise mistake(
            document, place, f"{place[-1]} is no quantity: {error}", "write one as in 16, 500m or 64Gi"
        ) from None
    if amount.value <= 0:
        raise mistake(document, place, f"{place[-1]} is {amount}, which no node has", "write a quantity above zero")
    return amount
