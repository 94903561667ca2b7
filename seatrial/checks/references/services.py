"""Services and what stands before and behind them: pods, their ports, Ingresses and StatefulSets."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from seatrial.checks.judging import Judged, Problem
from seatrial.checks.references.rule import absent, names_of, rule, where
from seatrial.model.dig import as_int, as_list, as_str, dig, string_map
from seatrial.model.document import Resource
from seatrial.model.inventory import Inventory, home
from seatrial.model.pointer import join
from seatrial.model.suggest import did_you_mean
from seatrial.model.verdict import Severity
from seatrial.model.workload import Container, Workload


def _selecting(inventory: Inventory) -> Iterator[tuple[Resource, dict[str, str]]]:
    """Services that choose their pods by labels."""
    for service in inventory.of_kind("Service"):
        selector = string_map(dig(service.data, "spec", "selector"))
        if selector and service.group == "" and dig(service.data, "spec", "type") != "ExternalName":
            yield service, selector


def _judge_selector(inventory: Inventory) -> Iterator[Judged]:
    for service, selector in _selecting(inventory):
        selected = inventory.select(service.namespace, selector)
        problems: tuple[Problem, ...] = ()
        if not selected:
            text = ", ".join(f"{key}={value}" for key, value in selector.items())
            near = _nearest(inventory, service.namespace, selector)
            message = f"the selector {text} selects no workload in the manifests{near}"
            problems = (Problem("/spec/selector", message),)
        names = ", ".join(f"{item.resource.kind} {item.resource.name}" for item in selected)
        yield Judged(service, problems, f"selects {names}", "/spec/selector")


def _nearest(inventory: Inventory, namespace: str, selector: dict[str, str]) -> str:
    """The workload that agrees with most of the selector, and where it does not."""
    best: Workload | None = None
    most = 0
    for workload in inventory.workloads():
        if home(workload.resource.namespace) == home(namespace):
            agreed = sum(workload.pod_labels.get(key) == value for key, value in selector.items())
            if agreed > most:
                best, most = workload, agreed
    if best is None:
        return ""
    labels = best.pod_labels
    wrong = [f"{key} is {labels.get(key, 'absent')}" for key, value in selector.items() if labels.get(key) != value]
    return f"; nearest is {best.resource.kind} {best.resource.name}, where {' and '.join(wrong)}"


def serving(workload: Workload) -> Iterator[Container]:
    """Containers whose ports a Service can reach: ordinary ones and sidecars."""
    for container in workload.containers():
        if not container.init or container.data.get("restartPolicy") == "Always":
            yield container


def ports_of(workload: Workload) -> list[tuple[str, int, str]]:
    """Name, number and protocol of every declared container port."""
    found = []
    for container in serving(workload):
        for port in as_list(container.data.get("ports")):
            number = as_int(dig(port, "containerPort"))
            if number is not None:
                found.append((as_str(dig(port, "name")), number, as_str(dig(port, "protocol")) or "TCP"))
    return found


def _judge_target_port(inventory: Inventory) -> Iterator[Judged]:
    for service, selector in _selecting(inventory):
        selected = inventory.select(service.namespace, selector)
        ports = as_list(dig(service.data, "spec", "ports"))
        if not selected or not ports:
            continue
        problems = tuple(
            problem
            for index, port in enumerate(ports)
            for workload in selected
            for problem in _unresolved(port, index, workload)
        )
        yield Judged(service, problems, f"every target port exists in {len(selected)} workload(s)", "/spec/ports")


def _unresolved(port: Any, index: int, workload: Workload) -> Iterator[Problem]:
    target = dig(port, "targetPort")
    field = "targetPort" if target is not None else "port"
    target = dig(port, "port") if target is None else target
    protocol = as_str(dig(port, "protocol")) or "TCP"
    declared = ports_of(workload)
    place = join("spec", "ports", index, field)
    owner = f"{workload.resource.kind} {workload.resource.name}"
    if isinstance(target, str) and target and not target.isdigit():
        if (target, protocol) not in {(name, kind) for name, _, kind in declared}:
            known = [name for name, _, kind in declared if name and kind == protocol]
            yield Problem(place, f"no container of {owner} has a {protocol} port named {target!r}"
                          + did_you_mean(target, known))  # fmt: skip
        return
    number = int(target) if isinstance(target, str) and target.isdigit() else as_int(target)
    # A port need not be declared to be served; a workload that declares none says nothing about them.
    if number is not None and declared and (number, protocol) not in {(known, kind) for _, known, kind in declared}:
        listed = ", ".join(f"{kind} {known}" for _, known, kind in declared)
        # A container may listen on a port that it does not declare: a doubt, and not surely a dead Service.
        yield Problem(
            place,
            f"no container of {owner} declares {protocol} port {number}; it declares {listed}",
            f"correct the number, or declare containerPort: {number} if the container listens there",
            severity=Severity.MEDIUM,
        )


def _backends(ingress: Resource) -> Iterator[tuple[dict[str, Any], str]]:
    """Service backends of an Ingress with their pointers."""
    found = [(dig(ingress.data, "spec", "defaultBackend", "service"), "/spec/defaultBackend/service")]
    for index, entry in enumerate(as_list(dig(ingress.data, "spec", "rules"))):
        for place, path in enumerate(as_list(dig(entry, "http", "paths"))):
            pointer = join("spec", "rules", index, "http", "paths", place, "backend", "service")
            found.append((dig(path, "backend", "service"), pointer))
    for backend, pointer in found:
        if isinstance(backend, dict):
            yield backend, pointer


def _judge_ingress(inventory: Inventory) -> Iterator[Judged]:
    classes = names_of(inventory, "IngressClass", "")
    for ingress in inventory.of_kind("Ingress"):
        if ingress.group != "networking.k8s.io":
            continue
        backends = list(_backends(ingress))
        problems = [item for backend, pointer in backends for item in _backend(inventory, ingress, backend, pointer)]
        chosen = as_str(dig(ingress.data, "spec", "ingressClassName"))
        passed = f"{len(backends)} backend(s) lead to a port of a Service"
        if chosen and not classes:
            passed += f"; the manifests hold no IngressClass, so {chosen} has to come with the controller"
        elif chosen and chosen not in classes:
            problems.append(Problem("/spec/ingressClassName", absent("IngressClass", "", chosen, classes),
                                    "correct the name, or add the IngressClass"))  # fmt: skip
        yield Judged(ingress, tuple(problems), passed, "/spec")


def _backend(inventory: Inventory, ingress: Resource, backend: dict[str, Any], pointer: str) -> Iterator[Problem]:
    name = as_str(backend.get("name"))
    service = inventory.get("Service", ingress.namespace, name)
    if service is None:
        known = names_of(inventory, "Service", ingress.namespace)
        yield Problem(f"{pointer}/name", absent("Service", ingress.namespace, name, known))
        return
    ports = as_list(dig(service.data, "spec", "ports"))
    port_name, number = as_str(dig(backend, "port", "name")), as_int(dig(backend, "port", "number"))
    names = [as_str(dig(port, "name")) for port in ports]
    numbers = [as_int(dig(port, "port")) for port in ports]
    if port_name:
        if port_name not in names:
            hint = did_you_mean(port_name, [known for known in names if known])
            message = f"Service {where(service.namespace, name)} has no port named {port_name!r}{hint}"
            yield Problem(f"{pointer}/port/name", message)
    elif number not in numbers or number is None:
        listed = ", ".join(str(known) for known in numbers if known is not None) or "no port"
        message = f"Service {where(service.namespace, name)} has no port {number}; it has {listed}"
        yield Problem(f"{pointer}/port/number" if number is not None else f"{pointer}/port", message)


def _judge_stateful_set(inventory: Inventory) -> Iterator[Judged]:
    for workload in inventory.workloads():
        resource = workload.resource
        if resource.kind != "StatefulSet":
            continue
        name = as_str(dig(resource.data, "spec", "serviceName"))
        problems = tuple(_governing(inventory, workload, name))
        yield Judged(resource, problems, f"Service {name} is headless and selects its pods", "/spec/serviceName")


def _governing(inventory: Inventory, workload: Workload, name: str) -> Iterator[Problem]:
    namespace, place = workload.resource.namespace, "/spec/serviceName"
    if not name:
        message = "the StatefulSet names no Service, so its pods have no stable DNS names"
        yield Problem("/spec", message, severity=Severity.LOW)
        return
    service = inventory.get("Service", namespace, name)
    if service is None:
        yield Problem(place, absent("Service", namespace, name, names_of(inventory, "Service", namespace)))
        return
    if dig(service.data, "spec", "clusterIP") != "None":
        yield Problem(place, f"Service {where(namespace, name)} is not headless", "set clusterIP: None on the Service")
    selector = string_map(dig(service.data, "spec", "selector"))
    if not any(found.resource is workload.resource for found in inventory.select(namespace, selector)):
        message = f"Service {where(namespace, name)} does not select the pods of this StatefulSet"
        yield Problem(place, message, "give the Service the labels of the pod template")


RULES = (
    rule(
        "service-selector",
        "Service selects a workload",
        Severity.HIGH,
        "The selector of every Service matches the pod labels of at least one workload of its namespace.",
        "make the selector equal to labels of the pod template, or add the workload",
        ("Service",),
        _judge_selector,
        "no Service has a selector",
    ),
    rule(
        "service-target-port",
        "Service port leads to a container port",
        Severity.HIGH,
        "Every port of a Service, by name or number and with its protocol, exists in each workload that it selects.",
        "use the name or number of a container port",
        ("Service",),
        _judge_target_port,
        "no Service with ports selects a workload",
    ),
    rule(
        "ingress-backend",
        "Ingress leads to a Service port",
        Severity.HIGH,
        "Every backend of an Ingress names a Service of its namespace and one of its ports; the class exists if the "
        "manifests hold any IngressClass.",
        "correct the Service or its port, or add the Service",
        ("Ingress",),
        _judge_ingress,
        "there is no Ingress in the manifests",
    ),
    rule(
        "stateful-set-service",
        "StatefulSet has its headless Service",
        Severity.HIGH,
        "serviceName names a headless Service of the same namespace that selects the StatefulSet's pods; without it "
        "the pods have no DNS names.",
        "add a Service with clusterIP: None and the labels of the pod template",
        ("StatefulSet",),
        _judge_stateful_set,
        "there is no StatefulSet in the manifests",
    ),
)
"""Checks of this module."""
