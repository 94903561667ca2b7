"""Values that Kubernetes takes for the same are no drift, and others are."""

from __future__ import annotations

from typing import Any

import pytest

from seatrial.engines.drift import Change
from seatrial.engines.drift.shape import Shapes
from seatrial.engines.schema import kubernetes_schemas
from tests.drift.live import SHAPES, applied, compare, deployment, differences, resource  # noqa: F401 - one helper a test


def service(**spec: Any) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "web", "namespace": "shop"},
        "spec": {"selector": {"app": "web"}, "ports": [{"port": 80}]} | spec,
    }


@pytest.mark.parametrize(
    "written, stored",
    [("1000m", "1"), ("0.5", "500m"), ("1024Mi", "1Gi"), (2, "2"), ("1e3", "1k"), ("0.0001", "1m")],
)
def test_quantities_are_equal_by_amount(written: object, stored: str) -> None:
    desired = deployment(resources={"requests": {"cpu": written}})
    live = applied(desired)
    live["spec"]["template"]["spec"]["containers"][0]["resources"] = {"requests": {"cpu": stored}}

    assert differences(desired, live) == []


def test_another_amount_differs() -> None:
    desired = deployment(resources={"requests": {"cpu": "1000m"}})
    live = applied(desired)
    live["spec"]["template"]["spec"]["containers"][0]["resources"]["requests"]["cpu"] = "2"

    (found,) = differences(desired, live)
    assert found.change is Change.CHANGED
    assert found.pointer == "/spec/template/spec/containers/0/resources/requests/cpu"
    assert (found.desired, found.live) == ("1000m", "2")


def test_text_that_looks_like_a_quantity_is_text_elsewhere() -> None:
    desired = deployment(env=[{"name": "SIZE", "value": "1000m"}])
    live = applied(desired)
    live["spec"]["template"]["spec"]["containers"][0]["env"][0]["value"] = "1"

    assert [found.pointer for found in differences(desired, live)] == ["/spec/template/spec/containers/0/env/0/value"]


def test_lists_with_keys_have_no_order() -> None:
    desired = deployment(env=[{"name": "A", "value": "1"}, {"name": "B", "value": "2"}])
    live = applied(desired)
    live["spec"]["template"]["spec"]["containers"][0]["env"].reverse()

    assert differences(desired, live) == []


def test_lists_without_keys_have_one() -> None:
    desired = deployment(args=["--a", "--b"])
    live = applied(desired)
    live["spec"]["template"]["spec"]["containers"][0]["args"].reverse()

    assert {found.pointer for found in differences(desired, live)} == {
        "/spec/template/spec/containers/0/args/0",
        "/spec/template/spec/containers/0/args/1",
    }


def test_a_port_without_protocol_is_one_of_tcp() -> None:
    desired = deployment(ports=[{"containerPort": 80}])

    assert differences(desired, applied(desired)) == []


def test_two_ports_of_one_number_are_told_apart_by_protocol() -> None:
    desired = service(ports=[{"name": "a", "port": 53, "protocol": "UDP"}, {"name": "b", "port": 53}])
    live = applied(desired)
    live["spec"]["ports"] = [
        {"name": "b", "port": 53, "protocol": "TCP", "targetPort": 53},
        {"name": "a", "port": 53, "protocol": "UDP", "targetPort": 53},
    ]

    assert differences(desired, live) == []


@pytest.mark.parametrize("name", ["hostNetwork", "hostPID", "hostIPC"])
def test_a_false_that_the_server_drops_is_there(name: str) -> None:
    desired = deployment()
    desired["spec"]["template"]["spec"][name] = False
    live = applied(desired)
    del live["spec"]["template"]["spec"][name]

    assert differences(desired, live) == []


def test_a_false_that_the_server_keeps_is_missed() -> None:
    desired = deployment()
    desired["spec"]["template"]["spec"]["automountServiceAccountToken"] = False
    live = applied(desired)
    del live["spec"]["template"]["spec"]["automountServiceAccountToken"]

    (found,) = differences(desired, live)
    assert (found.change, found.pointer) == (
        Change.MISSING,
        "/spec/template/spec/automountServiceAccountToken",
    )


@pytest.mark.parametrize("empty", [None, [], {}, ""])
def test_what_is_declared_empty_need_not_be_there(empty: object) -> None:
    desired = deployment()
    desired["metadata"]["annotations"] = empty if empty in (None, {}) else {}
    desired["spec"]["template"]["spec"]["nodeName"] = empty if empty == "" else None
    desired["spec"]["template"]["spec"]["tolerations"] = empty if empty == [] else None
    live = applied(deployment())

    assert differences(desired, live) == []


def test_null_declares_absence() -> None:
    desired = deployment()
    desired["spec"]["template"]["spec"]["nodeName"] = None
    live = applied(deployment())
    live["spec"]["template"]["spec"]["nodeName"] = "node-1"
    live["metadata"]["managedFields"][0]["fieldsV1"]["f:spec"]["f:template"]["f:spec"]["f:nodeName"] = {}

    assert [found.change for found in differences(desired, live)] == [Change.ADDED]


