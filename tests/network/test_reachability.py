"""Reachability is what networking/v1 says, case by case, packet by packet, and as another analyzer computes it."""

# ruff: noqa: E501, ISC004 -- a table of cases reads best with one row on one line
from __future__ import annotations

import ipaddress
import json
import random
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from seatrial.engines.reachability import AddressPeer
from seatrial.engines.reachability_addresses import Addresses
from seatrial.engines.reachability_ports import ALL, Connections, intersect, merge, subtract
from seatrial.engines.reachability_table import Row, World, connections
from seatrial.model.inventory import Inventory
from seatrial.model.selector import matches
from tests.inventories import arbitrary, damaged, inventory
from tests.network.worlds import NAMESPACES, PODS, cluster, policies

ONE, TWO, OTHER = ("a", "one"), ("a", "two"), ("b", "one")
Pod = tuple[str, str]


def manifests(*specs: tuple[str, str]) -> str:
    """The cluster with NetworkPolicies, each given as namespace and spec."""
    found = [
        {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy",
         "metadata": {"name": f"p{index}", "namespace": namespace}, "spec": yaml.safe_load(spec)}
        for index, (namespace, spec) in enumerate(specs)
    ]  # fmt: skip
    return yaml.safe_dump_all([*cluster(), *found])


def between(text: str, source: Pod | str, destination: Pod | str) -> str:
    world = World(inventory(text))
    peers: dict[Any, Any] = {(peer.namespace, workload.resource.name): peer for workload, peer in world.workloads}
    for end in (source, destination):
        if isinstance(end, str):
            peers[end] = AddressPeer(end, Addresses.of(end))
    return str(world.network.allowed(peers[source], peers[destination]))


