"""Rules of kube-apiserver that join several fields of one object, which no JSON Schema can say readably.

Truth: k8s.io/kubernetes v1.37.2 `pkg/apis/{core,apps,batch,autoscaling,networking,policy}/validation/validation.go`.
Each function takes the object's data, of any shape, and yields what the server would reject; values of a wrong type
are left to the schema.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from seatrial.engines.schema_errors import Violation, show
from seatrial.engines.schema_formats import FORMATS, Format, is_dns1035_label, is_path_segment
from seatrial.model.dig import as_dict, as_int, as_list, as_str, dig
from seatrial.model.pointer import join
from seatrial.model.quantity import Quantity
from seatrial.model.workload import TEMPLATE_PATHS

_PATH_NAMED = frozenset({"Role", "ClusterRole", "RoleBinding", "ClusterRoleBinding"})
_RELAXED_SERVICE_NAMES = (1, 36)
"""Since then a Service's name may begin with a digit (feature gate RelaxedServiceNameValidation)."""
_HANDLERS = ("exec", "httpGet", "tcpSocket", "grpc", "sleep")


def check(kind: str, data: dict[str, Any], version: tuple[int, int]) -> Iterator[Violation]:
    """Everything that an object of a built-in kind violates across its fields, in that Kubernetes version."""
    yield from _metadata(kind, data, version)
    if kind in TEMPLATE_PATHS:
        path = TEMPLATE_PATHS[kind]
        yield from _pod(dig(data, *path, "spec"), (*path, "spec"))
    for rule in _RULES.get(kind, ()):
        yield from rule(data)


_QUESTIONS = frozenset(
    {
        "LocalSubjectAccessReview",
        "SelfSubjectAccessReview",
        "SelfSubjectReview",
        "SelfSubjectRulesReview",
        "SubjectAccessReview",
        "TokenRequest",
        "TokenReview",
    }
)
"""Kinds that are answered and never stored, and so need no name (k8s.io/kubernetes v1.37 pkg/registry/authorization and
pkg/registry/authentication)."""


def identity(data: dict[str, Any]) -> Iterator[Violation]:
    """An object of any kind, custom ones included, has a name, unless it is a question to the API server."""
    if data.get("kind") in _QUESTIONS:
        return
    metadata = data.get("metadata")
    if not dig(metadata, "name") and not dig(metadata, "generateName"):
        pointer = "/metadata" if isinstance(metadata, dict) else ""
        yield Violation(pointer, "the object has no name", "metadata.name", "add metadata.name")


def _metadata(kind: str, data: dict[str, Any], version: tuple[int, int]) -> Iterator[Violation]:
    yield from identity(data)
    metadata = data.get("metadata")
    name = dig(metadata, "name")
    if isinstance(name, str) and name:
        form = _name_format(kind, version)
        if not form.accepts(name):
            yield Violation("/metadata/name", f"name is {show(name)}", form.needed, "rename the object")


def _name_format(kind: str, version: tuple[int, int]) -> Format:
    if kind in _PATH_NAMED:
        return Format(is_path_segment, "a name without '/' and '%'", "")
    if kind == "Service" and version < _RELAXED_SERVICE_NAMES:
        return Format(is_dns1035_label, "a DNS label that begins with a letter, at most 63 characters", "")
    return FORMATS["dns-label" if kind in ("Namespace", "Service") else "dns-subdomain"]


