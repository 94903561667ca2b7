"""A small cluster and arbitrary policies in it, for tests of reachability."""

from __future__ import annotations

from typing import Any

import hypothesis.strategies as st

NAMESPACES: dict[str, dict[str, str]] = {"a": {"team": "red"}, "b": {"team": "blue"}, "c": {}}
"""Labels that the manifests give each namespace."""

PODS: dict[tuple[str, str], tuple[dict[str, str], list[dict[str, Any]]]] = {
    ("a", "one"): ({"app": "p"}, [{"name": "http", "containerPort": 80}]),
    ("a", "two"): ({"app": "q", "tier": "t"}, [{"name": "http", "containerPort": 8080}]),
    ("b", "one"): ({"app": "p", "tier": "t"}, [{"name": "http", "containerPort": 80, "protocol": "UDP"}]),
    ("b", "three"): ({"app": "r"}, [{"name": "dns", "containerPort": 53, "protocol": "UDP"}]),
    ("c", "bare"): ({}, []),
}
"""Labels and ports of each pod, by namespace and name."""


def cluster() -> list[dict[str, Any]]:
    """The namespaces and pods as manifests."""
    spaces: list[dict[str, Any]] = [
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels}}
        for name, labels in NAMESPACES.items()
    ]
    return spaces + [
        {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {"name": name, "namespace": namespace, "labels": labels},
            "spec": {"containers": [{"name": "c", "image": "i", "ports": ports}]},
        }
        for (namespace, name), (labels, ports) in PODS.items()
    ]


def _selectors(keys: dict[str, tuple[str, ...]]) -> st.SearchStrategy[dict[str, Any]]:
    pairs = [(key, value) for key, values in keys.items() for value in values]
    plain = st.sampled_from(pairs).map(lambda pair: {"matchLabels": dict([pair])})
    operators = st.sampled_from(sorted(keys)).flatmap(
        lambda key: st.one_of(
            st.builds(
                lambda operator, values: {"key": key, "operator": operator, "values": values},
                st.sampled_from(("In", "NotIn")),
                st.lists(st.sampled_from(keys[key]), min_size=1, max_size=2, unique=True),
            ),
            st.sampled_from(("Exists", "DoesNotExist")).map(lambda operator: {"key": key, "operator": operator}),
        )
    )
    return st.one_of(st.just({}), plain, operators.map(lambda item: {"matchExpressions": [item]}))


POD_SELECTORS = _selectors({"app": ("p", "q", "r"), "tier": ("t",)})
NAMESPACE_SELECTORS = _selectors({"team": ("red", "blue"), "kubernetes.io/metadata.name": ("a", "b", "c")})

BLOCKS = st.sampled_from(
    (
        {"cidr": "0.0.0.0/0"},
        {"cidr": "0.0.0.0/0", "except": ["10.0.0.0/8", "192.168.0.0/16"]},
        {"cidr": "10.1.0.0/16", "except": ["10.1.2.0/24"]},
        {"cidr": "8.8.8.8/32"},
    )
)
PEERS = st.one_of(
    POD_SELECTORS.map(lambda pods: {"podSelector": pods}),
    NAMESPACE_SELECTORS.map(lambda spaces: {"namespaceSelector": spaces}),
    st.builds(
        lambda pods, spaces: {"podSelector": pods, "namespaceSelector": spaces}, POD_SELECTORS, NAMESPACE_SELECTORS
    ),
    BLOCKS.map(lambda block: {"ipBlock": block}),
)
PROTOCOLS = st.sampled_from(("TCP", "UDP", "SCTP"))
PORTS = st.one_of(
    st.builds(lambda protocol, port: {"protocol": protocol, "port": port}, PROTOCOLS, st.sampled_from((53, 80, 8080))),
    st.builds(
        lambda first, size: {"port": first, "endPort": first + size}, st.sampled_from((50, 79)), st.integers(0, 9)
    ),
    st.builds(lambda protocol, name: {"protocol": protocol, "port": name}, PROTOCOLS, st.sampled_from(("http", "dns"))),
    PROTOCOLS.map(lambda protocol: {"protocol": protocol}),
    st.just({"port": 80}),
)


def _rules(field: str) -> st.SearchStrategy[list[dict[str, Any]]]:
    rule = st.fixed_dictionaries(
        {}, optional={field: st.lists(PEERS, max_size=2), "ports": st.lists(PORTS, max_size=2)}
    )
    return st.lists(rule, max_size=2)


_SPECS = st.fixed_dictionaries(
    {"podSelector": POD_SELECTORS},
    optional={
        "policyTypes": st.sampled_from((["Ingress"], ["Egress"], ["Ingress", "Egress"], [])),
        "ingress": _rules("from"),
        "egress": _rules("to"),
    },
)


@st.composite
def policies(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Up to three arbitrary but well-formed NetworkPolicies."""
    specs = draw(st.lists(st.tuples(st.sampled_from(sorted(NAMESPACES)), _SPECS), max_size=3))
    return [
        {
            "apiVersion": "networking.k8s.io/v1",
            "kind": "NetworkPolicy",
            "metadata": {"name": f"policy-{index}", "namespace": namespace},
            "spec": spec,
        }
        for index, (namespace, spec) in enumerate(specs)
    ]
