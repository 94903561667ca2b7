"""Which checks rest on which kinds: every check that looks at more than its subject is known to."""

from __future__ import annotations

from pathlib import Path

import pytest

from seatrial.audit.partial import ANYTHING, POINTING, WHOLE, looked_up
from seatrial.checks.base import Context
from seatrial.checks.policy import policies
from seatrial.model.inventory import Inventory
from seatrial.verification import group

POLICIES = Path(__file__).resolve().parents[2] / "policies"


@pytest.mark.parametrize("name,table", [("references", POINTING), ("network", WHOLE), ("capacity", WHOLE)])
def test_every_check_that_relates_objects_says_which(name: str, table: dict[str, frozenset[str]]) -> None:
    checks = {info.id for info in group(name).catalog(Context(Inventory(()), None, POLICIES))}

    assert checks == {check for check in table if check.startswith(f"{name}/")}


def test_the_kinds_that_a_rule_looks_up_are_read_from_it_and_its_libraries() -> None:
    found = looked_up(policies(POLICIES))

    assert found["ingress/ingress-class"] == {"IngressClass"}
    assert {"RoleBinding", "ClusterRoleBinding", "ServiceAccount"} <= found["security/service-account-token"]
    assert "HorizontalPodAutoscaler" in found["autoscaling/no-fixed-replicas"]  # through the library `scaling`
    assert found["images/no-mutable-tag"] == frozenset()


def test_every_rule_that_looks_around_is_found() -> None:
    found = looked_up(policies(POLICIES))
    around = {
        rule.id for rule in policies(POLICIES).rules if "inventory." in Path(rule.folder, "rule.rego").read_text()
    }

    assert around
    assert {rule for rule in around if not found[rule]} == set()
    assert ANYTHING not in found.values()
