"""Which Secrets and ConfigMaps will exist, and with which keys: written out, or made by a controller.

A Secret of this system is rarely in the manifests: External Secrets Operator, Sealed Secrets and cert-manager create
it from objects that are. Their rules: external-secrets v1 `ExternalSecret` (target.template replaces the fetched keys
unless mergePolicy is Merge), bitnami `SealedSecret` v1alpha1, cert-manager v1 `Certificate` and its ingress-shim.
"""

from __future__ import annotations

from collections.abc import Iterator

import attrs

from seatrial.model.dig import as_dict, as_list, as_str, dig
from seatrial.model.document import Resource
from seatrial.model.inventory import Inventory, home

_TLS = frozenset({"tls.crt", "tls.key", "ca.crt"})
_SHIM = ("cert-manager.io/cluster-issuer", "cert-manager.io/issuer", "kubernetes.io/tls-acme")


@attrs.frozen
class Provided:
    """A Secret or ConfigMap that will exist."""

    origin: str
    """Kind and name of the object that makes it."""
    keys: frozenset[str] | None
    """None where they are not known before run time."""


Index = dict[tuple[str, str], Provided]
"""By home of the namespace and name."""


def config_maps(inventory: Inventory) -> Index:
    """Every ConfigMap, by namespace and name; `kube-root-ca.crt` is in each namespace by itself."""
    found: Index = {}
    namespaces = {home(resource.namespace) for resource in inventory.resources}
    for namespace in namespaces:
        found[namespace, "kube-root-ca.crt"] = Provided("the cluster", frozenset({"ca.crt"}))
    for resource in inventory.of_kind("ConfigMap"):
        keys = _keys(resource, "data", "binaryData")
        found[home(resource.namespace), resource.name] = Provided(f"ConfigMap {resource.name}", keys)
    return found


def secrets(inventory: Inventory) -> Index:
    """Every Secret, by namespace and name; one written out wins over one that a controller makes."""
    found: Index = {}
    makers = ("Ingress", "Certificate", "SealedSecret", "ExternalSecret", "Secret")
    for resource in inventory.of_kind(*makers):
        for name, keys in _made(resource):
            if name:
                found[home(resource.namespace), name] = Provided(f"{resource.kind} {resource.name}", keys)
    return found


def _keys(resource: Resource, *fields: str) -> frozenset[str]:
    return frozenset(str(key) for field in fields for key in as_dict(resource.data.get(field)))


def _made(resource: Resource) -> Iterator[tuple[str, frozenset[str] | None]]:
    match resource.kind:
        case "Secret":
            keys = _keys(resource, "data", "stringData")
            if resource.data.get("type") == "kubernetes.io/service-account-token":
                keys |= {"token", "ca.crt", "namespace"}
            yield resource.name, keys
        case "ExternalSecret":
            yield as_str(dig(resource.data, "spec", "target", "name")) or resource.name, _external(resource)
        case "SealedSecret":
            template = dig(resource.data, "spec", "template")
            keys = frozenset(map(str, as_dict(dig(resource.data, "spec", "encryptedData"))))
            keys |= frozenset(map(str, as_dict(dig(template, "data"))))
            yield as_str(dig(template, "metadata", "name")) or resource.name, keys
        case "Certificate":
            yield as_str(dig(resource.data, "spec", "secretName")), _TLS
        case "Ingress" if any(name in resource.annotations for name in _SHIM):
            for entry in as_list(dig(resource.data, "spec", "tls")):
                yield as_str(dig(entry, "secretName")), _TLS


def _external(resource: Resource) -> frozenset[str] | None:
    spec = as_dict(resource.data.get("spec"))
    template = dig(spec, "target", "template")
    fetched = frozenset(as_str(dig(item, "secretKey")) for item in as_list(spec.get("data")))
    unknown = bool(as_list(spec.get("dataFrom"))) or bool(as_list(dig(template, "templateFrom")))
    templated = frozenset(map(str, as_dict(dig(template, "data"))))
    if templated and dig(template, "mergePolicy") != "Merge":
        # The template replaces what was fetched: keys of dataFrom do not reach the Secret.
        return None if as_list(dig(template, "templateFrom")) else templated
    return None if unknown else fetched | templated
