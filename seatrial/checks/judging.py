"""From what a check saw of one subject to its verdicts: one pass, or one fail for each problem."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import attrs

from seatrial.checks.base import CheckInfo, skipped, verdict
from seatrial.model.document import Resource
from seatrial.model.verdict import Severity, Status, Verdict


@attrs.frozen
class Problem:
    """One reason why a subject fails."""

    pointer: str
    message: str
    remediation: str = ""
    """Empty where the check's own remediation says it."""
    evidence: Mapping[str, Any] = attrs.field(factory=dict, hash=False)
    severity: Severity | None = None
    """None for the severity of the check."""
    at_key: bool = False
    """Whether the key of the field is what is wrong, and not its value."""


@attrs.frozen
class Judged:
    """What a check found out about one object."""

    resource: Resource
    problems: tuple[Problem, ...]
    passed: str
    """The sentence of the pass verdict, used when there are no problems."""
    pointer: str = ""
    """What the pass verdict points at."""
    evidence: Mapping[str, Any] = attrs.field(factory=dict)

    def verdicts(self, info: CheckInfo) -> Iterator[Verdict]:
        """One pass, or a fail for each problem."""
        subject, place = self.resource.subject, self.resource.position
        if not self.problems:
            yield verdict(
                info,
                Status.PASS,
                subject,
                self.passed,
                pointer=self.pointer,
                position=place(self.pointer),
                evidence=self.evidence,
            )
        for problem in self.problems:
            yield attrs.evolve(
                verdict(
                    info,
                    Status.FAIL,
                    subject,
                    problem.message,
                    pointer=problem.pointer,
                    position=(self.resource.key_position if problem.at_key else place)(problem.pointer),
                    evidence=problem.evidence,
                ),
                severity=problem.severity or info.severity,
                remediation=problem.remediation or info.remediation,
            )


def skip(info: CheckInfo, resource: Resource, reason: str, pointer: str = "") -> Verdict:
    """The verdict for an object that a check could not judge."""
    return verdict(info, Status.SKIPPED, resource.subject, reason, pointer=pointer, position=resource.position(pointer))


def all_verdicts(info: CheckInfo, judged: Iterable[Judged], empty: str) -> Iterator[Verdict]:
    """The verdicts of everything judged, or one skipped verdict with the reason *empty*."""
    nothing = True
    for item in judged:
        nothing = False
        yield from item.verdicts(info)
    if nothing:
        yield skipped(info, empty)
