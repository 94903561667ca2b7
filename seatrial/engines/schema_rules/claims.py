"""Claims of volumes, and classes of storage.

Truth: k8s.io/kubernetes v1.37.2 `pkg/apis/core/validation/validation.go` (`ValidatePersistentVolumeClaimSpec`) and
`pkg/apis/storage/validation/validation.go` (`ValidateStorageClass`).
"""

from __future__ import annotations

from seatrial.engines.schema_formats import is_qualified_name
from seatrial.engines.schema_rules.field import Field, Violations, distinct
from seatrial.engines.schema_rules.metadata import label_selector
from seatrial.model.dig import as_dict

_SOURCES = {("", "PersistentVolumeClaim"), ("snapshot.storage.k8s.io", "VolumeSnapshot")}
ACCESS_MODES = ("ReadWriteOnce", "ReadOnlyMany", "ReadWriteMany", "ReadWriteOncePod")


def claim(data: Field) -> Violations:
    """A PersistentVolumeClaim, of which some sources are dropped first (`pkg/api/persistentvolumeclaim/util.go`)."""
    spec = data["spec"]
    if not isinstance(spec.value, dict):
        yield from claim_spec(spec)
        return
    dropped = set()
    if not spec["dataSourceRef"]["namespace"].blank:
        dropped.add("dataSourceRef")
    if not spec["dataSourceRef"].given or dropped:
        kind = (spec["dataSource"]["apiGroup"].text, spec["dataSource"]["kind"].text)
        dropped |= set() if kind in _SOURCES else {"dataSource"}
    kept = {key: value for key, value in spec.value.items() if key not in dropped}
    yield from claim_spec(Field(kept, spec.path, spec.version))


def claim_spec(spec: Field) -> Violations:
    """What a claim asks for, alone, in a StatefulSet or in an ephemeral volume."""
    modes = spec["accessModes"]
    if modes.empty:
        yield from modes.demanded("an access mode such as ReadWriteOnce")
    for mode in modes:
        yield from mode.one_of(ACCESS_MODES)
    if "ReadWriteOncePod" in modes.texts() and set(modes.texts()) & set(ACCESS_MODES) > {"ReadWriteOncePod"}:
        yield from modes.wrong("ReadWriteOncePod alone", found="ReadWriteOncePod stands beside other modes")
    yield from label_selector(spec["selector"])
    yield from _storage(spec)
    for name in ("storageClassName", "volumeAttributesClassName"):
        yield from spec[name].form_if_any("dns-subdomain")
    yield from spec["volumeMode"].one_of(("Filesystem", "Block"))
    for name in ("dataSource", "dataSourceRef"):
        if spec[name].given:
            yield from _source(spec[name])
    if not spec["dataSourceRef"]["namespace"].blank:
        yield from spec["dataSourceRef"]["namespace"].form("dns-label")
        if spec["dataSource"].given:
            yield from spec["dataSource"].forbidden("none, since dataSourceRef has a namespace")
    elif spec["dataSource"].given and spec["dataSourceRef"].given and not _same_source(spec):
        yield from spec["dataSource"].wrong("the same as dataSourceRef", "keep one of them")


def _storage(spec: Field) -> Violations:
    storage = spec.at("resources", "requests", "storage")
    if not storage.given and "storage" not in as_dict(spec.at("resources", "requests").value):
        place = spec.at("resources", "requests")
        owner = next((item for item in (place, spec["resources"], spec) if isinstance(item.value, dict)), spec)
        yield from owner.wrong(
            "spec.resources.requests.storage", "add the amount", found="the claim asks for no storage"
        )
    elif storage.quantity is not None and storage.quantity.value <= 0:
        yield from storage.wrong("more than zero")


def _source(field: Field) -> Violations:
    yield from field["name"].demanded()
    yield from field["kind"].demanded()
    yield from field["apiGroup"].form_if_any("dns-subdomain")
    if field["apiGroup"].blank and field["kind"].text != "PersistentVolumeClaim":
        yield from field["kind"].wrong("PersistentVolumeClaim, or an apiGroup")


def _same_source(spec: Field) -> bool:
    parts = ("apiGroup", "kind", "name")
    return all(spec["dataSource"][part].value == spec["dataSourceRef"][part].value for part in parts)


def storage_class(data: Field) -> Violations:
    """A StorageClass."""
    provisioner = data["provisioner"]
    yield from provisioner.demanded()
    if provisioner.text and not is_qualified_name(provisioner.text.lower()):
        yield from provisioner.wrong("the name of a driver such as ebs.csi.aws.com")
    for key, item in data["parameters"].entries():
        if not key:
            yield from item.wrong("a name", found="a parameter has no name")
    yield from data["reclaimPolicy"].choice(("Delete", "Retain"))
    yield from data["volumeBindingMode"].one_of(("Immediate", "WaitForFirstConsumer"))
    earlier: list[dict[str, set[str]]] = [{}]  # upstream starts with an empty term, and so forbids one
    for term in data["allowedTopologies"]:
        expressions = term["matchLabelExpressions"]
        meaning = {item["key"].text: set(item["values"].texts()) for item in expressions}
        if meaning in earlier:
            yield from (expressions if expressions.given else term).wrong(
                "a term unlike the others", found="the term is empty or given twice"
            )
        earlier.append(meaning)
        yield from distinct((item["key"] for item in expressions), "the key")
        for item in expressions:
            if item["key"].given:
                yield from item["key"].form("qualified-name")
            else:
                yield from item["key"].missing()
            if item["values"].empty:
                yield from item["values"].demanded("a value")
            yield from distinct(item["values"], "the value")
