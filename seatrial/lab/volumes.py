"""The driver of every StorageClass in a lab: it makes the volumes that claims ask for, and removes released ones.

It stands for the CSI driver's provisioner. A claim is served, and a volume removed, when upstream's library would
(sigs.k8s.io/sig-storage-lib-external-provisioner v13.1.0 controller/controller.go, shouldProvision and shouldDelete):
the annotation names a provisioner, and a class that waits for the first consumer also has the node selected.
The volume can be used in that node's zone alone, as block storage is. No bytes are ever stored.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from typing import Any

import attrs

from seatrial.lab.api import UNREACHABLE, Client, RefusedError

PROVISIONER = "volume.kubernetes.io/storage-provisioner"
SELECTED_NODE = "volume.kubernetes.io/selected-node"
PROVISIONED_BY = "pv.kubernetes.io/provisioned-by"
ZONE = "topology.kubernetes.io/zone"
_IN_TREE = "kubernetes.io/"
_WATCH_SECONDS = 30
"""After so long everything is looked at again: also what was refused before."""
_AGAIN = 0.5


@attrs.frozen
class Driver:
    """Serves one lab, as its administrator."""

    client: Client

    def make(self) -> None:
        """Make volumes for claims until the process ends."""
        self._follow("/api/v1/persistentvolumeclaims", self._provision)

    def remove(self) -> None:
        """Remove released volumes until the process ends."""
        self._follow("/api/v1/persistentvolumes", self._remove)

    def _follow(self, path: str, act: Callable[[dict[str, Any]], None]) -> None:
        while True:
            # A watch that breaks off begins anew with every object there is: nothing is missed.
            with contextlib.suppress(*UNREACHABLE, RefusedError, ValueError):
                for event in self.client.watch(path, _WATCH_SECONDS):
                    if event["type"] in {"ADDED", "MODIFIED"}:
                        # What one object is refused, a missing class for instance, is no reason to leave the others.
                        with contextlib.suppress(RefusedError):
                            act(event["object"])
            time.sleep(_AGAIN)

    def _provision(self, claim: dict[str, Any]) -> None:
        annotations = claim["metadata"].get("annotations", {})
        provisioner = annotations.get(PROVISIONER, "")
        if claim["spec"].get("volumeName") or not provisioner or provisioner.startswith(_IN_TREE):
            return
        storage_class = self.client.get(f"/apis/storage.k8s.io/v1/storageclasses/{claim['spec']['storageClassName']}")
        zone = None
        if storage_class.get("volumeBindingMode") == "WaitForFirstConsumer":
            selected = annotations.get(SELECTED_NODE)
            if not selected:
                return
            node = self.client.get(f"/api/v1/nodes/{selected}")
            zone = node["metadata"].get("labels", {}).get(ZONE)
        self.client.create("/api/v1/persistentvolumes", volume(claim, storage_class, zone))

    def _remove(self, item: dict[str, Any]) -> None:
        metadata, spec = item["metadata"], item["spec"]
        ours = PROVISIONED_BY in metadata.get("annotations", {})
        released = item.get("status", {}).get("phase") == "Released" and "deletionTimestamp" not in metadata
        if ours and released and spec.get("persistentVolumeReclaimPolicy") == "Delete":
            self.client.delete(f"/api/v1/persistentvolumes/{metadata['name']}")


def volume(claim: dict[str, Any], storage_class: dict[str, Any], zone: str | None) -> dict[str, Any]:
    """The PersistentVolume for *claim*, usable in *zone* alone if one is given."""
    metadata, spec = claim["metadata"], claim["spec"]
    name = f"pvc-{metadata['uid']}"
    made: dict[str, Any] = {
        "accessModes": spec["accessModes"],
        "capacity": {"storage": spec["resources"]["requests"]["storage"]},
        "claimRef": {
            "apiVersion": "v1",
            "kind": "PersistentVolumeClaim",
            "namespace": metadata["namespace"],
            "name": metadata["name"],
            "uid": metadata["uid"],
        },
        "csi": {"driver": storage_class["provisioner"], "volumeHandle": name},
        "mountOptions": storage_class.get("mountOptions", []),
        "persistentVolumeReclaimPolicy": storage_class.get("reclaimPolicy", "Delete"),
        "storageClassName": storage_class["metadata"]["name"],
        "volumeMode": spec.get("volumeMode", "Filesystem"),
    }
    if zone is not None:
        term = {"matchExpressions": [{"key": ZONE, "operator": "In", "values": [zone]}]}
        made["nodeAffinity"] = {"required": {"nodeSelectorTerms": [term]}}
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolume",
        "metadata": {"name": name, "annotations": {PROVISIONED_BY: storage_class["provisioner"]}},
        "spec": made,
    }
