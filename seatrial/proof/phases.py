"""What becomes of the pods: at the minimum of the autoscalers, at the maximum, and when everything rolls out there."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import attrs

from seatrial.checks.base import Context, skipped
from seatrial.checks.judging import all_verdicts, skip
from seatrial.cluster.applying import Applier
from seatrial.cluster.standing import Wanted
from seatrial.cluster.waiting import Waiting
from seatrial.model.dig import as_dict, dig
from seatrial.model.document import Resource
from seatrial.model.errors import ToolError
from seatrial.model.verdict import Verdict
from seatrial.model.workload import Workload
from seatrial.proof import judging, scaling
from seatrial.proof.catalog import ADMITTED, AT_MAXIMUM, AT_MINIMUM, QUOTA, ROLLOUT
from seatrial.proof.judging import Stand
from seatrial.proof.scaling import Bounds

_CRON_JOB = "CronJob"
_RESTARTED = "kubectl.kubernetes.io/restartedAt"
"""What `kubectl rollout restart` sets (k8s.io/kubectl v0.37.2 pkg/polymorphichelpers/objectrestarter.go)."""
_ROLLING = frozenset({"Deployment", "StatefulSet", "DaemonSet"})
_NO_WORKLOAD = "no workload came so far"
_NOT_READY = "its pods are not Ready before"


@attrs.define(eq=False)
class Phases:
    """The pods of one set on one control plane."""

    applier: Applier
    waiting: Waiting
    context: Context

    def run(self, taken: Sequence[Resource]) -> list[Verdict]:
        """Judge the workloads among the applied objects. Raises ToolError when the control plane cannot be asked."""
        every = self.context.inventory.workloads()
        workloads = [workload for workload in every if workload.resource in taken]
        running = {item: item.resource for item in workloads if item.resource.kind != _CRON_JOB}
        refused, jobs = self._run_once(item for item in workloads if item.resource.kind == _CRON_JOB)
        bounds = scaling.bounds(workloads, (resource for resource in taken if resource.kind == scaling.AUTOSCALER))
        least = self._wait(running | jobs, {item: bound.minimum for item, bound in bounds.items()})
        verdicts = [*refused, *self._minimum(least)]
        for workload in every:
            if workload.resource not in taken:
                verdicts += (skip(info, workload.resource, "it was not applied") for info in (ADMITTED, AT_MINIMUM))
        fit = {stand.workload: (running | jobs)[stand.workload] for stand in least if stand.standing.reached}
        unfit = [stand for stand in least if stand.workload not in fit]
        replicas = {item: bound.maximum for item, bound in bounds.items() if item in fit}
        most = self._scaled(fit, bounds, replicas)
        if bounds:
            verdicts += (item for stand in most for item in judging.ready(AT_MAXIMUM, stand))
            verdicts += (skip(AT_MAXIMUM, stand.workload.resource, _NOT_READY) for stand in unfit)
        else:
            verdicts.append(skipped(AT_MAXIMUM, "the set has no HorizontalPodAutoscaler that was applied"))
        verdicts += self._quotas([*most, *unfit])
        verdicts += self._rolled_out(most, fit, replicas)
        return verdicts

    def _minimum(self, least: Sequence[Stand]) -> Iterator[Verdict]:
        if not least:
            yield from (skipped(info, _NO_WORKLOAD) for info in (ADMITTED, AT_MINIMUM))
        for stand in least:
            yield from judging.admitted(stand)
            if stand.standing.created < stand.standing.replicas:
                yield skip(AT_MINIMUM, stand.workload.resource, "not all of its pods are admitted")
            else:
                yield from judging.ready(AT_MINIMUM, stand)

    def _run_once(self, cron_jobs: Iterable[Workload]) -> tuple[list[Verdict], dict[Workload, Resource]]:
        """Make a Job of each CronJob now, as its controller would when its hour comes: refusals, and the Jobs."""
        verdicts: list[Verdict] = []
        made: dict[Workload, Resource] = {}
        for workload in cron_jobs:
            answer = self.applier.create(job_of(workload.resource), dry_run=False)
            if answer.accepted:
                made[workload] = answer.resource
            else:
                verdicts += judging.accepted(judging.within(workload.resource, answer), "").verdicts(ADMITTED)
        return verdicts, made

    def _wait(self, running: Mapping[Workload, Resource], replicas: Mapping[Workload, int]) -> list[Stand]:
        """Wait for the workloads, and tell how far they have come."""
        wanted = [Wanted(item, replicas.get(workload)) for workload, item in running.items()]
        found = self.waiting.until_ready(wanted, progress=self.context.progress)
        return [Stand(workload, standing) for workload, standing in zip(running, found, strict=True)]

    def _scaled(
        self, fit: Mapping[Workload, Resource], bounds: Mapping[Workload, Bounds], replicas: Mapping[Workload, int]
    ) -> list[Stand]:
        """Everything at its maximum. Below its minimum the real autoscaler scales without any metric."""
        if replicas:
            self.context.progress("scaling to the maximum")
        for workload in replicas:
            self._merge(bounds[workload].autoscaler, {"spec": {"minReplicas": bounds[workload].maximum}})
        return self._wait(fit, replicas)

    def _rolled_out(
        self, most: Sequence[Stand], fit: Mapping[Workload, Resource], replicas: Mapping[Workload, int]
    ) -> Iterator[Verdict]:
        """Replace every pod of everything at once, as on the day of a release, and judge who gets through."""
        rolling = {stand.workload: fit[stand.workload] for stand in most if stand.standing.reached and _rolls(stand)}
        body = {"metadata": {"annotations": {_RESTARTED: time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())}}}
        if rolling:
            self.context.progress("rolling out")
        else:
            yield skipped(ROLLOUT, _NO_WORKLOAD)
        for resource in rolling.values():
            self._merge(resource, {"spec": {"template": body}})
        for stand in self._wait(rolling, replicas):
            yield from judging.ready(ROLLOUT, stand)
        for stand in most:
            if not stand.standing.reached and _rolls(stand):
                yield skip(ROLLOUT, stand.workload.resource, _NOT_READY)

    def _merge(self, resource: Resource, body: dict[str, Any]) -> None:
        kind = self.applier.kinds.find(resource.api_version, resource.kind)
        assert kind is not None, "it was applied before"
        reply = self.applier.patch(kind, resource.namespace, resource.name, body)
        if not reply.ok:
            raise ToolError(f"{resource} cannot be changed for the proof: {reply.message}")

    def _quotas(self, stands: Sequence[Stand]) -> Iterator[Verdict]:
        """Judge the quotas by what the control plane counts and rejects."""
        judged = []
        for resource in self.context.inventory.of_kind("ResourceQuota"):
            kind = self.applier.kinds.find(resource.api_version, resource.kind)
            path = kind.path(resource.namespace, resource.name) if kind is not None else ""
            reply = self.applier.connection.get(path) if path else None
            if reply is not None and reply.ok:
                judged.append(judging.quota(resource, reply.body, stands))
        return all_verdicts(QUOTA, judged, "the set has no ResourceQuota that was applied")


def job_of(resource: Resource) -> Resource:
    """The Job that a CronJob's controller would make (k8s.io/kubernetes v1.37.2 pkg/controller/cronjob/utils.go)."""
    template = as_dict(dig(resource.data, "spec", "jobTemplate"))
    kept = {key: value for key, value in as_dict(template.get("metadata")).items() if key in ("labels", "annotations")}
    # CronJob names have at most 52 characters, so that 11 are left: a dash and the time in minutes.
    name = f"{resource.name}-{int(time.time() // 60)}"
    metadata = kept | {"name": name, "namespace": resource.namespace or "default"}
    data = {"apiVersion": "batch/v1", "kind": "Job", "metadata": metadata, "spec": as_dict(template.get("spec"))}
    return Resource(data, resource.locator)


def _rolls(stand: Stand) -> bool:
    """Whether a changed template replaces every pod without further help."""
    resource = stand.workload.resource
    strategy = as_dict(dig(resource.data, "spec", "updateStrategy"))
    held = strategy.get("type") == "OnDelete" or dig(strategy, "rollingUpdate", "partition")
    return resource.kind in _ROLLING and not held and dig(resource.data, "spec", "paused") is not True
