"""Who may speak to whom: the declared edges, on the ports of pods, in the direction in which connections open."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import attrs

from seatrial.model import pointer as pointers
from seatrial.model.architecture.components import Component
from seatrial.model.architecture.declaration import mistake, read, unknown
from seatrial.model.position import Position
from seatrial.model.yaml_source import LocatedDocument

_PORTED = ("network", "metrics-api")


@attrs.frozen
class Edge:
    """One edge between two components."""

    id: str
    """`source-target`, or `source-target-name` where a pair has several edges."""
    source: str
    """Id of the component that opens the connection, scales, or stores."""
    target: str
    kind: str
    """`network`, `scale`, `metrics-api` or `storage`; only the first is a matter of network policies."""
    protocol: str | None
    """`TCP`, `UDP` or `SCTP`; None for edges without a port."""
    port: int | None
    """Port of the target's pod, not of its Service."""
    drawn: bool
    """True for an arrow of the architecture document, False for an edge that follows from it."""
    reversed: bool
    """True where the document draws the arrow against the connection."""
    note: str
    position: Position


def load_edges(root: Path, components: tuple[Component, ...]) -> tuple[Edge, ...]:
    """Read `architecture/edges.yaml` below *root*.

    Raises InputError with the place of an unknown component, a repeated edge, a port that is missing, superfluous or
    not among those of the target.
    """
    document = read(root, "edges")
    known = {component.id: component for component in components}
    edges: dict[str, Edge] = {}
    for index, item in enumerate(document.data["edges"]):
        for end in ("source", "target"):
            _require_known(document, index, end, item[end], known)
        for edge in _expand(document, index, item, known):
            if edge.id in edges:
                raise mistake(
                    document,
                    ("edges", index),
                    f"edge {edge.id} is declared twice, first on line {edges[edge.id].position.line}",
                    "remove one, or tell them apart with `name`",
                )
            edges[edge.id] = edge
    return tuple(edges.values())


def _require_known(
    document: LocatedDocument, index: int, end: str, value: str | list[str], known: dict[str, Component]
) -> None:
    for number, id_ in enumerate(_ends(value)):
        if id_ not in known:
            place: tuple[str | int, ...] = ("edges", index, end)
            raise unknown(document, place if isinstance(value, str) else (*place, number), "component", id_, known)


def _ends(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def _expand(document: LocatedDocument, index: int, item: dict[str, Any], known: dict[str, Component]) -> Iterator[Edge]:
    kind = item.get("kind", "network")
    port = item.get("port")
    if (kind in _PORTED) != (port is not None) or ("protocol" in item and port is None):
        raise mistake(
            document,
            ("edges", index),
            f"an edge of kind {kind} {'needs the port of the pod' if kind in _PORTED else 'has no port or protocol'}",
            "add `port`" if kind in _PORTED else "remove `port` and `protocol`",
        )
    suffix = f"-{item['name']}" if "name" in item else ""
    for source in _ends(item["source"]):
        for target in _ends(item["target"]):
            ports = known[target].ports
            if port is not None and port not in ports.values():
                raise mistake(
                    document,
                    ("edges", index, "port"),
                    f"{target} has no port {port}; components.yaml gives it {_listed(ports)}",
                    "use the port of the pod, not that of the Service, or declare it in components.yaml",
                )
            yield Edge(
                id=f"{source}-{target}{suffix}",
                source=source,
                target=target,
                kind=kind,
                protocol=None if port is None else item.get("protocol", "TCP"),
                port=port,
                drawn=item.get("drawn", True),
                reversed=item.get("reversed", False),
                note=item.get("note", ""),
                position=document.position(pointers.join("edges", index)),
            )


def _listed(ports: dict[str, int]) -> str:
    return ", ".join(f"{port} ({name})" for name, port in ports.items()) or "none"
