"""Which promise is proven by which check: the verdict matrix, and what each requirement comes to in the end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from enum import StrEnum

import attrs

from seatrial.model.verdict import Status
from seatrial.report.run import RequirementRow, Run


class Outcome(StrEnum):
    """What the evidence for a requirement comes to; declared from the worst to the best."""

    FAILED = "failed"
    INCONCLUSIVE = "inconclusive"
    WAIVED = "waived"
    SKIPPED = "skipped"
    """Some of its evidence could not be taken."""
    NOT_RUN = "not run"
    """A check that is to prove it gave no verdict on it in this run."""
    PROVEN = "proven"
    PLANNED = "planned"
    """No check proves it yet."""


_OUTCOME = {
    Status.FAIL: Outcome.FAILED,
    Status.INCONCLUSIVE: Outcome.INCONCLUSIVE,
    Status.WAIVED: Outcome.WAIVED,
    Status.SKIPPED: Outcome.SKIPPED,
    Status.PASS: Outcome.PROVEN,
}


@attrs.frozen
class Cell:
    """The evidence of one check for one requirement."""

    check: str
    outcome: Outcome
    """The worst of its verdicts."""
    counts: Mapping[Status, int]

    @property
    def told(self) -> str:
        """The verdicts in words: `12 pass, 1 skipped`."""
        told = ", ".join(f"{number} {status}" for status, number in self.counts.items() if number)
        return told or "no verdict in this run"


@attrs.frozen
class Row:
    """One requirement and its evidence."""

    requirement: RequirementRow
    outcome: Outcome
    cells: Mapping[str, Cell]
    """By check."""


@attrs.frozen
class Matrix:
    """Requirements as rows, checks as columns."""

    rows: tuple[Row, ...]
    columns: tuple[str, ...]
    """Only checks that some requirement names, in the order of the run."""

    @property
    def known(self) -> frozenset[str]:
        """Ids of the requirements in it."""
        return frozenset(row.requirement.id for row in self.rows)

    @property
    def outcomes(self) -> Mapping[Outcome, int]:
        """Requirements by outcome."""
        counted = Counter(row.outcome for row in self.rows)
        return {outcome: counted[outcome] for outcome in Outcome}

    @property
    def groups(self) -> tuple[tuple[str, tuple[Row, ...]], ...]:
        """Rows with evidence, or that lack it in this run, by group of requirements; planned ones are left out."""
        grouped: dict[str, list[Row]] = {}
        for row in self.rows:
            if row.outcome is not Outcome.PLANNED:
                grouped.setdefault(row.requirement.group, []).append(row)
        return tuple((title, tuple(rows)) for title, rows in grouped.items())

    @property
    def planned(self) -> tuple[Row, ...]:
        """Requirements without a check."""
        return tuple(row for row in self.rows if row.outcome is Outcome.PLANNED)


def matrix(run: Run) -> Matrix:
    """Return the verdict matrix of *run*, from the requirement ids that its verdicts carry."""
    evidence: dict[tuple[str, str], Counter[Status]] = {}
    for verdict in run.verdicts:
        for requirement in verdict.requirements:
            evidence.setdefault((requirement, verdict.check), Counter())[verdict.status] += 1
    rows = tuple(_row(requirement, evidence) for requirement in run.requirements)
    named = {check for row in rows for check in row.cells}
    known = [check for check in run.by_check if check in named]
    return Matrix(rows, (*known, *sorted(named - set(known))))


def _row(requirement: RequirementRow, evidence: Mapping[tuple[str, str], Counter[Status]]) -> Row:
    checks = dict.fromkeys(reference.check for reference in requirement.checks)
    if not checks:
        return Row(requirement, Outcome.PLANNED, {})
    cells = {check: _cell(check, evidence.get((requirement.id, check), Counter())) for check in checks}
    order = list(Outcome)
    worst = min((cell.outcome for cell in cells.values()), key=order.index)
    return Row(requirement, worst, cells)


def _cell(check: str, counted: Counter[Status]) -> Cell:
    outcomes = [_OUTCOME[status] for status in counted] or [Outcome.NOT_RUN]
    return Cell(check, min(outcomes, key=list(Outcome).index), {status: counted[status] for status in Status})
