"""The whole proof, as a group of checks: apply stage by stage, wait at the minimum, scale, wait at the maximum.

A stage is dry-run when everything before it is really there: a pod whose ServiceAccount has yet to come would be
refused for that alone.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence

import attrs

from seatrial.checks.base import CheckInfo, Context, skipped
from seatrial.checks.judging import Judged, all_verdicts, skip
from seatrial.cluster.applying import Answer, Applier
from seatrial.cluster.connection import Connection
from seatrial.cluster.order import DEFINITION, stages
from seatrial.cluster.standing import Wanted
from seatrial.cluster.waiting import Patience, Waiting
from seatrial.model.dig import as_dict, dig
from seatrial.model.document import Resource
from seatrial.model.errors import ToolError
from seatrial.model.verdict import Verdict
from seatrial.model.workload import Workload
from seatrial.proof import custom_kinds, judging, scaling
from seatrial.proof.catalog import ADMITTED, AT_MAXIMUM, AT_MINIMUM, CATALOG, DRY_RUN, GROUP, QUOTA
from seatrial.proof.judging import Stand
from seatrial.proof.scaling import Bounds

_CONFLICT = 409
_NAMESPACE = "Namespace"
_CRON_JOB = "CronJob"
_ACCOUNT_SECONDS = 20.0


@attrs.define(eq=False)
class Server:
    """One proof, on one empty or used lab."""

    connection: Connection
    patience: Patience = attrs.field(factory=Patience)
    GROUP: str = GROUP
    _applier: Applier = attrs.field(init=False)
    _waiting: Waiting = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        self._applier = Applier(self.connection)
        self._waiting = Waiting(self.connection, self._applier.kinds, self.patience)

    def catalog(self, _context: Context) -> tuple[CheckInfo, ...]:
        """The checks of this group."""
        return CATALOG

    def run(self, context: Context) -> Iterable[Verdict]:
        """Prove the objects of the context. Raises ToolError when the control plane cannot be asked."""
        self._prepare(context)
        verdicts, taken = self._apply(context)
        workloads = [workload for workload in context.inventory.workloads() if workload.resource in taken]
        running = {item: item.resource for item in workloads if item.resource.kind != _CRON_JOB}
        refused, jobs = self._run_once(item for item in workloads if item.resource.kind == _CRON_JOB)
        verdicts += refused
        running |= jobs
        bounds = scaling.bounds(workloads, (resource for resource in taken if resource.kind == scaling.AUTOSCALER))
        least = self._stands(running, {item: bound.minimum for item, bound in bounds.items()}, context)
        entered = [stand for stand in least if stand.standing.created >= stand.standing.replicas]
        verdicts += _verdicts(ADMITTED, map(judging.admitted, least))
        verdicts += _verdicts(AT_MINIMUM, map(judging.ready, entered))
        for stand in least:
            if stand not in entered:
                verdicts.append(skip(AT_MINIMUM, stand.workload.resource, "not all of its pods are admitted"))
        for workload in context.inventory.workloads():
            if workload.resource not in taken:
                verdicts += (skip(info, workload.resource, "it was not applied") for info in (ADMITTED, AT_MINIMUM))
        verdicts += self._at_maximum(least, running, bounds, context)
        return verdicts

    def _prepare(self, context: Context) -> None:
        """Give the lab what a cluster for the set has already: custom kinds, and namespaces that the set leaves out."""
        inventory = context.inventory
        definitions = custom_kinds.needed(inventory)
        if definitions:
            context.progress(f"installing {len(definitions)} custom kinds")
        refused = [answer for answer in self._applier.apply_all(definitions) if not answer.accepted]
        if refused:
            raise ToolError(
                f"the server refuses the upstream definition {refused[0].resource.name}: {refused[0].message}",
                remedy="compare the pinned releases in tools/crds/go.mod with the server's version",
            )
        declared = {resource.name for resource in inventory.of_kind(_NAMESPACE)}
        for name in sorted({resource.namespace for resource in inventory.resources} - declared - {"", "default"}):
            reply = self.connection.request(
                "POST", "/api/v1/namespaces", body={"metadata": {"name": name}}, idempotent=True
            )
            if not reply.ok and reply.status != _CONFLICT:
                raise ToolError(f"namespace {name} cannot be made for the proof: {reply.message}")

    def _apply(self, context: Context) -> tuple[list[Verdict], list[Resource]]:
        """Dry-run and apply every object: the verdicts, and what was applied."""
        verdicts: list[Verdict] = []
        taken: list[Resource] = []
        resources, done = context.inventory.resources, 0
        for stage in stages(resources):
            if stage[0].kind == "Pod":
                self._await_accounts({resource.namespace for resource in stage})
            for rehearsed in [self._rehearse(resource) for resource in stage]:
                verdicts += judging.accepted(rehearsed, "accepted").verdicts(DRY_RUN)
                applied = self._applier.apply(rehearsed.resource) if rehearsed.accepted else None
                verdicts += judging.applied(rehearsed, applied)
                if applied is not None and applied.accepted:
                    taken.append(rehearsed.resource)
            done += len(stage)
            context.progress(f"applied {done} of {len(resources)} objects")
            if stage[0].kind == DEFINITION:
                self._applier.wait_established([item.name for item in taken if item.kind == DEFINITION])
        return verdicts, taken

    def _rehearse(self, resource: Resource) -> Answer:
        answer = self._applier.create(resource)
        # In a lab that was used before the object is there: what is asked then is whether it may become so.
        return self._applier.apply(resource, dry_run=True) if answer.status == _CONFLICT else answer

    def _await_accounts(self, namespaces: Iterable[str]) -> None:
        """Wait for the default ServiceAccounts, without which no pod is let into a namespace that is new."""
        clock, sleep = self.patience.clock, self.patience.sleep
        deadline = clock() + _ACCOUNT_SECONDS
        for namespace in namespaces:
            path = f"/api/v1/namespaces/{namespace or 'default'}/serviceaccounts/default"
            # Past the deadline the pods themselves are told what is missing.
            while not self.connection.get(path).ok and clock() < deadline:
                sleep(0.05)

    def _run_once(self, cron_jobs: Iterable[Workload]) -> tuple[list[Verdict], dict[Workload, Resource]]:
        """Make a Job of each CronJob now, as its controller would when its hour comes: refusals, and the Jobs."""
        verdicts: list[Verdict] = []
        made: dict[Workload, Resource] = {}
        for workload in cron_jobs:
            answer = self._applier.create(cron_jobs_job(workload.resource), dry_run=False)
            if answer.accepted:
                made[workload] = answer.resource
            else:
                verdicts += judging.accepted(judging.within(workload.resource, answer), "").verdicts(ADMITTED)
        return verdicts, made

    def _stands(
        self, running: Mapping[Workload, Resource], replicas: Mapping[Workload, int], context: Context
    ) -> list[Stand]:
        """Wait for the workloads, and tell how far they have come."""
        wanted = [Wanted(item, replicas.get(workload)) for workload, item in running.items()]
        found = self._waiting.until_ready(wanted, progress=context.progress)
        return [Stand(workload, standing) for workload, standing in zip(running, found, strict=True)]

    def _at_maximum(
        self,
        least: Sequence[Stand],
        running: Mapping[Workload, Resource],
        bounds: Mapping[Workload, Bounds],
        context: Context,
    ) -> Iterator[Verdict]:
        """Scale everything that is Ready at its minimum, and judge it and the quotas again."""
        if not bounds:
            yield skipped(AT_MAXIMUM, "the set has no HorizontalPodAutoscaler that was applied")
            yield from self._quotas(least, context)
            return
        fit = {stand.workload: running[stand.workload] for stand in least if stand.standing.reached}
        for workload, bound in bounds.items():
            if workload in fit:
                self._raise(bound)
        context.progress("scaling to the maximum")
        most = self._stands(fit, {item: bound.maximum for item, bound in bounds.items()}, context)
        unfit = [stand for stand in least if stand.workload not in fit]
        for stand in most:
            yield from judging.ready(stand).verdicts(AT_MAXIMUM)
        for stand in unfit:
            yield skip(AT_MAXIMUM, stand.workload.resource, "it is not Ready at its minimum")
        yield from self._quotas([*most, *unfit], context)

    def _raise(self, bound: Bounds) -> None:
        """Let the real autoscaler scale to the maximum: below its minimum it scales without any metric."""
        autoscaler = bound.autoscaler
        kind = self._applier.kinds.find(autoscaler.api_version, autoscaler.kind)
        assert kind is not None, "it was applied before"
        body = {"spec": {"minReplicas": bound.maximum}}
        reply = self._applier.patch(kind, autoscaler.namespace, autoscaler.name, body)
        if not reply.ok:
            raise ToolError(f"{autoscaler} cannot be raised to its maximum: {reply.message}")

    def _quotas(self, stands: Sequence[Stand], context: Context) -> Iterator[Verdict]:
        """Judge the quotas by what the control plane counts and rejects."""
        judged = []
        for resource in context.inventory.of_kind("ResourceQuota"):
            kind = self._applier.kinds.find(resource.api_version, resource.kind)
            reply = self.connection.get(kind.path(resource.namespace, resource.name)) if kind is not None else None
            if reply is not None and reply.ok:
                judged.append(judging.quota(resource, reply.body, stands))
        return _verdicts(QUOTA, judged)


def cron_jobs_job(resource: Resource) -> Resource:
    """The Job that a CronJob's controller would make of its template (k8s.io/kubernetes v1.37.2 cronjob/utils.go)."""
    template = as_dict(dig(resource.data, "spec", "jobTemplate"))
    kept = {key: value for key, value in as_dict(template.get("metadata")).items() if key in ("labels", "annotations")}
    # CronJob names have at most 52 characters, so that 11 are left: a dash and the time in minutes.
    metadata = kept | {
        "name": f"{resource.name}-{int(time.time() // 60)}",
        "namespace": resource.namespace or "default",
    }
    data = {"apiVersion": "batch/v1", "kind": "Job", "metadata": metadata, "spec": as_dict(template.get("spec"))}
    return Resource(data, resource.locator)


def _verdicts(info: CheckInfo, judged: Iterable[Judged]) -> Iterator[Verdict]:
    return all_verdicts(info, judged, f"no {info.kinds[0]} or the like was applied")
