"""From a promise to its proof: what `seatrial explain` tells of a requirement or a contradiction."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from seatrial import verification
from seatrial.checks.base import CheckInfo
from seatrial.model import project
from seatrial.model.architecture import Architecture, CheckReference, Requirement
from seatrial.model.architecture.contradictions import Contradiction, Contradictions
from seatrial.model.architecture.declaration import FOLDER
from seatrial.model.verdict import Status, Verdict

_MOST_SHOWN = 12
_LONGEST = 160
_URGENCY = (Status.FAIL, Status.INCONCLUSIVE, Status.WAIVED, Status.SKIPPED, Status.PASS)


def requirement(
    found: Requirement, architecture: Architecture, checks: Mapping[str, CheckInfo], path: str | None
) -> str:
    """A requirement with the objects that its checks look at, their verdicts and evidence.

    Only the checks that need no simulation are run, on the manifests at *path*; with None none are. Raises InputError
    for manifests that cannot be read.
    """
    lines = [
        f"{found.id}: {found.text}",
        "",
        f"group:    {architecture.groups[found.group]}",
        f"document: line {found.line}" if found.line else "document: not stated there; derived",
    ]
    named = [checks[reference.check] for reference in found.checks if reference.check in checks]
    verdicts = _verdicts(path, None, named) if path is not None else None
    for reference in found.checks:
        info = checks.get(reference.check)
        title = info.title if info is not None else "acceptance scenario"
        subject = f" of {reference.subject}" if reference.subject else ""
        lines.append(f"proved by {reference.check}{subject}: {title}")
        if verdicts is not None:
            lines += _answers(reference, info, verdicts)
    if found.planned:
        lines.append(f"planned:  {found.planned}")
    return "\n".join(lines)


def contradiction(found: Contradiction, declared: Contradictions, checks: Mapping[str, CheckInfo], path: str) -> str:
    """A contradiction with its resolution, and what its finders say of the literal rendering below *path*.

    Raises InputError for manifests that cannot be read.
    """
    lines = [
        f"{found.id}: {found.title}",
        "",
        f"document: line {found.line}" if found.line else "document: the whole of it",
        f"settled:  {found.resolution}",
        *(f"decision: {FOLDER}/decisions/{name}" for name in found.decisions),
    ]
    named = [checks[finder.check] for finder in found.found_by if finder.check in checks]
    verdicts = _verdicts(path, declared.overlay, named) if named else ()
    for finder in found.found_by:
        lines.append(f"found by {finder.check} of {finder.subject}")
        findings = [verdict for verdict in verdicts if finder.finds(verdict)]
        lines += [line for verdict in findings for line in _answer(verdict)] or ["  nothing: it has gone blind"]
    if found.missing:
        lines.append(f"{'not found' if found.found_by else 'found by none yet'}: {found.missing}")
    return "\n".join(lines)


def _verdicts(path: str, overlay: str | None, checks: Sequence[CheckInfo]) -> tuple[Verdict, ...]:
    groups = [name for name in verification.STATIC_GROUPS if any(info.group == name for info in checks)]
    return verification.verify(path, overlay=overlay, only=groups).verdicts if groups else ()


def _answers(reference: CheckReference, info: CheckInfo | None, verdicts: Iterable[Verdict]) -> Iterator[str]:
    if info is None or info.group not in verification.STATIC_GROUPS:
        yield "  not run here; `seatrial verify` answers"
        return
    found = [verdict for verdict in verdicts if reference.covers(verdict.check, verdict.subject)]
    found.sort(key=lambda verdict: (_URGENCY.index(verdict.status), verdict.subject))
    for verdict in found[:_MOST_SHOWN]:
        yield from _answer(verdict)
    if len(found) > _MOST_SHOWN:
        yield f"  and {len(found) - _MOST_SHOWN} more, {_counted(found[_MOST_SHOWN:])}"
    if not found:
        yield "  it looked at nothing"


def _answer(verdict: Verdict) -> Iterator[str]:
    place = f" at {verdict.position}" if verdict.position else ""
    yield f"  {verdict.status:12} {verdict.subject}{place}"
    yield f"    {verdict.message}"
    if verdict.evidence:
        told = ", ".join(f"{name}={value}" for name, value in verdict.evidence.items())
        yield f"    evidence: {told if len(told) <= _LONGEST else told[:_LONGEST] + ' …'}"


def _counted(verdicts: Sequence[Verdict]) -> str:
    statuses = [status for status in _URGENCY if any(verdict.status is status for verdict in verdicts)]
    return ", ".join(f"{sum(verdict.status is status for verdict in verdicts)} {status}" for status in statuses)


def judged(home: project.Project, path: str | None) -> str | None:
    """The manifests that a requirement is traced in: the whole system at *path*, by default the project's."""
    return (path or project.MANIFESTS) if home.promised is not None else None
