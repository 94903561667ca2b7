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
from collections.abc import Iterable, Mapping
from typing import Any

import attrs

from seatrial.engines.reachability_policy import EGRESS, INGRESS, AddressPeer, Peer, PodPeer, Policy
from seatrial.engines.reachability_ports import ALL, NONE, Connections
from seatrial.model.dig import as_int, as_list, as_str, dig, string_map
from seatrial.model.inventory import Inventory
from seatrial.model.selector import matches
from seatrial.model.workload import Workload

__all__ = ["EGRESS", "INGRESS", "NAME_LABEL", "AddressPeer", "Network", "Peer", "PodPeer", "Policy"]

NAME_LABEL = "kubernetes.io/metadata.name"
"""The label that the API server gives to every namespace."""


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
