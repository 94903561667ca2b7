"""NetworkPolicies as they are read: peers, rules, and what each rule allows between two peers.

The semantics are told in `seatrial.engines.reachability`, which asks these rules.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from typing import Any

import attrs

from seatrial.engines.reachability_addresses import Addresses
from seatrial.engines.reachability_ports import ALL, NONE, Connections
from seatrial.model.dig import as_int, as_list, as_str, dig, string_map
from seatrial.model.document import Resource
from seatrial.model.selector import matches

INGRESS, EGRESS = "Ingress", "Egress"


@attrs.frozen(eq=False)
class PodPeer:
    """Pods that are alike for every policy: those of one workload, or of a declared component."""

    name: str
    """As people and reports name it, `namespace/name[Kind]`."""
    namespace: str
    labels: Mapping[str, str]
    namespace_labels: Mapping[str, str]
    ports: tuple[tuple[str, int, str], ...] = ()
    """Name, number and protocol of the declared container ports."""
    host_network: bool = False


@attrs.frozen(eq=False)
class AddressPeer:
    """Addresses outside the cluster that every policy treats alike."""

    name: str
    addresses: Addresses


Peer = PodPeer | AddressPeer


@attrs.frozen(eq=False)
class _PortRule:
    protocol: str
    first: int | None
    """None for every port of the protocol."""
    last: int | None
    name: str

    def connections(self, destination: Peer) -> Connections:
        if self.name:
            # A named port exists only where the destination declares it.
            declared = destination.ports if isinstance(destination, PodPeer) else ()
            found = [Connections.of(kind, number) for name, number, kind in declared
                     if (name, kind) == (self.name, self.protocol)]  # fmt: skip
            return functools.reduce(Connections.__or__, found, NONE)
        if self.first is None:
            return Connections.of(self.protocol, 1, 65535)
        return Connections.of(self.protocol, self.first, self.last)


@attrs.frozen(eq=False)
class _PeerRule:
    pods: Any
    """LabelSelector, or None if the peer has none."""
    namespaces: Any
    block: Addresses | None

    def selects(self, peer: Peer, namespace: str) -> bool:
        if isinstance(peer, AddressPeer):
            # Peers are made so that no block cuts one: the first address speaks for all of them.
            return self.block is not None and _family(peer) == self.block.family and _first(peer) in self.block
        if self.block is not None or peer.host_network:
            return False
        if self.namespaces is None:
            if self.pods is None or peer.namespace != namespace:
                return False
        elif not matches(self.namespaces, peer.namespace_labels):
            return False
        return self.pods is None or matches(self.pods, peer.labels)


def _family(peer: AddressPeer) -> int:
    return peer.addresses.family


def _first(peer: AddressPeer) -> int:
    return peer.addresses.ranges[0][0]


@attrs.frozen(eq=False)
class Rule:
    """One rule of a policy, of either direction."""

    peers: tuple[_PeerRule, ...] | None
    """None for every peer."""
    ports: tuple[_PortRule, ...] | None
    """None for every port."""

    def connections(self, other: Peer, destination: Peer, namespace: str) -> Connections:
        """What it allows the peer *other*, in a policy of *namespace*; named ports are those of *destination*."""
        if self.peers is not None and not any(peer.selects(other, namespace) for peer in self.peers):
            return NONE
        if self.ports is None:
            return ALL
        return functools.reduce(Connections.__or__, (port.connections(destination) for port in self.ports), NONE)


@attrs.frozen(eq=False)
class Policy:
    """A NetworkPolicy, read once."""

    resource: Resource
    selector: Any
    types: frozenset[str]
    ingress: tuple[Rule, ...]
    egress: tuple[Rule, ...]

    @classmethod
    def of(cls, resource: Resource) -> Policy:
        """Read a NetworkPolicy of any shape; what is malformed allows nothing."""
        spec = dig(resource.data, "spec")
        types = frozenset(as_str(item) for item in as_list(dig(spec, "policyTypes")))
        if not types:
            types = frozenset({INGRESS, EGRESS} if as_list(dig(spec, "egress")) else {INGRESS})
        selector = dig(spec, "podSelector")
        return cls(
            resource,
            {} if selector is None else selector,
            types,
            tuple(_rule(item, "from") for item in as_list(dig(spec, "ingress"))),
            tuple(_rule(item, "to") for item in as_list(dig(spec, "egress"))),
        )

    @property
    def blocks(self) -> Iterator[Addresses]:
        """The ipBlocks of its rules."""
        for rule in (*self.ingress, *self.egress):
            for peer in rule.peers or ():
                if peer.block is not None:
                    yield peer.block

    @property
    def asked_labels(self) -> Iterator[dict[str, str]]:
        """For each peer that is chosen by pod labels across namespaces: labels that satisfy it."""
        for rule in (*self.ingress, *self.egress):
            for peer in rule.peers or ():
                if peer.namespaces is not None and peer.pods is not None:
                    yield _satisfying(peer.pods)


def _satisfying(selector: Any) -> dict[str, str]:
    """Labels that a LabelSelector selects, as far as labels can (expressions that forbid labels need none)."""
    labels = string_map(dig(selector, "matchLabels"))
    for expression in as_list(dig(selector, "matchExpressions")):
        key, values = as_str(dig(expression, "key")), as_list(dig(expression, "values"))
        if dig(expression, "operator") == "Exists":
            labels.setdefault(key, "any")
        elif dig(expression, "operator") == "In" and values:
            labels.setdefault(key, as_str(values[0]))
    return labels


def _rule(item: Any, field: str) -> Rule:
    if not isinstance(item, dict):
        return Rule((), ())
    return Rule(_entries(item.get(field), _peer), _entries(item.get("ports"), _port))


def _entries(value: Any, read: Any) -> Any:
    """The entries of a list, None where it is absent or empty; something else than a list allows nothing."""
    if value is None or value == []:
        return None
    return tuple(entry for item in as_list(value) if (entry := read(item)) is not None)


def _peer(item: Any) -> _PeerRule | None:
    if not isinstance(item, dict):
        return None
    block = item.get("ipBlock")
    if block is None:
        return _PeerRule(item.get("podSelector"), item.get("namespaceSelector"), None)
    try:
        excepted = [as_str(text) for text in as_list(dig(block, "except"))]
        return _PeerRule(None, None, Addresses.of(as_str(dig(block, "cidr")), excepted))
    except ValueError:
        return None


def _port(item: Any) -> _PortRule | None:
    if not isinstance(item, dict):
        return None
    protocol = as_str(item.get("protocol")) or "TCP"
    port, last = item.get("port"), as_int(item.get("endPort"))
    if port is None:
        return _PortRule(protocol, None, None, "")
    if isinstance(port, str):
        return _PortRule(protocol, None, None, port) if port else None
    number = as_int(port)
    return None if number is None else _PortRule(protocol, number, last, "")
