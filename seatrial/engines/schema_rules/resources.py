"""Names and amounts of resources: requests, limits, quotas.

Truth: k8s.io/kubernetes v1.37.2 `pkg/apis/core/validation/validation.go` (`validateResourceName`,
`validateResourceRequirements`, `ValidateResourceQuantityValue`) and `pkg/apis/core/helper/helpers.go`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection

from seatrial.engines.schema_formats import FORMATS, is_qualified_name
from seatrial.engines.schema_rules.field import Field, Violations
from seatrial.model.quantity import Quantity

_HUGE_PAGES = "hugepages-"
_QUOTA_HUGE_PAGES = (_HUGE_PAGES, "requests.hugepages-")
CONTAINER_RESOURCES = frozenset({"cpu", "memory", "ephemeral-storage"})
COUNTS = frozenset(
    {
        *("pods", "resourcequotas", "services", "replicationcontrollers", "secrets", "configmaps"),
        *("persistentvolumeclaims", "services.nodeports", "services.loadbalancers"),
    }
)
"""Resources that are counted, and so take whole numbers only (`integerResources`)."""
QUOTA_RESOURCES = (
    CONTAINER_RESOURCES
    | COUNTS
    | {f"{part}.{name}" for part in ("requests", "limits") for name in CONTAINER_RESOURCES}
    | {"requests.storage"}
)
_STANDARD = QUOTA_RESOURCES | {"storage"}


def is_huge_page(name: str) -> bool:
    """Whether the resource is a size of huge pages."""
    return name.startswith(_HUGE_PAGES)


def _is_native(name: str) -> bool:
    return "/" not in name or "kubernetes.io/" in name


def _is_extended(name: str) -> bool:
    return not _is_native(name) and not name.startswith("requests.") and is_qualified_name(f"requests.{name}")


def _may_overcommit(name: str) -> bool:
    return _is_native(name) and not is_huge_page(name)


NameRule = Callable[[str], str]
"""What is needed instead of that name of a resource; empty where the name is right."""


def any_resource(name: str) -> str:
    """`validateResourceName`: a known name, or one with a domain."""
    if not is_qualified_name(name):
        return FORMATS["qualified-name"].needed
    if "/" not in name and name not in _STANDARD and not name.startswith(_QUOTA_HUGE_PAGES):
        return "a standard resource, or one with a domain such as example.com/gpu"
    return ""


def container_resource(name: str) -> str:
    """`ValidateContainerResourceName`: what a container can ask for."""
    if "/" not in name:
        if name in CONTAINER_RESOURCES or is_huge_page(name):
            return any_resource(name)
        return "cpu, memory, ephemeral-storage, hugepages-<size>, or a name with a domain"
    needed = any_resource(name)
    if not needed and not _is_native(name) and not _is_extended(name):
        return "the name of an extended resource: a domain and at most 54 characters"
    return needed


def pod_resource(name: str) -> str:
    """`validatePodResourceName`: what a pod as a whole can ask for."""
    return any_resource(name) or (
        "" if name in ("cpu", "memory") or is_huge_page(name) else "cpu, memory or hugepages-<size>"
    )


def quota_resource(name: str) -> str:
    """`ValidateResourceQuotaResourceName`: what a quota can limit."""
    needed = any_resource(name)
    if not needed and "/" not in name and name not in QUOTA_RESOURCES and not name.startswith(_QUOTA_HUGE_PAGES):
        return "a standard resource for quota"
    return needed


def amounts(field: Field, rule: NameRule) -> Violations:
    """Names and values of a mapping from resources to amounts."""
    for name, item in field.entries():
        needed = rule(name)
        if needed:
            yield from item.wrong(needed, "rename the resource", found=f"the resource is {name!r}")
        yield from amount(name, item)


def amount(name: str, item: Field) -> Violations:
    """An amount is not negative, and whole where things are counted (`ValidateResourceQuantityValue`)."""
    quantity = item.quantity
    if quantity is None:
        return
    if quantity.value < 0:
        yield from item.wrong("zero or more", "write a positive amount")
    if (name in COUNTS or _is_extended(name)) and quantity.milli() % 1000:
        yield from item.wrong("a whole number")


def requirements(field: Field, rule: NameRule = container_resource, claims: Collection[str] = ()) -> Violations:
    """Requests and limits of a container or pod (`validateResourceRequirements`)."""
    requests, limits = field["requests"], field["limits"]
    yield from amounts(limits, rule)
    yield from amounts(requests, rule)
    for name, item in requests.entries():
        asked, allowed = thousandths(item), thousandths(limits[name])
        if not limits[name].given and not _may_overcommit(name):
            yield from item.wrong(
                f"a limit of {name} too: it cannot be overcommitted", "add the limit", found=f"{name} has no limit"
            )
        if asked is None or allowed is None:
            continue
        if asked > allowed:
            found = f"the {name} request {item.value} exceeds the limit {limits[name].value}"
            yield from item.wrong("a request of at most the limit", "raise the limit or lower the request", found=found)
        elif asked != allowed and not _may_overcommit(name):
            found = f"the {name} request {item.value} is not the limit {limits[name].value}"
            yield from item.wrong(
                "equal amounts: it cannot be overcommitted", "write the same amount twice", found=found
            )
    yield from _huge_pages(field)
    yield from _claims(field["claims"], claims)


def thousandths(item: Field) -> int | None:
    """An amount as it is compared: everything below a thousandth is rounded up first (`SetDefaults_ResourceList`)."""
    return None if item.quantity is None else item.quantity.milli()


def whole(spec: Field) -> Violations:
    """The resources of a pod against those of its containers (`validatePodResourceConsistency`)."""
    field = spec["resources"]
    for part in ("requests", "limits"):
        for name, item in field[part].entries():
            own, total = thousandths(item), _total(spec, part, name)
            if own is not None and total > own and (part == "requests" or is_huge_page(name)):
                yield from item.wrong(f"at least the {total}m that its containers have together", "raise it")
    for name, item in field["limits"].entries():
        own = thousandths(item)
        for container in spec["containers"]:
            limit = thousandths(container["resources"]["limits"][name])
            if own is not None and limit is not None and limit > own:
                yield from container["resources"]["limits"][name].wrong(
                    f"at most the pod's limit {item.value}", "lower it"
                )


def _total(spec: Field, part: str, name: str) -> int:
    """What the containers need at once: those that run on, or an init container beside the sidecars before it.

    Upstream: k8s.io/component-helpers v0.37.2 `resource/helpers.go` (`AggregateContainerRequests`).
    """

    def of(container: Field) -> int:
        own = thousandths(container["resources"][part][name])
        if own is None and part == "requests" and len(spec.path) == 1:
            own = thousandths(container["resources"]["limits"][name])
        return own or 0

    running = sum(of(container) for container in spec["containers"])
    sidecars = highest = 0
    for container in spec["initContainers"]:
        if container["restartPolicy"].text == "Always":
            sidecars += of(container)
            highest = max(highest, sidecars)
        else:
            highest = max(highest, sidecars + of(container))
    return max(running + sidecars, highest)


def _huge_pages(field: Field) -> Violations:
    named = [*field["requests"].entries(), *field["limits"].entries()]
    huge = [(name, item) for name, item in named if is_huge_page(name)]
    for name, item in huge:
        quantity, page = item.quantity, _page_size(name)
        if quantity is not None and (page is None or page <= 0 or int(quantity.value) % page):
            yield from item.wrong(f"a multiple of the page size of {name}")
    if huge and not any(name in ("cpu", "memory") for name, _ in named):
        yield from field.wrong("cpu or memory beside them", "add a request", found="huge pages are asked for alone")


def _page_size(name: str) -> int | None:
    try:
        size = Quantity.parse(name.removeprefix(_HUGE_PAGES)).value
    except ValueError:
        return None
    return int(size) if size == size.to_integral_value() else None


def _claims(field: Field, known: Collection[str]) -> Violations:
    """`validateResourceClaimNames`: each claim once, and one that the pod has."""
    seen: set[tuple[str, str]] = set()
    for claim in field:
        name, request = claim["name"].text, claim["request"].text
        yield from claim["name"].demanded()
        if not name:
            continue
        yield from claim["request"].form_if_any("dns-label")
        if (name, "") in seen or (name, request) in seen or (not request and any(key == name for key, _ in seen)):
            yield from claim.repeated(f"the claim {name!r}")
        seen.add((name, request))
        if name not in known:
            yield from claim["name"].wrong("the name of one of the pod's resourceClaims", "add the claim to the pod")
