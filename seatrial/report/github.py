"""Annotations on a pull request, as workflow commands of GitHub Actions.

GitHub shows a limited number of annotations of each level for one step and drops the others without a word; this
report says how many, and puts the gravest first.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from seatrial.model.verdict import Severity, Status, Verdict
from seatrial.report.run import Run
from seatrial.report.text import count, one_line, visible

SHOWN_PER_LEVEL = 10
"""Annotations of one level that GitHub shows for one step (GitHub documentation, "Usage limits" of annotations)."""

_LEVEL = {
    Severity.CRITICAL: "error",
    Severity.HIGH: "error",
    Severity.MEDIUM: "warning",
    Severity.LOW: "notice",
    Severity.INFO: "notice",
}


def render(run: Run) -> str:
    """Return a workflow command per finding and a last line with the outcome and what GitHub will not show."""
    return "".join(f"{line}\n" for line in _lines(run))


def _lines(run: Run) -> Iterator[str]:
    for verdict in run.problems:
        yield _command(run, verdict)
    levels = Counter(_LEVEL[verdict.severity] for verdict in run.problems)
    hidden = sum(max(number - SHOWN_PER_LEVEL, 0) for number in levels.values())
    scope = f"{run.scope.sources}, {count(run.scope.objects, 'object')}, {count(len(run.checks), 'check')}"
    others = ", ".join(f"{run.by_status[status]} {status}" for status in (Status.PASS, Status.WAIVED, Status.SKIPPED))
    yield f"seatrial: {run.headline} ({scope}; {others})"
    if hidden:
        yield (
            f"seatrial: GitHub shows {SHOWN_PER_LEVEL} annotations of each level per step: {hidden} of "
            f"{len(run.problems)} are not shown on the pull request; all are in this log"
        )


def _command(run: Run, verdict: Verdict) -> str:
    place = verdict.position
    unsure = ", inconclusive" if verdict.status is Status.INCONCLUSIVE else ""
    properties = {"file": place.file, "line": place.line, "col": place.column} if place else {}
    properties["title"] = f"{run.title_of(verdict.check)} ({verdict.check}, {verdict.severity}{unsure})"
    remedy = run.remedy_of(verdict)
    message = f"{verdict.subject}: {verdict.message}" + (f"\nfix: {remedy}" if remedy else "")
    told = ",".join(f"{name}={_property(str(value))}" for name, value in properties.items())
    return f"::{_LEVEL[verdict.severity]} {told}::{_data(message)}"


def _data(text: str) -> str:
    """Escape as `escapeData` of actions/toolkit does (packages/core/src/command.ts)."""
    return visible(text).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    """Escape as `escapeProperty` of actions/toolkit does (packages/core/src/command.ts)."""
    return _data(one_line(text)).replace(":", "%3A").replace(",", "%2C")
