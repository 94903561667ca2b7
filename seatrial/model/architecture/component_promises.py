"""Reading what is promised of a component's workload: replicas, resources, metrics, volumes, requests."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from seatrial.model.architecture.assumptions import Assumption
from seatrial.model.architecture.component_body import Body, Parts
from seatrial.model.architecture.components import (
    Account,
    Container,
    Database,
    ImageLine,
    LongestRequest,
    Mesh,
    Metric,
    ResourceProfile,
    RolePlaces,
    Storage,
    VerticalScaling,
)
from seatrial.model.architecture.declaration import mistake
from seatrial.model.quantity import Quantity


def containers(body: Body) -> tuple[Container, ...]:
    """The containers with their resources; a component's own `resources` win over those of its profile."""
    declared: dict[str, Any] = body.get("containers", {})
    chosen: dict[str, str] = body.get("resources", {})
    for name in chosen:
        if name not in declared:
            raise body.unknown(("resources", name), "container", name, declared)
    built = []
    for name, container in declared.items():
        pair = chosen.get(name, container.get("resources"))
        if pair is not None and pair not in body.section("resources"):
            where: Parts = ("resources", name) if name in chosen else ("containers", name, "resources")
            raise body.unknown(where, "pair of resources", pair, body.section("resources"))
        resources = _resources(body, pair) if pair is not None else None
        image = ImageLine(**container["image"]) if "image" in container else None
        built.append(Container(name, resources, dict(container.get("ports", {})), image))
    return tuple(built)


def _resources(body: Body, name: str) -> ResourceProfile:
    data = body.section("resources")[name]
    requests = body.quantities(("resources", name, "requests"), data["requests"])
    limits = body.quantities(("resources", name, "limits"), data.get("limits", {}))
    for resource in sorted(requests.keys() & limits.keys()):
        if Quantity.parse(limits[resource]) < Quantity.parse(requests[resource]):
            raise mistake(
                body.document,
                ("resources", name, "limits", resource),
                f"the limit {limits[resource]} is below the request {requests[resource]}",
                "Kubernetes rejects such a container: raise the limit or lower the request",
            )
    return ResourceProfile(name, requests, limits)


def replicas(body: Body) -> tuple[int | None, int | None]:
    """Least and most replicas; both None for a component whose number is not promised."""
    minimum, maximum = body.get("min_replicas"), body.get("max_replicas")
    if (minimum is None) != (maximum is None) or (body.get("autoscaler") and maximum is None):
        raise body.mistake((), f"{body.id} has only half of its replica limits", "give minimum and maximum")
    if minimum is None:
        return None, None
    if minimum > maximum:
        raise body.mistake(
            ("max_replicas",),
            f"{body.id} has at least {minimum} but at most {maximum} replicas",
            "make min_replicas <= max_replicas",
        )
    if minimum != maximum and not body.get("autoscaler"):
        raise body.mistake(
            (),
            f"nothing scales {body.id} between {minimum} and {maximum} replicas",
            "name its `autoscaler`, or make both limits equal",
        )
    return minimum, maximum


def metrics(body: Body) -> tuple[Metric, ...]:
    """The metrics of the component's autoscaler, each with its target."""
    names: list[str] = body.get("metrics", [])
    values: dict[str, Any] = body.get("metric_values", {})
    known = body.section("metrics")
    for name in values:
        if name not in names:
            raise body.unknown(("metric_values", name), "metric of this component", name, names)
    built = []
    for number, name in enumerate(names):
        if name not in known:
            raise body.unknown(("metrics", number), "metric", name, known)
        value = values.get(name, known[name].get("value"))
        if value is None:
            raise body.mistake((), f"{body.id} gives the metric {name} no value", "add it to `metric_values`")
        place = body.place("metric_values", name) if name in values else ("metrics", name, "value")
        built.append(_metric(body, place, known[name], value))
    if names and not body.get("autoscaler"):
        raise body.mistake(("metrics",), f"{body.id} has metrics but nothing that scales it", "name its `autoscaler`")
    return tuple(built)


