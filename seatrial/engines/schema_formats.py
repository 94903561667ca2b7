"""The string formats of the Kubernetes API that its OpenAPI description leaves out.

Each is written from the validation code that kube-apiserver 1.37 runs: k8s.io/apimachinery v0.37
`pkg/util/validation/validation.go` for names and labels, `pkg/api/resource/quantity.go` for quantities.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import attrs

from seatrial.model.quantity import Quantity

_LABEL = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?")
_LABEL_1035 = re.compile(r"[a-z]([-a-z0-9]*[a-z0-9])?")
_QUALIFIED = re.compile(r"([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]")
_DATA_KEY = re.compile(r"[-._a-zA-Z0-9]+")
_PORT_NAME = re.compile(r"[-a-z0-9]+")
_STRICT_ENV_NAME = re.compile(r"[-._a-zA-Z][-._a-zA-Z0-9]*")
_UNDERSCORED = re.compile(r"_?[a-z0-9]([-_a-z0-9]*[a-z0-9])?")
_BASE64 = re.compile(r"([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?")
_ENV_NAME = re.compile(r"[ -<>-~]+")  # printable ASCII without "="


def is_dns_label(text: str) -> bool:
    """RFC 1123 label: lower case letters, digits and `-`, at most 63 characters."""
    return len(text) <= 63 and _LABEL.fullmatch(text) is not None


def is_dns1035_label(text: str) -> bool:
    """RFC 1035 label: as an RFC 1123 label, but starting with a letter."""
    return len(text) <= 63 and _LABEL_1035.fullmatch(text) is not None


def is_dns_subdomain(text: str) -> bool:
    """RFC 1123 subdomain: labels joined by dots, at most 253 characters; one label may exceed 63 characters."""
    return len(text) <= 253 and all(_LABEL.fullmatch(part) for part in text.split("."))


def is_wildcard_host(text: str) -> bool:
    """A host of an Ingress: a subdomain, or `*.` followed by one (k8s.io/kubernetes `validateIngressRules`)."""
    return is_dns_subdomain(text.removeprefix("*."))


def is_label_value(text: str) -> bool:
    """Empty, or at most 63 characters that begin and end with a letter or digit."""
    return text == "" or (len(text) <= 63 and _QUALIFIED.fullmatch(text) is not None)


def is_qualified_name(text: str) -> bool:
    """`name` or `prefix/name`, the form of label and annotation keys."""
    prefix, slash, name = text.rpartition("/")
    if slash and not is_dns_subdomain(prefix):
        return False
    return 0 < len(name) <= 63 and _QUALIFIED.fullmatch(name) is not None


def is_annotation_key(text: str) -> bool:
    """A qualified name; upstream lowers the key first, so an upper-case prefix is accepted."""
    return is_qualified_name(text.lower())


def is_port_name(text: str) -> bool:
    """IANA service name: at most 15 of `a-z 0-9 -`, one letter at least, no `-` doubled or at an end."""
    if not text:
        return True
    letters = any("a" <= char <= "z" for char in text)
    dashes = "--" not in text and not text.startswith("-") and not text.endswith("-")
    return len(text) <= 15 and _PORT_NAME.fullmatch(text) is not None and letters and dashes


def is_data_key(text: str) -> bool:
    """Key of a ConfigMap or Secret: `IsConfigMapKey`."""
    return len(text) <= 253 and _DATA_KEY.fullmatch(text) is not None and text not in {".", ".."} and text[:2] != ".."


def is_env_name(text: str) -> bool:
    """Name of an environment variable as Kubernetes takes it since 1.32 (`RelaxedEnvironmentVariableValidation`)."""
    return _ENV_NAME.fullmatch(text) is not None


def is_strict_env_name(text: str) -> bool:
    """Name of an environment variable before 1.32 (`IsEnvVarName`)."""
    return _STRICT_ENV_NAME.fullmatch(text) is not None and text not in {".", ".."} and text[:2] != ".."


def is_underscored_subdomain(text: str) -> bool:
    """A search domain of a resolver, which may hold underscores (`IsDNS1123SubdomainWithUnderscore`)."""
    return len(text) <= 253 and all(_UNDERSCORED.fullmatch(part) for part in text.split("."))


def is_path_segment(text: str) -> bool:
    """Name of an RBAC object: anything that can be one segment of a URL path."""
    return text not in {"", ".", ".."} and "/" not in text and "%" not in text


def is_quantity(text: str) -> bool:
    """A quantity that apimachinery decodes, such as `500m` or `20Gi`; spaces around it are trimmed."""
    try:
        Quantity.parse(text.strip(" "))
    except ValueError:
        return False
    return True


def is_base64(text: str) -> bool:
    """Standard base64 with padding; line breaks are ignored as Go's decoder does."""
    return _BASE64.fullmatch(text.replace("\n", "").replace("\r", "")) is not None


