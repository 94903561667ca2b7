"""The network is exactly the declared one: no declared edge denied, no undeclared connection possible."""

# ruff: noqa: E501 -- a table of defects reads best with one row on one line
from __future__ import annotations

import functools
import textwrap
from pathlib import Path
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seatrial.checks import network
from seatrial.model.architecture import AddressRange, Architecture, Component, Edge, External
from seatrial.model.inventory import Inventory
from seatrial.model.position import Position
from seatrial.model.verdict import Status, Verdict
from tests.inventories import arbitrary, context, damaged, failures

HERE = Position("architecture/components.yaml", 1, 1)
ROOT = Path(__file__).parents[2]

GOOD = textwrap.dedent("""\
    {apiVersion: v1, kind: Namespace, metadata: {name: shop}}
    ---
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: web, namespace: shop}
    spec:
      template:
        metadata: {labels: {app: web}}
        spec: {containers: [{name: web, ports: [{name: http, containerPort: 8080}]}]}
    ---
    apiVersion: apps/v1
    kind: StatefulSet
    metadata: {name: db, namespace: shop}
    spec:
      template:
        metadata: {labels: {app: db}}
        spec: {containers: [{name: db, ports: [{name: sql, containerPort: 5432}]}]}
    ---
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata: {name: deny, namespace: shop}
    spec: {podSelector: {}, policyTypes: [Ingress, Egress]}
    ---
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata: {name: web, namespace: shop}
    spec:
      podSelector: {matchLabels: {app: web}}
      policyTypes: [Ingress, Egress]
      ingress:
        - from: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: edge}}, podSelector: {matchLabels: {app: proxy}}}]
          ports: [{port: http}]
      egress:
        - to: [{podSelector: {matchLabels: {app: db}}}]
          ports: [{port: 5432}]
        - to: [{ipBlock: {cidr: 0.0.0.0/0, except: [10.0.0.0/8]}}]
          ports: [{port: 443}]
    ---
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata: {name: db, namespace: shop}
    spec:
      podSelector: {matchLabels: {app: db}}
      ingress:
        - from: [{podSelector: {matchLabels: {app: web}}}]
          ports: [{port: sql}]
    """)


def component(id_: str, **given_: Any) -> Component:
    nothing: dict[str, Any] = {
        **dict.fromkeys(("kind", "workload", "role", "min_replicas", "max_replicas", "autoscaler", "vertical", "storage")),
        **dict.fromkeys(("database", "ingress", "external", "provided", "planned", "role_in", "longest_request", "mesh")),
        **dict.fromkeys(("containers", "metrics", "objects", "own_secrets", "accounts"), ()),
        "stateless": False,
        **{key: {} for key in ("selector", "ports")},
    }  # fmt: skip
    return Component(**{**nothing, "id": id_, "name": id_, "tier": "t", "namespace": "", "position": HERE, **given_})


COMPONENTS = (
    component("PROXY", namespace="edge", selector={"app": "proxy"}, planned="proxy manifests", ports={"http": 80}),
    component(
        "WEB", namespace="shop", kind="Deployment", workload="web", selector={"app": "web"}, ports={"http": 8080}
    ),
    component("DB", namespace="shop", kind="StatefulSet", workload="db", selector={"app": "db"}, ports={"sql": 5432}),
    component(
        "API", external=External("api.example.com", (AddressRange("0.0.0.0/0", ("10.0.0.0/8",)),)), ports={"s": 443}
    ),
    component("MASTER", provided="the control plane", ports={"https": 6443}),
)


def edge(source: str, target: str, port: int, protocol: str = "TCP") -> Edge:
    place = Position("architecture/edges.yaml", port, 1)
    return Edge(f"{source}-{target}", source, target, "network", protocol, port, True, False, "", place)


EDGES = (edge("PROXY", "WEB", 8080), edge("WEB", "DB", 5432), edge("WEB", "API", 443))


