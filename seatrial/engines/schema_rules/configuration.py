"""ConfigMaps, Secrets, Namespaces, PriorityClasses, PodDisruptionBudgets.

Truth: k8s.io/kubernetes v1.37.2 `pkg/apis/core/validation/validation.go` (`ValidateConfigMap`, `ValidateSecret`,
`ValidateNamespace`), `pkg/apis/scheduling/validation/validation.go`, `pkg/apis/policy/validation/validation.go`.
No message of a Secret shows a value.
"""

from __future__ import annotations

import base64
import binascii
import json
import re

from seatrial.engines.schema_rules.field import Field, Violations
from seatrial.engines.schema_rules.metadata import finalizers, label_selector
from seatrial.engines.schema_rules.numbers import int_or_percent
from seatrial.model.dig import as_dict

_LARGEST = 1024 * 1024
_POD_SECURITY = "pod-security.kubernetes.io/"
_POD_SECURITY_VERSION = re.compile(r"latest|v1\.(0|[1-9][0-9]*)")
_HIGHEST_PRIORITY = 1_000_000_000
_SYSTEM_CLASSES = {"system-node-critical": 2_000_001_000, "system-cluster-critical": 2_000_000_000}
_ACCOUNT = "kubernetes.io/service-account.name"
_DOCKER = {"kubernetes.io/dockercfg": ".dockercfg", "kubernetes.io/dockerconfigjson": ".dockerconfigjson"}


def config_map(data: Field) -> Violations:
    """A ConfigMap."""
    size = 0
    for key, item in data["data"].entries():
        if key in as_dict(data["binaryData"].value):
            yield from item.wrong(
                "a key of its own", "rename one of them", found=f"the key {key!r} is in binaryData too"
            )
        size += len(item.text.encode(errors="surrogatepass"))
    size += sum(len(_decoded(item) or b"") for _, item in data["binaryData"].entries())
    if size > _LARGEST:
        yield from data.wrong(f"at most {_LARGEST} bytes", "split it", found=f"the ConfigMap holds {size} bytes")


def secret(data: Field) -> Violations:
    """A Secret: its size, and what its type demands."""
    kind, values = data["type"].text, _values(data)
    size = sum(len(value or b"") for value in values.values())
    if size > _LARGEST:
        yield from data.wrong(f"at most {_LARGEST} bytes", "split it", found=f"the Secret holds {size} bytes")
    missing: list[str] = []
    if kind == "kubernetes.io/service-account-token":
        note = data["metadata"]["annotations"][_ACCOUNT]
        if note.blank:
            yield from (data["metadata"]).wrong(f"the annotation {_ACCOUNT}", "add it", found=f"the type is {kind}")
    elif kind in _DOCKER:
        key = _DOCKER[kind]
        if key not in values:
            missing = [key]
        elif not _is_mapping(values[key]):
            yield from data.at("data", key).wrong("a JSON mapping", found=f"{key} is no JSON mapping")
    elif kind == "kubernetes.io/basic-auth":
        missing = [] if {"username", "password"} & values.keys() else ["username", "password"]
    elif kind == "kubernetes.io/ssh-auth":
        missing = [] if values.get("ssh-privatekey") else ["ssh-privatekey"]
    elif kind == "kubernetes.io/tls":
        missing = [key for key in ("tls.crt", "tls.key") if key not in values]
    place = data["data"] if isinstance(data["data"].value, dict) else data
    for key in missing:
        yield from place.wrong(f"the key {key}", f"add {key}", found=f"the Secret of type {kind} lacks {key}")


def _values(data: Field) -> dict[str, bytes | None]:
    """The decoded values; stringData replaces data."""
    found = {key: _decoded(item) for key, item in data["data"].entries()}
    return found | {key: item.text.encode(errors="surrogatepass") for key, item in data["stringData"].entries()}


def _decoded(item: Field) -> bytes | None:
    try:
        return base64.b64decode(item.text.replace("\n", "").replace("\r", ""), validate=True)
    except (binascii.Error, ValueError):
        return None


def _is_mapping(value: bytes | None) -> bool:
    try:
        return value is None or isinstance(json.loads(value), dict | None)
    except ValueError:
        return False


def namespace(data: Field) -> Violations:
    """A Namespace, with the labels that Pod Security reads (k8s.io/pod-security-admission v0.37.2 `api/helpers.go`)."""
    yield from finalizers(data["spec"]["finalizers"])
    for mode in ("enforce", "audit", "warn"):
        level = data["metadata"]["labels"][f"{_POD_SECURITY}{mode}"]
        version = data["metadata"]["labels"][f"{_POD_SECURITY}{mode}-version"]
        yield from level.one_of(("privileged", "baseline", "restricted"))
        if isinstance(version.value, str) and not _POD_SECURITY_VERSION.fullmatch(version.text):
            yield from version.wrong("latest, or a version such as v1.37")


def priority_class(data: Field) -> Violations:
    """A PriorityClass."""
    name, value = data["metadata"]["name"], data["value"]
    if name.text.startswith("system-"):
        known = _SYSTEM_CLASSES.get(name.text)
        if known is None or (value.number or 0) != known or data["globalDefault"].true:
            yield from name.wrong("a name that does not begin with system-", "rename it")
    elif value.number is not None and value.number > _HIGHEST_PRIORITY:
        yield from value.wrong(f"at most {_HIGHEST_PRIORITY}", "lower the value")
    yield from data["preemptionPolicy"].one_of(("PreemptLowerPriority", "Never"))


def disruption_budget(data: Field) -> Violations:
    """A PodDisruptionBudget."""
    spec = data["spec"]
    if spec["minAvailable"].given and spec["maxUnavailable"].given:
        found = "minAvailable and maxUnavailable are both set"
        yield from spec["maxUnavailable"].wrong("one of them", "remove one", found=found)
    for name in ("minAvailable", "maxUnavailable"):
        yield from int_or_percent(spec[name], at_most_all=True)
    yield from label_selector(spec["selector"])
    yield from spec["unhealthyPodEvictionPolicy"].one_of(("IfHealthyBudget", "AlwaysAllow"))
