"""Reading `components.yaml` as a whole: what the components share, and that no two claim the same thing."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import attrs

from seatrial.model import pointer as pointers
from seatrial.model.architecture import component_promises as promises
from seatrial.model.architecture.assumptions import Assumption
from seatrial.model.architecture.component_body import Body, Parts
from seatrial.model.architecture.components import (
    CLUSTER_SCOPED,
    AddressRange,
    Component,
    Components,
    External,
    Images,
    Ingress,
    Namespace,
    ObjectReference,
    PriorityClass,
    Route,
    StorageClass,
)
from seatrial.model.architecture.declaration import first_repeat, mistake, read, require_unique, unknown
from seatrial.model.architecture.environments import Environment, in_environment
from seatrial.model.yaml_source import LocatedDocument


def load_components(root: Path, assumptions: Mapping[str, Assumption], overlay: str | None = None) -> Components:
    """Read `architecture/components.yaml` below *root*, in the names that *overlay* gives.

    Raises InputError with the place of a repeated name, an unknown profile, metric, resource pair, namespace, storage
    class or assumption, a broken quantity or address range, a limit below its request, and impossible replicas.
    """
    document = read(root, "components")
    data = document.data
    for section, key, what in (
        ("namespaces", "name", "namespace"),
        ("storage_classes", "name", "storage class"),
        ("storage_classes", "tier", "tier of storage"),
        ("priority_classes", "name", "priority class"),
        ("components", "id", "component"),
        ("environments", "overlay", "environment"),
    ):
        require_unique(document, section, key, data.get(section, []), what)
    _require_one_priority(document)
    own = [_component(Body.read(document, index), assumptions) for index in range(len(data["components"]))]
    _require_one_owner(document, own)
    environments = _environments(document)
    declared = Components(
        components=tuple(_gathered(document, index, own) for index in range(len(own))),
        namespaces=tuple(
            Namespace(item["name"], item.get("pod_security"), item.get("pod_security_version"), item.get("planned"))
            for item in data["namespaces"]
        ),
        storage_classes=tuple(StorageClass(**item) for item in data["storage_classes"]),
        priority_classes=tuple(
            PriorityClass(item["name"], tuple(item["tiers"])) for item in data.get("priority_classes", ())
        ),
        images=Images(tuple(data["images"]["registries"]), tuple(data["images"]["forbidden"])),
        part_of=data["labels"]["part_of"],
        required_labels=tuple(data["labels"]["required"]),
        ingress_class=data["ingress"]["class"],
        ingress_issuer=data["ingress"]["issuer"],
    )
    return in_environment(declared, environments[overlay]) if overlay in environments else declared


def _environments(document: LocatedDocument) -> dict[str | None, Environment]:
    known = [item["name"] for item in document.data["namespaces"]]
    for index, entry in enumerate(document.data.get("environments", ())):
        for name in entry.get("namespaces", {}):
            if name not in known:
                raise unknown(document, ("environments", index, "namespaces", name), "namespace", name, known)
    return {entry["overlay"]: Environment.of(entry) for entry in document.data.get("environments", ())}


def _component(body: Body, assumptions: Mapping[str, Assumption]) -> Component:
    if body.get("tier") is None:
        raise body.mistake((), f"{body.id} has no tier", "give it a `tier`, or a profile that has one")
    namespace = _namespace(body)
    containers = promises.containers(body)
    ports = dict(body.get("ports", {}))
    for container in containers:
        ports.update(container.ports)
    minimum, maximum = promises.replicas(body)
    return Component(
        id=body.id,
        name=body.get("name"),
        tier=body.get("tier"),
        namespace=namespace,
        kind=body.get("kind"),
        workload=body.get("workload"),
        role=body.get("role"),
        role_in=promises.role_in(body),
        own_secrets=tuple(body.get("own_secrets", ())),
        stateless=body.get("stateless", False),
        longest_request=promises.longest_request(body, assumptions),
        mesh=promises.mesh(body, ports),
        accounts=promises.accounts(body, namespace),
        selector=dict(body.get("selector", {})),
        ports=ports,
        containers=containers,
        min_replicas=minimum,
        max_replicas=maximum,
        autoscaler=body.get("autoscaler"),
        metrics=promises.metrics(body),
        vertical=promises.vertical(body),
        storage=promises.storage(body),
        database=promises.database(body),
        ingress=_ingress(body.get("ingress")),
        external=_external(body),
        provided=body.get("provided"),
        planned=body.get("planned"),
        objects=_objects(body, namespace),
        position=body.document.position(pointers.join("components", body.index)),
    )


def _namespace(body: Body) -> str:
    name: str = body.get("namespace", "")
    known = [item["name"] for item in body.document.data["namespaces"]]
    if name and name not in known:
        raise body.unknown(("namespace",), "namespace", name, known)
    if not name and (body.get("workload") or body.get("selector")):
        raise body.mistake((), f"{body.id} has pods but no namespace", "give it a `namespace`")
    if body.get("workload") and not body.get("kind"):
        raise body.mistake((), f"the workload of {body.id} has no kind", "give it a `kind`")
    return name


def _objects(body: Body, namespace: str) -> tuple[ObjectReference, ...]:
    references = []
    for number, text in enumerate(body.get("objects", ())):
        kind, _, name = text.partition("/")
        if not namespace and kind not in CLUSTER_SCOPED:
            raise body.mistake(
                ("objects", number),
                f"{text} lives in a namespace, and {body.id} has none",
                "give the component a `namespace`",
            )
        references.append(ObjectReference(kind, "" if kind in CLUSTER_SCOPED else namespace, name))
    return tuple(references)


def _ingress(data: dict[str, Any] | None) -> Ingress | None:
    if data is None:
        return None
    routes = tuple(Route(**route) for route in data["routes"])
    return Ingress(data["name"], data["host"], data["tls_secret"], routes)


def _external(body: Body) -> External | None:
    data = body.get("external")
    if data is None:
        return None
    ranges = []
    for index, item in enumerate(data["ranges"]):
        place: Parts = ("external", "ranges", index)
        outer = _network(body, (*place, "cidr"), item["cidr"])
        for number, text in enumerate(item.get("except", ())):
            inner = _network(body, (*place, "except", number), text)
            if inner.version != outer.version or int(inner[0]) < int(outer[0]) or int(inner[-1]) > int(outer[-1]):
                raise body.mistake((*place, "except", number), f"{text} is no part of {item['cidr']}", "remove it")
        ranges.append(AddressRange(item["cidr"], tuple(item.get("except", ()))))
    return External(data.get("host"), tuple(ranges))


def _network(body: Body, parts: Parts, text: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network:
    try:
        return ipaddress.ip_network(text)
    except ValueError as error:
        raise body.mistake(parts, f"not an address range: {error}", "write CIDR such as 10.0.0.0/8") from None


def _require_one_priority(document: LocatedDocument) -> None:
    """A tier in two priority classes would have no class that is right."""
    seen: dict[str, str] = {}
    for index, item in enumerate(document.data.get("priority_classes", ())):
        for number, tier in enumerate(item["tiers"]):
            if tier in seen:
                raise mistake(
                    document,
                    ("priority_classes", index, "tiers", number),
                    f"the tier {tier} has the priority class {item['name']}, and {seen[tier]} too",
                    "name it under one of them",
                )
            seen[tier] = item["name"]


def _require_one_owner(document: LocatedDocument, components: list[Component]) -> None:
    """Two components with one workload or one host would be judged by two promises."""
    for what, names in (
        ("workload", [component.key or component.id for component in components]),
        ("host", [component.ingress.host if component.ingress else component.id for component in components]),
    ):
        repeat = first_repeat(names)
        if repeat is not None:
            index, before = repeat
            raise mistake(
                document,
                ("components", index),
                f"{components[index].id} has the {what} {names[index]}, which {components[before].id} has too",
                "give each component its own",
            )


def _gathered(document: LocatedDocument, index: int, components: list[Component]) -> Component:
    """The component with the objects of the kind that it gathers from all others."""
    kind = document.data["components"][index].get("gathers")
    if kind is None:
        return components[index]
    found = tuple(reference for other in components for reference in other.objects if reference.kind == kind)
    if not found:
        kinds = {reference.kind for other in components for reference in other.objects}
        raise unknown(document, ("components", index, "gathers"), "kind of object", kind, kinds)
    return attrs.evolve(components[index], objects=(*components[index].objects, *found))