@pytest.mark.parametrize(
    "policy, source, destination, expected",
    [
        # Isolation
        (None, ONE, TWO, "All Connections"),
        (("a", "{podSelector: {}}"), ONE, TWO, "No Connections"),
        (("a", "{podSelector: {}}"), ONE, OTHER, "All Connections"),
        (("b", "{podSelector: {}}"), ONE, TWO, "All Connections"),
        (("a", "{podSelector: {matchLabels: {app: p}}}"), ONE, TWO, "All Connections"),
        (("a", "{podSelector: {}, policyTypes: [Egress]}"), ONE, OTHER, "No Connections"),
        (("a", "{podSelector: {}, policyTypes: [Egress]}"), OTHER, ONE, "All Connections"),
        # policyTypes default: ingress always, egress where there are egress rules
        (("a", "{podSelector: {}, egress: [{}]}"), OTHER, ONE, "No Connections"),
        (("a", "{podSelector: {}, egress: [{ports: [{port: 1}]}]}"), ONE, OTHER, "TCP 1"),
        (("a", "{podSelector: {}, egress: []}"), ONE, OTHER, "All Connections"),
        (("a", "{podSelector: {}, policyTypes: [Ingress], egress: [{ports: [{port: 1}]}]}"), ONE, OTHER,
         "All Connections"),
        # Absent and empty peers and ports allow all
        (("a", "{podSelector: {}, ingress: [{}]}"), OTHER, ONE, "All Connections"),
        (("a", "{podSelector: {}, ingress: [{from: [], ports: []}]}"), "8.8.8.8", ONE, "All Connections"),
        (("a", "{podSelector: {}, ingress: []}"), OTHER, ONE, "No Connections"),
        # Peers
        (("a", "{podSelector: {}, ingress: [{from: [{podSelector: {}}]}]}"), TWO, ONE, "All Connections"),
        (("a", "{podSelector: {}, ingress: [{from: [{podSelector: {}}]}]}"), OTHER, ONE, "No Connections"),
        (("a", "{podSelector: {}, ingress: [{from: [{podSelector: {}}]}]}"), "10.0.0.1", ONE, "No Connections"),
        (("a", "{podSelector: {}, ingress: [{from: [{namespaceSelector: {}}]}]}"), OTHER, ONE, "All Connections"),
        (("a", "{podSelector: {}, ingress: [{from: [{namespaceSelector: {matchLabels: {team: blue}}}]}]}"), OTHER, ONE,
         "All Connections"),
        (("a", "{podSelector: {}, ingress: [{from: [{namespaceSelector: {matchLabels: {team: blue}}}]}]}"), TWO, ONE,
         "No Connections"),
        (("a", "{podSelector: {}, ingress: [{from: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: "
               "b}}, podSelector: {matchLabels: {app: p}}}]}]}"), OTHER, ONE, "All Connections"),
        (("a", "{podSelector: {}, ingress: [{from: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: "
               "b}}, podSelector: {matchLabels: {app: p}}}]}]}"), ("b", "three"), ONE, "No Connections"),
        # Two items are alternatives, where one item with both selectors is a conjunction
        (("a", "{podSelector: {}, ingress: [{from: [{namespaceSelector: {matchLabels: {team: blue}}}, {podSelector: "
               "{matchLabels: {app: p}}}]}]}"), ("b", "three"), TWO, "All Connections"),
        # ipBlock
        (("a", "{podSelector: {}, egress: [{to: [{ipBlock: {cidr: 0.0.0.0/0, except: [10.0.0.0/8]}}], ports: [{port: "
               "443}]}]}"), ONE, "8.8.8.8", "TCP 443"),
        (("a", "{podSelector: {}, egress: [{to: [{ipBlock: {cidr: 0.0.0.0/0, except: [10.0.0.0/8]}}], ports: [{port: "
               "443}]}]}"), ONE, "10.2.3.4", "No Connections"),
        (("a", "{podSelector: {}, egress: [{to: [{ipBlock: {cidr: 0.0.0.0/0}}]}]}"), ONE, OTHER, "No Connections"),
        (("a", "{podSelector: {}, egress: [{to: [{ipBlock: {cidr: 0.0.0.0/0}}]}]}"), ONE, "2001:db8::1",
         "No Connections"),
        (("a", "{podSelector: {}, egress: [{to: [{ipBlock: {cidr: '::/0'}}]}]}"), ONE, "2001:db8::1",
         "All Connections"),
        # Ports
        (("a", "{podSelector: {}, ingress: [{ports: [{port: 80}, {protocol: UDP, port: 53}]}]}"), OTHER, ONE,
         "TCP 80,UDP 53"),
        (("a", "{podSelector: {}, ingress: [{ports: [{port: 8000, endPort: 8010}, {port: 8011}]}]}"), OTHER, ONE,
         "TCP 8000-8011"),
        (("a", "{podSelector: {}, ingress: [{ports: [{protocol: SCTP}]}]}"), OTHER, ONE, "SCTP 1-65535"),
        # Named ports are those of the destination
        (("a", "{podSelector: {}, ingress: [{ports: [{port: http}]}]}"), OTHER, ONE, "TCP 80"),
        (("a", "{podSelector: {}, ingress: [{ports: [{port: http}]}]}"), OTHER, TWO, "TCP 8080"),
        (("a", "{podSelector: {}, egress: [{ports: [{port: http}]}], policyTypes: [Egress]}"), ONE, TWO, "TCP 8080"),
        (("a", "{podSelector: {}, egress: [{ports: [{port: http}]}]}"), ONE, OTHER, "No Connections"),
        (("a", "{podSelector: {}, egress: [{ports: [{protocol: UDP, port: http}]}]}"), ONE, OTHER, "UDP 80"),
        (("a", "{podSelector: {}, egress: [{ports: [{port: http}]}]}"), ONE, "8.8.8.8", "No Connections"),
    ],
)  # fmt: skip
def test_one_policy(policy: tuple[str, str] | None, source: Pod | str, destination: Pod | str, expected: str) -> None:
    text = manifests(*([policy] if policy else []))

    assert between(text, source, destination) == expected


def test_policies_add_up() -> None:
    text = manifests(
        ("a", "{podSelector: {}}"),
        ("a", "{podSelector: {matchLabels: {app: p}}, ingress: [{ports: [{port: 80}]}]}"),
        ("a", "{podSelector: {}, ingress: [{from: [{podSelector: {}}], ports: [{port: 81}]}]}"),
    )

    assert between(text, TWO, ONE) == "TCP 80-81"
    assert between(text, OTHER, ONE) == "TCP 80"
    assert between(text, ONE, TWO) == "TCP 81"


def test_a_connection_needs_both_ends() -> None:
    text = manifests(
        ("a", "{podSelector: {}, policyTypes: [Egress], egress: [{ports: [{port: 80, endPort: 90}]}]}"),
        ("b", "{podSelector: {}, ingress: [{ports: [{port: 85, endPort: 99}]}]}"),
    )

    assert between(text, ONE, OTHER) == "TCP 85-90"


def test_pods_on_the_host_network_are_beyond_policies() -> None:
    text = manifests(("a", "{podSelector: {}, policyTypes: [Ingress, Egress]}")).replace(
        "spec:\n  containers:", "spec:\n  hostNetwork: true\n  containers:"
    )

    assert between(text, ONE, TWO) == "All Connections"


@pytest.mark.parametrize(
    "spec",
    [
        "{podSelector: {}, ingress: [{from: everyone}]}",
        "{podSelector: {}, ingress: [{from: [7]}]}",
        "{podSelector: {}, ingress: [{ports: [{port: [80]}]}]}",
        "{podSelector: {}, ingress: [all]}",
        "{podSelector: {}, ingress: [{from: [{ipBlock: {cidr: nonsense}}]}]}",
    ],
)
def test_a_malformed_rule_allows_nothing(spec: str) -> None:
    assert between(manifests(("a", spec)), OTHER, ONE) == "No Connections"


