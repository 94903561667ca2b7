"""The whole table of who can reach whom: every pair of workloads, and every range of addresses outside."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Iterator

import attrs

from seatrial.engines.reachability import AddressPeer, Network, Peer, PodPeer
from seatrial.engines.reachability_addresses import Addresses, partition
from seatrial.engines.reachability_ports import Connections, Range
from seatrial.model.inventory import Inventory
from seatrial.model.workload import Workload


@attrs.frozen(order=True)
class Row:
    """One line of the table."""

    source: str
    """`namespace/name[Kind]`, or `first-last` of an address range."""
    destination: str
    connections: str
    """Such as `All Connections` or `TCP 80,8000-8010,UDP 53`."""


@attrs.define(eq=False, slots=False)
class World:
    """The peers of a manifest set: its workloads, and the addresses outside cut as its policies cut them."""

    inventory: Inventory
    further: tuple[Addresses, ...] = ()
    """Address blocks that matter besides those of the policies."""

    @functools.cached_property
    def network(self) -> Network:
        """The policies."""
        return Network(self.inventory)

    @functools.cached_property
    def workloads(self) -> tuple[tuple[Workload, PodPeer], ...]:
        """Every workload with its pods as a peer."""
        return tuple((workload, self.network.workload(workload)) for workload in self.inventory.workloads())

    def outside(self, family: int) -> tuple[AddressPeer, ...]:
        """All addresses of a family, in the largest parts that every policy treats alike."""
        blocks = [*self.further, *(block for policy in self.network.policies for block in policy.blocks)]
        return tuple(_address_peer(family, part) for part in partition(blocks, family))


def _address_peer(family: int, part: Range) -> AddressPeer:
    addresses = Addresses(family, (part,))
    return AddressPeer(str(addresses), addresses)


def grouped(
    peers: Iterable[AddressPeer], connections: Callable[[AddressPeer], Connections]
) -> dict[Connections, Addresses]:
    """Address peers of one family with equal connections taken together; those with none are left out."""
    found: dict[Connections, list[Range]] = {}
    family = 4
    for peer in peers:
        family = peer.addresses.family
        allowed = connections(peer)
        if allowed:
            found.setdefault(allowed, []).extend(peer.addresses.ranges)
    return {allowed: Addresses(family, _joined(ranges)) for allowed, ranges in found.items()}


def _joined(ranges: list[Range]) -> tuple[Range, ...]:
    joined: list[Range] = []
    for first, last in sorted(ranges):
        if joined and joined[-1][1] + 1 == first:
            joined[-1] = (joined[-1][0], last)
        else:
            joined.append((first, last))
    return tuple(joined)


def connections(inventory: Inventory) -> tuple[Row, ...]:
    """Every allowed connection between two different workloads, and with IPv4 addresses outside, sorted.

    Workloads of the same identity cannot be told apart by policies and stand once; a workload's own replicas are left
    out, as in other analyzers.
    """
    return tuple(sorted(set(_rows(World(inventory)))))


def _rows(world: World) -> Iterator[Row]:
    outside = world.outside(4)
    allowed = world.network.allowed
    for _, source in world.workloads:
        for _, destination in world.workloads:
            if source is not destination:
                yield from _row(source, destination, allowed(source, destination))
        leaving = grouped(outside, functools.partial(allowed, source))
        for ports, addresses in leaving.items():
            for text in _ranges(addresses):
                yield Row(source.name, text, str(ports))
        arriving = grouped(outside, functools.partial(_reversed, world.network, source))
        for ports, addresses in arriving.items():
            for text in _ranges(addresses):
                yield Row(text, source.name, str(ports))


def _reversed(network: Network, destination: PodPeer, source: AddressPeer) -> Connections:
    return network.allowed(source, destination)


def _row(source: Peer, destination: Peer, ports: Connections) -> Iterator[Row]:
    if ports:
        yield Row(source.name, destination.name, str(ports))


def _ranges(addresses: Addresses) -> Iterator[str]:
    for first, last in addresses.ranges:
        ends = [str(Addresses(addresses.family, ((value, value),))) for value in (first, last)]
        yield "-".join(ends)
