"""Volumes of a pod.

Truth: k8s.io/kubernetes v1.37.2 `pkg/apis/core/validation/validation.go` (`ValidateVolumes`, `validateVolumeSource`
and the functions it calls). Fields behind feature gates that are off by default (`emptyDir.mode`, `defaultUser`) are
dropped by the server before it validates, and so are not looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from seatrial.engines.schema_rules.claims import claim_spec
from seatrial.engines.schema_rules.downward import downward_field, downward_resource
from seatrial.engines.schema_rules.field import Field, Violations
from seatrial.engines.schema_rules.metadata import annotation_keys, labels
from seatrial.engines.schema_rules.paths import inside_volume, no_backsteps
from seatrial.engines.schema_rules.projected import projected
from seatrial.engines.schema_rules.volume_plugins import PLUGINS

MODE = (0, 0o777)
_HOST_PATH_TYPES = (
    *("", "DirectoryOrCreate", "Directory", "FileOrCreate", "File", "Socket", "CharDevice", "BlockDevice"),
)
_NOT_IN_CLAIM_TEMPLATES = (
    *("name", "generateName", "namespace", "uid", "resourceVersion", "generation", "creationTimestamp"),
    *("deletionTimestamp", "deletionGracePeriodSeconds", "ownerReferences", "finalizers", "managedFields", "selfLink"),
)


def volumes(field: Field, pod_name: str = "") -> tuple[list[Violations], Mapping[str, Field]]:
    """What is wrong with the volumes, and the valid ones by name: mounts of an invalid one find nothing."""
    wrong: list[Violations] = []
    valid: dict[str, Field] = {}
    for item in field:
        found = [*_volume(item)]
        name = item["name"]
        if name.text in valid:
            found.extend(name.repeated(f"volume {name.text!r}"))
        if found:
            wrong.append(iter(found))
        else:
            valid[name.text] = item
    created = {f"{pod_name}-{item['name'].text}" for item in field if item["ephemeral"].given and pod_name}
    for item in field:
        claim = item["persistentVolumeClaim"]["claimName"]
        if claim.text in created:
            wrong.append(claim.wrong("a claim that is not made for an ephemeral volume of this pod"))
    return wrong, valid


def _volume(item: Field) -> Violations:
    if item["name"].blank:
        yield from item["name"].demanded()
    else:
        yield from item["name"].form("dns-label")
    # An unknown field is the schema's to reject; no source at all means emptyDir.
    sources = [name for name in _SOURCES if item[name].given]
    if len(sources) > 1:
        found = f"volume {item['name'].text!r} has the sources {', '.join(sorted(sources))}"
        yield from item.wrong("exactly one source", "split it into several volumes", found=found)
    elif sources:
        yield from _SOURCES[sources[0]](item[sources[0]])


def _empty_dir(field: Field) -> Violations:
    limit = field["sizeLimit"].quantity
    if limit is not None and limit.value < 0:
        yield from field["sizeLimit"].wrong("zero or more")


def _host_path(field: Field) -> Violations:
    if field["path"].blank:
        yield from field["path"].demanded()
        return
    yield from no_backsteps(field["path"])
    yield from field["type"].one_of(_HOST_PATH_TYPES)


def _keys(field: Field) -> Violations:
    yield from field["defaultMode"].within(*MODE)
    for item in field["items"]:
        yield from item["key"].demanded()
        yield from item["path"].demanded()
        yield from inside_volume(item["path"])
        yield from item["mode"].within(*MODE)


def _secret(field: Field) -> Violations:
    yield from field["secretName"].demanded()
    yield from _keys(field)


def _config_map(field: Field) -> Violations:
    yield from field["name"].demanded()
    yield from _keys(field)


def _downward(field: Field) -> Violations:
    yield from field["defaultMode"].within(*MODE)
    for item in field["items"]:
        yield from downward_file(item)


def downward_file(item: Field) -> Violations:
    """One file of the downward API (`validateDownwardAPIVolumeFile`)."""
    yield from item["path"].demanded()
    yield from inside_volume(item["path"])
    yield from item["mode"].within(*MODE)
    given = [name for name in ("fieldRef", "resourceFieldRef") if item[name].given]
    if len(given) != 1:
        found = f"{item.name} has {'two sources' if given else 'no source'}"
        yield from item.wrong("either fieldRef or resourceFieldRef", "keep one of them", found=found)
    if item["fieldRef"].given:
        yield from downward_field(item["fieldRef"], volume=True)
    elif item["resourceFieldRef"].given:
        yield from downward_resource(item["resourceFieldRef"], volume=True)


def _claim(field: Field) -> Violations:
    yield from field["claimName"].demanded()


def _ephemeral(field: Field) -> Violations:
    template = field["volumeClaimTemplate"]
    if not template.given:
        yield from template.missing()
        return
    meta = template["metadata"]
    yield from annotation_keys(meta["annotations"])
    yield from labels(meta["labels"])
    for name in _NOT_IN_CLAIM_TEMPLATES:
        if meta[name].value not in (None, "", 0, [], {}):
            yield from meta[name].forbidden("only labels and annotations")
    yield from claim_spec(template["spec"])


def _csi(field: Field) -> Violations:
    driver = field["driver"]
    if driver.blank:
        yield from driver.demanded()
    elif len(driver.text) > 63:
        yield from driver.wrong("at most 63 characters")
    else:
        yield from driver.form("dns-subdomain-caseless")
    secret = field["nodePublishSecretRef"]
    if secret.given:
        yield from secret["name"].demanded() if secret["name"].blank else secret["name"].form("dns-subdomain")


def _image(field: Field) -> Violations:
    yield from field["reference"].demanded()
    yield from field["pullPolicy"].choice(("Always", "IfNotPresent", "Never"))


def _projected(field: Field) -> Violations:
    yield from field["defaultMode"].within(*MODE)
    yield from projected(field, downward_file)


_SOURCES: dict[str, Callable[[Field], Violations]] = {
    "emptyDir": _empty_dir,
    "hostPath": _host_path,
    "secret": _secret,
    "configMap": _config_map,
    "downwardAPI": _downward,
    "projected": _projected,
    "persistentVolumeClaim": _claim,
    "ephemeral": _ephemeral,
    "csi": _csi,
    "image": _image,
    **PLUGINS,
}