def _pod(spec: Any, path: tuple[str, ...]) -> Iterator[Violation]:
    if not isinstance(spec, dict):
        return
    volumes = as_list(spec.get("volumes"))
    yield from _unique(volumes, (*path, "volumes"), "name", "volume")
    for index, volume in enumerate(volumes):
        sources = sorted(key for key, value in as_dict(volume).items() if key != "name" and value is not None)
        if len(sources) > 1:
            found = f"volume {show(as_dict(volume).get('name'))} has the sources {', '.join(sources)}"
            yield Violation(join(*path, "volumes", index), found, "exactly one source", "split it into several volumes")
    everyone: list[tuple[Any, tuple[str | int, ...]]] = []
    for field in ("initContainers", "containers"):
        items = as_list(spec.get(field))
        everyone.extend((item, (*path, field, index)) for index, item in enumerate(items))
    seen: dict[str, str] = {}
    for container, where in everyone:
        name = as_str(dig(container, "name"))
        if name and name in seen:
            found = f"two containers are named {name!r}"
            yield Violation(join(*where, "name"), found, "a name that is unique in the pod", "rename one of them")
        seen.setdefault(name, join(*where))
        yield from _container(as_dict(container), where)


def _container(container: dict[str, Any], where: tuple[str | int, ...]) -> Iterator[Violation]:
    if not container.get("image"):
        found = f"container {show(container.get('name'))} has no image"
        yield Violation(join(*where), found, "an image", "add image with a digest")
    yield from _unique(as_list(container.get("ports")), (*where, "ports"), "name", "port")
    yield from _unique(as_list(container.get("volumeMounts")), (*where, "volumeMounts"), "mountPath", "mount at")
    yield from _resources(container, where)
    for probe in ("livenessProbe", "readinessProbe", "startupProbe"):
        if isinstance(container.get(probe), dict):
            yield from _handler(container[probe], (*where, probe))
            threshold = as_int(container[probe].get("successThreshold"))
            if probe != "readinessProbe" and threshold is not None and threshold > 1:
                pointer = join(*where, probe, "successThreshold")
                yield Violation(pointer, f"successThreshold is {threshold}", "1 for this probe", "remove it")
    for hook in ("preStop", "postStart"):
        action = dig(container, "lifecycle", hook)
        if isinstance(action, dict):
            yield from _handler(action, (*where, "lifecycle", hook))


def _handler(action: dict[str, Any], where: tuple[str | int, ...]) -> Iterator[Violation]:
    present = [name for name in _HANDLERS if action.get(name) is not None]
    if len(present) != 1:
        found = f"{where[-1]} has {'the handlers ' + ', '.join(present) if present else 'no handler'}"
        yield Violation(join(*where), found, f"exactly one of {', '.join(_HANDLERS)}", "keep one handler")


def _resources(container: dict[str, Any], where: tuple[str | int, ...]) -> Iterator[Violation]:
    requests = as_dict(dig(container, "resources", "requests"))
    limits = as_dict(dig(container, "resources", "limits"))
    for name, amounts in (("requests", requests), ("limits", limits)):
        for resource, text in amounts.items():
            amount = quantity(text)
            if amount is not None and amount.value < 0:
                pointer = join(*where, "resources", name, str(resource))
                yield Violation(pointer, f"{resource} is {show(text)}", "zero or more", "write a positive amount")
    for resource, text in requests.items():
        asked, allowed = quantity(text), quantity(limits.get(resource))
        if asked is not None and allowed is not None and asked > allowed:
            found = f"the {resource} request {text} exceeds the limit {limits[resource]}"
            pointer = join(*where, "resources", "requests", str(resource))
            yield Violation(pointer, found, "a request of at most the limit", "raise the limit or lower the request")


def quantity(value: Any) -> Quantity | None:
    """The quantity a field holds, or None where there is none that parses."""
    try:
        return None if value is None else Quantity.parse(value)
    except ValueError:
        return None


def _unique(items: list[Any], path: tuple[str | int, ...], field: str, noun: str) -> Iterator[Violation]:
    seen: set[str] = set()
    for index, item in enumerate(items):
        value = as_str(dig(item, field))
        if value and value in seen:
            found = f"{noun} {value!r} is given twice"
            yield Violation(join(*path, index, field), found, "a unique value", "rename or remove one of them")
        seen.add(value)


