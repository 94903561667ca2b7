"""One line per finding, for editors and grep: `file:line:column: severity check message (object)`."""

from __future__ import annotations

from collections.abc import Iterator

from seatrial.model.verdict import Status, Verdict
from seatrial.report.findings import place
from seatrial.report.run import PROBLEMS, Run
from seatrial.report.text import count, one_line


def render(run: Run, *, show_passed: bool) -> str:
    """Return a line per finding, or per verdict if *show_passed*, and a last one with the outcome and the scope."""
    shown = run.with_status(*Status) if show_passed else run.problems
    return "".join(f"{line}\n" for line in _lines(run, shown))


def _lines(run: Run, shown: tuple[Verdict, ...]) -> Iterator[str]:
    for verdict in shown:
        told = verdict.severity if verdict.status is Status.FAIL else f"{verdict.severity} {verdict.status}"
        subject = f" ({verdict.subject})" if verdict.position else ""
        yield one_line(f"{place(verdict)}: {told} {verdict.check} {verdict.message}{subject}")
    others = ", ".join(f"{run.by_status[status]} {status}" for status in Status if status not in PROBLEMS)
    scope = f"{run.scope.sources}, {count(run.scope.objects, 'object')}, {count(len(run.checks), 'check')}"
    yield f"{run.headline} ({scope}; {others})"