@functools.cache
def declared() -> Architecture:
    return Architecture.load(ROOT)


def architecture(*edges: Edge) -> Architecture:
    whole = declared()
    return attrs.evolve(whole, declared=attrs.evolve(whole.declared, components=COMPONENTS), edges=edges or EDGES)


def judge(text: str, *edges: Edge) -> list[Verdict]:
    return list(network.run(context(text, architecture(*edges))))


def changed(old: str, new: str) -> str:
    assert GOOD.count(old) == 1, f"{old!r} is not unique"
    return GOOD.replace(old, new)


def test_a_network_as_declared_passes() -> None:
    verdicts = judge(GOOD)

    assert [(item.status, item.subject.name) for item in verdicts] == [
        (Status.PASS, "PROXY-WEB"),
        (Status.PASS, "WEB-DB"),
        (Status.PASS, "WEB-API"),
        (Status.PASS, "web"),
        (Status.PASS, "db"),
    ]
    assert "the egress of PROXY is not part of these manifests" in verdicts[0].message


@pytest.mark.parametrize(
    "old, new, name, words",
    [
        ("ports: [{port: http}]", "ports: [{port: 80}]", "PROXY-WEB", "ingress of shop/web[Deployment]"),
        ("app: proxy}", "app: proxies}", "PROXY-WEB", "ingress of shop/web[Deployment]"),
        ("ports: [{port: sql}]", "ports: [{port: 5433}]", "WEB-DB", "ingress of shop/db[StatefulSet]"),
        ("ports: [{port: 5432}]", "ports: [{port: 5433}]", "WEB-DB", "egress of shop/web[Deployment]"),
        ("ports: [{port: sql}]", "ports: [{port: sql, protocol: UDP}]", "WEB-DB", "on TCP 5432 is denied"),
        ("except: [10.0.0.0/8]", "except: [10.0.0.0/8, 8.0.0.0/8]", "WEB-API", "to 8.0.0.0-8.255.255.255 on TCP 443"),
    ],
)
def test_a_denied_edge_fails_at_its_declaration(old: str, new: str, name: str, words: str) -> None:
    found = failures(judge(changed(old, new)), "network/declared-edges")

    assert [item.subject.name for item in found] == [name]
    assert words in found[0].message
    assert found[0].position is not None
    assert found[0].position.file == "architecture/edges.yaml"


def test_both_sides_of_an_edge_are_told() -> None:
    text = changed("ports: [{port: sql}]", "ports: [{port: 1}]").replace("[{port: 5432}]", "[{port: 2}]")

    found = [item.message for item in failures(judge(text), "network/declared-edges")]

    assert [message.split()[0] for message in found] == ["egress", "ingress"]


@pytest.mark.parametrize(
    "old, new, name, words",
    [
        ("ports: [{port: 5432}]", "ports: [{port: 5432, endPort: 5440}]", None, ""),
        ("ports: [{port: sql}]", "ports: [{port: sql}, {port: 22}]", None, ""),
        ("        - from: [{podSelector: {matchLabels: {app: web}}}]", "        - from: [{podSelector: {}}]", None, ""),
        ("      ports: [{port: http}]\n", "", "web", "accepts TCP 1-8079,8081-65535,UDP 1-65535,SCTP 1-65535 from edge/PROXY"),
        ("{kubernetes.io/metadata.name: edge}}", "{}}", "web",
         "accepts TCP 8080 from any pod of another namespace labelled app=proxy"),
        ("{matchLabels: {kubernetes.io/metadata.name: edge}}, podSelector: {matchLabels: {app: proxy}}", "{}", "web",
         "accepts TCP 8080 from any pod of another namespace"),
        ("except: [10.0.0.0/8]", "except: []", "web", "can open TCP 443 to 10.0.0.0-10.255.255.255"),
        ("    - from: [{podSelector: {matchLabels: {app: web}}}]\n      ports", "    - ports", "db",
         "accepts TCP 5432 from"),
    ],
)  # fmt: skip
def test_more_than_declared_fails_where_both_sides_allow_it(old: str, new: str, name: str | None, words: str) -> None:
    old, new = (text.replace("        - from", "    - from") for text in (old, new))

    found = failures(judge(changed(old, new)), "network/undeclared-paths")

    # Without a name the other side still denies it.
    assert [item.subject.name for item in found] == ([] if name is None else [name])
    assert all(words in item.message for item in found)


