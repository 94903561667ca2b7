"""The whole proof, as a group of checks: every object is applied, stage by stage, and then the pods are looked after.

A stage is dry-run when everything before it is really there: a pod whose ServiceAccount has yet to come would be
refused for that alone.
"""

from __future__ import annotations

from collections.abc import Iterable

import attrs

from seatrial.checks.base import CheckInfo, Context
from seatrial.cluster.applying import ESTABLISHED_SECONDS, NO_SUCH_KIND, Answer, Applier, Cause
from seatrial.cluster.connection import Connection
from seatrial.cluster.order import DEFINITION, stages
from seatrial.cluster.waiting import Patience, Waiting
from seatrial.model.document import Resource
from seatrial.model.errors import ToolError
from seatrial.model.verdict import Verdict
from seatrial.proof import custom_kinds, judging
from seatrial.proof.catalog import CATALOG, GROUP
from seatrial.proof.phases import Phases

_CONFLICT = 409
_NAMESPACE = "Namespace"
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
        phases = Phases(self._applier, self._waiting, context)
        return [*verdicts, *phases.run(taken)]

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
            # One that cannot be made is no matter: the objects in it will say so, each at its place.
            self.connection.request("POST", "/api/v1/namespaces", body={"metadata": {"name": name}}, idempotent=True)

    def _apply(self, context: Context) -> tuple[list[Verdict], list[Resource]]:
        """Dry-run and apply every object: the verdicts, and what was applied."""
        verdicts: list[Verdict] = []
        taken: list[Resource] = []
        resources, done = context.inventory.resources, 0
        for stage in stages(resources):
            if stage[0].kind == "Pod":
                self._await_accounts({resource.namespace for resource in stage})
            rehearsed = [self._rehearse(resource) for resource in stage]
            applied = {
                answer.resource: self._applier.apply(answer.resource) for answer in rehearsed if _goes_on(answer)
            }
            if stage[0].kind == DEFINITION:
                applied = self._established(applied)
            for answer in rehearsed:
                known = answer.reason != NO_SUCH_KIND or custom_kinds.known(answer.resource, self._applier.kinds)
                verdicts += judging.rehearsed(answer, known=known)
                verdicts += judging.applied(answer, applied.get(answer.resource))
            taken += (resource for resource, answer in applied.items() if answer.accepted)
            done += len(stage)
            context.progress(f"applied {done} of {len(resources)} objects")
        return verdicts, taken

    def _established(self, applied: dict[Resource, Answer]) -> dict[Resource, Answer]:
        """The answers, those of definitions that the server took and does not serve turned into refusals."""
        missing = self._applier.wait_established(item.name for item, answer in applied.items() if answer.accepted)
        message = f"the server took it and does not serve its kind within {ESTABLISHED_SECONDS:g} s"
        cause = Cause(message, "spec.names", "/spec/names")
        return {
            item: attrs.evolve(answer, accepted=False, message=message, causes=(cause,))
            if item.name in missing
            else answer
            for item, answer in applied.items()
        }

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


def _goes_on(rehearsed: Answer) -> bool:
    """Whether the object is applied after its dry run: a webhook that nobody answers would refuse all that follows."""
    return rehearsed.accepted and rehearsed.resource.kind not in judging.WEBHOOKS
