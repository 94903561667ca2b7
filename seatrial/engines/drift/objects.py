"""Which objects belong together, and which live ones nobody has to declare because something else brings them about."""

from __future__ import annotations

import re
from collections.abc import Mapping

import attrs

from seatrial.engines.drift.managed import is_controller
from seatrial.engines.drift.owners import Ownership
from seatrial.model.dig import as_dict, as_list, as_str, dig
from seatrial.model.document import Resource

_HASH = re.compile(r"(?P<base>.+)-[2456789bcdfghkmt]{10}")
"""A generated name: sigs.k8s.io/kustomize/api hasher.go writes ten digits of this alphabet, which spells no word."""
_GENERATED = frozenset({"ConfigMap", "Secret"})
_RECORDS = frozenset(
    {
        ("autoscaling.k8s.io", "VerticalPodAutoscalerCheckpoint"),
        ("", "Endpoints"),
        ("", "Event"),
        ("apps", "ControllerRevision"),
        ("coordination.k8s.io", "Lease"),
        ("discovery.k8s.io", "EndpointSlice"),
        ("events.k8s.io", "Event"),
    }
)
"""Kinds in which controllers keep records: no manifest declares one."""
_ROOT_CERTIFICATE = "kube-root-ca.crt"
"""ConfigMap in every namespace (k8s.io/kubernetes v1.37.2 pkg/controller/certificates/rootcacertpublisher)."""
_TOKEN = "kubernetes.io/service-account-token"  # noqa: S105 - a type of Secrets
_CERTIFICATE_NAME = "cert-manager.io/certificate-name"
_HELM_RELEASE = "helm.sh/release.v1"


@attrs.frozen
class Identity:
    """What makes an object the same one: its version does not."""

    group: str
    kind: str
    namespace: str
    """Empty for cluster-scoped objects."""
    name: str


def identity(resource: Resource, namespace: str) -> Identity:
    """The identity of an object that lives in *namespace*."""
    return Identity(resource.group, resource.kind, namespace, resource.name)


def hashed_base(key: Identity) -> Identity | None:
    """The identity without the hash of the content; None where the name is not generated."""
    match = _HASH.fullmatch(key.name) if key.kind in _GENERATED and not key.group else None
    return attrs.evolve(key, name=match["base"]) if match is not None else None


def generation(
    key: Identity, declared: Mapping[Identity, Resource], found: Mapping[Identity, Resource]
) -> Resource | None:
    """The live object that a missing one would replace: of the same generator, and no longer declared itself."""
    base = hashed_base(key)
    if base is None:
        return None
    others = [item for other, item in found.items() if hashed_base(other) == base and other not in declared]
    return max(others, key=lambda item: as_str(dig(item.data, "metadata", "creationTimestamp")), default=None)


@attrs.frozen(eq=False)
class Known:
    """What else the declared and live objects bring about."""

    generated: frozenset[Identity | None]
    """Names of the generators whose present object is live."""
    claims: tuple[re.Pattern[str], ...]
    """Claims that StatefulSets make of their templates, as `namespace/name`."""
    certificates: frozenset[tuple[str, str]]
    """Namespace and name of the Secrets that certificates are written to."""

    @classmethod
    def of(cls, declared: Mapping[Identity, Resource], found: Mapping[Identity, Resource]) -> Known:
        """Read the declared and live objects."""
        generated = {base for key in declared if key in found and (base := hashed_base(key)) is not None}
        certificates = set()
        for key, item in declared.items():
            for entry in as_list(dig(item.data, "spec", "tls")) if key.kind == "Ingress" else ():
                certificates.add((key.namespace, as_str(dig(entry, "secretName"))))
            if key.kind == "Certificate":
                certificates.add((key.namespace, as_str(dig(item.data, "spec", "secretName"))))
        claims = templated_claims({(key.namespace, key.name): item for key, item in declared.items()})
        return cls(frozenset(generated), claims, frozenset(certificates))


def templated_claims(sets: Mapping[tuple[str, str], Resource]) -> tuple[re.Pattern[str], ...]:
    """Names of the claims that StatefulSets, given by namespace and name, make: `namespace/template-set-ordinal`.

    k8s.io/kubernetes v1.37.2 pkg/controller/statefulset/stateful_set_utils.go getPersistentVolumeClaimName.
    """
    return tuple(
        re.compile(re.escape(f"{namespace}/{as_str(dig(template, 'metadata', 'name'))}-{name}") + r"-\d+")
        for (namespace, name), item in sets.items()
        for template in as_list(dig(item.data, "spec", "volumeClaimTemplates"))
    )


def is_templated(claim: Resource, claims: tuple[re.Pattern[str], ...]) -> bool:
    """Whether a claim is one of those."""
    return any(pattern.fullmatch(f"{claim.namespace}/{claim.name}") for pattern in claims)


def made_by_server(resource: Resource, known: Known) -> bool:
    """Whether the object exists because of another one, or in every cluster."""
    data = resource.data
    if as_list(dig(data, "metadata", "ownerReferences")) or (resource.group, resource.kind) in _RECORDS:
        return True
    match resource.kind:
        case "ConfigMap" if resource.name == _ROOT_CERTIFICATE:
            return True
        case "ServiceAccount" if resource.name == "default":
            return True
        case "Service" if (resource.namespace, resource.name) == ("default", "kubernetes"):
            return True
        case "Secret" if _written_by_tool(resource, known):
            return True
        case "PersistentVolumeClaim" if is_templated(resource, known.claims):
            return True
    managers = [manager for manager in Ownership.of(data).managers if manager.subresource != "status"]
    return bool(managers) and all(is_controller(manager) for manager in managers)


def _written_by_tool(resource: Resource, known: Known) -> bool:
    """Whether a Secret is a token, the key of a declared certificate, or a release of Helm's."""
    kind = as_str(resource.data.get("type"))
    certificate = (resource.namespace, resource.name) in known.certificates
    return kind in {_TOKEN, _HELM_RELEASE} or (
        certificate and _CERTIFICATE_NAME in as_dict(dig(resource.data, "metadata", "annotations"))
    )
