"""What the manifests say about the running system: the numbers and connections that the twin must not be told twice."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import attrs

from seatrial.model.dig import as_dict, as_list, as_str, dig, string_map
from seatrial.model.document import Resource
from seatrial.model.inventory import Inventory
from seatrial.model.quantity import Quantity
from seatrial.model.selector import matches
from seatrial.model.workload import Workload
from simulator.hpa import FieldError, HpaSpec

_SIMULATED_KINDS = ("Deployment", "StatefulSet")
_POOL_SIZE = re.compile(r"(?:max(?:imum)?[ _]?pool[ _]?size)\s*[=:]\s*\"?(\d+)", re.IGNORECASE)
_POOL_VARIABLE = re.compile(r"(?:POOL_SIZE|POOL_MAX|MAX_POOL_SIZE)$")
_CONNECTIONS = re.compile(r"^\s*(?:-c\s*)?max_connections\s*=\s*'?(\d+)", re.MULTILINE)
_SLOTS_VARIABLE = re.compile(r"(?:^MAX_CONCURRENT_|_CONCURRENCY$|_MAX_CONCURRENT_[A-Z]+$)")
_SLEEP = re.compile(r"\bsleep\s+(\d+)")
_RATE = re.compile(r"(\d+)\s*r/(s|m)")
_DURATION = re.compile(r"(\d+)\s*(ms|s|m|h)?")
_UNIT_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}
_DEFAULT_TOLERATION = 300.0
"""Seconds, k8s.io/kubernetes v1.37.2 plugin/pkg/admission/defaulttolerationseconds."""


@attrs.frozen
class Probe:
    """Timing of a probe, with the API's defaults (k8s.io/kubernetes v1.37.2 pkg/apis/core/v1/defaults.go)."""

    initial_delay: float = 0.0
    period: float = 10.0
    failures: int = 3
    successes: int = 1


@attrs.frozen
class WorkloadSpec:
    """A Deployment or StatefulSet, as far as its behaviour under load goes."""

    namespace: str
    name: str
    kind: str
    component: str
    """Value of the pod label `component`; its station in the scenarios says how such pods behave."""
    labels: dict[str, str]
    replicas: int
    """Replicas at the start: of the manifest, or the autoscaler's minimum where the manifest leaves them out."""
    cpu_limit: float | None
    """Cores that the main container may use; None without a limit."""
    requests: tuple[tuple[str, dict[str, int]], ...]
    """Requests of each container in thousandths: cpu in millicores, memory in thousandths of a byte."""
    startup: Probe | None
    readiness: Probe | None
    init_containers: int
    grace: float
    pre_stop: float
    pool_size: int | None
    """Connections that one pod may hold to its database."""
    slots: int | None
    """Requests that one pod works on at once, where its environment says so."""
    connections: int | None
    """max_connections of a PostgreSQL server."""
    unreachable_toleration: float
    """Seconds a pod stays bound to a node that cannot be reached."""
    spread: bool
    """Whether replicas are kept on different nodes."""
    disruption_budget: bool
    """Whether a PodDisruptionBudget covers the pods."""
    claims: int
    """Volume claims of each pod: they must be detached and attached when it moves."""

    @property
    def key(self) -> str:
        """`namespace/name`."""
        return f"{self.namespace}/{self.name}"


@attrs.frozen
class ServiceSpec:
    """A Service and the workloads whose pods it selects (indices); none when nothing matches."""

    namespace: str
    name: str
    workloads: tuple[int, ...]


@attrs.frozen
class RateLimit:
    """NGINX limit_req: requests/s, burst, and whether each client has its own allowance."""

    rate: float
    burst: int
    delayed: bool
    per_client: bool


@attrs.frozen
class IngressSpec:
    """An Ingress: where its paths lead, its rate limit, its patience."""

    namespace: str
    name: str
    routes: tuple[tuple[str, str], ...]
    """(path, Service name), longest path first."""
    limit: RateLimit | None
    read_timeout: float | None


