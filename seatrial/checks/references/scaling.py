"""What autoscalers and disruption budgets are about: the workload they name or select."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from seatrial.checks.judging import Judged, Problem
from seatrial.checks.references.rule import absent, names_of, rule, where
from seatrial.model.dig import as_list, as_str, dig
from seatrial.model.document import Resource
from seatrial.model.inventory import Inventory, home
from seatrial.model.pointer import join
from seatrial.model.selector import matches
from seatrial.model.suggest import did_you_mean
from seatrial.model.verdict import Severity
from seatrial.model.workload import SCALABLE_KINDS, TEMPLATE_PATHS


def _target(inventory: Inventory, resource: Resource, field: str, *, scalable: bool) -> Iterator[Problem]:
    """What is wrong with a reference to a workload: kind, name, apiVersion."""
    target: Any = dig(resource.data, "spec", field)
    kind, name, version = (as_str(dig(target, part)) for part in ("kind", "name", "apiVersion"))
    place = join("spec", field)
    if not kind or not name:
        yield Problem(place if isinstance(target, dict) else "/spec", f"{field} names no object")
        return
    if scalable and kind in TEMPLATE_PATHS and kind not in SCALABLE_KINDS:
        yield Problem(f"{place}/kind", f"a {kind} cannot be scaled", "target a Deployment or StatefulSet")
    found = inventory.get(kind, resource.namespace, name)
    if found is None:
        yield Problem(
            f"{place}/name",
            absent(kind, resource.namespace, name, names_of(inventory, kind, resource.namespace)),
        )
    elif version != found.api_version and (version or kind not in ("Pod", "ReplicationController")):
        shown = version or "absent, which means the core group"
        message = f"apiVersion is {shown}, but {kind} {where(found.namespace, name)} is {found.api_version}"
        pointer = f"{place}/apiVersion" if version else place
        yield Problem(pointer, message, f"write apiVersion: {found.api_version}")


def _containers(inventory: Inventory, resource: Resource, field: str) -> list[str] | None:
    """Names of the target's containers, or None where it is no workload of the set."""
    target = dig(resource.data, "spec", field)
    kind, name = as_str(dig(target, "kind")), as_str(dig(target, "name"))
    workload = inventory.workload(kind, resource.namespace, name)
    return None if workload is None else [container.name for container in workload.containers()]


def _unknown_container(name: str, known: list[str] | None, pointer: str) -> Iterator[Problem]:
    if known is not None and name and name != "*" and name not in known:
        message = f"the target has no container {name!r}{did_you_mean(name, known)}"
        yield Problem(pointer, message, "use the name of a container of the target")


def _judge_horizontal(inventory: Inventory) -> Iterator[Judged]:
    for resource in inventory.of_kind("HorizontalPodAutoscaler"):
        problems = list(_target(inventory, resource, "scaleTargetRef", scalable=True))
        known = _containers(inventory, resource, "scaleTargetRef")
        for index, metric in enumerate(as_list(dig(resource.data, "spec", "metrics"))):
            name = as_str(dig(metric, "containerResource", "container"))
            pointer = join("spec", "metrics", index, "containerResource", "container")
            problems.extend(_unknown_container(name, known, pointer))
        yield Judged(resource, tuple(problems), "scales a workload of the manifests", "/spec/scaleTargetRef")


def _judge_vertical(inventory: Inventory) -> Iterator[Judged]:
    for resource in inventory.of_kind("VerticalPodAutoscaler"):
        problems = list(_target(inventory, resource, "targetRef", scalable=False))
        known = _containers(inventory, resource, "targetRef")
        policies = as_list(dig(resource.data, "spec", "resourcePolicy", "containerPolicies"))
        for index, policy in enumerate(policies):
            name = as_str(dig(policy, "containerName"))
            pointer = join("spec", "resourcePolicy", "containerPolicies", index, "containerName")
            problems.extend(_unknown_container(name, known, pointer))
        yield Judged(resource, tuple(problems), "sizes a workload of the manifests", "/spec/targetRef")


def _judge_budget(inventory: Inventory) -> Iterator[Judged]:
    for resource in inventory.of_kind("PodDisruptionBudget"):
        selector = dig(resource.data, "spec", "selector")
        # policy/v1: an empty selector selects every pod of the namespace, an absent one none.
        selected = [
            workload
            for workload in inventory.workloads()
            if home(workload.resource.namespace) == home(resource.namespace) and matches(selector, workload.pod_labels)
        ]
        problems: tuple[Problem, ...] = ()
        if not selected:
            place = "/spec/selector" if selector is not None else "/spec"
            problems = (Problem(place, "the selector selects no workload of the namespace"),)
        names = ", ".join(f"{item.resource.kind} {item.resource.name}" for item in selected)
        yield Judged(resource, problems, f"protects {names}", "/spec/selector")


RULES = (
    rule(
        "hpa-target",
        "HorizontalPodAutoscaler scales an existing workload",
        Severity.HIGH,
        "scaleTargetRef names a scalable object of the same namespace, with its apiVersion, and container metrics "
        "name one of its containers.",
        "correct scaleTargetRef, or add the workload",
        ("HorizontalPodAutoscaler",),
        _judge_horizontal,
        "there is no HorizontalPodAutoscaler in the manifests",
    ),
    rule(
        "vpa-target",
        "VerticalPodAutoscaler sizes an existing workload",
        Severity.MEDIUM,
        "targetRef names an object of the same namespace, with its apiVersion, and every container policy names one "
        "of its containers or `*`.",
        "correct targetRef, or add the workload",
        ("VerticalPodAutoscaler",),
        _judge_vertical,
        "there is no VerticalPodAutoscaler in the manifests",
    ),
    rule(
        "pdb-target",
        "PodDisruptionBudget protects a workload",
        Severity.MEDIUM,
        "The selector of every PodDisruptionBudget matches the pods of at least one workload of its namespace.",
        "make the selector equal to labels of the pod template",
        ("PodDisruptionBudget",),
        _judge_budget,
        "there is no PodDisruptionBudget in the manifests",
    ),
)
"""Checks of this module."""
