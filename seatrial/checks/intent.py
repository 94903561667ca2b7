"""Whether the intent is really proven: a promise without a working check is a defect that Seatrial reports of itself."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from seatrial.checks.base import DECLARED, CheckInfo, verdict
from seatrial.model.architecture import Architecture, Requirement
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

NOT_LOOKED = (Status.SKIPPED,)


def judge(
    architecture: Architecture, checks: Sequence[CheckInfo], verdicts: Iterable[Verdict]
) -> tuple[tuple[CheckInfo, ...], list[Verdict]]:
    """One verdict for each requirement that names checks, given the *verdicts* of a complete run."""
    answered: dict[str, set[tuple[str, Subject]]] = defaultdict(set)
    for answer in verdicts:
        if answer.status not in NOT_LOOKED:
            for requirement in answer.requirements:
                answered[requirement].add((answer.check, answer.subject))
    known = {info.id for info in checks}
    unknown = {(entry.requirement, entry.check): entry for entry in architecture.unknown_checks(known)}
    found = []
    for requirement in architecture.requirements:
        if requirement.checks:
            found.append(_judge(requirement, answered[requirement.id], unknown))
    return (PROVEN,), found


def _judge(requirement: Requirement, answered: set[tuple[str, Subject]], unknown: dict[tuple[str, str], object]) -> Verdict:
    looked = {check for check, _ in answered}
    missing = [reference.check for reference in requirement.checks if (requirement.id, reference.check) in unknown]
    silent = [
        f"{reference.check} of {reference.subject}" if reference.subject else reference.check
        for reference in requirement.checks
        if reference.check not in looked and reference.check not in missing
    ]
    subject = Subject(DECLARED, "Requirement", "", requirement.id)
    problems = [f"{check} does not exist" for check in missing] + [f"{check} looked at nothing" for check in silent]
    if problems:
        return verdict(PROVEN, Status.FAIL, subject, f"not proven: {'; '.join(problems)}", position=requirement.position)
    return verdict(
        PROVEN,
        Status.PASS,
        subject,
        f"proven by {len(answered)} verdicts",
        position=requirement.position,
        evidence={"verdicts": len(answered), "checks": sorted(looked)},
    )
