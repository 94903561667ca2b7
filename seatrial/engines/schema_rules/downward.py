"""What a container is told of its own pod: fields and resources (the downward API).

Truth: k8s.io/kubernetes v1.37.2 `pkg/apis/core/validation/validation.go` (`validateObjectFieldSelector`,
`validateContainerResourceFieldSelector`), `pkg/apis/core/pods/helpers.go` (`ConvertDownwardAPIFieldLabel`),
`pkg/fieldpath/fieldpath.go` (`SplitMaybeSubscriptedPath`).
"""

from __future__ import annotations

import re

from seatrial.engines.schema_formats import is_annotation_key, is_qualified_name
from seatrial.engines.schema_rules.field import Field, Violations
from seatrial.model.quantity import Quantity

_SUBSCRIPT = re.compile(r"(?P<path>.+?)\['(?P<key>.*)'\]", re.DOTALL)
_VOLUME_FIELDS = ("metadata.name", "metadata.namespace", "metadata.labels", "metadata.annotations", "metadata.uid")
_ENV_FIELDS = (
    *("metadata.name", "metadata.namespace", "metadata.uid", "spec.nodeName", "spec.serviceAccountName"),
    *("status.hostIP", "status.hostIPs", "status.podIP", "status.podIPs"),
)
_OLD_NAMES = {"spec.host": "spec.nodeName"}
_RESOURCES = tuple(
    f"{part}.{name}" for part in ("limits", "requests") for name in ("cpu", "memory", "ephemeral-storage")
)
_DIVISORS_CPU = ("1m", "1")
_DIVISORS = ("1", *(f"1{suffix}" for suffix in ("k", "M", "G", "T", "P", "E", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei")))
_VALUES = {options: frozenset(Quantity.parse(text) for text in options) for options in (_DIVISORS_CPU, _DIVISORS)}


def downward_field(field: Field, *, volume: bool) -> Violations:
    """A field of the pod, as a file or an environment variable."""
    path = field["fieldPath"]
    if not field["apiVersion"].blank and field["apiVersion"].text != "v1":
        yield from field["apiVersion"].wrong("v1", "remove it")
        return
    if path.blank:
        yield from path.demanded()
        return
    known = _VOLUME_FIELDS if volume else _ENV_FIELDS
    text = _OLD_NAMES.get(path.text, path.text)
    subscripted = _SUBSCRIPT.fullmatch(text)
    if subscripted:
        accepts = {"metadata.annotations": is_annotation_key, "metadata.labels": is_qualified_name}.get(
            subscripted["path"]
        )
        if accepts is None or not accepts(subscripted["key"]):
            yield from path.wrong("a key of metadata.labels or metadata.annotations")
    elif isinstance(path.value, str) and text not in known:
        yield from path.one_of(known)


def downward_resource(field: Field, *, volume: bool) -> Violations:
    """A request or limit of a container."""
    name, resource, divisor = field["containerName"], field["resource"], field["divisor"]
    huge = resource.text.startswith(("limits.hugepages-", "requests.hugepages-"))
    if volume and name.blank:
        yield from name.demanded()
    elif resource.blank:
        yield from resource.demanded()
    elif not huge:
        yield from resource.one_of(_RESOURCES)
    if divisor.quantity is not None and divisor.quantity.value != 0:
        options = _DIVISORS_CPU if resource.text.endswith(".cpu") else _DIVISORS
        if (huge or resource.text in _RESOURCES) and divisor.quantity not in _VALUES[options]:
            yield from divisor.wrong("one of " + ", ".join(options))
