"""Drift: in what a live cluster differs from the manifests, object by object and field by field. Pure: no I/O.

Declared fields are compared by value as Kubernetes understands values. What is live beside them is judged by its owner
in the managed fields. Objects are known by group, kind, namespace and name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import attrs

from seatrial.engines.drift.fields import ABSENT, Change, Difference, Walk
from seatrial.engines.drift.managed import REPLICAS, Strangers, is_controller, is_ours_to_ignore
from seatrial.engines.drift.objects import Identity, Known, generation, hashed_base, identity, made_by_server
from seatrial.engines.drift.owners import Manager, Ownership, Path
from seatrial.engines.drift.redacted import comparable
from seatrial.engines.drift.shape import Shapes
from seatrial.model.dig import as_dict, as_str, dig
from seatrial.model.document import Resource
from seatrial.model.inventory import Inventory
from seatrial.model.workload import SCALABLE_KINDS

__all__ = ["ABSENT", "Change", "Difference", "Drift", "Leftover", "Missing", "Pair", "compare", "last_writer"]


@attrs.frozen(eq=False)
class Pair:
    """A declared object that is live, and in what it differs."""

    desired: Resource
    live: Resource
    differences: tuple[Difference, ...]


@attrs.frozen(eq=False)
class Missing:
    """A declared object that is not live."""

    desired: Resource
    replaced: Resource | None = None
    """A live object of the same generator with other content: its name ends in another hash."""
    going: Resource | None = None
    """The live object itself, where it is being deleted."""


@attrs.frozen(eq=False)
class Leftover:
    """A live object that no manifest declares."""

    live: Resource
    managers: tuple[Manager, ...]
    earlier: bool = False
    """Whether it is an earlier generation of a declared one, kept for roll-backs."""


@attrs.frozen(eq=False)
class Drift:
    """Everything in which a cluster and manifests differ."""

    pairs: tuple[Pair, ...]
    missing: tuple[Missing, ...]
    leftovers: tuple[Leftover, ...]


def compare(
    desired: Inventory,
    live: Inventory,
    shapes: Shapes,
    *,
    namespaced: Callable[[Resource], bool],
    default_namespace: str,
    owned: frozenset[str],
) -> Drift:
    """Compare manifests with what is live.

    *namespaced* tells whether a kind is, *default_namespace* is where objects without a namespace go, and *owned* are
    the namespaces in which nothing may live but what is declared. Live objects carry their managed fields.
    """
    found: dict[Identity, Resource] = {identity(item, item.namespace): item for item in live.resources}
    declared: dict[Identity, Resource] = {}
    for item in desired.resources:
        namespace = (item.namespace or default_namespace) if namespaced(item) else ""
        declared.setdefault(identity(item, namespace), item)
    scaled = _scaled(declared, found, default_namespace)
    pairs, missing = [], []
    for key, item in declared.items():
        if key in found and _going(found[key]):
            missing.append(Missing(item, going=found[key]))
        elif key in found:
            differences = tuple(_differences(item, found[key], shapes, autoscaled=key in scaled))
            pairs.append(Pair(item, found[key], differences))
        else:
            missing.append(Missing(item, generation(key, declared, found)))
    known = Known.of(declared, found)
    leftovers = [
        Leftover(item, Ownership.of(item.data).managers, earlier=hashed_base(key) in known.generated)
        for key, item in found.items()
        if key not in declared and key.namespace in owned and not _going(item) and not made_by_server(item, known)
    ]
    return Drift(tuple(pairs), tuple(missing), tuple(leftovers))


def _going(item: Resource) -> bool:
    """Whether an object is being deleted: it waits for its finalizers, or for its pods to end."""
    return dig(item.data, "metadata", "deletionTimestamp") is not None


def _differences(desired: Resource, live: Resource, shapes: Shapes, *, autoscaled: bool) -> Iterator[Difference]:
    ownership = Ownership.of(live.data)

    def ignored(path: Path) -> bool:
        return is_ours_to_ignore(path) or (autoscaled and path == REPLICAS)

    walk = Walk(ownership, Strangers(live.data, ownership), ignored)
    for found in walk.differences(comparable(desired.data), comparable(live.data), shapes.of(desired)):
        # What only controllers own follows from other objects, which are compared themselves.
        if not found.managers or not all(is_controller(manager) for manager in found.managers):
            yield found


def _scaled(
    declared: Mapping[Identity, Resource], found: Mapping[Identity, Resource], default_namespace: str
) -> frozenset[Identity]:
    """The workloads whose replicas an autoscaler sets, declared or live."""
    targets = set()
    for item in (*declared.values(), *found.values()):
        if item.kind in {"HorizontalPodAutoscaler", "ScaledObject"}:
            reference = as_dict(dig(item.data, "spec", "scaleTargetRef"))
            kind = as_str(reference.get("kind")) or "Deployment"
            group = as_str(reference.get("apiVersion")).rpartition("/")[0]
            group = group or ("apps" if kind in SCALABLE_KINDS else "")
            targets.add(Identity(group, kind, item.namespace or default_namespace, as_str(reference.get("name"))))
    return frozenset(targets)


def last_writer(live: Mapping[str, Any]) -> Manager | None:
    """Who wrote an object last, controllers left out: the likely one for what nobody owns any more."""
    writers = [manager for manager in Ownership.of(live).managers if not is_controller(manager)]
    return max(writers, key=lambda manager: manager.time, default=None)
