"""Whether the intent is proven: a promise without a working check is a defect that Seatrial reports of itself."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence

from seatrial.checks.base import DECLARED, CheckInfo, verdict
from seatrial.model.architecture import Architecture, Requirement
from seatrial.model.suggest import did_you_mean
from seatrial.model.verdict import Severity, Status, Subject, Verdict

GROUP = "intent"

PROVEN = CheckInfo(
    id="intent/requirement-proven",
    title="Requirement is tied to checks that looked at something",
    severity=Severity.HIGH,
    description=(
        "Every requirement that names checks must have got a verdict from each of them. A check that does not exist, "
        "or that found nothing to look at, proves nothing, however green the run is."
    ),
    remediation="Correct the check or its subject in architecture/requirements.yaml, or say there what is planned.",
    group=GROUP,
    kinds=("Requirement",),
)


def judge(
    architecture: Architecture, checks: Sequence[CheckInfo], verdicts: Iterable[Verdict]
) -> tuple[tuple[CheckInfo, ...], list[Verdict]]:
    """One verdict for each requirement that names checks, given the *verdicts* of a complete run."""
    answered: dict[str, set[tuple[str, Subject]]] = defaultdict(set)
    for answer in verdicts:
        if answer.status is not Status.SKIPPED:
            for requirement in answer.requirements:
                answered[requirement].add((answer.check, answer.subject))
    known = {info.id for info in checks}
    return (PROVEN,), [
        _judge(requirement, answered[requirement.id], known)
        for requirement in architecture.requirements
        if requirement.checks
    ]


def _judge(requirement: Requirement, answered: set[tuple[str, Subject]], known: Collection[str]) -> Verdict:
    problems = []
    for reference in requirement.checks:
        if reference.check not in known:
            problems.append(f"{reference.check} does not exist{did_you_mean(reference.check, known)}")
        elif not any(reference.covers(*answer) for answer in answered):
            of = f" of {reference.subject}" if reference.subject else ""
            problems.append(f"{reference.check}{of} looked at nothing")
    subject = Subject(DECLARED, "Requirement", "", requirement.id)
    if problems:
        return verdict(
            PROVEN, Status.FAIL, subject, f"not proven: {'; '.join(problems)}", position=requirement.position
        )
    evidence = {"verdicts": len(answered), "checks": sorted({check for check, _ in answered})}
    message = f"{len(answered)} verdicts are evidence for it"
    return verdict(PROVEN, Status.PASS, subject, message, position=requirement.position, evidence=evidence)
