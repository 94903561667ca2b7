"""Projected volumes: several sources in one directory.

Truth: k8s.io/kubernetes v1.37.2 `pkg/apis/core/validation/validation.go` (`validateProjectionSources`) and
`pkg/apis/core/validation/names.go` (`ValidateSignerName`, `ValidateClusterTrustBundleName`).
"""

from __future__ import annotations

from collections.abc import Callable

from seatrial.engines.schema_formats import is_dns_label, is_dns_subdomain
from seatrial.engines.schema_rules.field import Field, Violations
from seatrial.engines.schema_rules.metadata import annotation_keys, label_selector
from seatrial.engines.schema_rules.paths import inside_volume

_SOURCES = ("secret", "configMap", "downwardAPI", "serviceAccountToken", "clusterTrustBundle", "podCertificate")
_KEY_TYPES = ("RSA3072", "RSA4096", "ECDSAP256", "ECDSAP384", "ECDSAP521", "ED25519")
_MAX_CERTIFICATE_SECONDS = 91 * 24 * 3600
_MAX_KUBERNETES_CERTIFICATE_SECONDS = 24 * 3600
_CERTIFICATE_PATHS = ("credentialBundlePath", "keyPath", "certificateChainPath")


def projected(field: Field, downward_file: Callable[[Field], Violations]) -> Violations:
    """Every source, and that no two write the same file."""
    paths: set[str] = set()
    for source in field["sources"]:
        given = [name for name in _SOURCES if source[name].given]
        if len(given) > 1:
            found = f"{source.name} has {' and '.join(given)}"
            yield from source.wrong("one source in each entry", "split it into several entries", found=found)
        files: list[Field] = []
        for name in ("secret", "configMap"):
            if source[name].given:
                yield from source[name]["name"].demanded()
                yield from _items(source[name])
                files.extend(item["path"] for item in source[name]["items"])
        for item in source["downwardAPI"]["items"]:
            yield from downward_file(item)
            files.append(item["path"])
        if source["serviceAccountToken"].given:
            yield from _token(source["serviceAccountToken"])
        if source["clusterTrustBundle"].given:
            yield from _trust_bundle(source["clusterTrustBundle"])
            files.append(source["clusterTrustBundle"]["path"])
        if source["podCertificate"].given:
            yield from _certificate(source["podCertificate"])
            files.extend(source["podCertificate"][name] for name in _CERTIFICATE_PATHS)
        for path in files:
            if path.text and path.text in paths:
                yield from path.repeated(f"the path {path.text!r}")
            paths.add(path.text)


def _items(field: Field) -> Violations:
    for item in field["items"]:
        yield from item["key"].demanded()
        yield from item["path"].demanded()
        yield from inside_volume(item["path"])
        yield from item["mode"].within(0, 0o777)


def _token(field: Field) -> Violations:
    yield from field["expirationSeconds"].within(600, 1 << 32)
    yield from field["path"].demanded()
    yield from inside_volume(field["path"])


def _trust_bundle(field: Field) -> Violations:
    name, signer = field["name"], field["signerName"]
    yield from field["path"].demanded()
    yield from inside_volume(field["path"])
    if name.given == signer.given:
        found = f"{field.name} has {'both name and signerName' if name.given else 'neither name nor signerName'}"
        yield from field.wrong("one of name and signerName", "keep one of them", found=found)
    elif name.given:
        start, _, rest = name.text.rpartition(":")
        if not is_dns_subdomain(rest) or (":" in name.text and not start):
            yield from name.wrong("the name of a ClusterTrustBundle")
        if field["labelSelector"].given:
            yield from field["labelSelector"].forbidden("none, since name is given")
    else:
        yield from _signer(signer)
        yield from label_selector(field["labelSelector"])


def _signer(field: Field) -> Violations:
    if field.blank:
        yield from field.demanded()
        return
    domain, slash, path = field.text.partition("/")
    good_domain = "." in domain and len(domain) <= 253 and all(is_dns_label(part) for part in domain.split("."))
    good_path = bool(slash) and "/" not in path and all(is_dns_subdomain(part) for part in path.split("."))
    if isinstance(field.value, str) and not (good_domain and good_path):
        yield from field.wrong("a signer such as example.com/signer-name")


def _certificate(field: Field) -> Violations:
    yield from _signer(field["signerName"])
    yield from annotation_keys(field["userAnnotations"])
    for key, item in field["userAnnotations"].entries():
        if key.count("/") != 1:
            yield from item.wrong("a key with a domain", found=f"the key is {key!r}")
    key_type = field["keyType"]
    yield from key_type.one_of(_KEY_TYPES) if key_type.given else key_type.missing()
    host = field["signerName"].text.partition("/")[0]
    ours = host == "kubernetes.io" or host.endswith(".kubernetes.io")
    longest = _MAX_KUBERNETES_CERTIFICATE_SECONDS if ours else _MAX_CERTIFICATE_SECONDS
    yield from field["maxExpirationSeconds"].within(3600, longest)
    if all(field[name].blank for name in _CERTIFICATE_PATHS):
        yield from field.wrong(
            f"one of {', '.join(_CERTIFICATE_PATHS)}", "add a path", found=f"{field.name} has no path"
        )
    for name in _CERTIFICATE_PATHS:
        yield from inside_volume(field[name])