@attrs.frozen
class AutoscalerSpec:
    """A HorizontalPodAutoscaler and the workload (index) that it scales."""

    namespace: str
    name: str
    workload: int
    minimum: int
    maximum: int
    spec: HpaSpec


@attrs.frozen
class Topology:
    """Everything read from the manifests."""

    workloads: tuple[WorkloadSpec, ...]
    services: tuple[ServiceSpec, ...]
    ingresses: tuple[IngressSpec, ...]
    autoscalers: tuple[AutoscalerSpec, ...]
    metric_resolution: float | None
    """metrics-server's --metric-resolution (s), where it is deployed with the set."""


def _whole(value: Any, default: int) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else default


def _milli(value: Any) -> int | None:
    try:
        return Quantity.parse(value).milli()
    except ValueError:
        return None


def _probe(value: Any) -> Probe | None:
    if not isinstance(value, dict):
        return None
    return Probe(
        float(_whole(value.get("initialDelaySeconds"), 0)),
        float(_whole(value.get("periodSeconds"), 10) or 10),
        _whole(value.get("failureThreshold"), 3) or 3,
        _whole(value.get("successThreshold"), 1) or 1,
    )


def _pre_stop(container: dict[str, Any]) -> float:
    hook = as_dict(dig(container, "lifecycle", "preStop"))
    if "sleep" in hook:
        return float(_whole(dig(hook, "sleep", "seconds"), 0))
    found = _SLEEP.search(" ".join(as_str(part) for part in as_list(dig(hook, "exec", "command"))))
    return float(found[1]) if found else 0.0


def _referenced(
    inventory: Inventory, namespace: str, container: dict[str, Any], pod: dict[str, Any]
) -> Iterator[Resource]:
    """ConfigMaps, and ExternalSecrets behind Secrets, that the container's environment or volumes name."""
    maps: set[str] = set()
    secrets: set[str] = set()
    for entry in as_list(container.get("env")):
        maps.add(as_str(dig(entry, "valueFrom", "configMapKeyRef", "name")))
        secrets.add(as_str(dig(entry, "valueFrom", "secretKeyRef", "name")))
    for entry in as_list(container.get("envFrom")):
        maps.add(as_str(dig(entry, "configMapRef", "name")))
        secrets.add(as_str(dig(entry, "secretRef", "name")))
    mounted = {as_str(dig(mount, "name")) for mount in as_list(container.get("volumeMounts"))}
    for volume in as_list(pod.get("volumes")):
        if as_str(dig(volume, "name")) in mounted:
            maps.add(as_str(dig(volume, "configMap", "name")))
            secrets.add(as_str(dig(volume, "secret", "secretName")))
    for name in sorted(maps - {""}):
        if found := inventory.get("ConfigMap", namespace, name):
            yield found
    for resource in inventory.in_namespace(namespace, "ExternalSecret"):
        if (as_str(dig(resource.data, "spec", "target", "name")) or resource.name) in secrets - {""}:
            yield resource


def _texts(inventory: Inventory, workload: Workload, container: dict[str, Any]) -> str:
    """Every configuration text of a container that is no secret: arguments, environment, mounted configuration."""
    lines = [as_str(part) for part in [*as_list(container.get("command")), *as_list(container.get("args"))]]
    lines += [as_str(dig(entry, "value")) for entry in as_list(container.get("env"))]
    for resource in _referenced(inventory, workload.resource.namespace, container, workload.pod_spec):
        lines += string_map(resource.data.get("data")).values()
        lines += string_map(dig(resource.data, "spec", "target", "template", "data")).values()
    return "\n".join(lines)


def _variable(
    inventory: Inventory, workload: Workload, container: dict[str, Any], pattern: re.Pattern[str]
) -> int | None:
    """The whole number of the first environment variable whose name fits."""
    for entry in as_list(container.get("env")):
        if pattern.search(as_str(dig(entry, "name"))) and as_str(dig(entry, "value")).isdigit():
            return int(entry["value"])
    for source in as_list(container.get("envFrom")):
        found = inventory.get("ConfigMap", workload.resource.namespace, as_str(dig(source, "configMapRef", "name")))
        for name, value in string_map(found.data.get("data") if found else None).items():
            if pattern.search(name) and value.isdigit():
                return int(value)
    return None