def test_a_secret_is_the_same_in_text_and_in_base64() -> None:
    desired = {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": "s", "namespace": "shop"},
        "stringData": {"user": "shop"},
        "data": {"key": "YQ==\n"},
    }
    live = applied(desired) | {"data": {"user": "c2hvcA==", "key": "YQ=="}}
    del live["stringData"]

    assert differences(desired, live) == []


def test_a_secret_that_differs_is_told_without_its_value() -> None:
    desired = {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": "s", "namespace": "shop"},
        "stringData": {"password": "hunter2"},
    }
    live = applied(desired) | {"data": {"password": "aHVudGVyMw=="}}
    del live["stringData"]

    (found,) = differences(desired, live)
    assert found.change is Change.CHANGED
    assert "hunter" not in str((found.desired, found.live))
    assert "aHVudGVy" not in str((found.desired, found.live))


def custom(schema: dict[str, Any]) -> Shapes:
    definition = {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": "things.example.com"},
        "spec": {
            "group": "example.com",
            "names": {"kind": "Thing", "plural": "things"},
            "versions": [{"name": "v1", "served": True, "schema": {"openAPIV3Schema": schema}}],
        },
    }
    return Shapes(kubernetes_schemas(), [resource(definition)])


def thing(spec: dict[str, Any]) -> dict[str, Any]:
    return {
        "apiVersion": "example.com/v1",
        "kind": "Thing",
        "metadata": {"name": "t", "namespace": "shop"},
        "spec": spec,
    }


KEYED = {
    "type": "object",
    "properties": {
        "spec": {
            "type": "object",
            "properties": {
                "parts": {
                    "type": "array",
                    "x-kubernetes-list-type": "map",
                    "x-kubernetes-list-map-keys": ["id"],
                    "items": {"type": "object", "properties": {"id": {"type": "string"}}},
                },
                "tags": {"type": "array", "x-kubernetes-list-type": "set", "items": {"type": "string"}},
                "sources": {
                    "type": "array",
                    "items": {
                        "type": "object",
                        "properties": {"key": {"type": "string"}, "policy": {"type": "string", "default": "None"}},
                    },
                },
            },
        }
    },
}


def test_custom_kinds_say_which_lists_have_keys_and_which_are_sets() -> None:
    desired = thing({"parts": [{"id": "a"}, {"id": "b"}], "tags": ["x", "y"]})
    live = applied(desired)
    live["spec"] = {"parts": [{"id": "b"}, {"id": "a"}], "tags": ["y", "x"]}

    assert differences(desired, live, shapes=custom(KEYED)) == []
    assert differences(desired, live, shapes=SHAPES) != []  # without its definition a list is a list


def test_defaults_of_a_custom_kind_inside_a_list_without_keys_are_no_drift() -> None:
    desired = thing({"sources": [{"key": "a"}]})
    live = applied(desired)
    live["spec"]["sources"][0]["policy"] = "None"

    assert differences(desired, live, shapes=custom(KEYED)) == []
    live["spec"]["sources"][0]["policy"] = "Always"
    assert [found.change for found in differences(desired, live, shapes=custom(KEYED))] == [Change.ADDED]


def test_a_custom_kind_keeps_every_zero_so_a_lost_one_is_drift() -> None:
    desired = thing({"paused": False})
    live = applied(desired)
    live["spec"] = {}

    assert [found.change for found in differences(desired, live, shapes=custom(KEYED))] == [Change.MISSING]


def test_items_that_came_and_went_in_a_list_without_keys_are_told_one_by_one() -> None:
    desired = thing({"sources": [{"key": "a"}, {"key": "b"}]})
    live = applied(desired)
    live["spec"]["sources"] = [{"key": "b"}, {"key": "c"}, {"key": "d"}]

    found = differences(desired, live, shapes=custom(KEYED))
    assert [(item.change, item.pointer) for item in found] == [
        (Change.MISSING, "/spec/sources/0"),
        (Change.ADDED, "/spec/sources"),
        (Change.ADDED, "/spec/sources"),
    ]
    assert [item.live for item in found[1:]] == [{"key": "c"}, {"key": "d"}]


def test_well_known_custom_kinds_are_known_without_their_definitions() -> None:
    """external-secrets: `remoteRef.conversionStrategy` and others have defaults inside a list without keys."""
    desired = {
        "apiVersion": "external-secrets.io/v1",
        "kind": "ExternalSecret",
        "metadata": {"name": "e", "namespace": "shop"},
        "spec": {"data": [{"secretKey": "a", "remoteRef": {"key": "b"}}]},
    }
    live = applied(desired)
    live["spec"]["data"][0]["remoteRef"]["conversionStrategy"] = "Default"

    assert differences(desired, live) == []
    live["spec"]["data"][0]["remoteRef"]["conversionStrategy"] = "Unicode"
    assert [found.change for found in differences(desired, live)] == [Change.ADDED]