# Packet by packet: a second reading of the specification, without sets of ports, ranges or peers.


def packet_passes(  # noqa: C901 -- it reads as the specification does, from top to bottom
    found: list[dict[str, Any]], source: Pod | str, destination: Pod | str, protocol: str, port: int
) -> bool:
    def side(pod: Pod | str, other: Pod | str, direction: str) -> bool:
        if isinstance(pod, str):
            return True
        isolated = False
        for policy in found:
            spec = policy["spec"]
            types = spec.get("policyTypes") or ["Ingress", *(["Egress"] if spec.get("egress") else [])]
            if policy["metadata"]["namespace"] != pod[0] or direction not in types:
                continue
            if not matches(spec["podSelector"], PODS[pod][0]):
                continue
            isolated = True
            for rule in spec.get(direction.lower(), []):
                peers = rule.get("from" if direction == "Ingress" else "to")
                if peers and not any(peer_is(peer, other, pod[0]) for peer in peers):
                    continue
                ports = rule.get("ports")
                if not ports or any(port_is(item) for item in ports):
                    return True
        return not isolated

    def peer_is(peer: dict[str, Any], other: Pod | str, home: str) -> bool:
        if isinstance(other, str):
            block = peer.get("ipBlock")
            if block is None:
                return False
            address = ipaddress.ip_address(other)
            inside = address in ipaddress.ip_network(block["cidr"])
            return inside and not any(address in ipaddress.ip_network(hole) for hole in block.get("except", []))
        if "ipBlock" in peer:
            return False
        if "namespaceSelector" in peer:
            labels = {**NAMESPACES[other[0]], "kubernetes.io/metadata.name": other[0]}
            if not matches(peer["namespaceSelector"], labels):
                return False
        elif other[0] != home:
            return False
        return "podSelector" not in peer or matches(peer["podSelector"], PODS[other][0])

    def port_is(item: dict[str, Any]) -> bool:
        if item.get("protocol", "TCP") != protocol:
            return False
        wanted = item.get("port")
        if wanted is None:
            return True
        if isinstance(wanted, str):
            declared = [] if isinstance(destination, str) else PODS[destination][1]
            return any(
                (entry["name"], entry["containerPort"], entry.get("protocol", "TCP")) == (wanted, port, protocol)
                for entry in declared
            )
        return bool(wanted <= port <= item.get("endPort", wanted))

    return side(source, destination, "Egress") and side(destination, source, "Ingress")


@given(
    policies(),
    st.sampled_from(sorted(PODS)),
    st.sampled_from([*sorted(PODS), "8.8.8.8", "10.1.2.3", "10.1.9.9"]),
    st.booleans(),
    st.sampled_from(("TCP", "UDP", "SCTP")),
    st.sampled_from((50, 53, 79, 80, 81, 8080, 9999)),
)
def test_every_packet_is_judged_alike(
    found: list[dict[str, Any]], pod: Pod, other: Pod | str, outward: bool, protocol: str, port: int
) -> None:  # fmt: skip
    source: Pod | str = pod if outward else other
    destination: Pod | str = other if outward else pod

    allowed = between(yaml.safe_dump_all([*cluster(), *found]), source, destination)
    passes = packet_passes(found, source, destination, protocol, port)

    assert _holds(allowed, protocol, port) is passes


def _holds(text: str, protocol: str, port: int) -> bool:
    if text == "All Connections":
        return True
    for kind, ranges in re.findall(r"(TCP|UDP|SCTP) ([-,0-9]+)", text):
        for part in filter(None, ranges.split(",")):
            first, _, last = part.partition("-")
            if kind == protocol and int(first) <= port <= int(last or first):
                return True
    return False


@given(
    damaged(
        manifests(
            (
                "a",
                "{podSelector: {}, ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/8, except: [10.1.0.0/16]}}, "
                "{podSelector: {}}], ports: [{port: http}, {port: 1, endPort: 9}]}]}",
            )
        )
    )
    | arbitrary()
)
def test_arbitrary_documents_make_a_table_and_never_an_exception(found: Inventory) -> None:  # fmt: skip
    names = {World(found).network.workload(workload).name for workload in found.workloads()}

    assert {row.source for row in connections(found)} <= names | {
        row.source for row in connections(found) if re.fullmatch(r"[\d.]+-[\d.]+", row.source)
    }


# The arithmetic


RANGES = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), max_size=4).map(merge)


