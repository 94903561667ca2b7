"""The declared components as peers of the network: deployed pods, pods known only by label, addresses outside."""

from __future__ import annotations

import functools

import attrs

from seatrial.engines.reachability import AddressPeer, PodPeer
from seatrial.engines.reachability_addresses import Addresses
from seatrial.engines.reachability_ports import NONE, Connections
from seatrial.engines.reachability_table import World
from seatrial.model.architecture import Architecture, Component, Edge
from seatrial.model.inventory import Inventory
from seatrial.model.selector import matches_map
from seatrial.model.workload import Workload

NETWORK = "network"
"""The kind of edges that are connections between pods."""


@attrs.define(eq=False, slots=False)
class Intent:
    """What the architecture declares, next to what the manifests deploy."""

    inventory: Inventory
    architecture: Architecture

    @functools.cached_property
    def world(self) -> World:
        """The peers, with address ranges cut where declared ranges begin and end as well."""
        further = tuple(block for item in self.architecture.components for block in outside_of(item))
        return World(self.inventory, further)

    @functools.cached_property
    def edges(self) -> tuple[Edge, ...]:
        """The edges that are connections."""
        return tuple(edge for edge in self.architecture.edges if edge.kind == NETWORK)

    @functools.cached_property
    def ports(self) -> dict[tuple[str, str], Connections]:
        """What is declared from one component (by id) to another."""
        found: dict[tuple[str, str], Connections] = {}
        for edge in self.edges:
            key = edge.source, edge.target
            found[key] = found.get(key, NONE) | wanted(edge)
        return found

    @functools.cached_property
    def placeholders(self) -> dict[str, PodPeer]:
        """Components with pods that these manifests do not hold, known by their declared labels and ports."""
        deployed = {id_ for _, peer in self.world.workloads for id_ in self.components_of[peer]}
        return {
            item.id: self.world.network.pods(
                f"{item.namespace}/{item.id}[{'planned' if item.planned else 'provided'}]",
                item.namespace,
                item.selector,
                ports=tuple(
                    (name, number, protocol) for name, number in item.ports.items() for protocol in ("TCP", "UDP")
                ),
            )
            for item in self.architecture.components
            if item.namespace and item.selector and item.id not in deployed and (item.planned or item.provided)
        }

    @functools.cached_property
    def components_of(self) -> dict[PodPeer, frozenset[str]]:
        """Ids of the components that each deployed workload is."""
        return {peer: self._ids(workload, peer) for workload, peer in self.world.workloads}

    @functools.cached_property
    def outside(self) -> dict[int, tuple[tuple[AddressPeer, frozenset[str]], ...]]:
        """The addresses outside by family, each part with the components that it belongs to."""
        blocks = [(item.id, block) for item in self.architecture.components for block in outside_of(item)]
        return {
            family: tuple(
                (peer, frozenset(id_ for id_, block in blocks if block.covers(peer.addresses)))
                for peer in self.world.outside(family)
            )
            for family in (4, 6)
        }

    def _ids(self, workload: Workload, peer: PodPeer) -> frozenset[str]:
        name = f"{workload.resource.namespace}/{workload.resource.kind}/{workload.resource.name}"
        return frozenset(item.id for item in self.architecture.components if item.key == name or _selects(item, peer))

    def deployed(self, component: Component) -> tuple[PodPeer, ...]:
        """The pods of a component that the manifests hold."""
        return tuple(peer for peer, ids in self.components_of.items() if component.id in ids)


def _selects(item: Component, peer: PodPeer) -> bool:
    """Whether pods belong to a component that is known only by its labels."""
    known_by_label = not item.key and bool(item.selector)
    return known_by_label and item.namespace == peer.namespace and matches_map(item.selector, peer.labels)


def wanted(edge: Edge) -> Connections:
    """The connections that an edge declares."""
    if edge.port is None or edge.protocol is None:
        return NONE
    return Connections.of(edge.protocol, edge.port)


def outside_of(component: Component) -> tuple[Addresses, ...]:
    """The declared addresses of a component outside the cluster."""
    if component.external is None:
        return ()
    return tuple(Addresses.of(item.cidr, item.excepted) for item in component.external.ranges)