def _main_container(workload: Workload) -> dict[str, Any]:
    """The container that kubectl takes by default, else the first."""
    containers = [container for container in workload.containers() if not container.init]
    wanted = string_map(dig(workload.template, "metadata", "annotations")).get(
        "kubectl.kubernetes.io/default-container"
    )
    for container in containers:
        if container.name == wanted:
            return container.data
    return containers[0].data if containers else {}


def _unreachable_toleration(pod: dict[str, Any]) -> float:
    for entry in as_list(pod.get("tolerations")):
        if as_str(dig(entry, "key")) == "node.kubernetes.io/unreachable" and "tolerationSeconds" in as_dict(entry):
            return float(_whole(dig(entry, "tolerationSeconds"), int(_DEFAULT_TOLERATION)))
    return _DEFAULT_TOLERATION


def _spread(pod: dict[str, Any]) -> bool:
    """Hard or preferred: with nodes to spare the scheduler honours both."""
    keys = [as_str(dig(rule, "topologyKey")) for rule in as_list(pod.get("topologySpreadConstraints"))]
    rules = as_dict(dig(pod, "affinity", "podAntiAffinity"))
    keys += [
        as_str(dig(rule, "topologyKey"))
        for rule in as_list(rules.get("requiredDuringSchedulingIgnoredDuringExecution"))
    ]
    for rule in as_list(rules.get("preferredDuringSchedulingIgnoredDuringExecution")):
        keys.append(as_str(dig(rule, "podAffinityTerm", "topologyKey")))
    return "kubernetes.io/hostname" in keys


def _has_budget(inventory: Inventory, workload: Workload) -> bool:
    return any(
        matches(dig(budget.data, "spec", "selector"), workload.pod_labels)
        for budget in inventory.in_namespace(workload.resource.namespace, "PodDisruptionBudget")
    )


def _workload(inventory: Inventory, workload: Workload, minimum: int) -> WorkloadSpec:
    main, pod, data = _main_container(workload), workload.pod_spec, workload.resource.data
    texts = _texts(inventory, workload, main)
    pool = _POOL_SIZE.search(texts)
    connections = _CONNECTIONS.search(texts)
    limit = _milli(dig(main, "resources", "limits", "cpu"))
    requests: list[tuple[str, dict[str, int]]] = []
    for container in workload.containers():
        if not container.init:
            asked = as_dict(dig(container.data, "resources", "requests"))
            amounts = {name: _milli(asked.get(name)) for name in ("cpu", "memory")}
            requests.append((container.name, {name: amount for name, amount in amounts.items() if amount is not None}))
    return WorkloadSpec(
        namespace=workload.resource.namespace,
        name=workload.resource.name,
        kind=workload.resource.kind,
        component=workload.pod_labels.get("component", ""),
        labels=workload.pod_labels,
        replicas=_whole(dig(data, "spec", "replicas"), max(1, minimum)),
        cpu_limit=limit / 1000.0 if limit else None,
        requests=tuple(requests),
        startup=_probe(main.get("startupProbe")),
        readiness=_probe(main.get("readinessProbe")),
        init_containers=sum(1 for container in workload.containers() if container.init),
        grace=float(_whole(pod.get("terminationGracePeriodSeconds"), 30)),
        pre_stop=_pre_stop(main),
        pool_size=int(pool[1]) if pool else _variable(inventory, workload, main, _POOL_VARIABLE),
        slots=_variable(inventory, workload, main, _SLOTS_VARIABLE),
        connections=int(connections[1]) if connections else None,
        unreachable_toleration=_unreachable_toleration(pod),
        spread=_spread(pod),
        disruption_budget=_has_budget(inventory, workload),
        claims=len(as_list(dig(data, "spec", "volumeClaimTemplates"))),
    )


