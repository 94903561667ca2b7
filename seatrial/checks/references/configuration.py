"""Secrets and ConfigMaps that pods, ServiceAccounts and Ingresses name: the object and the key."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import attrs

from seatrial.checks.judging import Judged, Problem
from seatrial.checks.references.provided import Index, config_maps, secrets
from seatrial.checks.references.rule import absent, rule, where
from seatrial.model.dig import as_list, as_str, dig
from seatrial.model.document import Resource
from seatrial.model.inventory import Inventory, home
from seatrial.model.suggest import did_you_mean
from seatrial.model.verdict import Severity
from seatrial.model.workload import Workload


@attrs.frozen
class _Reference:
    """One mention of an object, and of a key of it where *key* is not empty."""

    name: str
    key: str
    optional: bool
    pointer: str
    """Place of the name."""
    key_pointer: str


@attrs.frozen
class _Fields:
    """How the two kinds are named in a pod spec."""

    kind: str
    key_ref: str
    env_from: str
    volume: str
    volume_name: str


_SECRET = _Fields("Secret", "secretKeyRef", "secretRef", "secret", "secretName")
_CONFIG_MAP = _Fields("ConfigMap", "configMapKeyRef", "configMapRef", "configMap", "name")


def _of_workload(workload: Workload, fields: _Fields) -> Iterator[_Reference]:
    for container in workload.containers():
        for index, variable in enumerate(as_list(container.data.get("env"))):
            source = dig(variable, "valueFrom", fields.key_ref)
            where_ = f"{container.pointer}/env/{index}/valueFrom/{fields.key_ref}"
            if isinstance(source, dict):
                yield _reference(source, "name", where_, as_str(source.get("key")), f"{where_}/key")
        for index, source in enumerate(as_list(container.data.get("envFrom"))):
            if isinstance(dig(source, fields.env_from), dict):
                yield _reference(
                    source[fields.env_from], "name", f"{container.pointer}/envFrom/{index}/{fields.env_from}"
                )
    yield from _of_volumes(workload, fields)
    if fields is _SECRET:
        for index, secret in enumerate(as_list(workload.pod_spec.get("imagePullSecrets"))):
            if isinstance(secret, dict):
                yield _reference(secret, "name", f"{workload.pod_spec_pointer}/imagePullSecrets/{index}")


def _of_volumes(workload: Workload, fields: _Fields) -> Iterator[_Reference]:
    for index, volume in enumerate(as_list(workload.pod_spec.get("volumes"))):
        place = f"{workload.pod_spec_pointer}/volumes/{index}"
        source = dig(volume, fields.volume)
        if isinstance(source, dict):
            yield from _items(source, fields.volume_name, f"{place}/{fields.volume}")
            yield from _sub_paths(workload, volume, source, fields.volume_name)
        for number, part in enumerate(as_list(dig(volume, "projected", "sources"))):
            if isinstance(dig(part, fields.volume), dict):
                yield from _items(part[fields.volume], "name", f"{place}/projected/sources/{number}/{fields.volume}")


def _reference(source: dict[str, Any], field: str, pointer: str, key: str = "", key_pointer: str = "") -> _Reference:
    name = as_str(source.get(field))
    return _Reference(name, key, source.get("optional") is True, f"{pointer}/{field}", key_pointer or pointer)


def _items(source: dict[str, Any], field: str, pointer: str) -> Iterator[_Reference]:
    """The object of a volume and each key that its items choose."""
    yield _reference(source, field, pointer)
    for index, item in enumerate(as_list(source.get("items"))):
        key = as_str(dig(item, "key"))
        if key:
            yield _reference(source, field, pointer, key, f"{pointer}/items/{index}/key")


def _sub_paths(workload: Workload, volume: Any, source: dict[str, Any], field: str) -> Iterator[_Reference]:
    """A mount of one file of the volume: `subPath` is a key, or the path that an item gives a key."""
    items = as_list(source.get("items"))
    for container in workload.containers():
        for index, mount in enumerate(as_list(container.data.get("volumeMounts"))):
            path = as_str(dig(mount, "subPath"))
            if path and dig(mount, "name") == dig(volume, "name") and not items and "/" not in path:
                pointer = f"{container.pointer}/volumeMounts/{index}/subPath"
                yield _reference(source, field, pointer, path, pointer)


def _judge(inventory: Inventory, fields: _Fields, provided: Index) -> Iterator[Judged]:
    for workload in inventory.workloads():
        yield from _judged(workload.resource, list(_of_workload(workload, fields)), fields.kind, provided)
    if fields is _SECRET:
        for resource in inventory.of_kind("ServiceAccount"):
            entries = enumerate(as_list(resource.data.get("imagePullSecrets")))
            found = [
                _reference(entry, "name", f"/imagePullSecrets/{index}")
                for index, entry in entries
                if isinstance(entry, dict)
            ]
            yield from _judged(resource, found, fields.kind, provided)
        for resource in inventory.of_kind("Ingress"):
            entries = enumerate(as_list(dig(resource.data, "spec", "tls")))
            found = [
                _reference(entry, "secretName", f"/spec/tls/{index}", key, f"/spec/tls/{index}/secretName")
                for index, entry in entries
                if as_str(dig(entry, "secretName"))
                for key in ("tls.crt", "tls.key")
            ]
            yield from _judged(resource, found, fields.kind, provided)


def _judged(resource: Resource, found: list[_Reference], kind: str, provided: Index) -> Iterator[Judged]:
    if found:
        problems = dict.fromkeys(
            problem for item in found for problem in _unresolved(item, resource.namespace, kind, provided)
        )
        yield Judged(resource, tuple(problems), f"{len(found)} reference(s) to {kind}s resolve")


def _unresolved(item: _Reference, namespace: str, kind: str, provided: Index) -> Iterator[Problem]:
    if item.optional or not item.name:
        return  # optional may be absent; a missing name is the schema's matter
    there = provided.get((home(namespace), item.name))
    if there is None:
        known = [name for space, name in provided if space == namespace]
        yield Problem(item.pointer, absent(kind, namespace, item.name, known))
    elif item.key and there.keys is not None and item.key not in there.keys:
        listed = ", ".join(sorted(there.keys)[:10]) or "none"
        hint = did_you_mean(item.key, there.keys)
        message = f"{kind} {where(namespace, item.name)} (from {there.origin}) has no key {item.key!r}{hint}"
        yield Problem(item.key_pointer, f"{message}; its keys: {listed}", "use one of its keys, or add the key")


RULES = (
    rule(
        "secret-key",
        "Secret and its key exist",
        Severity.HIGH,
        "Every Secret that a pod, a ServiceAccount or an Ingress names is in the manifests, or is made by an "
        "ExternalSecret, a SealedSecret, a Certificate or the issuer annotation of an Ingress, with the key in use. "
        "A Secret that is created by hand outside of the manifests cannot be seen: waive the finding for it.",
        "add the Secret or the ExternalSecret that makes it, or waive the finding if it comes from elsewhere",
        (),
        lambda inventory: _judge(inventory, _SECRET, secrets(inventory)),
        "nothing refers to a Secret",
    ),
    rule(
        "config-map-key",
        "ConfigMap and its key exist",
        Severity.HIGH,
        "Every ConfigMap that a pod names is in the manifests with the key in use.",
        "add the ConfigMap or its key, or waive the finding if it comes from elsewhere",
        (),
        lambda inventory: _judge(inventory, _CONFIG_MAP, config_maps(inventory)),
        "nothing refers to a ConfigMap",
    ),
)
"""Checks of this module."""