@attrs.frozen
class Format:
    """A named predicate on strings with the words that explain it."""

    accepts: Callable[[str], bool]
    needed: str
    fix: str


def _or_empty(accepts: Callable[[str], bool]) -> Callable[[str], bool]:
    """Let the empty string pass: for an optional field Go cannot tell it from an absent one."""
    return lambda text: text == "" or accepts(text)


_LABEL_WORDS = "lower-case letters, digits and '-', beginning and ending with a letter or digit, at most 63 characters"
_SUBDOMAIN_WORDS = "lower-case letters, digits, '-' and '.', every part beginning and ending with a letter or digit"

FORMATS: dict[str, Format] = {
    "dns-label": Format(is_dns_label, f"a DNS label ({_LABEL_WORDS})", "rename it"),
    "dns-label-or-empty": Format(_or_empty(is_dns_label), f"a DNS label ({_LABEL_WORDS})", "rename it"),
    "dns-subdomain": Format(is_dns_subdomain, f"a DNS name ({_SUBDOMAIN_WORDS})", "rename it"),
    "dns-subdomain-or-empty": Format(_or_empty(is_dns_subdomain), f"a DNS name ({_SUBDOMAIN_WORDS})", "rename it"),
    "wildcard-host": Format(
        _or_empty(is_wildcard_host),
        "a host name without scheme, port or path, optionally beginning with '*.'",
        "write only the host name",
    ),
    "label-value": Format(
        is_label_value,
        "a label value (at most 63 letters, digits, '-', '_' and '.', beginning and ending with a letter or digit)",
        "shorten or rename the value, or make it an annotation",
    ),
    "qualified-name": Format(
        is_qualified_name,
        "a key 'name' or 'prefix/name' whose name has at most 63 letters, digits, '-', '_' and '.'",
        "rename the key",
    ),
    "annotation-key": Format(
        is_annotation_key,
        "a key 'name' or 'prefix/name' whose name has at most 63 letters, digits, '-', '_' and '.'",
        "rename the key",
    ),
    "port-name": Format(
        is_port_name,
        "a port name (at most 15 of a-z, 0-9 and '-', at least one letter, no '--')",
        "shorten or rename the port",
    ),
    "port-name-given": Format(
        lambda text: text != "" and is_port_name(text),
        "a port name (at most 15 of a-z, 0-9 and '-', at least one letter, no '--')",
        "shorten or rename the port",
    ),
    "dns-label-1035": Format(is_dns1035_label, "a DNS label that begins with a letter", "rename it"),
    "dns-subdomain-caseless": Format(lambda text: is_dns_subdomain(text.lower()), "a DNS name", "rename it"),
    "dns-subdomain-underscore": Format(is_underscored_subdomain, "a DNS name, in which '_' may occur", "rename it"),
    "env-name-strict": Format(
        is_strict_env_name,
        "a name of letters, digits, '-', '_' and '.' that does not begin with a digit",
        "rename the variable",
    ),
    "data-key": Format(is_data_key, "a key of letters, digits, '-', '_' and '.'", "rename the key"),
    "env-name": Format(is_env_name, "a printable name without '='", "rename the variable"),
    "quantity": Format(
        is_quantity,
        "a quantity such as 500m, 1.5, 512Mi or 20Gi",
        "write a number with at most one suffix of n, u, m, k, M, G, T, P, E, Ki, Mi, Gi, Ti, Pi, Ei",
    ),
    "byte": Format(is_base64, "base64", "encode the value with base64, or move it to stringData"),
}
"""Every format by the name under which the extended schema refers to it."""
