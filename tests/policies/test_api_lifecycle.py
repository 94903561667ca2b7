"""The table of removed API versions is that of the Kubernetes modules."""

from __future__ import annotations

import re

import pytest

from seatrial.engines.embedded import EmbeddedEngine
from tests.policies.upstream_sources import API, needs

GROUPS = {"apps": "apps", "batch": "batch", "extensions": "extensions", "policy": "policy"}
VIRTUAL = {"authentication", "authorization", "admission", "apidiscovery", "imagepolicy"}
"""Groups whose objects nobody keeps in a manifest."""
FROM_THE_GUIDE = {
    ("apiextensions.k8s.io/v1beta1", "CustomResourceDefinition"),
    ("apiregistration.k8s.io/v1beta1", "APIService"),
    ("autoscaling/v2beta1", "HorizontalPodAutoscaler"),
    ("autoscaling/v2beta2", "HorizontalPodAutoscaler"),
    ("policy/v1beta1", "PodSecurityPolicy"),
}
"""Entries from the migration guide: the module has dropped their types, or another module holds them."""

_FUNCTION = re.compile(r"func \(in \*(\w+)\) APILifecycle(Deprecated|Removed)\(\).*?\{\n\treturn 1, (\d+)\n")


@pytest.mark.oracle
@needs(API)
def test_the_table_agrees_with_the_modules(embedded: EmbeddedEngine) -> None:
    table = embedded.evaluate({}, [("lib", "api_lifecycle")], "table")[0]
    newest = embedded.evaluate({}, [("lib", "api_lifecycle")], "newest")[0]
    ours = {
        (version, kind): {key: entry[key] for key in ("deprecated", "removed")}
        for version, kinds in table.items()
        for kind, entry in kinds.items()
        if (version, kind) not in FROM_THE_GUIDE
    }
    upstream: dict[tuple[str, str], dict[str, int]] = {}
    for path in API.glob("*/*/zz_generated.prerelease-lifecycle.go"):
        group, version = path.parts[-3:-1]
        if group in VIRTUAL:
            continue
        suffix = {"flowcontrol": "flowcontrol.apiserver.k8s.io", "rbac": "rbac.authorization.k8s.io"}
        full = GROUPS.get(group) or suffix.get(group) or f"{group}.k8s.io"
        for kind, what, minor in _FUNCTION.findall(path.read_text()):
            if not kind.endswith("List") and kind not in ("Scale", "DeploymentRollback", "Eviction"):
                upstream.setdefault((f"{full}/{version}", kind), {})[what.lower()] = int(minor)
    concerning = {key: entry for key, entry in upstream.items() if entry.get("deprecated", newest + 1) <= newest}

    assert ours == concerning
