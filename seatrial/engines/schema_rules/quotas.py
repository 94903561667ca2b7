"""ResourceQuotas and LimitRanges.

Truth: k8s.io/kubernetes v1.37.2 `pkg/apis/core/validation/validation.go` (`ValidateResourceQuotaSpec`,
`ValidateLimitRange`), defaults in `pkg/apis/core/v1/defaults.go` (`SetDefaults_LimitRangeItem`).
"""

from __future__ import annotations

from seatrial.engines.schema_formats import is_qualified_name
from seatrial.engines.schema_rules.field import Field, Violations, distinct
from seatrial.engines.schema_rules.resources import (
    QUOTA_RESOURCES,
    amounts,
    any_resource,
    container_resource,
    is_huge_page,
    quota_resource,
    thousandths,
)

_POD_RESOURCES = frozenset({"pods", "cpu", "memory", "limits.cpu", "limits.memory", "requests.cpu", "requests.memory"})
_POD_SCOPES = ("Terminating", "NotTerminating", "NotBestEffort", "PriorityClass", "CrossNamespacePodAffinity")
_SCOPES = {
    **dict.fromkeys(_POD_SCOPES, _POD_RESOURCES),
    "BestEffort": frozenset({"pods"}),
    "VolumeAttributesClass": frozenset({"persistentvolumeclaims", "requests.storage"}),
}
_EXISTS_ONLY = ("BestEffort", "NotBestEffort", "Terminating", "NotTerminating", "CrossNamespacePodAffinity")
_OPPOSITES = ({"BestEffort", "NotBestEffort"}, {"Terminating", "NotTerminating"})


def quota(data: Field) -> Violations:
    """A ResourceQuota."""
    spec = data["spec"]
    yield from amounts(spec["hard"], quota_resource)
    limited = [name for name, _ in spec["hard"].entries() if name in QUOTA_RESOURCES or "hugepages-" in name]
    for scope in spec["scopes"]:
        yield from _scope(scope, limited)
    yield from _opposites(spec["scopes"], spec["scopes"].texts())
    expressions = spec["scopeSelector"]["matchExpressions"]
    for item in expressions:
        yield from _scope(item["scopeName"], limited)
        yield from _scope_operator(item)
    yield from _opposites(expressions, [item["scopeName"].text for item in expressions])


def _scope(field: Field, limited: list[str]) -> Violations:
    if not field.given:
        yield from field.missing()
    yield from field.one_of(tuple(_SCOPES))
    for name in limited:
        if name not in _SCOPES.get(field.text, limited):
            yield from field.wrong(f"a scope that {name} can have")


def _opposites(place: Field, scopes: list[str]) -> Violations:
    for pair in _OPPOSITES:
        if pair <= set(scopes):
            yield from place.wrong("one of them", found=f"{' and '.join(sorted(pair))} exclude each other")


def _scope_operator(item: Field) -> Violations:
    operator, values = item["operator"], item["values"]
    yield from operator.one_of(("In", "NotIn", "Exists", "DoesNotExist")) if operator.given else operator.missing()
    if item["scopeName"].text in _EXISTS_ONLY and operator.text != "Exists":
        yield from (operator if operator.given else item).wrong(
            "Exists for this scope", found=f"the operator is {operator.text!r}"
        )
    if operator.text in ("In", "NotIn") and values.empty:
        yield from values.demanded(f"a value, since the operator is {operator.text}")
    elif operator.text in ("Exists", "DoesNotExist") and not values.empty:
        yield from values.forbidden(f"none, since the operator is {operator.text}")


def limit_range(data: Field) -> Violations:
    """A LimitRange."""
    limits = data["spec"]["limits"]
    yield from distinct((item["type"] for item in limits), "the type")
    for item in limits:
        yield from _limits(item)


def _limits(item: Field) -> Violations:
    kind = item["type"]
    if not kind.given:
        yield from kind.missing()
    elif isinstance(kind.value, str) and not (
        kind.text in ("Pod", "Container", "PersistentVolumeClaim")
        or ("/" in kind.text and is_qualified_name(kind.text))
    ):
        yield from kind.wrong("Pod, Container or PersistentVolumeClaim")
    rule = container_resource if kind.text in ("Pod", "Container") else any_resource
    parts = ("max", "min", "maxLimitRequestRatio", "default", "defaultRequest")
    for part in parts:
        for name, amount in item[part].entries():
            needed = rule(name)
            if needed:
                yield from amount.wrong(needed, "rename the resource", found=f"the resource is {name!r}")
    if kind.text == "Pod":
        for part in ("default", "defaultRequest"):
            if not item[part].empty:
                yield from item[part].forbidden("none for the type Pod")
    if kind.text == "PersistentVolumeClaim" and not item["min"]["storage"].given and not item["max"]["storage"].given:
        yield from item.wrong("min or max of storage", found="no amount of storage is limited")
    for name in dict.fromkeys(name for part in parts for name, _ in item[part].entries()):
        yield from _order(item, name)


def _order(item: Field, name: str) -> Violations:
    """What is smaller must be smaller; a Container's defaults come from its limits first."""
    low, high = thousandths(item["min"][name]), thousandths(item["max"][name])
    ratio = thousandths(item["maxLimitRequestRatio"][name])
    default = request = None
    if item["type"].text != "Pod":
        default, request = thousandths(item["default"][name]), thousandths(item["defaultRequest"][name])
    if item["type"].text == "Container":
        default = high if default is None else default
        request = default if request is None else request
        request = low if request is None else request
    pairs = (
        ("min", low, "max", high),
        ("min", low, "defaultRequest", request),
        ("defaultRequest", request, "max", high),
        ("defaultRequest", request, "default", default),
        ("min", low, "default", default),
        ("default", default, "max", high),
    )
    for small, lower, large, upper in pairs:
        if lower is not None and upper is not None and lower > upper:
            place = next((item[part][name] for part in (small, large) if item[part][name].given), item)
            yield from place.wrong(f"{small} of {name} at most {large}", found=f"{small} of {name} is above {large}")
    if ratio is not None:
        place = item["maxLimitRequestRatio"][name]
        if ratio < 1000:
            yield from place.wrong("at least 1")
        if low and high is not None and ratio / 1000 > high / low:
            yield from place.wrong(f"at most max / min of {name}")
    if (is_huge_page(name) or "/" in name) and None not in (default, request) and default != request:
        place = next((item[part][name] for part in ("defaultRequest", "default") if item[part][name].given), item)
        yield from place.wrong("equal defaults: it cannot be overcommitted")
