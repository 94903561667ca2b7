"""Which part of a workload a message of the control plane is about, so that it can be shown with file and line."""

from __future__ import annotations

import re

from seatrial.cluster import field_paths
from seatrial.model.document import Resource
from seatrial.model.workload import TEMPLATE_PATHS, Workload

_CONTAINER = re.compile(r'\bcontainers? "([^"]+)"')
_FIELD = re.compile(r"([A-Za-z][\w$-]*(?:[.\[][^\s]*)?): ")
"""A field path at the beginning of a message."""
_UNBOUND = "is not bound"
_POD_FIELDS = (
    # Words of the messages of k8s.io/kubernetes v1.37.2 pkg/scheduler/framework/plugins (ErrReason*).
    ("topology spread", ("topologySpreadConstraints",)),
    ("anti-affinity", ("affinity",)),
    ("affinity/selector", ("nodeSelector", "affinity")),
    ("untolerated taint", ("tolerations",)),
    (_UNBOUND, ("volumes",)),
    ("persistentvolumeclaim", ("volumes",)),
    ("PersistentVolume", ("volumes",)),
    ("serviceaccount", ("serviceAccountName",)),
    ("PriorityClass", ("priorityClassName",)),
    ("Insufficient", ("containers",)),
    ("quota", ("containers",)),
    ("per Container", ("containers",)),
)


def of_pods(workload: Workload, message: str) -> str:
    """Pointer of the part of the pod template that a message about its pods means; the pod spec if none is named."""
    named = _CONTAINER.search(message)
    for container in workload.containers():
        if named is not None and container.name == named[1]:
            return container.pointer
    if _UNBOUND in message and "volumes" not in workload.pod_spec and workload.resource.kind == "StatefulSet":
        return "/spec/volumeClaimTemplates"
    for words, fields in _POD_FIELDS:
        if words in message:
            found = next((field for field in fields if field in workload.pod_spec), "")
            return f"{workload.pod_spec_pointer}/{found}" if found else workload.pod_spec_pointer
    return workload.pod_spec_pointer


def of_refusal(resource: Resource, message: str) -> str:
    """Pointer of what a refusal without a field means: admission speaks of the pods alone."""
    admission = "is forbidden" in message and resource.kind in TEMPLATE_PATHS
    return of_pods(Workload(resource), message) if admission else ""


def of_warning(resource: Resource, text: str) -> str:
    """Pointer of what a warning means: the field it begins with, the pod template, or the version."""
    field = _FIELD.match(text)
    if field is not None and field[1].partition(".")[0] in resource.data:
        return field_paths.pointer(field[1], resource.data)
    if "PodSecurity" in text and resource.kind in TEMPLATE_PATHS:
        return of_pods(Workload(resource), text)
    return "/apiVersion" if "is deprecated in" in text else ""