def _selector(data: dict[str, Any]) -> Iterator[Violation]:
    selector = dig(data, "spec", "selector")
    if isinstance(selector, dict) and not selector.get("matchLabels") and not selector.get("matchExpressions"):
        yield Violation("/spec/selector", "the selector is empty", "at least one label", "add matchLabels")


def _rolling_update(data: dict[str, Any]) -> Iterator[Violation]:
    strategy = as_dict(dig(data, "spec", "strategy"))
    rolling = as_dict(strategy.get("rollingUpdate"))
    if strategy.get("type") == "Recreate" and strategy.get("rollingUpdate") is not None:
        found = "rollingUpdate is set with the type Recreate"
        yield Violation("/spec/strategy/rollingUpdate", found, "none", "remove rollingUpdate")
    if _is_zero(rolling.get("maxSurge")) and _is_zero(rolling.get("maxUnavailable")):
        found = "maxSurge and maxUnavailable are both 0"
        where = "/spec/strategy/rollingUpdate/maxUnavailable"
        yield Violation(where, found, "one of them above 0: no pod could ever be replaced", "set maxSurge to 1")


def _is_zero(value: Any) -> bool:
    return (as_int(value) == 0) or (isinstance(value, str) and value.rstrip("%") == "0")


def _restart_policy(data: dict[str, Any]) -> Iterator[Violation]:
    kind = as_str(data.get("kind"))
    path = (*TEMPLATE_PATHS[kind], "spec", "restartPolicy")
    policy = dig(data, *path)
    if kind in ("Job", "CronJob"):
        if policy not in ("OnFailure", "Never"):
            found = f"restartPolicy is {show(policy)}" if policy else "restartPolicy is absent, which means Always"
            yield Violation(join(*path), found, "OnFailure or Never for a job", "set restartPolicy")
    elif policy not in (None, "", "Always"):
        yield Violation(join(*path), f"restartPolicy is {show(policy)}", f"Always for a {kind}", "remove it")


def _service(data: dict[str, Any]) -> Iterator[Violation]:
    spec = as_dict(data.get("spec"))
    ports = as_list(spec.get("ports"))
    yield from _unique(ports, ("spec", "ports"), "name", "port")
    seen: set[tuple[Any, str]] = set()
    for index, port in enumerate(ports):
        if len(ports) > 1 and isinstance(port, dict) and not port.get("name"):
            found = f"port {show(port.get('port'))} has no name"
            yield Violation(join("spec", "ports", index), found, "a name, since there are several", "name every port")
        number = as_int(dig(port, "port"))
        key = (number, as_str(dig(port, "protocol")) or "TCP")
        if number is not None and key in seen:
            found = f"port {number}/{key[1]} is given twice"
            yield Violation(join("spec", "ports", index, "port"), found, "one entry for each port", "remove one")
        seen.add(key)
    if spec.get("type") == "ExternalName" and not spec.get("externalName"):
        yield Violation("/spec", "the type is ExternalName without externalName", "a host name", "add externalName")
    elif not ports and spec.get("type") != "ExternalName" and spec.get("clusterIP") != "None":
        yield Violation("/spec", "the Service has no ports", "at least one port", "add ports")


def _autoscaler(data: dict[str, Any]) -> Iterator[Violation]:
    low, high = as_int(dig(data, "spec", "minReplicas")), as_int(dig(data, "spec", "maxReplicas"))
    if low is not None and high is not None and low > high:
        yield Violation("/spec/maxReplicas", f"maxReplicas {high} is below minReplicas {low}", "at least minReplicas",
                        "raise maxReplicas")  # fmt: skip
    for index, metric in enumerate(as_list(dig(data, "spec", "metrics"))):
        kind = as_str(dig(metric, "type"))
        field = kind[:1].lower() + kind[1:]
        if field and isinstance(metric, dict):
            others = sorted(key for key, value in metric.items() if key not in ("type", field) and value is not None)
            if metric.get(field) is None:
                found = f"the metric of type {kind} has no field {field!r}"
                yield Violation(join("spec", "metrics", index), found, "that field", f"add {field}")
            for other in others:
                found = f"the metric of type {kind} also has {other!r}"
                yield Violation(join("spec", "metrics", index, other), found, "one source", f"remove {other}")


