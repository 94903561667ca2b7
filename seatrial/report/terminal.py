"""The report for people at a terminal: findings that read like a good compiler's, then what was and was not judged.

Every line is made here, so that plain output is the same on every machine; rich adds the colours and knows how wide a
character is.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence

import attrs
from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from seatrial.model.position import Position
from seatrial.model.verdict import Severity, Status, Verdict
from seatrial.report.findings import Finding, collapse, together
from seatrial.report.matrix import matrix
from seatrial.report.run import Run, Skip, Surroundings
from seatrial.report.source import Excerpt, Sources
from seatrial.report.text import count, lines, listing, one_line

_NARROWEST = 40
_NAMED_OBJECTS = 5
"""Objects named under a finding or waiver; the rest is counted, and `--format concise` has them all."""

_NAMED_REASONS = 3
"""Reasons told for the skips of one check; the rest is counted, and told with `--show-passed`."""

_WORD = re.compile(r"\s*\S+\s*")

_SEVERITY = {
    Severity.CRITICAL: "bold white on red",
    Severity.HIGH: "bold red",
    Severity.MEDIUM: "bold yellow",
    Severity.LOW: "cyan",
    Severity.INFO: "blue",
}
_STATUS = {
    Status.PASS: "green",
    Status.FAIL: "bold red",
    Status.INCONCLUSIVE: "bold magenta",
    Status.WAIVED: "yellow",
    Status.SKIPPED: "dim",
}


def render(run: Run, *, show_passed: bool, color: bool, width: int) -> str:
    """Return the report for a terminal *width* columns wide (at least 40), coloured only if *color*."""
    buffer = io.StringIO()
    console = Console(
        file=buffer,
        width=max(width, _NARROWEST),
        force_terminal=color,
        color_system="standard" if color else None,
        no_color=not color,
        legacy_windows=False,
        emoji=False,
        markup=False,
        highlight=False,
    )
    for line in _Page(run, console, show_passed).lines():
        console.print(line, soft_wrap=True)
    return buffer.getvalue()


@attrs.frozen
class _Page:
    run: Run
    console: Console
    show_passed: bool
    sources: Sources = attrs.field(factory=Sources, init=False)

    def lines(self) -> Iterator[Text]:
        yield from self._header()
        for findings in together(collapse(self.run.problems)):
            yield from self._findings(findings)
            yield Text()
        if self.show_passed:
            yield from self._passed()
        yield from self._waived()
        yield from self._skipped()
        yield from self._summary()
        yield from self._record()
        style = "bold red" if self.run.problems else "bold green"
        yield from self._wrapped("", Text(self.run.headline, style))

    def _header(self) -> Iterator[Text]:
        scope = self.run.scope
        overlay = f" (overlay {scope.overlay})" if scope.overlay else ""
        title = f"seatrial {scope.versions.get('seatrial', '')}".strip()
        yield from self._wrapped("", Text(one_line(f"{title}: {scope.path}{overlay}"), "bold"))
        counts = listing([scope.sources, count(scope.objects, "object"), count(len(self.run.checks), "check")])
        yield from self._wrapped("", Text(one_line(f"{counts} in {listing(scope.groups)}; seed {scope.seed}")))
        if scope.surroundings is not None:
            yield from self._surroundings(scope.surroundings)
        yield Text()

    def _surroundings(self, cluster: Surroundings) -> Iterator[Text]:
        """Which part of the cluster was judged, and what of it could not be seen."""
        seen = f"read {count(sum(cluster.seen.values()), 'object')} of {count(len(cluster.seen), 'kind')}"
        where = f"{seen} in {count(cluster.requests, 'request')}; namespaces judged: {', '.join(cluster.namespaces)}"
        yield from self._wrapped("", Text(one_line(where)))
        for told in cluster.not_seen:
            yield from self._wrapped("", Text.assemble(("not seen: ", "bold yellow"), one_line(told)))

    def _findings(self, findings: tuple[Finding, ...]) -> Iterator[Text]:
        """What one check says of one place: the place once, each complaint, and the fix once."""
        verdict = findings[0].verdict
        style = _SEVERITY[verdict.severity]
        label = f"{verdict.severity.capitalize()}{', inconclusive' if verdict.status is Status.INCONCLUSIVE else ''}:"
        title = Text.assemble((label, style), f" {one_line(self.run.title_of(verdict.check))} ")
        title.append(f"({one_line(verdict.check)})", "dim")
        yield from self._wrapped("", title)

        excerpt = self.sources.excerpt(verdict)
        margin = len(str(excerpt.line)) + 1 if excerpt else 2
        yield from self._location(verdict, margin)
        if excerpt:
            yield from self._quotation(excerpt, style)
        indent = " " * margin + "= "
        elsewhere = [self._elsewhere(finding) for finding in findings]
        alike = len(set(elsewhere)) == 1
        for finding, others in zip(findings, elsewhere, strict=True):
            for line in lines(finding.verdict.message):
                yield from self._wrapped(indent, Text(line))
            if others and not alike:
                yield from self._wrapped(" " * len(indent), Text(others, "dim"))
        for line in lines(self.run.remedy_of(verdict)):
            if line:
                yield from self._wrapped(indent, Text.assemble(("fix: ", "bold green"), line))
        if verdict.requirements:
            yield from self._wrapped(indent, Text(one_line(f"proves: {', '.join(verdict.requirements)}"), "dim"))
        if alike and elsewhere[0]:
            yield from self._wrapped(indent, Text(elsewhere[0], "dim"))

    @staticmethod
    def _elsewhere(finding: Finding) -> str:
        """The other places of a mistake."""
        if not finding.repeats:
            return ""
        return f"[+{len(finding.repeats)} more: {_objects(finding.repeats, finding.verdict.position)}]"

    def _location(self, verdict: Verdict, margin: int) -> Iterator[Text]:
        arrow = Text(" " * margin + "---> ", "dim")
        subject = one_line(str(verdict.subject))
        if not verdict.position:
            yield arrow + Text(subject, "bold")
            return
        file = arrow + Text(one_line(str(verdict.position)), "bold")
        together = Text.assemble(file, (" -> ", "dim"), subject)
        if together.cell_len <= self.console.width:
            yield together
        else:  # a path is never broken: it has to stay clickable
            yield file
            yield Text(" " * (margin + 5) + subject)

    def _quotation(self, excerpt: Excerpt, style: str) -> Iterator[Text]:
        number = str(excerpt.line)
        room = max(self.console.width - len(number) - 3, 10)
        before, marked, after = (
            one_line(part.replace("\t", " "))
            for part in (
                excerpt.text[: excerpt.start],
                excerpt.text[excerpt.start : excerpt.end],
                excerpt.text[excerpt.end :],
            )
        )
        if cell_len(before) + min(cell_len(marked), room // 2) > room:
            before = "... " + before[len(before) - room // 4 :] if len(before) > room // 4 else before
        quoted = Text.assemble(before, (marked, style), after)
        quoted.truncate(room, overflow="crop")
        carets = max(min(cell_len(marked), room - cell_len(before)), 1)
        yield Text.assemble((f"{number} | ", "dim"), quoted)
        yield Text.assemble((" " * len(number) + " | ", "dim"), " " * cell_len(before), ("^" * carets, style))

    def _passed(self) -> Iterator[Text]:
        passed = self.run.with_status(Status.PASS)
        if passed:
            yield Text(f"passed ({len(passed)})", "bold")
        for verdict in sorted(passed, key=lambda verdict: (verdict.check, verdict.subject)):
            yield Text.assemble(
                ("  pass ", _STATUS[Status.PASS]), one_line(verdict.check), "  ", one_line(str(verdict.subject))
            )
        if passed:
            yield Text()

    def _waived(self) -> Iterator[Text]:
        if self.run.waived:
            yield Text(f"waived ({self.run.by_status[Status.WAIVED]})", "bold")
        for accepted in self.run.waived:
            waiver = accepted.waiver
            times = f"{len(accepted.verdicts)} x " if len(accepted.verdicts) > 1 else ""
            told = f"owner {waiver.owner or 'unknown'}, until {waiver.expires or 'unknown'}"
            reason = waiver.reason or "no reason given"
            yield from self._wrapped("  ", Text(one_line(f"{times}{accepted.check}: {reason} ({told})")))
            yield from self._wrapped("    ", Text(_objects(accepted.verdicts, None), "dim"))
        if self.run.waived:
            yield Text()

    def _skipped(self) -> Iterator[Text]:
        if self.run.skips:
            yield Text(f"skipped ({self.run.by_status[Status.SKIPPED]})", "bold")
        by_reason: dict[str, list[Skip]] = {}
        for skip in self.run.skips:
            by_reason.setdefault(skip.reason, []).append(skip)
        common = {reason: skips for reason, skips in by_reason.items() if len(skips) > 1}
        for reason, skips in common.items():
            yield from self._wrapped("  ", Text(one_line(f"{reason} ({sum(skip.times for skip in skips)})")))
            yield from self._wrapped("    ", Text(one_line(", ".join(skip.check for skip in skips)), "dim"))
        yield from self._skipped_by_check([skip for skip in self.run.skips if skip.reason not in common])
        for check in self.run.silent:
            yield from self._wrapped("  ", Text(one_line(f"{check} gave no verdict at all"), "bold red"))
        if self.run.skips or self.run.silent:
            yield Text()

    def _skipped_by_check(self, skips: list[Skip]) -> Iterator[Text]:
        by_check: dict[str, list[Skip]] = {}
        for skip in skips:
            by_check.setdefault(skip.check, []).append(skip)
        for check, reasons in by_check.items():
            if len(reasons) == 1:
                yield from self._wrapped("  ", Text(one_line(f"{reasons[0].reason} ({reasons[0].times})")))
                yield from self._wrapped("    ", Text(one_line(check), "dim"))
                continue
            yield from self._wrapped("  ", Text(one_line(f"{check} ({sum(skip.times for skip in reasons)})")))
            told = reasons if self.show_passed else reasons[:_NAMED_REASONS]
            for skip in told:
                times = f"{skip.times} x " if skip.times > 1 else ""
                yield from self._wrapped("    ", Text(one_line(f"{times}{skip.reason}"), "dim"))
            if len(reasons) > len(told):
                untold = sum(skip.times for skip in reasons[len(told) :])
                yield from self._wrapped(
                    "    ", Text(f"{untold} more for other reasons; --show-passed tells them", "dim")
                )

    def _summary(self) -> Iterator[Text]:
        seconds = self.run.scope.seconds
        head = ["check group", *(str(status) for status in Status), "seconds"]
        rows = [
            [one_line(group), *(str(counts[status]) for status in Status), _seconds(seconds.get(group))]
            for group, counts in self.run.by_group.items()
        ]
        rows.append(["total", *(str(self.run.by_status[status]) for status in Status), _seconds(sum(seconds.values()))])
        widths = [max(cell_len(cell) for cell in column) for column in zip(head, *rows, strict=True)]
        if sum(widths) + 2 * len(widths) > self.console.width:
            for row in rows:
                told = [f"{cell} {name}" for name, cell in zip(head[1:], row[1:], strict=True) if cell.strip("0")]
                yield from self._wrapped("", Text(f"{row[0]}: {', '.join(told) or 'no verdict'}"))
        else:
            yield _row(head, widths, ["bold"] * len(head))
            for row in rows:
                styles = ["", *(_STATUS[status] for status in Status), "dim"]
                yield _row(
                    row, widths, [style if cell != "0" else "dim" for style, cell in zip(styles, row, strict=True)]
                )
        yield from self._requirements()
        yield Text()

    def _requirements(self) -> Iterator[Text]:
        """What the declared requirements come to; a run of some groups only cannot tell."""
        if not self.run.requirements or "intent" not in self.run.by_group:
            return
        outcomes = matrix(self.run).outcomes
        told = listing(f"{number} {outcome}" for outcome, number in reversed(list(outcomes.items())) if number)
        yield from self._wrapped("", Text(f"requirements: {told} of {sum(outcomes.values())}"))

    def _record(self) -> Iterator[Text]:
        for name, record in (("versions", self.run.scope.versions), ("digests", self.run.scope.digests)):
            if record:
                told = ", ".join(f"{key} {value}" for key, value in record.items())
                yield from self._wrapped("", Text(one_line(f"{name}: {told}"), "dim"))

    def _wrapped(self, indent: str, text: Text) -> Iterator[Text]:
        """Yield *text* in lines that fit, the first after *indent* and the others below its beginning.

        A word longer than a line stays whole: a broken path or name can be neither opened nor searched for.
        """
        room = self.console.width - len(indent)
        breaks: list[int] = []
        used = 0
        for word in _WORD.finditer(text.plain):
            if used and used + cell_len(word.group().rstrip()) > room:
                breaks.append(word.start())
                used = 0
            used += cell_len(word.group())
        for number, line in enumerate(text.divide(breaks)):
            line.rstrip()
            yield Text(indent if number == 0 else " " * len(indent)) + line


def _objects(verdicts: Sequence[Verdict], shown: Position | None) -> str:
    """Name the objects of *verdicts*, with their places where these are not the one already *shown*."""
    named = [
        one_line(f"{other.subject} {other.position}" if other.position not in {None, shown} else str(other.subject))
        for other in verdicts[:_NAMED_OBJECTS]
    ]
    unnamed = len(verdicts) - len(named)
    return ", ".join(named) + (f", and {unnamed} not named here" if unnamed else "")


def _row(cells: list[str], widths: list[int], styles: list[str]) -> Text:
    row = Text()
    for index, (cell, width, style) in enumerate(zip(cells, widths, styles, strict=True)):
        padding = " " * (width - cell_len(cell))
        row.append(f"{cell}{padding}" if index == 0 else f"  {padding}{cell}", style)
    return row


def _seconds(value: float | None) -> str:
    return "" if value is None else f"{value:.1f}"