def seconds(text: str) -> float | None:
    """Read an NGINX or Prometheus duration such as 60s, 500ms or 2m; None when it is none."""
    parts = _DURATION.fullmatch(text.strip())
    return float(parts[1]) * _UNIT_SECONDS[parts[2] or "s"] if parts else None


def _ingress(resource: Resource) -> IngressSpec:
    annotations = resource.annotations
    limit = None
    if rate := _RATE.fullmatch(annotations.get("nginx.org/limit-req-rate", "").strip()):
        burst = annotations.get("nginx.org/limit-req-burst", "0")
        limit = RateLimit(
            rate=int(rate[1]) / (1.0 if rate[2] == "s" else 60.0),
            burst=int(burst) if burst.isdigit() else 0,
            delayed=annotations.get("nginx.org/limit-req-no-delay", "false").lower() != "true",
            per_client="remote_addr" in annotations.get("nginx.org/limit-req-key", "${binary_remote_addr}"),
        )
    routes = [
        (as_str(dig(path, "path")) or "/", as_str(dig(path, "backend", "service", "name")))
        for rule in as_list(dig(resource.data, "spec", "rules"))
        for path in as_list(dig(rule, "http", "paths"))
    ]
    timeout = seconds(annotations.get("nginx.org/proxy-read-timeout", ""))
    ordered = tuple(sorted(routes, key=lambda route: -len(route[0])))
    return IngressSpec(resource.namespace, resource.name, ordered, limit, timeout)


def _metric_resolution(inventory: Inventory) -> float | None:
    for workload in inventory.workloads():
        for container in workload.containers():
            for argument in [*as_list(container.data.get("command")), *as_list(container.data.get("args"))]:
                name, _, value = as_str(argument).partition("=")
                if name == "--metric-resolution":
                    return seconds(value)
    return None


def _autoscalers(inventory: Inventory, index: dict[tuple[str, str, str], int]) -> Iterator[AutoscalerSpec]:
    """Autoscalers that act: the API server would reject a malformed one, and one without target does nothing."""
    for hpa in inventory.of_kind("HorizontalPodAutoscaler"):
        target = as_dict(dig(hpa.data, "spec", "scaleTargetRef"))
        workload = index.get((as_str(target.get("kind")), hpa.namespace, as_str(target.get("name"))))
        if workload is None:
            continue
        try:
            spec = HpaSpec.from_spec(hpa.data.get("spec"))
        except FieldError:
            continue
        yield AutoscalerSpec(hpa.namespace, hpa.name, workload, spec.min_replicas, spec.max_replicas, spec)


def read(inventory: Inventory) -> Topology:
    """Read the topology of a manifest set. Never raises: what is malformed is the business of the static checks."""
    minima: dict[tuple[str, str, str], int] = {}
    for hpa in inventory.of_kind("HorizontalPodAutoscaler"):
        target = as_dict(dig(hpa.data, "spec", "scaleTargetRef"))
        key = (as_str(target.get("kind")), hpa.namespace, as_str(target.get("name")))
        minima[key] = _whole(dig(hpa.data, "spec", "minReplicas"), 1)
    found = [workload for workload in inventory.workloads() if workload.resource.kind in _SIMULATED_KINDS]
    index = {(w.resource.kind, w.resource.namespace, w.resource.name): number for number, w in enumerate(found)}
    services = tuple(
        ServiceSpec(
            service.namespace,
            service.name,
            tuple(
                index[identity]
                for workload in inventory.select(service.namespace, string_map(dig(service.data, "spec", "selector")))
                if (identity := (workload.resource.kind, workload.resource.namespace, workload.resource.name)) in index
            ),
        )
        for service in inventory.of_kind("Service")
    )
    return Topology(
        workloads=tuple(
            _workload(inventory, w, minima.get((w.resource.kind, w.resource.namespace, w.resource.name), 1))
            for w in found
        ),
        services=services,
        ingresses=tuple(_ingress(resource) for resource in inventory.of_kind("Ingress")),
        autoscalers=tuple(_autoscalers(inventory, index)),
        metric_resolution=_metric_resolution(inventory),
    )
