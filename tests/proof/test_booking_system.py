"""The production manifests before a real control plane, and our own arithmetic before its books.

That every environment is accepted is what `features/cluster/acceptance.feature` states; here the numbers are compared.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest

from seatrial.checks.capacity import pod_resources, quota, replicas
from seatrial.checks.capacity.pod_resources import Amounts, Defaults
from seatrial.finished import Verification
from seatrial.model.quantity import Quantity
from seatrial.model.verdict import Status

pytestmark = pytest.mark.lab


@pytest.fixture(scope="module")
def proved(proofs: Callable[[str], Verification]) -> Verification:
    return proofs("production")


def test_every_verdict_of_every_check_is_a_pass(proved: Verification) -> None:
    """One run, so one test: each object, workload and quota has one verdict of each check that concerns it."""
    inventory = proved.context.inventory
    others = [verdict for verdict in proved.verdicts if verdict.status is not Status.PASS]
    assert others == []
    found = Counter(verdict.check for verdict in proved.verdicts)
    objects, workloads = len(inventory.resources), len(inventory.workloads())
    assert objects > workloads > 0
    assert found == {
        "server/dry-run": objects,
        "server/warnings": objects,
        "server/applied": objects,
        "server/admitted": workloads,
        "server/ready-at-minimum": workloads,
        "server/ready-at-maximum": workloads,
        "server/rollout": workloads,
        "server/quota": len(inventory.of_kind("ResourceQuota")),
    }


def test_the_quota_s_books_are_those_that_our_check_keeps(proved: Verification) -> None:
    """`capacity/quota-covers-maxima` adds up what the control plane counts: without rollouts both must be equal."""
    inventory = proved.context.inventory
    (resource,) = inventory.of_kind("ResourceQuota")
    (verdict,) = proved.of("server/quota")
    defaults = Defaults.of(inventory.in_namespace(resource.namespace, "LimitRange"))
    total: Amounts = {}
    for workload in inventory.workloads():
        most = replicas.maximum(inventory, workload)
        assert most is not None
        each = pod_resources.pod(workload, pod_resources.containers(workload, defaults))
        total = pod_resources.add(total, quota._of_pods(each, most.replicas))
        for template in workload.resource.data["spec"].get("volumeClaimTemplates", []):
            total = pod_resources.add(total, pod_resources.times(quota._of_claim(template["spec"]), most.replicas))
    nothing = Quantity.parse(0)
    counted = {name: Quantity.parse(amount["used"]).value for name, amount in verdict.evidence.items()}
    assert counted == {name: total.get(name, nothing).value for name in counted}
    assert counted["pods"] > 0


def test_replicas_are_those_of_the_manifests(proved: Verification) -> None:
    """The real autoscaler brought each target to what its manifest says, first the least and then the most."""
    inventory = proved.context.inventory
    for autoscaler in inventory.of_kind("HorizontalPodAutoscaler"):
        target = autoscaler.data["spec"]["scaleTargetRef"]["name"]
        for check, field in (("server/ready-at-minimum", "minReplicas"), ("server/ready-at-maximum", "maxReplicas")):
            (verdict,) = (item for item in proved.of(check) if item.subject.name == target)
            assert verdict.evidence["ready"] == autoscaler.data["spec"][field], f"{target} at {field}"