def _disruption_budget(data: dict[str, Any]) -> Iterator[Violation]:
    spec = as_dict(data.get("spec"))
    if spec.get("minAvailable") is not None and spec.get("maxUnavailable") is not None:
        found = "minAvailable and maxUnavailable are both set"
        yield Violation("/spec/maxUnavailable", found, "one of them", "remove one")


def _ingress(data: dict[str, Any]) -> Iterator[Violation]:
    spec = as_dict(data.get("spec"))
    if not spec.get("rules") and spec.get("defaultBackend") is None:
        yield Violation("/spec", "the Ingress has neither rules nor defaultBackend", "one of them", "add rules")
    for index, rule in enumerate(as_list(spec.get("rules"))):
        for place, path in enumerate(as_list(dig(rule, "http", "paths"))):
            where = join("spec", "rules", index, "http", "paths", place)
            text, how = as_str(dig(path, "path")), as_str(dig(path, "pathType"))
            if how in ("Exact", "Prefix") and not text.startswith("/"):
                yield Violation(f"{where}/path", f"path is {show(text)}", "a path that begins with /", "begin with /")
            yield from _backend(as_dict(dig(path, "backend")), f"{where}/backend")


def _backend(backend: dict[str, Any], where: str) -> Iterator[Violation]:
    service = backend.get("service")
    if (service is None) == (backend.get("resource") is None):
        yield Violation(where, "the backend names no single target", "either service or resource", "set one of them")
    elif isinstance(service, dict):
        port = as_dict(service.get("port"))
        if bool(port.get("name")) == bool(port.get("number")):
            yield Violation(f"{where}/service/port", "the port is not given once", "either name or number", "set one")


def _network_policy(data: dict[str, Any]) -> Iterator[Violation]:
    for field, peers in (("ingress", "from"), ("egress", "to")):
        for index, rule in enumerate(as_list(dig(data, "spec", field))):
            for place, peer in enumerate(as_list(dig(rule, peers))):
                where = join("spec", field, index, peers, place)
                block = dig(peer, "ipBlock")
                selectors = [key for key in ("podSelector", "namespaceSelector") if dig(peer, key) is not None]
                if block is not None and selectors:
                    yield Violation(where, "ipBlock stands beside a selector", "one or the other", "split the peer")
                if isinstance(peer, dict) and block is None and not selectors:
                    yield Violation(where, "the peer is empty", "a selector or an ipBlock", "name the peer")
            for place, port in enumerate(as_list(dig(rule, "ports"))):
                first, last = dig(port, "port"), as_int(dig(port, "endPort"))
                where = join("spec", field, index, "ports", place, "endPort")
                if last is not None and as_int(first) is None:
                    yield Violation(where, "endPort without a numeric port", "a numeric port", "set port")
                elif last is not None and last < (as_int(first) or 0):
                    yield Violation(where, f"endPort {last} is below port {first}", "at least port", "raise endPort")


_RULES: dict[str, tuple[Callable[[dict[str, Any]], Iterator[Violation]], ...]] = {
    "Deployment": (_selector, _rolling_update, _restart_policy),
    "StatefulSet": (_selector, _restart_policy),
    "DaemonSet": (_selector, _restart_policy),
    "ReplicaSet": (_selector, _restart_policy),
    "Job": (_restart_policy,),
    "CronJob": (_restart_policy,),
    "Service": (_service,),
    "HorizontalPodAutoscaler": (_autoscaler,),
    "PodDisruptionBudget": (_disruption_budget,),
    "Ingress": (_ingress,),
    "NetworkPolicy": (_network_policy,),
}
"""Further rules by kind; the functions of workloads run after those of their pod template."""
