"""Is every declared edge open? It takes the egress of its source and the ingress of its target, on the pod's port."""

from __future__ import annotations

from collections.abc import Iterator

from seatrial.checks.base import DECLARED, CheckInfo, verdict
from seatrial.checks.network.components import Intent, outside_of, wanted
from seatrial.engines.reachability import EGRESS, INGRESS, Network, Peer
from seatrial.model.architecture import Component, Edge
from seatrial.model.verdict import Severity, Status, Subject, Verdict

INFO = CheckInfo(
    id="network/declared-edges",
    title="Declared connection is allowed",
    severity=Severity.HIGH,
    description=(
        "Every network edge of the architecture is allowed on the port of the target's pod, by the policies of its "
        "source and of its target. Where one end is not deployed by these manifests, only the other end is judged, "
        "against the declared labels and namespace."
    ),
    remediation="allow the connection in a NetworkPolicy of the pod that denies it",
    group="network",
    kinds=("Edge",),
)


def run(intent: Intent) -> Iterator[Verdict]:
    """One verdict for each edge, or a fail for each side that denies it."""
    for edge in intent.edges:
        yield from _edge(intent, edge)


def _edge(intent: Intent, edge: Edge) -> Iterator[Verdict]:
    source, target = intent.architecture.component(edge.source), intent.architecture.component(edge.target)
    subject = Subject(DECLARED, "Edge", "", edge.id)
    reason = _reason(intent, source, target)
    if reason:
        yield verdict(INFO, Status.SKIPPED, subject, reason, position=edge.position)
        return
    denials = dict.fromkeys(
        message
        for origin in _peers(intent, source)
        for destination in _peers(intent, target)
        for message in _denials(intent.world.network, edge, origin, destination)
    )
    for message in denials:
        yield verdict(INFO, Status.FAIL, subject, message, position=edge.position)
    if not denials:
        message = f"{source.name} reaches {target.name} on {wanted(edge)}{_unjudged(intent, source, target)}"
        yield verdict(INFO, Status.PASS, subject, message, position=edge.position)


def _reason(intent: Intent, source: Component, target: Component) -> str:
    """Why an edge cannot be judged; empty if it can."""
    if not _governed(intent, source, EGRESS) and not _governed(intent, target, INGRESS):
        names = " and ".join(dict.fromkeys(_absence(item) for item in (source, target)))
        return f"neither end has pods or policies in these manifests: {names}"
    for item in (source, target):
        if item.external is not None and item.planned:
            return f"{item.name} is planned: {item.planned}"
        if not _peers(intent, item):
            return f"{_absence(item)}: neither pods nor addresses of it are known"
    return ""


def _governed(intent: Intent, item: Component, direction: str) -> bool:
    """Whether these manifests decide about an end: they hold its pods, or policies for pods that come later."""
    later = intent.placeholders.get(item.id)
    return bool(intent.deployed(item)) or (later is not None and bool(intent.world.network.isolating(later, direction)))


def _absence(item: Component) -> str:
    if item.planned:
        return f"{item.name} is planned ({item.planned})"
    if item.external is not None:
        return f"{item.name} is outside the cluster"
    return f"{item.name} is not deployed" if not item.provided else f"{item.name} comes with the cluster"


def _peers(intent: Intent, item: Component) -> tuple[Peer, ...]:
    found: tuple[Peer, ...] = intent.deployed(item)
    if not found and item.id in intent.placeholders:
        found = (intent.placeholders[item.id],)
    blocks = outside_of(item)
    if not found and blocks:
        families = {block.family for block in blocks}
        parts = (peer for family in sorted(families) for peer in intent.world.outside(family))
        found = tuple(peer for peer in parts if any(block.covers(peer.addresses) for block in blocks))
    return found


def _denials(network: Network, edge: Edge, source: Peer, target: Peer) -> Iterator[str]:
    for direction, pods, other, open_ in (
        (EGRESS, source, target, network.egress(source, target)),
        (INGRESS, target, source, network.ingress(source, target)),
    ):
        if wanted(edge) - open_:
            policies = ", ".join(sorted(policy.resource.name for policy in network.isolating(pods, direction)))
            way = "to" if direction == EGRESS else "from"
            yield (
                f"{direction.lower()} of {pods.name} {way} {other.name} on {wanted(edge)} is denied: "
                f"none of its policies ({policies}) allows it"
            )


def _unjudged(intent: Intent, source: Component, target: Component) -> str:
    for item, side in ((source, "egress"), (target, "ingress")):
        if item.id in intent.placeholders and not _governed(intent, item, side.capitalize()):
            return f"; the {side} of {item.name} is not part of these manifests"
    return ""
