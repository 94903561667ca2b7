"""What rules get to see: the object as JSON, the inventory in Gatekeeper's layout, and never the value of a Secret."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings

from seatrial.engines.rego_input import MAXIMUM_DEPTH, inventory_data, prepare, prepare_all, review
from seatrial.model.document import Resource
from seatrial.model.errors import InputError
from seatrial.model.inventory import Inventory
from seatrial.model.position import Position
from tests.inventories import arbitrary, inventory

SECRET = """
apiVersion: v1
kind: Secret
metadata:
  name: db
  namespace: shop
  annotations:
    kubectl.kubernetes.io/last-applied-configuration: '{"stringData":{"password":"hush-hush"}}'
    note: kept
data: {password: aHVzaC1odXNo}
stringData: {user: hush-hush}
"""


class Somewhere:
    def position(self, pointer: str = "") -> Position:
        return Position("set.yaml", 1, 1 + len(pointer))


def test_values_of_a_secret_never_reach_a_rule() -> None:
    [resource] = inventory(SECRET).resources

    prepared = prepare(resource)

    assert prepared["data"] == {"password": "REDACTED"}
    assert prepared["stringData"] == {"user": "REDACTED"}
    assert prepared["metadata"]["annotations"]["note"] == "kept"
    assert "hush" not in json.dumps(prepared)
    assert "aHVz" not in json.dumps(prepared)
    assert resource.data["data"] == {"password": "aHVzaC1odXNo"}, "the inventory itself is left as it is"


@pytest.mark.parametrize("value", ["hush", ["hush"], 5])
def test_a_secret_with_data_of_a_wrong_type_is_redacted_whole(value: Any) -> None:
    resource = Resource({"apiVersion": "v1", "kind": "Secret", "data": value, "metadata": "odd"}, Somewhere())

    assert prepare(resource)["data"] == "REDACTED"


def test_the_inventory_has_gatekeepers_layout() -> None:
    found = inventory(
        "{apiVersion: apps/v1, kind: Deployment, metadata: {name: web, namespace: shop}}\n---\n"
        "{apiVersion: v1, kind: Namespace, metadata: {name: shop}}\n---\n"
        "{apiVersion: v1, kind: Service, metadata: {name: web}}\n"
    )
    deployment, namespace, service = (resource.data for resource in found.resources)

    assert inventory_data(prepare_all(found)) == {
        "namespace": {
            "shop": {"apps/v1": {"Deployment": {"web": deployment}}},
            "": {"v1": {"Service": {"web": service}}},
        },
        "cluster": {"v1": {"Namespace": {"shop": namespace}}},
    }


def test_the_review_names_the_object_as_admission_does() -> None:
    [resource] = inventory("{apiVersion: apps/v1, kind: Deployment, metadata: {name: web, namespace: shop}}").resources

    assert review(resource, resource.data, {"level": "baseline"}) == {
        "review": {
            "kind": {"group": "apps", "version": "v1", "kind": "Deployment"},
            "name": "web",
            "namespace": "shop",
            "operation": "CREATE",
            "object": resource.data,
        },
        "parameters": {"level": "baseline"},
    }


def test_a_bottomless_object_is_refused_with_its_place() -> None:
    spec: Any = {}
    for _ in range(MAXIMUM_DEPTH + 1):
        spec = [spec]
    resource = Resource({"apiVersion": "v1", "kind": "Pod", "spec": spec}, Somewhere())

    with pytest.raises(InputError, match="nested more than"):
        prepare(resource)


@settings(max_examples=100, deadline=None)
@given(arbitrary())
def test_every_document_becomes_json(found: Inventory) -> None:
    prepared = prepare_all(found)

    assert json.loads(json.dumps(inventory_data(prepared), allow_nan=False)) == inventory_data(prepared)
