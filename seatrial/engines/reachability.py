"""What NetworkPolicies allow, exactly as networking/v1 defines it.

Truth: k8s.io/api v0.37.2 networking/v1/types.go (comments of NetworkPolicySpec, NetworkPolicyPeer, NetworkPolicyPort)
and k8s.io/kubernetes v1.37.2 pkg/apis/networking/v1/defaults.go. In short:

* a pod is isolated for a direction as soon as one policy of its namespace selects it and has that policy type;
  without `policyTypes` a policy is for ingress, and for egress if it has egress rules;
* an isolated pod may do what the union of the rules of those policies allows; other pods may do everything;
* a connection needs the egress of its source and the ingress of its destination;
* absent or empty `from`, `to` and `ports` allow every peer and every port; named ports are those of the destination;
* `ipBlock` is for addresses outside the cluster: what it does to pods is left to the network plugin, so it never
  selects a pod here;
* pods on the host network are not subject to policies, and selectors do not see them.

Not modelled, because no policy can forbid it: a pod to itself, and the kubelet of its own node (probes).
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import attrs

from seatrial.engines.reachability_addresses import Addresses
from seatrial.engines.reachability_ports import ALL, NONE, Connections
from seatrial.model.dig import as_int, as_list, as_str, dig, string_map
from seatrial.model.document import Resource
from seatrial.model.inventory import Inventory
from seatrial.model.selector import matches
from seatrial.model.workload import Workload

NAME_LABEL = "kubernetes.io/metadata.name"
"""The label that the API server gives to every namespace."""

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
class _Rule:
    peers: tuple[_PeerRule, ...] | None
    """None for every peer."""
    ports: tuple[_PortRule, ...] | None
    """None for every port."""

    def connections(self, other: Peer, destination: Peer, namespace: str) -> Connections:
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
    ingress: tuple[_Rule, ...]
    egress: tuple[_Rule, ...]

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


def _rule(item: Any, field: str) -> _Rule:
    if not isinstance(item, dict):
        return _Rule((), ())
    return _Rule(_entries(item.get(field), _peer), _entries(item.get("ports"), _port))


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


@attrs.define(eq=False, slots=False)
class Network:
    """The NetworkPolicies of a manifest set, ready to be asked."""

    inventory: Inventory

    @functools.cached_property
    def policies(self) -> tuple[Policy, ...]:
        """Every NetworkPolicy of networking.k8s.io."""
        found = self.inventory.of_kind("NetworkPolicy")
        return tuple(Policy.of(resource) for resource in found if resource.group == "networking.k8s.io")

    @functools.cached_property
    def _by_namespace(self) -> dict[str, tuple[Policy, ...]]:
        index: dict[str, list[Policy]] = {}
        for policy in self.policies:
            index.setdefault(_namespace(policy.resource.namespace), []).append(policy)
        return {name: tuple(policies) for name, policies in index.items()}

    @functools.cached_property
    def _selected(self) -> dict[tuple[PodPeer, str], tuple[Policy, ...]]:
        return {}

    def namespace_labels(self, name: str) -> dict[str, str]:
        """Labels of a namespace: those of its manifest, and the one that every namespace has."""
        resource = self.inventory.get("Namespace", "", name)
        return {**(resource.labels if resource is not None else {}), NAME_LABEL: name}

    def pods(self, name: str, namespace: str, labels: Mapping[str, str], **details: Any) -> PodPeer:
        """Pods of a namespace as a peer; *details* are `ports` and `host_network`."""
        namespace = _namespace(namespace)
        return PodPeer(name, namespace, labels, self.namespace_labels(namespace), **details)

    def workload(self, workload: Workload) -> PodPeer:
        """The pods of a workload as a peer."""
        ports = []
        for container in workload.containers():
            for port in as_list(container.data.get("ports")):
                number = as_int(dig(port, "containerPort"))
                if number is not None:
                    ports.append((as_str(dig(port, "name")), number, as_str(dig(port, "protocol")) or "TCP"))
        resource = workload.resource
        return self.pods(
            f"{_namespace(resource.namespace)}/{resource.name}[{resource.kind}]",
            resource.namespace,
            string_map(workload.pod_labels),
            ports=tuple(ports),
            host_network=workload.pod_spec.get("hostNetwork") is True,
        )

    def isolating(self, peer: Peer, direction: str) -> tuple[Policy, ...]:
        """The policies that isolate a peer for a direction; none for what policies do not govern."""
        if isinstance(peer, AddressPeer) or peer.host_network:
            return ()
        key = (peer, direction)
        if key not in self._selected:
            self._selected[key] = tuple(
                policy
                for policy in self._by_namespace.get(peer.namespace, ())
                if direction in policy.types and matches(policy.selector, peer.labels)
            )
        return self._selected[key]

    def egress(self, source: Peer, destination: Peer) -> Connections:
        """What the policies of the source let out to the destination."""
        policies = self.isolating(source, EGRESS)
        if not policies:
            return ALL
        rules = ((policy, rule) for policy in policies for rule in policy.egress)
        return _union(rule.connections(destination, destination, _home(policy)) for policy, rule in rules)

    def ingress(self, source: Peer, destination: Peer) -> Connections:
        """What the policies of the destination let in from the source."""
        policies = self.isolating(destination, INGRESS)
        if not policies:
            return ALL
        rules = ((policy, rule) for policy in policies for rule in policy.ingress)
        return _union(rule.connections(source, destination, _home(policy)) for policy, rule in rules)

    def allowed(self, source: Peer, destination: Peer) -> Connections:
        """The connections that the source can open to the destination."""
        out = self.egress(source, destination)
        return out & self.ingress(source, destination) if out else out


def _union(parts: Iterable[Connections]) -> Connections:
    total = NONE
    for part in parts:
        total |= part
        if total == ALL:
            break
    return total


def _home(policy: Policy) -> str:
    return _namespace(policy.resource.namespace)


def _namespace(name: str) -> str:
    """Manifests without a namespace are applied to `default`."""
    return name or "default"
