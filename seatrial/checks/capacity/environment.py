"""The environment that a container starts with, as far as the manifests tell it; values of Secrets are never read.

Truth: k8s.io/kubernetes v1.37.2 third_party/forked/golang/expansion (`$(NAME)` of variables defined before, `$$` for a
dollar sign) and pkg/kubelet/kubelet_pods.go (`env` wins over `envFrom`, later entries over earlier ones).
"""

from __future__ import annotations

import re

from seatrial.model.dig import as_list, as_str, dig, string_map
from seatrial.model.inventory import Inventory
from seatrial.model.workload import Container

UNKNOWN = "\N{REPLACEMENT CHARACTER}"
"""Stands for a value that the manifests do not tell."""

_REFERENCE = re.compile(r"\$\$|\$\(([^()$]*)\)")


def expand(text: str, known: dict[str, str]) -> str:
    """Replace `$(NAME)` by what is known; a reference to an unknown name stays as it is, as in Kubernetes."""

    def value(match: re.Match[str]) -> str:
        if match[0] == "$$":
            return "$"
        return known.get(match[1], match[0])

    return _REFERENCE.sub(value, text)


def environment(inventory: Inventory, namespace: str, container: Container) -> dict[str, str]:
    """Variables by name; `UNKNOWN` where the value comes from a Secret or from the running pod."""
    found: dict[str, str] = {}
    for source in as_list(container.data.get("envFrom")):
        prefix = as_str(dig(source, "prefix"))
        entries = _config_map(inventory, namespace, as_str(dig(source, "configMapRef", "name")))
        found.update({prefix + key: value for key, value in entries.items()})
    for variable in as_list(container.data.get("env")):
        name = as_str(dig(variable, "name"))
        if not name:
            continue
        reference = dig(variable, "valueFrom", "configMapKeyRef")
        if dig(variable, "valueFrom") is None:
            found[name] = expand(as_str(dig(variable, "value")), found)
        elif reference is not None:
            entries = _config_map(inventory, namespace, as_str(dig(reference, "name")))
            found[name] = entries.get(as_str(dig(reference, "key")), UNKNOWN)
        else:
            found[name] = UNKNOWN
    return found


def _config_map(inventory: Inventory, namespace: str, name: str) -> dict[str, str]:
    resource = inventory.get("ConfigMap", namespace, name) if name else None
    return {} if resource is None else string_map(resource.data.get("data"))
