"""Is only the declared open? Whatever a workload can reach, or be reached by, has to be an edge of the architecture."""

from __future__ import annotations

from collections.abc import Iterator

from seatrial.checks.base import CheckInfo
from seatrial.checks.judging import Judged, Problem
from seatrial.checks.network.components import Intent
from seatrial.engines.reachability import EGRESS, INGRESS, AddressPeer, Peer, PodPeer
from seatrial.engines.reachability_ports import NONE, Connections
from seatrial.engines.reachability_table import grouped
from seatrial.model.verdict import Severity
from seatrial.model.workload import Workload

INFO = CheckInfo(
    id="network/undeclared-paths",
    title="Only declared connections are possible",
    severity=Severity.HIGH,
    description=(
        "Whatever the NetworkPolicies let a workload open or accept is an edge of the architecture: to and from every "
        "other workload, the pods of declared components that come later, a pod of any other namespace, and every "
        "address outside the cluster."
    ),
    remediation="narrow the NetworkPolicy that allows it, or declare the edge in architecture/edges.yaml",
    group="network",
)

_STRANGER = "any pod of another namespace"
_ELSEWHERE = "seatrial-another-namespace"
_MOST_NAMES = 6


def run(intent: Intent) -> Iterator[Judged]:
    """Judge every workload: what it can open to whom, and what strangers can open to it."""
    strangers = tuple(_strangers(intent))
    for workload, peer in intent.world.workloads:
        leaving = list(_leaving(intent, peer, strangers))
        arriving = list(_arriving(intent, peer, strangers))
        problems = (
            *_problems(intent, workload, peer, EGRESS, leaving),
            *_problems(intent, workload, peer, INGRESS, arriving),
        )
        ids = ", ".join(sorted(intent.components_of[peer])) or "no declared component"
        yield Judged(workload.resource, problems, f"every possible connection is declared ({ids})")


def _strangers(intent: Intent) -> Iterator[PodPeer]:
    """Pods of a namespace that nobody declared: one without labels, and one for each label that a rule asks for.

    Whoever may create namespaces may label pods as they like, so a rule is safe only if it names the namespace.
    """
    asked: set[tuple[tuple[str, str], ...]] = {()}
    for policy in intent.world.network.policies:
        asked |= {tuple(sorted(labels.items())) for labels in policy.asked_labels}
    for labels in sorted(asked):
        told = ",".join(f"{key}={value}" for key, value in labels)
        name = f"{_STRANGER} labelled {told}" if told else _STRANGER
        yield intent.world.network.pods(name, _ELSEWHERE, dict(labels))


def _declared(intent: Intent, sources: frozenset[str], targets: frozenset[str]) -> Connections:
    total = NONE
    for source in sources:
        for target in targets:
            total |= intent.ports.get((source, target), NONE)
    return total


def _leaving(intent: Intent, peer: PodPeer, strangers: tuple[PodPeer, ...]) -> Iterator[tuple[str, Connections]]:
    ids = intent.components_of[peer]
    for other, names in _pods(intent, strangers):
        extra = intent.world.network.allowed(peer, other) - _declared(intent, ids, names)
        yield other.name, extra
    yield from _outside(intent, peer, ids, leaving=True)


def _arriving(intent: Intent, peer: PodPeer, strangers: tuple[PodPeer, ...]) -> Iterator[tuple[str, Connections]]:
    """From whoever is no workload of these manifests: the others are judged at their own egress."""
    ids = intent.components_of[peer]
    for other, names in _pods(intent, strangers):
        if other not in intent.components_of:
            extra = intent.world.network.allowed(other, peer) - _declared(intent, names, ids)
            yield other.name, extra
    yield from _outside(intent, peer, ids, leaving=False)


def _pods(intent: Intent, strangers: tuple[PodPeer, ...]) -> Iterator[tuple[PodPeer, frozenset[str]]]:
    yield from intent.components_of.items()
    for id_, peer in intent.placeholders.items():
        yield peer, frozenset({id_})
    for stranger in strangers:
        yield stranger, frozenset()


def _outside(intent: Intent, peer: PodPeer, ids: frozenset[str], *, leaving: bool) -> Iterator[tuple[str, Connections]]:
    for parts in intent.outside.values():
        names = dict(parts)

        def extra(address: AddressPeer, names: dict[AddressPeer, frozenset[str]] = names) -> Connections:
            if leaving:
                return intent.world.network.allowed(peer, address) - _declared(intent, ids, names[address])
            return intent.world.network.allowed(address, peer) - _declared(intent, names[address], ids)

        for ports, addresses in grouped(names, extra).items():
            yield str(addresses), ports


def _problems(
    intent: Intent, workload: Workload, peer: Peer, direction: str, found: list[tuple[str, Connections]]
) -> Iterator[Problem]:
    together: dict[Connections, list[str]] = {}
    for name, extra in found:
        if extra:
            together.setdefault(extra, []).append(name)
    policies = [policy.resource.name for policy in intent.world.network.isolating(peer, direction)]
    why = (
        f"allowed by {', '.join(sorted(policies))}"
        if policies
        else f"no NetworkPolicy isolates it for {direction.lower()}"
    )
    for extra, names in together.items():
        listed = ", ".join(names[:_MOST_NAMES]) + (
            f" and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else ""
        )
        text = f"can open {extra} to {listed}" if direction == EGRESS else f"accepts {extra} from {listed}"
        yield Problem(
            workload.template_pointer,
            f"{workload.resource.name} {text}, which no edge declares ({why})",
            evidence={"direction": direction, "connections": str(extra), "peers": names},
        )
