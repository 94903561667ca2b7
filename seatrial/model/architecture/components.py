"""The components and what is promised of them: objects, pods, ports, replicas, resources, metrics, storage."""

from __future__ import annotations

import attrs

from seatrial.model.position import Position

CLUSTER_SCOPED = frozenset(
    {
        "APIService",
        "ClusterIssuer",
        "ClusterRole",
        "ClusterRoleBinding",
        "CustomResourceDefinition",
        "IngressClass",
        "Namespace",
        "PriorityClass",
        "StorageClass",
        "VolumeSnapshotClass",
    }
)
"""Kinds without a namespace that a component may name among its objects."""


@attrs.frozen
class ObjectReference:
    """An object that must exist."""

    kind: str
    namespace: str
    """Empty for a cluster-scoped kind."""
    name: str

    def __str__(self) -> str:
        return f"{self.kind}/{self.name}"


@attrs.frozen
class ResourceProfile:
    """Promised requests and limits of one container, quantities as text by resource."""

    name: str
    requests: dict[str, str]
    limits: dict[str, str]
    """A resource that is absent has no promised limit."""


@attrs.frozen
class ImageLine:
    """The releases that a container's image may be of."""

    repository: str
    """Full reference without tag, such as `docker.io/library/postgres`."""
    line: str
    """The tags of its releases, `x` for a number: `16.x-alpine` stands for 16.15-alpine3.24, not for 17.1-alpine."""


@attrs.frozen
class Container:
    """What is promised of one container."""

    name: str
    resources: ResourceProfile | None
    ports: dict[str, int]
    """Container port by name."""
    image: ImageLine | None = None


@attrs.frozen
class Metric:
    """One metric of an autoscaler with its target."""

    type: str
    """`Resource`, `Pods` or `External`."""
    name: str
    target: str
    """`Utilization` (per cent of the request) or `AverageValue` (per pod)."""
    value: float | str
    """Per cent for Utilization, a quantity as text for AverageValue."""


@attrs.frozen
class VerticalScaling:
    """The vertical autoscaler of a workload."""

    name: str
    container: str
    mode: str
    controlled_resources: tuple[str, ...]
    min_allowed: dict[str, str]
    max_allowed: dict[str, str]


@attrs.frozen
class Storage:
    """The volume of each replica of a StatefulSet."""

    claim: str
    mount_path: str
    storage_class: str
    size: str
    access_mode: str
    nodes: dict[str, str]
    """Labels of the only nodes that it may run on; empty for any node."""


@attrs.frozen
class Database:
    """The database that a pod serves and the Secret that holds its user's name."""

    name: str
    user_secret: str
    user_key: str


@attrs.frozen
class RolePlaces:
    """Where a workload says its role: a label of its pods, an environment variable of a container."""

    label: str
    variable: str


@attrs.frozen
class LongestRequest:
    """The longest request that a pod must be able to finish when it stops."""

    seconds: float
    variable: str | None
    """Environment variable that bounds it inside the pod; None where the ingress does."""


@attrs.frozen
class Mesh:
    """What a service mesh is told about the pods."""

    inject: bool
    inbound_ports: tuple[int, ...]
    """Pod ports whose traffic a sidecar would take over."""


@attrs.frozen
class Account:
    """What a ServiceAccount may do: these verbs and no others."""

    name: str
    verbs: tuple[str, ...]
    reads: tuple[str, ...]
    """Resources that it must be able to use with each verb, as `resource` or `resource.group`."""
    never: tuple[str, ...]
    """Resources of any group that it may not use with any verb."""


@attrs.frozen
class Route:
    """One path of an Ingress."""

    path: str
    path_type: str
    service: str
    port: int


@attrs.frozen
class Ingress:
    """A published host."""

    name: str
    host: str
    tls_secret: str
    routes: tuple[Route, ...]


@attrs.frozen
class AddressRange:
    """IP addresses in CIDR notation, some of them excepted."""

    cidr: str
    excepted: tuple[str, ...]


@attrs.frozen
class External:
    """Where a component outside the cluster is found."""

    host: str | None
    ranges: tuple[AddressRange, ...]


@attrs.frozen
class Component:
    """A node of the architecture."""

    id: str
    name: str
    tier: str
    namespace: str
    """Empty for components outside the cluster and for those without pods or namespaced objects."""
    kind: str | None
    """Kind of its workload."""
    workload: str | None
    """Name of its workload; None if it has none, or none that is promised by name."""
    role: str | None
    role_in: RolePlaces | None
    own_secrets: tuple[str, ...]
    """Environment variables from Secret entries that no other workload may read."""
    stateless: bool
    """Its pods keep nothing that outlives a request."""
    longest_request: LongestRequest | None
    mesh: Mesh | None
    accounts: tuple[Account, ...]
    """Accounts whose rights are promised."""
    selector: dict[str, str]
    """Labels that select its pods, and only them; empty for a component without pods."""
    ports: dict[str, int]
    """Pod port by name, of all its containers."""
    containers: tuple[Container, ...]
    min_replicas: int | None
    max_replicas: int | None
    """Equal to the minimum where nothing scales the workload."""
    autoscaler: str | None
    metrics: tuple[Metric, ...]
    vertical: VerticalScaling | None
    storage: Storage | None
    database: Database | None
    ingress: Ingress | None
    external: External | None
    """Set for components outside the cluster."""
    provided: str | None
    """Set for what every cluster brings, in words; nothing of it is deployed."""
    planned: str | None
    """The delivery that brings it, if that is still to come."""
    objects: tuple[ObjectReference, ...]
    """What must exist once it is deployed."""
    position: Position

    @property
    def key(self) -> str:
        """`namespace/Kind/name` of its workload; empty without one."""
        return f"{self.namespace}/{self.kind}/{self.workload}" if self.kind and self.workload else ""


@attrs.frozen
class Namespace:
    """A namespace and the Pod Security level enforced in it."""

    name: str
    pod_security: str | None
    pod_security_version: str | None
    planned: str | None


@attrs.frozen
class StorageClass:
    """A storage class and the tier of data that it is for."""

    name: str
    tier: str
    expandable: bool
    default: bool


@attrs.frozen
class PriorityClass:
    """A priority class and the tiers whose pods have it."""

    name: str
    tiers: tuple[str, ...]


@attrs.frozen
class Images:
    """Where images may come from."""

    registries: tuple[str, ...]
    """Allowed prefixes of the full image reference."""
    forbidden: tuple[str, ...]


@attrs.frozen
class Components:
    """Content of `components.yaml`."""

    components: tuple[Component, ...]
    namespaces: tuple[Namespace, ...]
    storage_classes: tuple[StorageClass, ...]
    priority_classes: tuple[PriorityClass, ...]
    """From the one that is served first to the one that is served last."""
    images: Images
    part_of: str
    required_labels: tuple[str, ...]
    ingress_class: str
    ingress_issuer: str
