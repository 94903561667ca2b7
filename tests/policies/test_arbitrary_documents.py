"""No document makes a rule fail to answer: not an arbitrary one, and not a good one that is damaged anywhere."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from seatrial.engines.embedded import EmbeddedEngine
from seatrial.engines.rego import violations
from seatrial.engines.rego_input import inventory_data, prepare_all, review
from seatrial.engines.rego_sources import PolicySet, read_policies
from seatrial.model import pointer as pointers
from seatrial.model.architecture import Architecture
from seatrial.model.inventory import Inventory
from tests.inventories import arbitrary, damaged, inventory
from tests.manifests.rendering import production
from tests.policies.conftest import ROOT

EVERY_KIND = "---\n".join(
    (Path(__file__).parent / name).read_text() for name in ("every_kind.yaml", "configurations.yaml")
)

relaxed = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


@cache
def read() -> PolicySet:
    return read_policies(ROOT / "policies")


@cache
def parameters() -> dict[str, object]:
    return {"architecture": Architecture.load(ROOT).parameters()}


def answer(found: Inventory, given_parameters: dict[str, object], *, of_any_kind: bool) -> int:
    """Evaluate the rules on every object; each answer must be a set of violations."""
    prepared = prepare_all(found)
    engine = EmbeddedEngine()
    engine.load(read().modules, {"inventory": inventory_data(prepared)})
    count = 0
    for resource, data in prepared:
        packages = [
            rule.package for rule in read().rules if of_any_kind or rule.looks_at(resource.group, resource.kind)
        ]
        values = engine.evaluate(review(resource, data, given_parameters), packages)
        for package, value in zip(packages, values, strict=True):
            for violation in violations(value, package):
                assert violation["details"]["pointer"] == "" or violation["details"]["pointer"].startswith("/")
                count += 1
    return count


@relaxed
@given(arbitrary())
def test_rules_answer_for_arbitrary_documents(found: Inventory) -> None:
    answer(found, {}, of_any_kind=True)


@relaxed
@given(damaged(EVERY_KIND))
def test_rules_answer_for_damaged_documents(found: Inventory) -> None:
    assert answer(found, parameters(), of_any_kind=False) > 0


DECLARED = (
    "Namespace/booking-system",
    "Deployment/booking-agent2-backend",
    "Service/booking-agent2-backend-service",
    "Ingress/booking-agent2-ingress",
    "HorizontalPodAutoscaler/booking-agent2-backend-hpa",
    "Deployment/booking-sub-s1",
    "ExternalSecret/booking-sub-s1-claude-api",
    "VerticalPodAutoscaler/booking-sub-s1-vpa",
    "StatefulSet/booking-agent2-postgres",
    "PriorityClass/booking-data",
    "PriorityClass/booking-batch",
    "ServiceAccount/booking-system-readonly",
    "RoleBinding/booking-system-readonly",
    "Role/booking-system-readonly",
)


@cache
def declared_objects() -> str:
    """Some of production, of each kind of which something is declared."""
    found = [item for item in production() if f"{item['kind']}/{item['metadata']['name']}" in DECLARED]
    assert len(found) == len(DECLARED)
    return yaml.safe_dump_all(found)


@relaxed
@given(st.deferred(lambda: damaged(declared_objects())))
def test_rules_answer_for_damaged_documents_of_which_much_is_declared(found: Inventory) -> None:
    answer(found, parameters(), of_any_kind=False)


def test_the_ground_of_the_damage_reaches_every_rule_that_needs_no_declaration() -> None:
    found = inventory(EVERY_KIND)
    prepared = prepare_all(found)
    engine = EmbeddedEngine()
    engine.load(read().modules, {"inventory": inventory_data(prepared)})
    reached = set()
    for resource, data in prepared:
        for rule in read().rules:
            if rule.looks_at(resource.group, resource.kind):
                [value] = engine.evaluate(review(resource, data, {}), [rule.package])
                for violation in violations(value, rule.package):
                    reached.add(rule.id)
                    parent = violation["details"]["pointer"].rpartition("/")[0]
                    _nearest(data, parent)

    silent = {rule.id for rule in read().rules if not rule.needs} - reached
    assert silent == set(), "every rule finds something in every_kind.yaml or configurations.yaml"


def _nearest(data: object, pointer: str) -> None:
    """A pointer's first step at least must exist: what is missing may lie deeper."""
    first = pointers.split(pointer)[:1]
    if first:
        assert isinstance(data, dict)
        assert first[0] in data, pointer


@pytest.mark.parametrize("kind", ["Deployment", "NetworkPolicy", "Ingress"])
def test_an_object_of_nothing_but_its_kind_is_judged(kind: str) -> None:
    versions = {"Deployment": "apps/v1"}
    found = inventory(f"{{apiVersion: {versions.get(kind, 'networking.k8s.io/v1')}, kind: {kind}}}")

    assert answer(found, parameters(), of_any_kind=True) > 0
