"""`seatrial simulate`."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable
from typing import TYPE_CHECKING

from seatrial import verification
from seatrial.checks import simulation
from seatrial.checks.base import Options
from seatrial.cli import output as outputs
from seatrial.cli.choices import choose
from seatrial.cli.progress import shown
from seatrial.model.errors import InputError

if TYPE_CHECKING:
    from rich.table import Table

    from simulator import ScenarioResult

FORMATS = ("terminal", "json")
ENGINES = ("reference",)


def run(
    scenario: str, path: str | None, *, overlay: str | None, report: str, output: str | None, options: Options
) -> int:
    """Simulate one scenario and tell what came of it; 1 if an objective judged in it is not shown to hold."""
    import simulator

    choose("--format", report, FORMATS)
    choose("--engine", options.simulator, ENGINES)
    outputs.expect(output)
    where = path if path is not None else verification.default_path()
    with shown() as progress:
        context = verification.open_context(where, verification.choose_overlay(where, overlay), options, progress)
        if context.architecture is None:
            raise InputError(
                f"{where} is no whole project with an architecture/, which declares scenarios",
                remedy="name the manifests of a project that has one",
            )
        choose("SCENARIO", scenario, (declared.name for declared in context.architecture.scenarios.scenarios))
        twin = simulator.build(context.inventory, context.architecture)
        result = simulator.run(
            twin,
            scenario,
            seed=options.seed,
            replications=options.replications,
            workers=options.workers,
            targets=simulation.targets(context.architecture, scenario),
            progress=progress,
        )
    content = json.dumps(result.to_json(), indent=2) if report == "json" else _text(result, plain=output is not None)
    outputs.deliver(content, output)
    return 0 if all(judgement.outcome == "pass" for judgement in result.judgements) else 1


def _text(result: ScenarioResult, *, plain: bool) -> str:
    from rich.console import Console

    color = outputs.colored() and not plain
    text = io.StringIO()
    console = Console(file=text, force_terminal=color, no_color=not color, width=outputs.width(), highlight=False)
    console.print(
        f"{result.title} ({result.scenario}): {result.replications} replications, {result.requests:,} requests, "
        f"seed {result.seed}"
    )
    objectives = _table("objective", "measured", "low", "high", "threshold", "outcome")
    for judgement in result.judgements:
        interval = judgement.interval
        values = (interval.value, interval.low, interval.high, judgement.target.threshold)
        objectives.add_row(judgement.target.name, *(f"{value:.5g}" for value in values), judgement.outcome)
    latency = _table("requests", "p50 s", "p95 s", "p99 s")
    for name, found in result.latency.items():
        latency.add_row(name, *(f"{found.overall[label].value:.4g}" for label in ("p50", "p95", "p99")))
    replicas = _table("autoscaler", "least", "most", "limits")
    for name, (least, most) in result.replica_range.items():
        low, high = result.limits[name]
        replicas.add_row(name, str(least), str(most), f"{low} to {high}")
    for table in _filled((objectives, latency, replicas)):
        console.print(table)
    return text.getvalue()


def _table(*columns: str) -> Table:
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD)
    for number, column in enumerate(columns):
        table.add_column(column, justify="left" if number == 0 or column == "outcome" else "right")
    return table


def _filled(tables: Iterable[Table]) -> Iterable[Table]:
    return (table for table in tables if table.row_count)