def _members(ranges: tuple[tuple[int, int], ...]) -> set[int]:
    return {value for first, last in ranges for value in range(first, last + 1)}


@given(RANGES, RANGES)
def test_range_arithmetic_is_that_of_sets(
    left: tuple[tuple[int, int], ...], right: tuple[tuple[int, int], ...]
) -> None:
    assert _members(intersect(left, right)) == _members(left) & _members(right)
    assert _members(subtract(left, right)) == _members(left) - _members(right)
    assert _members(merge(left + right)) == _members(left) | _members(right)


def test_connections_are_written_as_in_the_interface() -> None:
    assert str(ALL) == "All Connections"
    assert str(Connections.of("UDP", 53) | Connections.of("TCP", 8000, 8010) | Connections.of("TCP", 80)) == (
        "TCP 80,8000-8010,UDP 53"
    )
    assert str(ALL - Connections.of("TCP", 80)) == "TCP 1-79,81-65535,UDP 1-65535,SCTP 1-65535"


def test_the_table_names_workloads_and_ranges_of_addresses() -> None:
    text = manifests(
        *((space, "{podSelector: {}, policyTypes: [Ingress, Egress]}") for space in ("b", "c")),
        ("a", "{podSelector: {}, policyTypes: [Ingress, Egress], ingress: [{from: [{podSelector: {matchLabels: {app: q}}}]"
              ", ports: [{port: 80}]}], egress: [{to: [{podSelector: {}}]}, {to: [{ipBlock: {cidr: 10.0.0.0/8, except: "
              "[10.0.0.0/9]}}], ports: [{port: 443}]}]}"),
    )  # fmt: skip

    assert connections(inventory(text)) == (
        Row("a/one[Pod]", "10.128.0.0-10.255.255.255", "TCP 443"),
        Row("a/two[Pod]", "10.128.0.0-10.255.255.255", "TCP 443"),
        Row("a/two[Pod]", "a/one[Pod]", "TCP 80"),
    )


# The other analyzer: IBM's network-config-analyzer, where it is installed


@pytest.mark.oracle
@pytest.mark.skipif(shutil.which("nca") is None, reason="network-config-analyzer (nca) is not installed")
def test_the_table_equals_that_of_network_config_analyzer(tmp_path: Path) -> None:
    differences = []
    for seed in range(10):
        found = _sampled(seed)
        text = yaml.safe_dump_all([*cluster(), *found])
        path = tmp_path / f"{seed}.yaml"
        path.write_text(text)
        ours = {row for row in connections(inventory(text)) if "[" in row.source and "[" in row.destination}
        theirs = _analyzed(path)
        if ours != theirs:
            differences.append((seed, sorted(ours ^ theirs), json.dumps(found)))

    assert differences == []


def _sampled(seed: int) -> list[dict[str, Any]]:
    """The same policies in every run: drawn with a fixed seed."""
    drawn: list[list[dict[str, Any]]] = []

    @settings(max_examples=80, database=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(policies())
    def collect(found: list[dict[str, Any]]) -> None:
        drawn.append(found)

    collect()
    chosen = random.Random(seed).choice([found for found in drawn if len(found) > 1])  # noqa: S311 -- a sample, no secret
    for policy in chosen:
        # The analyzer refuses rules of a direction that policyTypes leaves out, which Kubernetes ignores.
        for field in ("ingress", "egress"):
            if policy["spec"].get("policyTypes") and field.capitalize() not in policy["spec"]["policyTypes"]:
                policy["spec"].pop(field, None)
        # It takes `egress: []` without policyTypes for isolation; upstream's default asks for a rule (defaults.go).
        if not policy["spec"].get("policyTypes") and not policy["spec"].get("egress"):
            policy["spec"].pop("egress", None)
    return chosen


def _analyzed(path: Path) -> set[Row]:
    run = subprocess.run(  # the analyzer's own command line
        [shutil.which("nca") or "nca", "--connectivity", "-r", str(path), "-o", "txt_no_fw_rules"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    rows = set()
    for line in run.stdout.splitlines():
        match = re.fullmatch(r"(\S+) => (\S+) : (.*)", line.strip())
        if match and "[" in match[1] and "[" in match[2] and "livesim" not in line:
            rows.add(Row(match[1], match[2], _written(match[3])))
    return rows


def _written(text: str) -> str:
    """The analyzer's notation in ours."""
    if text == "All connections":
        return str(ALL)
    total = Connections()
    for protocols, ports in re.findall(r"\{protocols:([^{}]*?)(?:,dst_ports:([^{}]*))?\}", text):
        for protocol in protocols.split(", "):
            for part in (ports or "1-65535").split(","):
                first, _, last = part.partition("-")
                total |= Connections.of(protocol, int(first), int(last or first))
    return str(total)
