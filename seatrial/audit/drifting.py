"""The group drift: is what is live what the manifests declare, no more and no less?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import attrs

from seatrial.checks.base import CheckInfo, Context, skipped, verdict
from seatrial.cluster.reading import Live
from seatrial.engines import drift
from seatrial.engines.drift.owners import shown as path_shown
from seatrial.engines.drift.redacted import shown as value_shown
from seatrial.engines.drift.shape import Shapes
from seatrial.engines.schema import DEFAULT_VERSION, kubernetes_schemas
from seatrial.model.dig import as_str, dig
from seatrial.model.document import Resource
from seatrial.model.inventory import Inventory
from seatrial.model.verdict import Severity, Status, Subject, Verdict

GROUP = "drift"

UNCHANGED = CheckInfo(
    id="drift/unchanged",
    title="Live object is as its manifest says",
    severity=Severity.MEDIUM,
    description=(
        "Every field that the manifest declares has that value in the cluster, and nobody has set others by hand. "
        "Defaults of the server, and what controllers and autoscalers write, are no drift: the managed fields tell."
    ),
    remediation="apply the manifest again, or bring the manifest up to date if the change is meant to stay",
    group=GROUP,
)
MISSING = CheckInfo(
    id="drift/missing",
    title="Declared object is live",
    severity=Severity.HIGH,
    description="Every object of the manifests exists in the cluster.",
    remediation="apply the manifests, or remove the object from them",
    group=GROUP,
)
UNDECLARED = CheckInfo(
    id="drift/undeclared",
    title="Live object is declared",
    severity=Severity.MEDIUM,
    description=(
        "In the namespaces of the manifests nothing lives that they do not declare, but for what the server and "
        "controllers make of declared objects."
    ),
    remediation="declare the object, or delete it",
    group=GROUP,
)
CHECKS = (UNCHANGED, MISSING, UNDECLARED)


@attrs.define(eq=False)
class Drifting:
    """The group, for one cluster and one manifest set."""

    desired: Inventory
    live: Live
    namespaces: tuple[str, ...]
    """Namespaces that were read; empty for all."""
    default_namespace: str
    owned: tuple[str, ...]
    """Namespaces in which everything has to be declared."""
    GROUP: str = GROUP

    def catalog(self, _context: Context) -> tuple[CheckInfo, ...]:
        """The checks of this group."""
        return CHECKS

    def run(self, context: Context) -> Iterable[Verdict]:
        """Compare what is declared with what is live."""
        schemas = kubernetes_schemas(context.options.kubernetes_version or DEFAULT_VERSION)
        definitions = [item for item in self.live.resources if item.kind == "CustomResourceDefinition"]
        shapes = Shapes(schemas, (*definitions, *self.desired.of_kind("CustomResourceDefinition")))
        found = drift.compare(
            self._asked(),
            Inventory(self.live.resources),
            shapes,
            namespaced=self._namespaced,
            default_namespace=self.default_namespace,
            owned=frozenset(self._judged_namespaces()),
        )
        yield from self._of_pairs(found)
        yield from self._of_missing(found)
        yield from self._of_leftovers(found)

    def _asked(self) -> Inventory:
        """The declared objects that lie in what was read."""
        if not self.namespaces:
            return self.desired
        kept = (item for item in self.desired.resources if self._home(item) in {"", *self.namespaces})
        return attrs.evolve(self.desired, resources=tuple(kept))

    def _judged_namespaces(self) -> list[str]:
        return [name for name in self.owned if not self.namespaces or name in self.namespaces]

    def _namespaced(self, resource: Resource) -> bool:
        known = self.live.namespaced(resource)
        return bool(resource.namespace) if known is None else known

    def _home(self, resource: Resource) -> str:
        return (resource.namespace or self.default_namespace) if self._namespaced(resource) else ""

    def _of_pairs(self, found: drift.Drift) -> Iterator[Verdict]:
        for pair in found.pairs:
            subject = pair.live.subject
            if not pair.differences:
                place = pair.desired.position()
                yield verdict(UNCHANGED, Status.PASS, subject, "live as declared", position=place)
            for difference in pair.differences:
                yield verdict(
                    UNCHANGED,
                    Status.FAIL,
                    subject,
                    _told(pair, difference),
                    pointer=difference.pointer,
                    position=pair.desired.position(difference.pointer),
                    evidence=_evidence(pair, difference),
                )
        if not found.pairs:
            yield skipped(UNCHANGED, "no declared object is live")

    def _of_missing(self, found: drift.Drift) -> Iterator[Verdict]:
        for pair in found.pairs:
            yield verdict(MISSING, Status.PASS, pair.live.subject, "live", position=pair.desired.position())
        for missing in found.missing:
            item = missing.desired
            subject = Subject(item.api_version, item.kind, self._home(item), item.name)
            unseen = next((reason for reason in self.live.not_seen if self._hides(reason.kind, item)), None)
            if unseen is not None:
                yield verdict(
                    MISSING, Status.SKIPPED, subject, f"cannot tell: not seen: {unseen}", position=item.position()
                )
                continue
            yield verdict(MISSING, Status.FAIL, subject, self._absence(missing), position=item.position())

    def _hides(self, kind: str, item: Resource) -> bool:
        return kind == item.kind or (not kind and self.live.namespaced(item) is None)

    def _absence(self, missing: drift.Missing) -> str:
        item = missing.desired
        if self.live.namespaced(item) is None:
            return f"the server has no kind {item.kind} of {item.api_version}, so there can be no {item.name}"
        if missing.going is not None:
            return f"being deleted since {dig(missing.going.data, 'metadata', 'deletionTimestamp')}"
        if missing.replaced is not None:
            return (
                f"not in the cluster, which has {missing.replaced.name}: made by the same generator from other content"
            )
        return "not in the cluster"

    def _of_leftovers(self, found: drift.Drift) -> Iterator[Verdict]:
        crowded = set()
        for leftover in found.leftovers:
            item = leftover.live
            crowded.add(item.namespace)
            who = leftover.managers[0] if leftover.managers else None
            told = f"; made by {who}" if who is not None else ""
            earlier = " but as an earlier generation, kept for roll-backs" if leftover.earlier else ""
            yield attrs.evolve(
                verdict(
                    UNDECLARED,
                    Status.FAIL,
                    item.subject,
                    f"no manifest declares it{earlier}{told}",
                    position=item.position(),
                    evidence={"managers": [str(manager) for manager in leftover.managers]},
                ),
                severity=Severity.INFO if leftover.earlier else UNDECLARED.severity,
            )
        for name in self._judged_namespaces():
            if name not in crowded:
                subject = Subject("v1", "Namespace", "", name)
                yield verdict(UNDECLARED, Status.PASS, subject, "everything that lives in it is declared")
        if not crowded and not self._judged_namespaces():
            yield skipped(UNDECLARED, "the manifests have no namespace of their own")


def _told(pair: drift.Pair, difference: drift.Difference) -> str:
    """The field, the two values as a diff has them, and who set what is live."""
    kind = pair.live.kind
    lines = [f"{path_shown(difference.path)} {_VERBS[difference.change]}{_who(pair, difference)}"]
    for sign, value in (("-", difference.desired), ("+", difference.live)):
        if value is not drift.ABSENT:
            lines.append(f"{sign} {value_shown(kind, difference.path, value) or '(a value that is not shown)'}")
    return "\n".join(lines)


_VERBS = {
    drift.Change.CHANGED: "is another than declared",
    drift.Change.MISSING: "is declared and not live",
    drift.Change.ADDED: "is live and not declared",
}


def _who(pair: drift.Pair, difference: drift.Difference) -> str:
    if difference.managers:
        return f", set by {', '.join(map(str, difference.managers))}"
    writer = drift.last_writer(pair.live.data)
    return f"; the object was last written by {writer}" if writer is not None else ""


def _evidence(pair: drift.Pair, difference: drift.Difference) -> dict[str, object]:
    values = {
        name: value_shown(pair.live.kind, difference.path, value) or None
        for name, value in (("desired", difference.desired), ("live", difference.live))
        if value is not drift.ABSENT
    }
    return {
        "field": path_shown(difference.path),
        "change": str(difference.change),
        **values,
        "managers": [attrs.asdict(manager) for manager in difference.managers],
        "resourceVersion": as_str(dig(pair.live.data, "metadata", "resourceVersion")),
    }