def _metric(body: Body, place: Parts, data: dict[str, Any], value: Any) -> Metric:
    if data["target"] == "AverageValue":
        return Metric(data["type"], data["name"], data["target"], body.quantity(place, value))
    if isinstance(value, str):
        raise mistake(
            body.document, place, f'a utilization is a number, found "{value}"', "write per cent without a sign"
        )
    return Metric(data["type"], data["name"], data["target"], value)


def vertical(body: Body) -> VerticalScaling | None:
    """The vertical autoscaler, None without one."""
    data = body.get("vertical")
    if data is None:
        return None
    names = body.get("containers", {})
    if data["container"] not in names:
        raise body.unknown(("vertical", "container"), "container", data["container"], names)
    return VerticalScaling(
        data["name"],
        data["container"],
        data["mode"],
        tuple(data.get("controlled_resources", ())),
        body.quantities(body.place("vertical", "min_allowed"), data.get("min_allowed", {})),
        body.quantities(body.place("vertical", "max_allowed"), data.get("max_allowed", {})),
    )


def storage(body: Body) -> Storage | None:
    """The volume of each replica, None without one."""
    data = body.get("storage")
    if data is None:
        return None
    tiers = {item["name"]: item["tier"] for item in body.document.data["storage_classes"]}
    name = data["class"]
    if name not in tiers:
        raise body.unknown(("storage", "class"), "storage class", name, tiers)
    if tiers[name] != body.get("tier"):
        raise body.mistake(
            ("storage", "class"),
            f"{body.id} of tier {body.get('tier')} uses {name}, the class of tier {tiers[name]}",
            "one class serves one tier: correct the class, or the tier under `storage_classes`",
        )
    size = body.quantity(body.place("storage", "size"), data["size"])
    nodes = dict(data.get("nodes", {}))
    return Storage(data["claim"], data["mount_path"], name, size, data["access_mode"], nodes)


def database(body: Body) -> Database | None:
    """The database that the component serves, None without one."""
    data, name = body.get("database"), body.get("database_name")
    if data is None and name is None:
        return None
    if data is None or name is None:
        raise body.mistake((), f"{body.id} has only half of a database", "give `database` and `database_name`")
    return Database(name, data["user_secret"], data["user_key"])


def role_in(body: Body) -> RolePlaces | None:
    """Where the workload says its role, None where it has to say none."""
    data = body.get("role_in")
    if data is None:
        return None
    if body.get("role") is None:
        raise body.mistake(("role_in",), f"{body.id} is to say its role and has none", "give it a `role`")
    return RolePlaces(**data)


def longest_request(body: Body, assumptions: Mapping[str, Assumption]) -> LongestRequest | None:
    """The longest request of the workload, from its own number or from the assumption that it names."""
    data = body.get("longest_request")
    if data is None:
        return None
    if "seconds" in data:
        return LongestRequest(float(data["seconds"]), data.get("variable"))
    name, place = data["assumption"], ("longest_request", "assumption")
    if name not in assumptions:
        raise body.unknown(place, "assumption", name, assumptions.keys())
    if assumptions[name].unit != "s":
        raise body.mistake(
            place, f"assumption {name} is in {assumptions[name].unit}, not in seconds", "name one whose unit is s"
        )
    return LongestRequest(assumptions[name].value, data.get("variable"))


def mesh(body: Body, ports: Mapping[str, int]) -> Mesh | None:
    """What a service mesh is told about the pods, None where nothing is promised. *ports* are those of the pods."""
    data = body.get("mesh")
    if data is None:
        return None
    for number, name in enumerate(data["inbound"]):
        if name not in ports:
            raise body.unknown(("mesh", "inbound", number), "port", name, ports)
    return Mesh(data["inject"], tuple(ports[name] for name in data["inbound"]))


def accounts(body: Body, namespace: str) -> tuple[Account, ...]:
    """The accounts of the component whose rights are promised."""
    declared: dict[str, Any] = body.get("accounts", {})
    if declared and not namespace:
        raise body.mistake(("accounts",), f"{body.id} has accounts but no namespace", "give it a `namespace`")
    return tuple(
        Account(name, tuple(data["verbs"]), tuple(data.get("reads", ())), tuple(data.get("never", ())))
        for name, data in declared.items()
    )
