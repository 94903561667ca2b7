"""The report as one page that needs nothing else: no script, no request, one file to attach to a release.

A content security policy in the page forbids scripts and requests altogether, so that a manifest whose names look like
markup stays text twice over: escaped by the template, and powerless if it were not.
"""

from __future__ import annotations

import functools
import importlib.resources
import math
from collections.abc import Callable, Mapping
from typing import Any

import attrs
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from seatrial.model.verdict import Severity, Status, Verdict
from seatrial.report import plots
from seatrial.report.findings import Finding, collapse
from seatrial.report.json_text import dumps
from seatrial.report.matrix import Outcome, matrix
from seatrial.report.run import Run
from seatrial.report.scenario import Latency, Replicas, Scenario, thinned
from seatrial.report.source import Sources
from seatrial.report.text import count, one_line, visible

GLYPHS = {
    Status.PASS: "✓",
    Status.FAIL: "✕",
    Status.INCONCLUSIVE: "?",
    Status.SKIPPED: "–",
    Status.WAIVED: "W",
    Outcome.PROVEN: "✓",
    Outcome.FAILED: "✕",
    Outcome.NOT_RUN: "·",
    Outcome.PLANNED: "◌",
}
"""A sign for each outcome, so that none is told by colour alone. Equal words of the two enumerations share one."""

_WORST_FIRST = (Status.FAIL, Status.INCONCLUSIVE, Status.WAIVED, Status.SKIPPED, Status.PASS)


@attrs.frozen
class _Quotation:
    """A source line in three parts, the marked one in the middle."""

    line: int
    before: str
    marked: str
    after: str


@attrs.frozen
class _Plotted:
    """A series, its plot (None without the extra `plots`) and the points of its data table."""

    series: Replicas | Latency
    drawing: Markup | None

    @property
    def points(self) -> Any:
        return thinned(len(self.series.times))


@attrs.frozen
class _Simulated:
    scenario: Scenario
    telling: list[Verdict]
    """Verdicts on objectives, and whatever did not pass, the worst first."""
    others: list[Verdict]
    """What passed for each of many objects."""
    replicas: tuple[_Plotted, ...]
    latency: tuple[_Plotted, ...]


def render(run: Run) -> str:
    """Return the page on *run*, with every verdict in it."""
    sources = Sources()
    promised = matrix(run)
    return (
        _environment()
        .get_template("report.html.j2")
        .render(
            run=run,
            scope=run.scope,
            css=Markup(importlib.resources.files(__package__).joinpath("templates/report.css").read_text("utf-8")),  # noqa: S704 - our own file
            findings=[(finding, _quotation(sources, finding)) for finding in collapse(run.problems)],
            matrix=promised,
            slug=_slugs(),
            outcomes=Outcome,
            statuses=Status,
            severities=list(reversed(Severity)),
            simulated=[_simulated(run, result) for result in run.simulations],
            plots_available=plots.available(),
            assumptions=sorted(run.assumptions, key=lambda row: (-abs(row.sensitivity or 0.0), row.name)),
            sensitive=any(row.sensitivity is not None for row in run.assumptions),
            subjects=_subjects(run),
        )
    )


@functools.cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("seatrial.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_finalize,
    )
    environment.filters |= {"evidence": _evidence, "number": _number, "prose": _prose}
    environment.globals |= {"count": count, "glyph": _glyph}
    return environment


def _finalize(value: Any) -> Any:
    """Make what the template prints visible, a subject or position as much as a string; jinja escapes it afterwards."""
    return value if isinstance(value, Markup) else visible(str(value))


def _prose(text: str) -> Markup:
    """Set what stands between backticks in *text* as code, as the messages of checks mean it."""
    quoted, parts = False, []
    pieces = visible(text).split("`")
    for index, piece in enumerate(pieces):
        if quoted and index < len(pieces) - 1:
            parts.append(Markup("<code>{}</code>").format(piece))
        else:  # the last piece follows the last backtick: an unpaired one is text
            parts.append(Markup("{}{}").format("`" if quoted else "", piece))
        quoted = not quoted
    return Markup("").join(parts)


def _glyph(outcome: Status | Outcome) -> str:
    return GLYPHS[outcome]


def _slugs() -> Callable[[str], str]:
    """Return a function that gives each text an id of its own, made of nothing but letters and digits."""
    known: dict[str, str] = {}
    return lambda text: known.setdefault(text, f"n{len(known)}")


def _quotation(sources: Sources, finding: Finding) -> _Quotation | None:
    excerpt = sources.excerpt(finding.verdict)
    if excerpt is None:
        return None
    text = excerpt.text
    return _Quotation(
        excerpt.line,
        one_line(text[: excerpt.start].lstrip().replace("\t", " ")),  # a phone has no room for indentation
        one_line(text[excerpt.start : excerpt.end]),
        one_line(text[excerpt.end :]),
    )


def _simulated(run: Run, result: Mapping[str, Any]) -> _Simulated:
    drawn = plots.available()
    verdicts = [verdict for verdict in run.verdicts if verdict.evidence.get("scenario") == result.get("scenario")]
    scenario = Scenario.read(result)
    verdicts.sort(key=lambda verdict: (_WORST_FIRST.index(verdict.status), verdict.check, verdict.subject))
    telling = [v for v in verdicts if v.status is not Status.PASS or v.subject.kind == "Objective"]
    return _Simulated(
        scenario,
        telling,
        [verdict for verdict in verdicts if verdict not in telling],
        tuple(
            _Plotted(series, plots.replicas(series) if drawn and series.times else None) for series in scenario.replicas
        ),
        tuple(
            _Plotted(series, plots.latency(series) if drawn and series.known else None) for series in scenario.latency
        ),
    )


def _subjects(run: Run) -> dict[str, list[tuple[Status, list[Verdict]]]]:
    """Return the verdicts of each check by status, the worst first: the evidence of what was looked at."""
    grouped: dict[str, dict[Status, list[Verdict]]] = {}
    for verdict in sorted(run.verdicts, key=lambda verdict: verdict.subject):
        grouped.setdefault(verdict.check, {}).setdefault(verdict.status, []).append(verdict)
    return {
        check: [(status, by_status[status]) for status in _WORST_FIRST if status in by_status]
        for check, by_status in grouped.items()
    }


def _evidence(verdict: Verdict) -> str:
    """Return the measured values behind a verdict as JSON, for the waiver is told elsewhere."""
    measured = {key: value for key, value in verdict.evidence.items() if key != "waiver"}
    return dumps(measured) if measured else ""


def _number(value: float | None) -> str:
    """Write *value* with at most six digits that mean something, never as a power of ten: `2,000,000`, `0.00005`."""
    if value is None:
        return ""
    digits = max(0, 6 - math.floor(math.log10(abs(value))) - 1) if value and math.isfinite(value) else 0
    told = f"{value:,.{digits}f}"
    return told.rstrip("0").rstrip(".") if "." in told else told
