"""HorizontalPodAutoscalers.

Truth: k8s.io/kubernetes v1.37.2 `pkg/apis/autoscaling/validation/validation.go`, defaults in
`pkg/apis/autoscaling/v2/defaults.go`.
"""

from __future__ import annotations

from seatrial.engines.schema_formats import is_path_segment
from seatrial.engines.schema_rules.field import Field, Violations
from seatrial.engines.schema_rules.resources import container_resource

_SOURCES = {
    "Object": "object",
    "External": "external",
    "Pods": "pods",
    "Resource": "resource",
    "ContainerResource": "containerResource",
}
_SCALE_TO_ZERO = (1, 37)
"""Since then `minReplicas` may be 0 (feature gate HPAScaleToZero)."""
_GROUP_NEEDED = (1, 37)
"""Since when the target must name its group is not recorded upstream; 1.37 asks for it."""
_LONGEST_WINDOW = 3600
_LONGEST_PERIOD = 1800


def autoscaler(data: Field) -> Violations:
    """A HorizontalPodAutoscaler."""
    spec = data["spec"]
    low, high = spec["minReplicas"], spec["maxReplicas"]
    yield from low.within(0 if low.version >= _SCALE_TO_ZERO else 1)
    yield from high.within(1) if high.given else high.missing()
    at_least = 1 if low.value is None else low.number
    if at_least is not None and high.number is not None and at_least > high.number > 0:
        found = f"maxReplicas {high.number} is below minReplicas {at_least}"
        yield from high.wrong("at least minReplicas", "raise maxReplicas", found=found)
    target = spec["scaleTargetRef"]
    yield from _reference(target)
    if (
        target.version >= _GROUP_NEEDED
        and "/" not in target["apiVersion"].text.strip("/")
        and target["kind"].text != "ReplicationController"
    ):
        place = target["apiVersion"] if target["apiVersion"].given else target
        yield from place.wrong(
            "a group and version such as apps/v1", "write the group", found="the target has no API group"
        )
    yield from spec["targetCPUUtilizationPercentage"].within(1)
    types = set()
    for metric in spec["metrics"]:
        yield from _metric(metric)
        types.add(metric["type"].text)
    if low.number == 0 and not types & {"Object", "External"}:
        yield from low.wrong("an Object or External metric beside 0", "add one, or raise minReplicas")
    for name in ("scaleUp", "scaleDown"):
        yield from _rules(spec["behavior"][name])


def _reference(field: Field) -> Violations:
    for name in ("kind", "name"):
        if field[name].blank:
            yield from field[name].demanded()
        elif field[name].text and not is_path_segment(field[name].text):
            yield from field[name].wrong("a name without '/' and '%'")
    if field["apiVersion"].text.count("/") > 1:
        yield from field["apiVersion"].wrong("<group>/<version>")


def _metric(metric: Field) -> Violations:
    kind = metric["type"]
    if not kind.given:
        yield from kind.missing()
    yield from kind.one_of(tuple(_SOURCES))
    field = _SOURCES.get(kind.text, "")
    given = [name for name in _SOURCES.values() if metric[name].given]
    if field and field not in given:
        found = f"the metric of type {kind.text} has no field {field!r}"
        yield from metric.wrong("that field", f"add {field}", found=found)
    for other in given:
        if other != field and field:
            found = f"the metric of type {kind.text} also has {other!r}"
            yield from metric[other].wrong("one source", f"remove {other}", found=found)
    # Upstream looks into the first source only, in this order.
    for name in given[:1]:
        yield from _source(metric[name], name)


def _source(source: Field, kind: str) -> Violations:
    target = source["target"]
    if kind == "object":
        yield from _reference(source["describedObject"])
    if kind in ("object", "external", "pods"):
        name = source["metric"]["name"]
        if name.blank:
            yield from name.demanded()
        elif name.text and not is_path_segment(name.text):
            yield from name.wrong("a name without '/' and '%'")
    else:
        yield from source["name"].demanded()
        if kind == "containerResource":
            needed = container_resource(source["name"].text) if source["name"].text else ""
            if needed:
                yield from source["name"].wrong(needed)
            container = source["container"]
            yield from container.demanded() if container.blank else container.form("dns-label")
    yield from _target(target)
    yield from _values(target, kind)


def _values(target: Field, kind: str) -> Violations:
    value, average, utilization = target["value"], target["averageValue"], target["averageUtilization"]
    place = target if isinstance(target.value, dict) else Field(None, target.path[:-1])
    if kind == "pods" and not average.given:
        yield from place.wrong("averageValue", "add averageValue", found="the target has no averageValue")
    elif kind in ("object", "external") and not value.given and not average.given:
        yield from place.wrong("value or averageValue", "add one of them", found="the target has no value")
    elif kind == "external" and value.given and average.given:
        yield from value.forbidden("none beside averageValue", "keep one of them")
    elif kind in ("resource", "containerResource"):
        if not utilization.given and not average.given:
            yield from place.wrong(
                "averageUtilization or averageValue", "add one of them", found="the target has no value"
            )
        elif utilization.given and average.given:
            yield from average.forbidden("none beside averageUtilization", "keep one of them")


def _target(target: Field) -> Violations:
    kind = target["type"]
    if not kind.given:
        yield from kind.missing()
    yield from kind.one_of(("Utilization", "Value", "AverageValue"))
    for name in ("value", "averageValue"):
        quantity = target[name].quantity
        if quantity is not None and quantity.value <= 0:
            yield from target[name].wrong("more than zero")
    yield from target["averageUtilization"].within(1)


def _rules(rules: Field) -> Violations:
    yield from rules["stabilizationWindowSeconds"].within(0, _LONGEST_WINDOW)
    yield from rules["selectPolicy"].one_of(("Max", "Min", "Disabled"))
    if rules["policies"].value == []:
        yield from rules["policies"].demanded("a policy")
    tolerance = rules["tolerance"].quantity
    if tolerance is not None and tolerance.value < 0:
        yield from rules["tolerance"].wrong("zero or more")
    for policy in rules["policies"]:
        kind = policy["type"]
        yield from kind.one_of(("Pods", "Percent")) if kind.given else kind.missing()
        yield from policy["value"].within(1) if policy["value"].given else policy["value"].missing()
        period = policy["periodSeconds"]
        yield from period.within(1, _LONGEST_PERIOD) if period.given else period.missing()