def test_a_pod_that_no_policy_isolates_fails_for_everything_it_can_do() -> None:
    found = failures(judge(GOOD.replace("{name: deny, namespace: shop}", "{name: deny, namespace: elsewhere}")
                           .replace("{name: db, namespace: shop}\nspec:\n  podSelector", "{name: db, namespace: x}\nspec:\n  podSelector")),
                     "network/undeclared-paths")  # fmt: skip

    told = "\n".join(item.message for item in found if item.subject.name == "db")
    assert "no NetworkPolicy isolates it for egress" in told
    assert "any IPv4 address" in told
    assert "any IPv6 address" in told
    assert "any pod of another namespace" in told


def test_replicas_of_one_workload_are_no_exception() -> None:
    text = (
        changed("- to: [{podSelector: {matchLabels: {app: db}}}]", "- to: [{podSelector: {}}]")
        .replace(
            "from: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: edge}}, podSelector: {matchLabels: {app: proxy}}}]",
            "from: [{podSelector: {}}]",
        )
        .replace("ports: [{port: 5432}]", "ports: [{port: 5432}, {port: 8080}]")
    )

    [found] = failures(judge(text), "network/undeclared-paths")

    assert "web can open TCP 8080 to shop/web[Deployment]" in found.message


@pytest.mark.parametrize(
    "declared_edge, words",
    [
        (edge("WEB", "MASTER", 6443), "neither pods nor addresses of it are known"),
        (edge("PROXY", "API", 443), "neither end has pods or policies in these manifests"),
    ],
)
def test_an_edge_that_cannot_be_judged_is_skipped_with_the_reason(declared_edge: Edge, words: str) -> None:
    verdict = judge(GOOD, declared_edge)[0]

    assert verdict.status is Status.SKIPPED
    assert words in verdict.message


def test_pods_that_come_later_are_judged_by_the_policies_that_are_there_already() -> None:
    solver = component(
        "SOLVER", namespace="shop", selector={"app": "solver"}, planned="certificates", ports={"http": 8089}
    )
    whole = attrs.evolve(declared(), declared=attrs.evolve(declared().declared, components=(*COMPONENTS, solver)),
                         edges=(edge("PROXY", "SOLVER", 8089),))  # fmt: skip
    allowing = GOOD + textwrap.dedent("""\
        ---
        apiVersion: networking.k8s.io/v1
        kind: NetworkPolicy
        metadata: {name: solver, namespace: shop}
        spec: {podSelector: {matchLabels: {app: solver}}, ingress: [{ports: [{port: 8089}]}]}
        """)

    denied, allowed = (next(iter(network.run(context(text, whole)))) for text in (GOOD, allowing))

    assert (denied.status, allowed.status) == (Status.FAIL, Status.PASS)
    assert "ingress of shop/SOLVER[planned] from edge/PROXY[planned] on TCP 8089 is denied" in denied.message


def test_foreign_manifests_are_skipped_with_that_reason() -> None:
    verdicts = list(network.run(context(GOOD)))

    assert [item.status for item in verdicts] == [Status.SKIPPED, Status.SKIPPED]
    assert all("no architecture/ declares" in item.message for item in verdicts)


@given(st.one_of(damaged(GOOD), arbitrary()))
def test_arbitrary_documents_get_verdicts_and_never_an_exception(found: Inventory) -> None:
    verdicts = list(network.run(context(found, architecture())))

    assert {item.check for item in verdicts} == {"network/declared-edges", "network/undeclared-paths"}
