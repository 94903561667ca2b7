"""Running a scenario: replications until every objective is decided, or until there have been enough."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from seatrial.model.errors import InputError
from simulator.measures import Judgement, Record, Target, judge
from simulator.results import ScenarioResult, summarize
from simulator.statistics import confidence_per_look
from simulator.workers import Workers

if TYPE_CHECKING:
    from seatrial.model.architecture.scenarios import Scenario
    from simulator.twin import Twin

LOOKS = 4
"""How often a growing number of replications is judged at most; each look keeps a part of the error probability."""


def _silent(_: str) -> None:
    """Progress that nobody watches."""


def run(
    twin: Twin,
    scenario: str,
    *,
    seed: int = 1,
    replications: int | None = None,
    workers: Workers | int | None = None,
    targets: Sequence[Target] = (),
    progress: Callable[[str], None] = _silent,
) -> ScenarioResult:
    """Simulate a scenario of the twin.

    With *replications* exactly so many are run. Otherwise the scenario's minimum is run, then more until each of
    *targets* has passed or failed by its confidence bound, at most the scenario's maximum. *workers* is a number of
    processes, or processes that are kept for several scenarios. The result depends on (twin, scenario, seed,
    replications) alone. Raises InputError for an unknown scenario or less than one replication.
    """
    found = twin.scenario(scenario)
    if replications is not None and replications < 1:
        raise InputError(f"{replications} replications are too few", remedy="ask for at least 1, better 4 or more")
    if isinstance(workers, Workers):
        return _run(twin, found, seed, replications, workers, targets, progress)
    highest = replications or found.maximum
    count = min(workers if workers is not None else os.cpu_count() or 1, highest)
    with Workers(twin, count) as own:
        return _run(twin, found, seed, replications, own, targets, progress)


def _run(
    twin: Twin,
    scenario: Scenario,
    seed: int,
    replications: int | None,
    workers: Workers,
    targets: Sequence[Target],
    progress: Callable[[str], None],
) -> ScenarioResult:
    looks = 1 if replications is not None or not targets else LOOKS
    wanted = replications if replications is not None else scenario.minimum
    limit = replications if replications is not None else scenario.maximum
    records: list[Record] = []
    for look in range(looks):
        for record in workers.run(scenario.name, seed, range(len(records), wanted)):
            records.append(record)
            if scenario.kind != "availability" or len(records) % 100 == 0 or len(records) == wanted:
                progress(f"simulate {scenario.name}: {len(records)} of {wanted} replications")
        judgements = _judge(targets, records, looks)
        open_ones = [judgement for judgement in judgements if judgement.outcome == "inconclusive"]
        if not open_ones or wanted >= limit:
            break
        # As many as the most undecided one needs by its own estimate; the last look takes all there may be.
        needed = max((judgement.needed or limit) for judgement in open_ones)
        wanted = limit if look == looks - 2 else min(limit, max(needed, wanted + 2))
    return summarize(twin, scenario, seed, records, judgements)


def _judge(targets: Sequence[Target], records: Sequence[Record], looks: int) -> list[Judgement]:
    found = [judge(target, records, confidence_per_look(target.confidence, looks)) for target in targets]
    return [judgement for judgement in found if judgement is not None]
