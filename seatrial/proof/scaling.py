"""How many pods each workload has at the minimum and at the maximum of its autoscaler."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import attrs

from seatrial.model.dig import as_int, as_str, dig
from seatrial.model.document import Resource
from seatrial.model.workload import SCALABLE_KINDS, Workload

AUTOSCALER = "HorizontalPodAutoscaler"


@attrs.frozen
class Bounds:
    """The least and the most replicas of a workload under an autoscaler."""

    autoscaler: Resource
    minimum: int
    maximum: int


def bounds(workloads: Iterable[Workload], autoscalers: Iterable[Resource]) -> Mapping[Workload, Bounds]:
    """The bounds of each workload that one of the autoscalers scales."""
    targets = {
        (
            autoscaler.namespace,
            as_str(dig(autoscaler.data, "spec", "scaleTargetRef", "kind")),
            as_str(dig(autoscaler.data, "spec", "scaleTargetRef", "name")),
        ): autoscaler
        for autoscaler in autoscalers
    }
    found: dict[Workload, Bounds] = {}
    for workload in workloads:
        resource = workload.resource
        autoscaler = targets.get((resource.namespace, resource.kind, resource.name))
        if autoscaler is None or resource.kind not in SCALABLE_KINDS:
            continue
        # Defaults of k8s.io/api v0.37.2 autoscaling/v2 (minReplicas) and apps/v1 (replicas).
        least = as_int(dig(autoscaler.data, "spec", "minReplicas"))
        most = as_int(dig(autoscaler.data, "spec", "maxReplicas")) or 1
        written = as_int(dig(resource.data, "spec", "replicas"))
        # Without metrics the autoscaler moves nothing that is within its bounds.
        start = min(max(1 if written is None else written, 1 if least is None else least), most)
        found[workload] = Bounds(autoscaler, start, most)
    return found
