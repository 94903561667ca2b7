"""Declared components against what is deployed: every promised object, its pods and their ports."""

from __future__ import annotations

from collections.abc import Iterator

from seatrial.checks.base import DECLARED, NO_ARCHITECTURE, CheckInfo, Context, skipped, verdict
from seatrial.checks.references.rule import GROUP
from seatrial.checks.references.services import ports_of
from seatrial.model.architecture import Component
from seatrial.model.inventory import Inventory
from seatrial.model.selector import matches_map
from seatrial.model.suggest import did_you_mean
from seatrial.model.verdict import Severity, Status, Subject, Verdict

INFO = CheckInfo(
    id="references/component",
    title="Declared component is deployed",
    severity=Severity.HIGH,
    description=(
        "Every component of the architecture has all of its objects in the manifests, its selector selects exactly its "
        "own workload, and that workload's containers have the declared ports."
    ),
    remediation="add the object to the manifests, or correct the declaration of the component",
    group=GROUP,
)


def run(context: Context) -> Iterator[Verdict]:
    """One verdict for each component, or a fail for each thing that it lacks."""
    architecture = context.architecture
    if architecture is None:
        yield skipped(INFO, NO_ARCHITECTURE)
        return
    for component in architecture.components:
        subject = Subject(DECLARED, "Component", component.namespace, component.id)
        reason = _reason(component)
        if reason:
            yield verdict(INFO, Status.SKIPPED, subject, reason, position=component.position)
            continue
        lacks = list(_lacks(context.inventory, component))
        for message in lacks:
            yield verdict(INFO, Status.FAIL, subject, message, position=component.position)
        if not lacks:
            message = f"{component.name}: {len(component.objects)} object(s) are deployed"
            yield verdict(INFO, Status.PASS, subject, message, position=component.position)
    if not architecture.components:
        yield skipped(INFO, "the architecture declares no component")


def _reason(component: Component) -> str:
    """Why nothing of a component can be looked for; empty if something can."""
    if component.planned:
        return f"{component.name} is planned: {component.planned}"
    if component.external is not None:
        return f"{component.name} is outside the cluster"
    if component.provided:
        return f"{component.name} is not deployed from manifests: {component.provided}"
    return ""


def _lacks(inventory: Inventory, component: Component) -> Iterator[str]:
    for item in component.objects:
        if inventory.get(item.kind, item.namespace, item.name) is None:
            known = [resource.name for resource in inventory.of_kind(item.kind)]
            place = f" in namespace {item.namespace}" if item.namespace else ""
            yield f"{component.name}: {item} is not in the manifests{place}{did_you_mean(item.name, known)}"
    if component.kind and component.workload:
        yield from _pods(inventory, component)


def _pods(inventory: Inventory, component: Component) -> Iterator[str]:
    workload = inventory.workload(component.kind or "", component.namespace, component.workload or "")
    if workload is None:
        return  # told already, as an object that is missing
    if component.selector and not matches_map(component.selector, workload.pod_labels):
        wrong = [key for key, value in component.selector.items() if workload.pod_labels.get(key) != value]
        told = ", ".join(f"{key} is {workload.pod_labels.get(key, 'absent')}" for key in wrong)
        yield f"{component.name}: the pods of {workload.resource.name} are not selected by the declared labels: {told}"
    others = [
        str(found.resource)
        for found in inventory.select(component.namespace, component.selector)
        if found.resource is not workload.resource
    ]
    if others:
        yield f"{component.name}: the declared labels also select {', '.join(others)}"
    ports = {(name, number) for name, number, _ in ports_of(workload)}
    for container in component.containers:
        for name, number in container.ports.items():
            if (name, number) not in ports:
                shown = ", ".join(f"{known} {value}" for known, value in sorted(ports)) or "none"
                yield f"{component.name}: no container has the port {name} {number}; it has {shown}"
