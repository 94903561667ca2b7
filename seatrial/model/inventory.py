"""The complete manifest set, indexed by kind, namespace, name, labels and owner."""

from __future__ import annotations

import functools
from collections import defaultdict
from typing import Any

import attrs

from seatrial.model.dig import as_dict, as_list, as_str, dig, string_map
from seatrial.model.document import Resource
from seatrial.model.selector import matches
from seatrial.model.workload import GENERATED_LABELS, TEMPLATE_PATHS, Workload


@attrs.frozen
class SkippedDocument:
    """A document of the source that is no Kubernetes object, and why it is left out."""

    file: str
    line: int
    reason: str


def home(namespace: str) -> str:
    """The namespace for comparisons: objects that name none land in `default`, unless told otherwise on applying."""
    return "" if namespace == "default" else namespace


@attrs.define(eq=False, slots=False)
class Inventory:
    """Every object of a manifest set, in the order of its source. Look-ups take constant time."""

    resources: tuple[Resource, ...]
    files: tuple[str, ...] = ()
    """Files that were read, as shown to people."""
    skipped: tuple[SkippedDocument, ...] = ()
    digest: str = ""
    """SHA-256 of what was read (of the rendered text, for a Kustomize directory)."""
    origin: str = ""
    """What was loaded, as given by the user."""

    @functools.cached_property
    def _by_kind(self) -> dict[str, tuple[Resource, ...]]:
        index: dict[str, list[Resource]] = defaultdict(list)
        for resource in self.resources:
            index[resource.kind].append(resource)
        return {kind: tuple(found) for kind, found in index.items()}

    @functools.cached_property
    def _by_identity(self) -> dict[tuple[str, str, str], Resource]:
        index: dict[tuple[str, str, str], Resource] = {}
        for resource in self.resources:
            index.setdefault((resource.kind, home(resource.namespace), resource.name), resource)
        return index

    @functools.cached_property
    def _workloads(self) -> tuple[Workload, ...]:
        return tuple(Workload(resource) for resource in self.of_kind(*TEMPLATE_PATHS))

    @functools.cached_property
    def _workloads_by_label(self) -> dict[tuple[str, str, str], tuple[Workload, ...]]:
        index: dict[tuple[str, str, str], list[Workload]] = defaultdict(list)
        for workload in self._workloads:
            for key, value in workload.pod_labels.items():
                index[home(workload.resource.namespace), key, value].append(workload)
        return {key: tuple(found) for key, found in index.items()}

    @functools.cached_property
    def _owned(self) -> dict[tuple[str, str, str], tuple[Resource, ...]]:
        index: dict[tuple[str, str, str], list[Resource]] = defaultdict(list)
        for resource in self.resources:
            for owner in as_list(dig(resource.data, "metadata", "ownerReferences")):
                kind, name = as_str(dig(owner, "kind")), as_str(dig(owner, "name"))
                index[kind, home(resource.namespace), name].append(resource)
        return {key: tuple(found) for key, found in index.items()}

    def of_kind(self, *kinds: str) -> tuple[Resource, ...]:
        """All objects of these kinds, kind by kind."""
        return tuple(resource for kind in kinds for resource in self._by_kind.get(kind, ()))

    @functools.cached_property
    def kinds(self) -> frozenset[str]:
        """The kinds that occur."""
        return frozenset(self._by_kind)

    def get(self, kind: str, namespace: str, name: str) -> Resource | None:
        """The object of that identity; *namespace* is empty for cluster-scoped ones."""
        return self._by_identity.get((kind, home(namespace), name))

    def in_namespace(self, namespace: str, *kinds: str) -> tuple[Resource, ...]:
        """Objects of a namespace: of these kinds, or of all."""
        candidates = self.of_kind(*kinds) if kinds else self.resources
        return tuple(resource for resource in candidates if home(resource.namespace) == home(namespace))

    def owned_by(self, resource: Resource) -> tuple[Resource, ...]:
        """Objects whose ownerReferences name *resource*."""
        return self._owned.get((resource.kind, home(resource.namespace), resource.name), ())

    def workloads(self) -> tuple[Workload, ...]:
        """All workloads: Deployments, StatefulSets, DaemonSets, ReplicaSets, Jobs, CronJobs and bare Pods."""
        return self._workloads

    def workload(self, kind: str, namespace: str, name: str) -> Workload | None:
        """The workload of that identity."""
        resource = self.get(kind, namespace, name)
        return Workload(resource) if resource is not None and kind in TEMPLATE_PATHS else None

    def select(self, namespace: str, selector: Any) -> tuple[Workload, ...]:
        """Workloads of *namespace* whose pods *selector* selects: a LabelSelector, or the plain map of a Service.

        An empty plain map selects nothing, as for Services; an empty LabelSelector has to be given as
        `{"matchLabels": {}}` to select everything.
        """
        selector = as_dict(selector)
        if not selector:
            return ()
        structured = "matchLabels" in selector or "matchExpressions" in selector
        pairs = string_map(selector.get("matchLabels")) if structured else string_map(selector)
        candidates = self._workloads
        written = {key: value for key, value in pairs.items() if key not in GENERATED_LABELS}
        if written:
            key, value = next(iter(written.items()))
            candidates = self._workloads_by_label.get((home(namespace), key, value), ())
        return tuple(
            workload
            for workload in candidates
            if home(workload.resource.namespace) == home(namespace)
            and matches(selector if structured else {"matchLabels": pairs}, workload.labels_towards(pairs))
        )
