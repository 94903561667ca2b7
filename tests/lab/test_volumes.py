"""The volumes of a lab: made when the control plane asks for them, in the node's zone, and removed when released."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from seatrial.lab.api import Client, RefusedError
from seatrial.lab.volumes import PROVISIONED_BY, PROVISIONER, SELECTED_NODE, Driver

CLAIM: dict[str, Any] = {
    "metadata": {
        "name": "data-db-0",
        "namespace": "shop",
        "uid": "42",
        "annotations": {PROVISIONER: "ebs.csi.aws.com", SELECTED_NODE: "ssd-1"},
    },
    "spec": {
        "accessModes": ["ReadWriteOnce"],
        "resources": {"requests": {"storage": "20Gi"}},
        "storageClassName": "fast-ssd",
        "volumeMode": "Filesystem",
    },
}
CLASS = {
    "metadata": {"name": "fast-ssd"},
    "provisioner": "ebs.csi.aws.com",
    "reclaimPolicy": "Retain",
    "volumeBindingMode": "WaitForFirstConsumer",
}
NODE = {"metadata": {"name": "ssd-1", "labels": {"topology.kubernetes.io/zone": "zone-b"}}}


class Server:
    """An API server that holds a class and a node, and remembers what it was asked to change."""

    def __init__(self, **class_changes: Any) -> None:
        self.objects = {
            "/apis/storage.k8s.io/v1/storageclasses/fast-ssd": {**CLASS, **class_changes},
            "/api/v1/nodes/ssd-1": NODE,
        }
        self.created: list[tuple[str, dict[str, Any]]] = []
        self.deleted: list[str] = []

    def get(self, path: str) -> Any:
        return self.objects[path]

    def create(self, path: str, body: dict[str, Any]) -> None:
        self.created.append((path, body))

    def delete(self, path: str) -> None:
        self.deleted.append(path)


def driver(server: Any) -> Driver:
    client: Client = server
    return Driver(client)


def claim(**annotations: str | None) -> dict[str, Any]:
    made = copy.deepcopy(CLAIM)
    for key, value in annotations.items():
        name = {"provisioner": PROVISIONER, "node": SELECTED_NODE}[key]
        if value is None:
            del made["metadata"]["annotations"][name]
        else:
            made["metadata"]["annotations"][name] = value
    return made


def provisioned(item: dict[str, Any], **class_changes: Any) -> list[dict[str, Any]]:
    server = Server(**class_changes)
    driver(server)._provision(item)
    assert {path for path, _ in server.created} <= {"/api/v1/persistentvolumes"}
    return [body for _, body in server.created]


def test_a_volume_is_what_its_claim_asks_for() -> None:
    (made,) = provisioned(claim())

    assert made["metadata"] == {"name": "pvc-42", "annotations": {PROVISIONED_BY: "ebs.csi.aws.com"}}
    spec = made["spec"]
    assert spec["capacity"] == {"storage": "20Gi"}
    assert spec["storageClassName"] == "fast-ssd"
    assert spec["persistentVolumeReclaimPolicy"] == "Retain"
    assert {key: spec["claimRef"][key] for key in ("namespace", "name", "uid")} == {
        "namespace": "shop",
        "name": "data-db-0",
        "uid": "42",
    }


def test_a_volume_is_of_the_zone_of_the_node() -> None:
    (made,) = provisioned(claim())

    (term,) = made["spec"]["nodeAffinity"]["required"]["nodeSelectorTerms"]
    assert term == {
        "matchExpressions": [{"key": "topology.kubernetes.io/zone", "operator": "In", "values": ["zone-b"]}]
    }


@pytest.mark.parametrize(
    "item",
    [
        claim(provisioner=None),
        claim(provisioner="kubernetes.io/no-provisioner"),
        claim(node=None),
        claim(node=""),
        {**CLAIM, "spec": {**CLAIM["spec"], "volumeName": "pvc-42"}},
    ],
    ids=["nobody asked", "made by hand", "no node yet", "another node to come", "bound already"],
)
def test_no_volume_is_made_before_it_is_asked_for(item: dict[str, Any]) -> None:
    assert provisioned(item) == []


def test_a_class_that_does_not_wait_needs_no_node() -> None:
    (made,) = provisioned(claim(node=None), volumeBindingMode="Immediate")

    assert "nodeAffinity" not in made["spec"]


class OverError(Exception):
    """The watch of a test has nothing more to say."""


def test_one_claim_that_cannot_be_served_keeps_no_other_waiting() -> None:
    lost = claim()
    lost["spec"]["storageClassName"] = "gone"
    turns = iter([[lost, claim()]])

    class Watched(Server):
        def watch(self, path: str, _seconds: int) -> Any:
            assert path == "/api/v1/persistentvolumeclaims"
            items = next(turns, None)
            if items is None:
                raise OverError
            yield from ({"type": "ADDED", "object": item} for item in items)

        def get(self, path: str) -> Any:
            if path not in self.objects:
                raise RefusedError(404, "not found")
            return super().get(path)

    server = Watched()
    with pytest.raises(OverError):
        driver(server).make()

    assert [body["metadata"]["name"] for _, body in server.created] == ["pvc-42"]


@pytest.mark.parametrize(
    "phase, policy, annotations, removed",
    [
        ("Released", "Delete", {PROVISIONED_BY: "x"}, True),
        ("Released", "Retain", {PROVISIONED_BY: "x"}, False),
        ("Bound", "Delete", {PROVISIONED_BY: "x"}, False),
        ("Released", "Delete", {}, False),
    ],
)
def test_a_volume_is_removed_if_it_is_released_and_its_class_says_so(
    phase: str, policy: str, annotations: dict[str, str], removed: bool
) -> None:
    server = Server()
    driver(server)._remove(
        {
            "metadata": {"name": "pvc-42", "annotations": annotations},
            "spec": {"persistentVolumeReclaimPolicy": policy},
            "status": {"phase": phase},
        }
    )

    assert server.deleted == (["/api/v1/persistentvolumes/pvc-42"] if removed else [])
