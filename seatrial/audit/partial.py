"""What a check cannot know about a cluster of which it saw only a part.

A Secret that may not be read is not a Secret that is missing. Where a check needs objects that were not seen, its
verdicts become skipped ones that say so: no failure is made of ignorance, and no pass either where only the absence of
something would prove it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

import attrs

from seatrial.checks.base import Context
from seatrial.checks.policy import policies
from seatrial.cluster.reading import NotSeen
from seatrial.engines.rego_sources import LIBRARY, PolicySet, Rule
from seatrial.model.verdict import Status, Verdict
from seatrial.model.workload import TEMPLATE_PATHS

_WORKLOADS = frozenset(TEMPLATE_PATHS)
_MAKERS = frozenset({"ExternalSecret", "SealedSecret", "Certificate", "Ingress"})
"""Kinds that stand for the Secrets which controllers make of them (seatrial.checks.references.provided)."""
ANYTHING = frozenset({"*"})

POINTING: Mapping[str, frozenset[str]] = {
    "references/config-map-key": frozenset({"ConfigMap"}),
    "references/component": ANYTHING,
    "references/hpa-target": _WORKLOADS,
    "references/ingress-backend": frozenset({"Service"}),
    "references/pdb-target": _WORKLOADS,
    "references/priority-class": frozenset({"PriorityClass"}),
    "references/role-binding": frozenset({"Role", "ClusterRole", "ServiceAccount"}),
    "references/secret-key": frozenset({"Secret"}) | _MAKERS,
    "references/service-account": frozenset({"ServiceAccount"}),
    "references/service-selector": _WORKLOADS,
    "references/service-target-port": _WORKLOADS,
    "references/stateful-set-service": frozenset({"Service"}),
    "references/storage-class": frozenset({"StorageClass"}),
    "references/volume-claim": frozenset({"PersistentVolumeClaim"}),
    "references/vpa-target": _WORKLOADS,
    "references/workload-selector": frozenset(),
}
"""Checks that look for something: they pass when they find it, so only their failures may be ignorance."""

WHOLE: Mapping[str, frozenset[str]] = {
    "capacity/connection-pool": _WORKLOADS | {"ConfigMap", "HorizontalPodAutoscaler", "ScaledObject", "Service"},
    "capacity/quota-covers-maxima": _WORKLOADS
    | {"HorizontalPodAutoscaler", "LimitRange", "PersistentVolumeClaim", "ScaledObject", "Service"},
    "network/declared-edges": _WORKLOADS | {"Ingress", "Namespace", "NetworkPolicy", "Service"},
    "network/undeclared-paths": _WORKLOADS | {"Ingress", "Namespace", "NetworkPolicy", "Service"},
}
"""Checks that add up or rule out: what they did not see could turn a pass as well."""

_IMPORT = re.compile(rf"^import data\.{LIBRARY}\.(\w+)", re.MULTILINE)
_STRING = re.compile(r'"([A-Z]\w+)"')
_LOOKS_AROUND = "inventory"


@attrs.frozen(eq=False)
class Blind:
    """Which checks a reading in part leaves unsure."""

    unseen: Mapping[str, NotSeen]
    """Kind to why it was not seen; the key `*` for a whole API."""
    policies: Mapping[str, frozenset[str]]
    """Policy rule to the kinds that it looks up."""

    @classmethod
    def of(cls, not_seen: Iterable[NotSeen], context: Context) -> Blind:
        """Read what was not seen, and what the project's rules look up."""
        unseen = {found.kind or "*": found for found in not_seen}
        return cls(unseen, looked_up(policies(context.policies)) if unseen else {})

    def revise(self, found: Verdict) -> Verdict:
        """The verdict, or a skipped one where it rests on what was not seen."""
        if found.status not in {Status.PASS, Status.FAIL, Status.INCONCLUSIVE}:
            return found
        whole = WHOLE.get(found.check) or self.policies.get(found.check, frozenset())
        needed = whole | (POINTING.get(found.check, frozenset()) if found.status is not Status.PASS else frozenset())
        missing = [kind for kind in self.unseen if kind in needed or (needed == ANYTHING and kind)]
        if not missing:
            return found
        told = "; ".join(str(self.unseen[kind]) for kind in missing)
        return attrs.evolve(
            found, status=Status.SKIPPED, message=f"cannot tell without what was not seen: {told}", remediation=""
        )


def looked_up(found: PolicySet) -> dict[str, frozenset[str]]:
    """The kinds that each rule may look up among the other objects: those that it, or a library of its, names.

    Naming too many only makes a verdict more careful.
    """
    libraries = {module.file.rpartition("/")[2].removesuffix(".rego"): module.text for module in found.modules}
    return {rule.id: _kinds(rule, found, libraries) for rule in found.rules}


def _kinds(rule: Rule, found: PolicySet, libraries: Mapping[str, str]) -> frozenset[str]:
    texts = [module.text for module in found.modules if module.file == rule.file]
    names = [name for text in texts for name in _IMPORT.findall(text)]
    for name in names:
        text = libraries.get(name, "")
        names.extend(other for other in _IMPORT.findall(text) if other not in names)
    around = [text for text in (*texts, *(libraries.get(name, "") for name in names)) if f"{_LOOKS_AROUND}." in text]
    return frozenset(kind for text in around for kind in _STRING.findall(text))
