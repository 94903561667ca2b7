"""The embedded engine and OPA give the same answers: every rule, every resource, every fixture, every unit test."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from seatrial import toolchain
from seatrial.engines import rego_tests
from seatrial.engines.embedded import EmbeddedEngine
from seatrial.engines.opa import OpaEngine
from seatrial.engines.rego import violations
from seatrial.engines.rego_input import inventory_data, prepare_all, review
from seatrial.engines.rego_sources import PolicySet
from seatrial.model.architecture import Architecture
from seatrial.model.inventory import Inventory
from seatrial.model.source import load
from tests.engines.conftest import needs_opa
from tests.inventories import inventory
from tests.policies.conftest import ROOT
from tests.policies.test_pod_security import RULE
from tests.policies.upstream_sources import POD_SECURITY as FIXTURES
from tests.policies.upstream_sources import needs

pytestmark = [pytest.mark.oracle, needs_opa]


def answers(engine: Any, policies: PolicySet, found: Inventory, parameters: dict[str, Any]) -> dict[str, str]:
    prepared = prepare_all(found)
    engine.load(policies.modules, {"inventory": inventory_data(prepared)})
    result = {}
    for resource, data in prepared:
        rules = [rule for rule in policies.rules if rule.looks_at(resource.group, resource.kind)]
        values = engine.evaluate(review(resource, data, parameters), [rule.package for rule in rules])
        for rule, value in zip(rules, values, strict=True):
            result[f"{rule.id} {resource}"] = json.dumps(violations(value, rule.package), sort_keys=True)
    return result


@pytest.mark.parametrize("declared", [True, False], ids=["declared", "foreign"])
@pytest.mark.parametrize("manifests", ["production", "as-written", "every_kind.yaml", "configurations.yaml"])
def test_every_rule_answers_alike_on_every_resource(policies: PolicySet, manifests: str, declared: bool) -> None:
    if not manifests.endswith(".yaml"):
        found = load(str(ROOT / "manifests" / "overlays" / manifests))
    else:
        found = inventory((Path(__file__).parent / manifests).read_text())
    parameters = {"architecture": Architecture.load(ROOT).parameters()} if declared else {}

    ours = answers(EmbeddedEngine(), policies, found, parameters)
    with OpaEngine() as engine:
        reference = answers(engine, policies, found, parameters)

    assert len(ours) > 5
    assert ours == reference


@needs(FIXTURES)
def test_the_pod_security_rule_answers_alike_on_every_fixture(policies: PolicySet, embedded: EmbeddedEngine) -> None:
    pods = [yaml.safe_load(path.read_text()) for path in sorted(FIXTURES.glob("*/v1.37/*/*.yaml"))]
    documents = [
        {"review": {"object": pod}, "parameters": {"level": level}}
        for pod in pods
        for level in ("baseline", "restricted")
    ]
    assert len(documents) > 200

    with OpaEngine() as engine:
        engine.load(policies.modules, {})
        for document in documents:
            [ours] = embedded.evaluate(document, [RULE])
            [reference] = engine.evaluate(document, [RULE])
            assert violations(ours, RULE) == violations(reference, RULE)


def opa(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(toolchain.require("opa")), *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )


def test_unit_tests_come_out_alike() -> None:
    ran = opa("test", "--format=json", "policies")
    reference = {
        (result["package"].removeprefix("data.").replace('["', ".").replace('"]', ""), result["name"]): "fail"
        not in result
        for result in json.loads(ran.stdout)
    }
    ours = {(".".join(test.package), test.name): test.run().passed for test in rego_tests.discover(ROOT / "policies")}

    assert len(ours) > 200
    assert ours == reference


def test_opa_finds_no_fault_in_the_sources() -> None:
    checked = opa("check", "--strict", "policies")
    formatted = opa("fmt", "--list", "policies")

    assert (checked.returncode, checked.stdout, checked.stderr) == (0, "", "")
    assert formatted.stdout == ""
