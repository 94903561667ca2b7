"""Volumes of storage systems that Kubernetes knows by name, most of them superseded by CSI drivers.

Truth: k8s.io/kubernetes v1.37.2 `pkg/apis/core/validation/validation.go` (`validateISCSIVolumeSource` and the like).
"""

from __future__ import annotations

import re
from collections.abc import Callable

from seatrial.engines.schema_rules.field import Field, Violations
from seatrial.engines.schema_rules.paths import relative

_ISCSI = {
    "iqn": re.compile(r"iqn\.\d{4}-\d{2}\.([a-zA-Z0-9\-.]+)(:[^,;*&$|\s]+)$"),
    "eui": re.compile(r"^eui.[a-zA-Z0-9]{16}$"),
    "naa": re.compile(r"^naa.[a-zA-Z0-9]{32}$"),
}
_PAIR = re.compile(r"(\[[^\[\]]*\]|[^\[\]:]*):[^\[\]:]*")
_RESERVED = (".kubernetes.io", ".k8s.io")


def _needs(*names: str) -> Callable[[Field], Violations]:
    """A source of which nothing is asked but that these fields are there."""

    def rule(field: Field) -> Violations:
        for name in names:
            yield from field[name].demanded()

    return rule


def _disk(name: str) -> Callable[[Field], Violations]:
    def rule(field: Field) -> Violations:
        yield from field[name].demanded()
        yield from field["partition"].within(0, 255)

    return rule


def _git(field: Field) -> Violations:
    yield from field["repository"].demanded()
    yield from relative(field["directory"])


def _nfs(field: Field) -> Violations:
    yield from field["server"].demanded()
    yield from field["path"].demanded()
    if field["path"].text and not field["path"].text.startswith("/"):
        yield from field["path"].wrong("an absolute path", "begin with /")


def _iscsi(field: Field) -> Violations:
    yield from field["targetPortal"].demanded()
    yield from field["iqn"].demanded()
    for name in ("iqn", "initiatorName"):
        text = field[name].text
        form = _ISCSI.get(text[:3])
        if (text or (name == "initiatorName" and field[name].value == "")) and (form is None or not form.search(text)):
            yield from field[name].wrong("a name that begins with iqn, eui or naa")
    if field["lun"].given:
        yield from field["lun"].within(0, 255)
    for name in ("chapAuthDiscovery", "chapAuthSession"):
        if field[name].true and not field["secretRef"].given:
            yield from field["secretRef"].missing()


def _fibre_channel(field: Field) -> Violations:
    names, ids = field["targetWWNs"], field["wwids"]
    if names.empty == ids.empty:
        yield from names.missing("either targetWWNs or wwids") if names.empty else names.forbidden("none beside wwids")
    if not names.empty:
        yield from field["lun"].within(0, 255) if field["lun"].given else field["lun"].missing()


def _quobyte(field: Field) -> Violations:
    registry = field["registry"]
    yield from registry.demanded()
    yield from field["volume"].demanded()
    if registry.text and len(field["tenant"].text) >= 65:
        yield from field["tenant"].wrong("at most 64 characters")
    elif registry.text and not all(_PAIR.fullmatch(pair) for pair in registry.text.split(",")):
        yield from registry.wrong("host:port pairs separated by commas")


def _flocker(field: Field) -> Violations:
    name, identity = field["datasetName"], field["datasetUUID"]
    if name.blank == identity.blank:
        yield from field.wrong("one of datasetName and datasetUUID", found=f"{field.name} names no single data set")
    if "/" in name.text:
        yield from name.wrong("a name without '/'")


def _cinder(field: Field) -> Violations:
    yield from field["volumeID"].demanded()
    if field["secretRef"].given:
        yield from field["secretRef"]["name"].demanded()


def _flex(field: Field) -> Violations:
    yield from field["driver"].demanded()
    for key, item in field["options"].entries():
        if f".{key.partition('/')[0].lower()}".endswith(_RESERVED):
            yield from item.wrong("a key outside kubernetes.io and k8s.io", found=f"the key is {key!r}")


def _azure_disk(field: Field) -> Violations:
    kind, uri = field["kind"], field["diskURI"]
    yield from field["diskName"].demanded()
    yield from uri.demanded()
    yield from field["cachingMode"].one_of(("None", "ReadOnly", "ReadWrite"))
    yield from kind.one_of(("Shared", "Dedicated", "Managed"))
    # Without a kind the default is Shared (pkg/apis/core/v1/defaults.go of the volume source in k8s.io/api).
    begin = "/subscriptions/" if kind.text == "Managed" else "https://"
    if not uri.blank and not uri.text.startswith(begin):
        yield from uri.wrong(f"an address that begins with {begin}")


def _storage_os(field: Field) -> Violations:
    name = field["volumeName"]
    yield from name.demanded() if name.blank else name.form("dns-label")
    yield from field["volumeNamespace"].form_if_any("dns-label")
    if field["secretRef"].given:
        yield from field["secretRef"]["name"].demanded()


PLUGINS: dict[str, Callable[[Field], Violations]] = {
    "gitRepo": _git,
    "gcePersistentDisk": _disk("pdName"),
    "awsElasticBlockStore": _disk("volumeID"),
    "nfs": _nfs,
    "iscsi": _iscsi,
    "glusterfs": _needs("endpoints", "path"),
    "flocker": _flocker,
    "rbd": _needs("monitors", "image"),
    "cinder": _cinder,
    "cephfs": _needs("monitors"),
    "quobyte": _quobyte,
    "fc": _fibre_channel,
    "flexVolume": _flex,
    "azureFile": _needs("secretName", "shareName"),
    "vsphereVolume": _needs("volumePath"),
    "photonPersistentDisk": _needs("pdID"),
    "portworxVolume": _needs("volumeID"),
    "azureDisk": _azure_disk,
    "storageos": _storage_os,
    "scaleIO": _needs("gateway", "system", "volumeName"),
}
"""The rules of each source by its field."""
