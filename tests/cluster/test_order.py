"""Objects are applied in an order in which each finds what it needs."""

from __future__ import annotations

import itertools

import pytest

from seatrial.cluster.order import in_order, stages
from tests.inventories import inventory

NEEDS = (
    ("Namespace", "ServiceAccount"),
    ("Namespace", "Anything"),
    ("CustomResourceDefinition", "Anything"),
    ("PriorityClass", "Deployment"),
    ("StorageClass", "PersistentVolumeClaim"),
    ("StorageClass", "StatefulSet"),
    ("IngressClass", "Ingress"),
    ("ResourceQuota", "Pod"),
    ("LimitRange", "Pod"),
    ("LimitRange", "Deployment"),
    ("NetworkPolicy", "Deployment"),
    ("ServiceAccount", "Pod"),
    ("Role", "RoleBinding"),
    ("ClusterRole", "ClusterRoleBinding"),
    ("ConfigMap", "Pod"),
    ("Secret", "Pod"),
    ("PersistentVolumeClaim", "Pod"),
    ("Service", "StatefulSet"),
    ("Service", "Ingress"),
    ("Deployment", "HorizontalPodAutoscaler"),
    ("Deployment", "PodDisruptionBudget"),
    ("Deployment", "VerticalPodAutoscaler"),
    ("Service", "APIService"),
    ("Deployment", "ValidatingWebhookConfiguration"),
    ("Anything", "MutatingWebhookConfiguration"),
)
KINDS = sorted({kind for pair in NEEDS for kind in pair})


def ordered(kinds: list[str]) -> list[str]:
    text = "\n---\n".join(f"apiVersion: v1\nkind: {kind}\nmetadata: {{name: a}}" for kind in kinds)
    return [resource.kind for resource in in_order(inventory(text).resources)]


@pytest.mark.parametrize("first,then", NEEDS)
def test_what_is_needed_comes_first(first: str, then: str) -> None:
    for kinds in (KINDS, KINDS[::-1]):
        found = ordered(kinds)
        assert found.index(first) < found.index(then)


def test_objects_of_a_kind_keep_their_order() -> None:
    text = "\n---\n".join(f"apiVersion: v1\nkind: Service\nmetadata: {{name: {name}}}" for name in "cab")
    assert [resource.name for resource in in_order(inventory(text).resources)] == ["c", "a", "b"]


def test_a_stage_holds_one_rank_and_every_object_is_in_one() -> None:
    text = "\n---\n".join(f"apiVersion: v1\nkind: {kind}\nmetadata: {{name: a}}" for kind in [*KINDS, *KINDS])
    found = list(stages(inventory(text).resources))
    assert sum(len(stage) for stage in found) == 2 * len(KINDS)
    assert all(len({resource.kind for resource in stage}) == 1 for stage in found)
    kinds = [stage[0].kind for stage in found]
    assert len(kinds) == len(set(kinds))
    assert kinds == [kind for kind, _ in itertools.groupby(ordered(KINDS))]
