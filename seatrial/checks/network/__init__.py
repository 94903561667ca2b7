"""The network group: is exactly that possible which the architecture declares, no less and no more?"""

from __future__ import annotations

from collections.abc import Iterable

from seatrial.checks.base import NO_ARCHITECTURE, CheckInfo, Context, skipped
from seatrial.checks.judging import all_verdicts
from seatrial.checks.network import edges, paths
from seatrial.checks.network.components import Intent
from seatrial.model.verdict import Verdict

__all__ = ["GROUP", "catalog", "run"]

GROUP = "network"


def catalog(_context: Context) -> tuple[CheckInfo, ...]:
    """The checks of this group."""
    return (edges.INFO, paths.INFO)


def run(context: Context) -> Iterable[Verdict]:
    """Compare the declared edges with what the NetworkPolicies allow, in both directions."""
    if context.architecture is None:
        for info in catalog(context):
            yield skipped(info, NO_ARCHITECTURE)
        return
    intent = Intent(context.inventory, context.architecture)
    if not intent.edges:
        yield skipped(edges.INFO, "the architecture declares no network edge")
    yield from edges.run(intent)
    yield from all_verdicts(paths.INFO, paths.run(intent), "there is no workload")
