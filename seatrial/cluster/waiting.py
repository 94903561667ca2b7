"""Waiting until workloads run, and finding out why those that do not, do not.

A workload whose pods are rejected (Pod Security, quota, limit range) is accepted all the same: only its controller's
conditions and events say that no pod came of it. Lists are polled rather than watched: a list cannot end halfway.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import attrs

from seatrial.cluster.connection import Connection
from seatrial.cluster.kinds import Kind, Kinds
from seatrial.cluster.standing import (
    API_VERSIONS,
    REJECTED,
    STARTING,
    UNSCHEDULABLE,
    VOLUME,
    Reason,
    Standing,
    Wanted,
    absent,
    condition,
    standing,
)
from seatrial.model.dig import as_dict, as_list, as_str, dig, string_map
from seatrial.model.errors import ToolError
from seatrial.model.selector import matches, matches_map

_PAGE = 500
_CREATION_FAILED = frozenset({"FailedCreate", "FailedDaemonPod"})
"""Reasons of the events of controllers that could not create a pod (k8s.io/kubernetes v1.37.2 pkg/controller)."""
_MOST_REASONS = 3


@attrs.frozen
class Patience:
    """How long to wait, in seconds."""

    timeout: float = 180.0
    settle: float = 15.0
    """Without any change, and with a lasting reason for everything that is missing: longer waiting is in vain."""
    poll: float = 0.4
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic


@attrs.define(eq=False)
class Waiting:
    """Waits for the workloads of one server."""

    connection: Connection
    kinds: Kinds = attrs.field(default=attrs.Factory(lambda self: Kinds(self.connection), takes_self=True))
    patience: Patience = attrs.field(factory=Patience)

    def until_ready(
        self, wanted: Sequence[Wanted], *, progress: Callable[[str], None] | None = None
    ) -> tuple[Standing, ...]:
        """Wait until all are Ready, or waiting is in vain, or the time is over: how far each has come, in their order.

        Raises ToolError when the server cannot be asked.
        """
        clock, patience = self.patience.clock, self.patience
        started = changed = clock()
        before: object = None
        while True:
            found = self._standings(wanted)
            reached = sum(item.reached for item in found)
            counts = [(item.replicas, item.created, item.ready, item.settled) for item in found]
            now = clock()
            if counts != before:
                before, changed = counts, now
                if progress is not None:
                    progress(f"{reached} of {len(found)} workloads are ready")
            if reached == len(found):
                return tuple(found)
            over = now - started > patience.timeout
            if over or now - changed > patience.settle:
                explained = self._explained(found)
                if over or all(_hopeless(item) for item in explained if not item.reached):
                    return tuple(explained)
            patience.sleep(patience.poll)

    def items(self, kind: Kind, namespace: str, **query: str | int) -> Iterator[dict[str, Any]]:
        """All objects of a kind in a namespace, page by page. Raises ToolError if the server refuses to list them."""
        token = ""
        while True:
            more = {"continue": token} if token else {}
            reply = self.connection.get(kind.path(namespace), limit=_PAGE, **query, **more)
            if not reply.ok:
                raise ToolError(
                    f"cannot list {kind.plural} in namespace {namespace}: {reply.message or reply.status}",
                    remedy="look at the server, then run again",
                )
            yield from (as_dict(item) for item in as_list(dig(reply.body, "items")))
            token = as_str(dig(reply.body, "metadata", "continue"))
            if not token:
                return

    def _listed(self, api_version: str, kind: str, namespace: str, **query: str | int) -> list[dict[str, Any]]:
        known = self.kinds.find(api_version, kind)
        return list(self.items(known, namespace, **query)) if known is not None else []

    def _standings(self, wanted: Sequence[Wanted]) -> list[Standing]:
        places = {(item.resource.kind, item.resource.namespace) for item in wanted}
        live = {
            (kind, namespace, as_str(dig(item, "metadata", "name"))): item
            for kind, namespace in places
            for item in self._listed(API_VERSIONS[kind], kind, namespace)
        }
        found = []
        for item in wanted:
            resource = item.resource
            existing = live.get((resource.kind, resource.namespace, resource.name))
            found.append(standing(item, existing) if existing is not None else absent(item))
        return found

    def _explained(self, found: Sequence[Standing]) -> list[Standing]:
        """The same with the reasons of pods and events for what is not Ready."""
        namespaces = {item.wanted.resource.namespace for item in found if not item.reached}
        scenes = {namespace: self._scene(namespace) for namespace in namespaces}
        return [
            item
            if item.reached
            else attrs.evolve(
                item, reasons=_distinct([*item.reasons, *scenes[item.wanted.resource.namespace].of(item)])
            )
            for item in found
        ]

    def _scene(self, namespace: str) -> _Scene:
        return _Scene(
            self._listed("v1", "Pod", namespace),
            self._listed("v1", "Event", namespace, fieldSelector="type=Warning"),
            self._listed("v1", "PersistentVolumeClaim", namespace),
        )


@attrs.frozen
class _Scene:
    """What a namespace shows about pods that are missing or not Ready."""

    pods: list[dict[str, Any]]
    events: list[dict[str, Any]]
    claims: list[dict[str, Any]]

    def of(self, item: Standing) -> Iterator[Reason]:
        """The reasons for one workload."""
        resource = item.wanted.resource
        if item.created < item.replicas:
            # A Deployment hands on what its ReplicaSet was told as a condition; the others have events only.
            for event in self._events(resource.kind, resource.name):
                if as_str(event.get("reason")) in _CREATION_FAILED:
                    yield Reason(REJECTED, as_str(event.get("message")))
                    break
        for pod in self._pods(item):
            yield from self._of_pod(pod)

    def _pods(self, item: Standing) -> Iterable[dict[str, Any]]:
        resource = item.wanted.resource
        if resource.kind == "Pod":
            return [pod for pod in self.pods if dig(pod, "metadata", "name") == resource.name]
        if resource.kind == "Job":
            selector: dict[str, Any] = {"matchLabels": {"batch.kubernetes.io/job-name": resource.name}}
        else:
            selector = as_dict(dig(resource.data, "spec", "selector"))
        plain = resource.kind == "ReplicationController"
        choose: Callable[[Any, dict[str, str]], bool] = matches_map if plain else matches
        return [pod for pod in self.pods if choose(selector, string_map(dig(pod, "metadata", "labels")))]

    def _of_pod(self, pod: dict[str, Any]) -> Iterator[Reason]:
        name = as_str(dig(pod, "metadata", "name"))
        if condition(pod, "Ready") == "True" or dig(pod, "status", "phase") == "Succeeded":
            return
        volumes = list(self._of_claims(pod))
        yield from volumes
        for item in as_list(dig(pod, "status", "conditions")):
            if dig(item, "type") == "PodScheduled" and dig(item, "status") == "False":
                if not volumes:
                    yield Reason(UNSCHEDULABLE, as_str(dig(item, "message")) or as_str(dig(item, "reason")))
                return
        if condition(pod, "PodScheduled") == "True":
            yield Reason(STARTING, f"pod {name} is scheduled but not Ready")
        else:
            yield Reason(STARTING, f"pod {name} is not scheduled yet")

    def _of_claims(self, pod: dict[str, Any]) -> Iterator[Reason]:
        """Claims of the pod that no volume was found for, and what was said about them."""
        for volume in as_list(dig(pod, "spec", "volumes")):
            name = as_str(dig(volume, "persistentVolumeClaim", "claimName"))
            claim = next((item for item in self.claims if dig(item, "metadata", "name") == name), None)
            if not name or claim is None or dig(claim, "status", "phase") == "Bound":
                continue
            events = self._events("PersistentVolumeClaim", name)
            told = as_str(dig(events[0], "message")) if events else ""
            if told:
                yield Reason(VOLUME, f"claim {name} is not bound: {told}")

    def _events(self, kind: str, name: str) -> list[dict[str, Any]]:
        """Warnings about an object, the newest first."""
        about = [
            event
            for event in self.events
            if dig(event, "involvedObject", "kind") == kind and dig(event, "involvedObject", "name") == name
        ]
        return sorted(about, key=_time, reverse=True)


def _time(event: dict[str, Any]) -> str:
    """When an event was last seen; RFC 3339 in UTC sorts as text."""
    series = as_str(dig(event, "series", "lastObservedTime"))
    return series or as_str(event.get("lastTimestamp")) or as_str(event.get("eventTime"))


def _distinct(reasons: Iterable[Reason]) -> tuple[Reason, ...]:
    """Each reason once, the first few: ten pods of one workload say the same ten times."""
    return tuple(dict.fromkeys(reasons))[:_MOST_REASONS]


def _hopeless(item: Standing) -> bool:
    return bool(item.reasons) and all(reason.lasting for reason in item.reasons)
