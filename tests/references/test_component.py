"""A declared component has its objects, its selector picks its own pods only, and those have the declared ports."""

from __future__ import annotations

import functools
import textwrap
from pathlib import Path
from typing import Any

import attrs
import pytest

from seatrial.checks import references
from seatrial.model.architecture import Architecture, Component, Container, ObjectReference
from seatrial.model.position import Position
from seatrial.model.verdict import Status, Verdict
from tests.inventories import context

HERE = Position("architecture/components.yaml", 7, 3)

GOOD = textwrap.dedent("""\
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: web, namespace: shop}
    spec:
      template:
        metadata: {labels: {app: web}}
        spec: {containers: [{name: web, ports: [{name: http, containerPort: 8080}]}]}
    ---
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: other, namespace: shop}
    spec: {template: {metadata: {labels: {app: other}}}}
    ---
    {apiVersion: v1, kind: Service, metadata: {name: web-service, namespace: shop}}
    ---
    {apiVersion: storage.k8s.io/v1, kind: StorageClass, metadata: {name: fast}}
    """)  # fmt: skip


@functools.cache
def whole() -> Architecture:
    return Architecture.load(Path(__file__).parents[2])


def web(**changes: Any) -> Component:
    """The component of the manifests above, made of a declared one so that every field is set."""
    plain = next(item for item in whole().components if item.kind == "Deployment" and item.planned is None)
    component = attrs.evolve(
        plain,
        id="WEB",
        name="Shop front",
        namespace="shop",
        workload="web",
        selector={"app": "web"},
        containers=(Container("web", None, {"http": 8080}),),
        objects=(
            ObjectReference("Deployment", "shop", "web"),
            ObjectReference("Service", "shop", "web-service"),
            ObjectReference("StorageClass", "", "fast"),
        ),
        position=HERE,
    )
    return attrs.evolve(component, **changes)


def judge(text: str, component: Component) -> list[Verdict]:
    declared = whole()
    declared = attrs.evolve(declared, declared=attrs.evolve(declared.declared, components=(component,)))
    found = references.run(context(text, declared))
    return [item for item in found if item.check == "references/component"]


def test_a_deployed_component_passes() -> None:
    [verdict] = judge(GOOD, web())

    assert (verdict.status, verdict.subject.kind, verdict.subject.name, verdict.position) == (
        Status.PASS,
        "Component",
        "WEB",
        HERE,
    )


@pytest.mark.parametrize(
    "old, new, words",
    [
        ("name: web-service", "name: web-servic", "Service/web-service is not in the manifests in namespace shop (did"),
        ("name: fast", "name: faster", "StorageClass/fast is not in the manifests (did you mean faster?)"),
        ("{name: web, namespace: shop}", "{name: web, namespace: stop}", "Deployment/web is not in the manifests"),
        ("labels: {app: web}", "labels: {app: wed}", "not selected by the declared labels: app is wed"),
        ("labels: {app: other}", "labels: {app: web}", "also select shop/other[Deployment]"),
        ("containerPort: 8080", "containerPort: 8081", "no container has the port http 8080; it has http 8081"),
        ("{name: http, ", "{name: www, ", "no container has the port http 8080; it has www 8080"),
    ],
)
def test_what_a_component_lacks_is_told_at_its_declaration(old: str, new: str, words: str) -> None:
    assert GOOD.count(old) == 1, f"{old!r} is not unique"

    found = judge(GOOD.replace(old, new), web())

    assert [(item.status, item.position) for item in found] == [(Status.FAIL, HERE)] * len(found)
    assert any(words in item.message for item in found), [item.message for item in found]


@pytest.mark.parametrize(
    "changes, words",
    [
        ({"planned": "later manifests"}, "planned: later manifests"),
        ({"provided": "by the cloud"}, "not deployed from manifests: by the cloud"),
    ],
)
def test_what_is_not_to_be_deployed_yet_is_skipped_with_the_reason(changes: dict[str, Any], words: str) -> None:
    [verdict] = judge("", web(**changes))

    assert verdict.status is Status.SKIPPED
    assert words in verdict.message
