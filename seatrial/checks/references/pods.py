"""What a pod needs to be created and started: account, priority, storage, and a selector that owns it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from seatrial.checks.judging import Judged, Problem
from seatrial.checks.references.rule import absent, names_of, rule
from seatrial.model.dig import as_dict, as_list, as_str, dig, string_map
from seatrial.model.inventory import Inventory, home
from seatrial.model.pointer import join
from seatrial.model.selector import matches, matches_map
from seatrial.model.suggest import did_you_mean
from seatrial.model.verdict import Severity
from seatrial.model.workload import Workload

SYSTEM_PRIORITIES = frozenset({"system-cluster-critical", "system-node-critical"})
"""PriorityClasses that every cluster has (k8s.io/kubernetes pkg/apis/scheduling/v1/helpers.go)."""

_OWNING = ("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "ReplicationController")


def _judge_account(inventory: Inventory) -> Iterator[Judged]:
    for workload in inventory.workloads():
        resource, spec = workload.resource, workload.pod_spec
        field = "serviceAccountName" if spec.get("serviceAccountName") else "serviceAccount"
        name = as_str(spec.get(field)) or "default"
        known = names_of(inventory, "ServiceAccount", resource.namespace)
        problems: tuple[Problem, ...] = ()
        if name != "default" and name not in known:
            message = absent("ServiceAccount", resource.namespace, name, known)
            problems = (Problem(f"{workload.pod_spec_pointer}/{field}", f"{message}: its pods cannot be created"),)
        passed = f"runs as ServiceAccount {name}"
        if name == "default":
            passed += ", which every namespace has"
        yield Judged(resource, problems, passed, workload.pod_spec_pointer)


def _judge_priority(inventory: Inventory) -> Iterator[Judged]:
    known = names_of(inventory, "PriorityClass", "")
    for workload in inventory.workloads():
        name = as_str(workload.pod_spec.get("priorityClassName"))
        if not name:
            continue
        pointer = f"{workload.pod_spec_pointer}/priorityClassName"
        problems: tuple[Problem, ...] = ()
        if name not in known and name not in SYSTEM_PRIORITIES:
            message = absent("PriorityClass", "", name, [*known, *SYSTEM_PRIORITIES])
            problems = (Problem(pointer, f"{message}: its pods cannot be created"),)
        yield Judged(workload.resource, problems, f"has priority {name}", pointer)


def _claim_specs(inventory: Inventory) -> Iterator[tuple[Any, list[tuple[Any, str]]]]:
    """Every object that asks for volumes, with the specs of its claims and their pointers."""
    for resource in inventory.of_kind("PersistentVolumeClaim"):
        yield resource, [(dig(resource.data, "spec"), "/spec")]
    for workload in inventory.workloads():
        found: list[tuple[Any, str]] = []
        if workload.resource.kind == "StatefulSet":
            for index, template in enumerate(as_list(dig(workload.resource.data, "spec", "volumeClaimTemplates"))):
                found.append((dig(template, "spec"), join("spec", "volumeClaimTemplates", index, "spec")))
        for index, volume in enumerate(as_list(workload.pod_spec.get("volumes"))):
            claim = dig(volume, "ephemeral", "volumeClaimTemplate", "spec")
            if claim is not None:
                pointer = f"{workload.pod_spec_pointer}/volumes/{index}/ephemeral/volumeClaimTemplate/spec"
                found.append((claim, pointer))
        if found:
            yield workload.resource, found


def _judge_class(inventory: Inventory) -> Iterator[Judged]:
    known = names_of(inventory, "StorageClass", "")
    for resource, claims in _claim_specs(inventory):
        problems = []
        used = []
        for claim, pointer in claims:
            name = as_str(dig(claim, "storageClassName"))
            if not name:
                # Absent: the cluster's default class. Empty: no provisioning, a volume that exists already.
                used.append("the default class" if dig(claim, "storageClassName") is None else "no class")
                continue
            used.append(name)
            if name not in known:
                message = absent("StorageClass", "", name, known)
                problems.append(Problem(f"{pointer}/storageClassName", f"{message}: the claim stays pending"))
        yield Judged(resource, tuple(problems), f"uses {', '.join(dict.fromkeys(used))}")


def _judge_claim(inventory: Inventory) -> Iterator[Judged]:
    for workload in inventory.workloads():
        claims = list(_claims(workload))
        mounts = list(_mounts(workload))
        if not claims and not mounts:
            continue
        problems = [problem for name, place in claims for problem in _claim(inventory, workload, name, place)]
        known = sorted(_volumes(workload))
        for name, place in mounts:
            if name not in known:
                message = f"the pod has no volume named {name!r}{did_you_mean(name, known)}"
                problems.append(Problem(place, message, "add the volume to the pod, or correct the name"))
        passed = f"{len(claims)} claim(s) and {len(mounts)} mount(s) resolve"
        yield Judged(workload.resource, tuple(problems), passed, workload.pod_spec_pointer)


def _claims(workload: Workload) -> Iterator[tuple[str, str]]:
    for index, volume in enumerate(as_list(workload.pod_spec.get("volumes"))):
        name = as_str(dig(volume, "persistentVolumeClaim", "claimName"))
        if name:
            yield name, f"{workload.pod_spec_pointer}/volumes/{index}/persistentVolumeClaim/claimName"


def _mounts(workload: Workload) -> Iterator[tuple[str, str]]:
    for container in workload.containers():
        for field in ("volumeMounts", "volumeDevices"):
            for index, mount in enumerate(as_list(container.data.get(field))):
                name = as_str(dig(mount, "name"))
                if name:
                    yield name, f"{container.pointer}/{field}/{index}/name"


def _volumes(workload: Workload) -> set[str]:
    names = {as_str(dig(volume, "name")) for volume in as_list(workload.pod_spec.get("volumes"))}
    if workload.resource.kind == "StatefulSet":
        names |= _templates(workload)
    return names - {""}


def _templates(workload: Workload) -> set[str]:
    templates = as_list(dig(workload.resource.data, "spec", "volumeClaimTemplates"))
    return {as_str(dig(template, "metadata", "name")) for template in templates} - {""}


def _claim(inventory: Inventory, workload: Workload, name: str, place: str) -> Iterator[Problem]:
    namespace = workload.resource.namespace
    if inventory.get("PersistentVolumeClaim", namespace, name) is not None:
        return
    for owner in inventory.workloads():
        if owner.resource.kind == "StatefulSet" and home(owner.resource.namespace) == home(namespace):
            # The controller names its claims <template>-<set>-<ordinal>.
            for template in _templates(owner):
                if re.fullmatch(rf"{re.escape(template)}-{re.escape(owner.resource.name)}-\d+", name):
                    return
    known = names_of(inventory, "PersistentVolumeClaim", namespace)
    yield Problem(place, f"{absent('PersistentVolumeClaim', namespace, name, known)}: the pods stay pending")


def _judge_selector(inventory: Inventory) -> Iterator[Judged]:
    for workload in inventory.workloads():
        resource = workload.resource
        selector = dig(resource.data, "spec", "selector")
        if resource.kind not in _OWNING or not isinstance(selector, dict):
            continue
        labels = workload.pod_labels
        plain = resource.kind == "ReplicationController"
        pairs = string_map(selector) if plain else string_map(selector.get("matchLabels"))
        fits = matches_map(pairs, labels) if plain else matches(selector, labels)
        problems: tuple[Problem, ...] = ()
        if not fits:
            wrong = [key for key, value in pairs.items() if labels.get(key) != value]
            field = ("spec", "selector") if plain else ("spec", "selector", "matchLabels")
            pointer = join(*field, wrong[0]) if wrong else "/spec/selector"
            told = "; ".join(f"{key} is {labels.get(key, 'absent')} in the template, not {pairs[key]}" for key in wrong)
            message = told or "the expressions of the selector do not match the labels of the template"
            problems = (Problem(pointer, f"the selector does not select the workload's own pods: {message}"),)
        yield Judged(resource, problems, f"owns pods with {len(as_dict(pairs))} label(s)", "/spec/selector")


RULES = (
    rule(
        "service-account",
        "ServiceAccount exists",
        Severity.HIGH,
        "The account that a workload runs as is in its namespace; `default` is in every namespace. An account that "
        "is created outside of the manifests cannot be seen: waive the finding for it.",
        "add the ServiceAccount, correct its name, or waive the finding if it comes from elsewhere",
        (),
        _judge_account,
        "there is no workload in the manifests",
    ),
    rule(
        "storage-class",
        "StorageClass exists",
        Severity.MEDIUM,
        "Every StorageClass that a claim names is in the manifests. Classes are often part of the cluster: waive the "
        "finding for those that it brings.",
        "add the StorageClass, correct its name, or waive the finding if the cluster brings it",
        (),
        _judge_class,
        "nothing claims a volume",
    ),
    rule(
        "volume-claim",
        "Volume and claim exist",
        Severity.HIGH,
        "Every claim that a pod mounts is in its namespace, and every mount names a volume of the pod or a claim "
        "template of its StatefulSet.",
        "add the PersistentVolumeClaim, correct its name, or waive the finding if it comes from elsewhere",
        (),
        _judge_claim,
        "no workload mounts a volume",
    ),
    rule(
        "workload-selector",
        "Workload selects its own pods",
        Severity.HIGH,
        "The selector of a workload matches the labels of its own pod template; the API server rejects any other.",
        "give the pod template the labels of the selector",
        _OWNING,
        _judge_selector,
        "no workload has a selector",
    ),
    rule(
        "priority-class",
        "PriorityClass exists",
        Severity.MEDIUM,
        "Every PriorityClass that a pod names is in the manifests or is one of the two that every cluster has.",
        "add the PriorityClass, correct its name, or waive the finding if the cluster brings it",
        (),
        _judge_priority,
        "no workload names a PriorityClass",
    ),
)
"""Checks of this module."""
