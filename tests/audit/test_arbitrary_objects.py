"""A cluster may hold anything: objects of any shape are judged and compared without a crash."""

from __future__ import annotations

from typing import Any

import hypothesis.strategies as st
from hypothesis import given, settings

from seatrial.audit.prepared import prepared
from seatrial.audit.scope import Judged, owned_namespaces
from seatrial.model.dig import as_dict
from seatrial.model.inventory import Inventory
from tests.drift.live import compare, resource
from tests.inventories import JSON_VALUES

KINDS = (
    "Deployment", "StatefulSet", "Secret", "ConfigMap", "Namespace", "HorizontalPodAutoscaler", "ScaledObject",
    "PersistentVolumeClaim", "ClusterRoleBinding", "Ingress", "Certificate", "CustomResourceDefinition", "Thing",
)  # fmt: skip
METADATA = st.fixed_dictionaries(
    {"name": st.sampled_from(["a", "b-0", "system:basic-user"])},
    optional={
        "namespace": st.just("shop"),
        **dict.fromkeys(
            ("labels", "annotations", "ownerReferences", "managedFields", "deletionTimestamp"), JSON_VALUES
        ),
    },
)
SPEC = st.fixed_dictionaries(
    {},
    optional=dict.fromkeys(("scaleTargetRef", "volumeClaimTemplates", "tls", "replicas", "template"), JSON_VALUES),
)
OBJECTS = st.fixed_dictionaries(
    {"apiVersion": st.sampled_from(["v1", "apps/v1", "example.com/v1"]), "kind": st.sampled_from(KINDS)},
    optional={
        "metadata": METADATA | JSON_VALUES,
        "spec": SPEC | JSON_VALUES,
        "data": JSON_VALUES,
        "subjects": JSON_VALUES,
    },
)


def whole(data: dict[str, Any]) -> bool:
    """Whether the server would have given the object away: it has a name."""
    return bool(as_dict(data.get("metadata")).get("name"))


@settings(deadline=None)
@given(st.lists(OBJECTS, max_size=4), st.lists(OBJECTS.filter(whole), max_size=4))
def test_objects_of_any_shape_are_prepared_scoped_and_compared(
    declared: list[dict[str, Any]], live: list[dict[str, Any]]
) -> None:
    found = prepared([resource(item) for item in live])
    assert len(found) <= len(live)
    desired = Inventory(tuple(resource(item) for item in declared))
    judged = Judged.of(owned_namespaces(desired), desired, Inventory(found))
    assert {judged.holds(item.subject) for item in found} <= {True, False}

    drift = compare(declared, live)
    assert len(drift.pairs) + len(drift.missing) <= len(declared)
