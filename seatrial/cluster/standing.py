"""How far a workload has come in a cluster: pods wanted, created and Ready, as its controller reports them.

What each controller's status means: k8s.io/api v0.37.2 apps/v1, batch/v1 and core/v1 types.go; a Deployment has rolled
out when its controller has seen the newest spec and every replica is of it (k8s.io/kubectl v0.37.2
pkg/polymorphichelpers/rollout_status.go).
"""

from __future__ import annotations

from typing import Any

import attrs

from seatrial.model.dig import as_dict, as_int, as_list, as_str, dig
from seatrial.model.document import Resource
from seatrial.model.verdict import Subject

API_VERSIONS = {
    "Deployment": "apps/v1",
    "StatefulSet": "apps/v1",
    "DaemonSet": "apps/v1",
    "ReplicaSet": "apps/v1",
    "ReplicationController": "v1",
    "Job": "batch/v1",
    "Pod": "v1",
}
"""The kinds that run pods at once. A CronJob waits for its hour."""


@attrs.frozen
class Wanted:
    """What to wait for."""

    resource: Resource
    replicas: int | None = None
    """None for as many as the live object wants."""

    @property
    def subject(self) -> Subject:
        """The workload's identity."""
        return self.resource.subject


@attrs.frozen
class Reason:
    """Why pods are missing or not Ready, in the words of the control plane."""

    kind: str
    """`rejected`, `unschedulable`, `volume`, `failed` or `starting`."""
    message: str

    @property
    def lasting(self) -> bool:
        """Whether waiting alone will not help."""
        return self.kind != STARTING


REJECTED, UNSCHEDULABLE, VOLUME, FAILED, STARTING = "rejected", "unschedulable", "volume", "failed", "starting"


@attrs.frozen
class Standing:
    """How far one workload has come."""

    wanted: Wanted
    replicas: int
    """Pods that it should have."""
    created: int
    ready: int
    settled: bool
    """Whether its controller has seen the newest spec, and nothing of an older one is left."""
    reasons: tuple[Reason, ...] = ()

    @property
    def reached(self) -> bool:
        """Whether every pod is there and Ready."""
        return self.settled and self.created == self.replicas == self.ready

    def because(self, *kinds: str) -> tuple[str, ...]:
        """The messages of the reasons of these kinds."""
        return tuple(reason.message for reason in self.reasons if reason.kind in kinds)


def absent(wanted: Wanted) -> Standing:
    """The standing of a workload that the cluster does not have."""
    reason = Reason(FAILED, "the server does not have it")
    return Standing(wanted, wanted.replicas or 1, 0, 0, settled=False, reasons=(reason,))


def standing(wanted: Wanted, live: dict[str, Any]) -> Standing:
    """The standing of a workload, read from the object as the server has it."""
    counted = _COUNTS.get(wanted.resource.kind, _replicated)
    replicas, created, ready = counted(live)
    status = as_dict(live.get("status"))
    observed, generation = as_int(status.get("observedGeneration")), as_int(dig(live, "metadata", "generation")) or 0
    settled = observed is None or observed >= generation
    if wanted.replicas is not None:
        settled = settled and replicas == wanted.replicas
        replicas = wanted.replicas
    updated = as_int(status.get("updatedReplicas" if wanted.resource.kind != "DaemonSet" else "updatedNumberScheduled"))
    if wanted.resource.kind in ("Deployment", "DaemonSet"):
        settled = settled and (updated or 0) == replicas
    if wanted.resource.kind == "StatefulSet":
        # Until the last pod is of the new revision the controller keeps the old one as the current.
        settled = settled and status.get("currentRevision") == status.get("updateRevision")
    reasons = tuple(_conditions(live))
    return Standing(wanted, replicas, created, ready, settled=settled, reasons=reasons)


def _number(live: dict[str, Any], *path: str, default: int = 0) -> int:
    found = as_int(dig(live, *path))
    return default if found is None else found


def _replicated(live: dict[str, Any]) -> tuple[int, int, int]:
    wanted = _number(live, "spec", "replicas", default=1)
    return wanted, _number(live, "status", "replicas"), _number(live, "status", "readyReplicas")


def _everywhere(live: dict[str, Any]) -> tuple[int, int, int]:
    status = "status"
    return (
        _number(live, status, "desiredNumberScheduled"),
        _number(live, status, "currentNumberScheduled"),
        _number(live, status, "numberReady"),
    )


def _once(live: dict[str, Any]) -> tuple[int, int, int]:
    """A Job: what has succeeded counts as Ready, as it was so once."""
    parallelism = _number(live, "spec", "parallelism", default=1)
    wanted = min(parallelism, _number(live, "spec", "completions", default=parallelism))
    if dig(live, "spec", "suspend") is True:
        return 0, 0, 0
    succeeded = _number(live, "status", "succeeded")
    created = succeeded + _number(live, "status", "active")
    ready = succeeded + _number(live, "status", "ready")
    return wanted, min(created, wanted), min(ready, wanted)


def _alone(live: dict[str, Any]) -> tuple[int, int, int]:
    done = dig(live, "status", "phase") == "Succeeded"
    return 1, 1, int(done or condition(live, "Ready") == "True")


_COUNTS = {"DaemonSet": _everywhere, "Job": _once, "Pod": _alone}


def condition(live: dict[str, Any], kind: str) -> str:
    """Status of a condition, empty where there is none."""
    found = [as_dict(item) for item in as_list(dig(live, "status", "conditions"))]
    return next((as_str(item.get("status")) for item in found if item.get("type") == kind), "")


def _conditions(live: dict[str, Any]) -> list[Reason]:
    found: list[Reason] = []
    for item in as_list(dig(live, "status", "conditions")):
        kind, message = as_str(dig(item, "type")), as_str(dig(item, "message"))
        if dig(item, "status") == "True" and kind == "ReplicaFailure":
            found.append(Reason(REJECTED, message))
        if dig(item, "status") == "True" and kind == "Failed":
            found.append(Reason(FAILED, message))
    return found
