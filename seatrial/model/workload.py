"""Workloads: the objects that run pods, seen alike whatever their kind."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import attrs

from seatrial.model import pointer as pointers
from seatrial.model.dig import as_dict, as_list, as_str, dig, string_map
from seatrial.model.document import Resource

TEMPLATE_PATHS: dict[str, tuple[str, ...]] = {
    "Pod": (),
    "Deployment": ("spec", "template"),
    "StatefulSet": ("spec", "template"),
    "DaemonSet": ("spec", "template"),
    "ReplicaSet": ("spec", "template"),
    "ReplicationController": ("spec", "template"),
    "Job": ("spec", "template"),
    "CronJob": ("spec", "jobTemplate", "spec", "template"),
}
"""Where each kind of workload keeps its pod template."""

SCALABLE_KINDS = frozenset({"Deployment", "StatefulSet", "ReplicaSet", "ReplicationController"})
"""Built-in kinds with a scale subresource."""

_POD_NAME = "statefulset.kubernetes.io/pod-name"
_POD_INDEX = "apps.kubernetes.io/pod-index"
_JOB_NAMES = ("batch.kubernetes.io/job-name", "job-name")
GENERATED_LABELS = frozenset({_POD_NAME, _POD_INDEX, *_JOB_NAMES})
"""Labels that controllers add to pods and no template holds (k8s.io/api v0.37 apps/v1 and batch/v1 types.go)."""

_CONTAINER_LISTS = (("initContainers", True), ("containers", False), ("ephemeralContainers", False))


@attrs.frozen(eq=False)
class Container:
    """One container of a pod template."""

    data: dict[str, Any]
    pointer: str
    """Place of the container within its workload's object."""
    init: bool

    @property
    def name(self) -> str:
        """`name`, empty when absent."""
        return as_str(self.data.get("name"))


@attrs.frozen(eq=False)
class Workload:
    """A workload and its pod template."""

    resource: Resource

    @property
    def template_pointer(self) -> str:
        """Pointer of the pod template (the object itself for a Pod)."""
        return pointers.join(*TEMPLATE_PATHS[self.resource.kind])

    @property
    def template(self) -> dict[str, Any]:
        """The pod template: metadata and spec."""
        return as_dict(dig(self.resource.data, *TEMPLATE_PATHS[self.resource.kind]))

    @property
    def pod_labels(self) -> dict[str, str]:
        """Labels that its pods carry."""
        return string_map(dig(self.template, "metadata", "labels"))

    def labels_towards(self, wanted: dict[str, str]) -> dict[str, str]:
        """Labels of its pods, with those of the generated labels among *wanted* that one of its pods carries."""
        return self.pod_labels | {key: value for key, value in wanted.items() if self._generates(key, value)}

    def _generates(self, key: str, value: str) -> bool:
        name = re.escape(self.resource.name)
        match self.resource.kind:
            case "StatefulSet" if key == _POD_NAME:
                return re.fullmatch(rf"{name}-\d+", value) is not None
            case "StatefulSet" if key == _POD_INDEX:
                return value.isdigit()
            case "Job" if key in _JOB_NAMES:
                return value == self.resource.name
        return False

    @property
    def pod_spec(self) -> dict[str, Any]:
        """The spec of its pods."""
        return as_dict(self.template.get("spec"))

    @property
    def pod_spec_pointer(self) -> str:
        """Pointer of the pod spec."""
        return f"{self.template_pointer}/spec"

    def containers(self) -> Iterator[Container]:
        """Init, ordinary and ephemeral containers with their pointers."""
        for field, init in _CONTAINER_LISTS:
            for index, container in enumerate(as_list(self.pod_spec.get(field))):
                if isinstance(container, dict):
                    yield Container(container, f"{self.pod_spec_pointer}/{field}/{index}", init)

    def __str__(self) -> str:
        return str(self.resource)
