"""Verdicts as people read them: repeats of one mistake become one finding that names all its places."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence

import attrs

from seatrial.model.verdict import Verdict

_INDEX = re.compile(r"/\d+(?=/|$)")


@attrs.frozen
class Finding:
    """One mistake: the verdict to show, and those that say the same of other objects."""

    verdict: Verdict
    repeats: tuple[Verdict, ...] = ()


def collapse(verdicts: tuple[Verdict, ...]) -> tuple[Finding, ...]:
    """Return one finding for each mistake in *verdicts*, in the order of their first.

    Two verdicts tell of the same mistake when they differ in nothing but the object: same check, status, severity and
    fix, the same field but for list indexes, and the same message once each object's own name is left out.
    """
    grouped: dict[tuple[object, ...], list[Verdict]] = {}
    for verdict in verdicts:
        key = (
            verdict.check,
            verdict.status,
            verdict.severity,
            _without_subject(verdict, verdict.remediation),
            _INDEX.sub("/-", verdict.pointer),
            _without_subject(verdict, verdict.message),
        )
        grouped.setdefault(key, []).append(verdict)
    return tuple(Finding(first, tuple(rest)) for first, *rest in grouped.values())


def together(findings: Sequence[Finding]) -> Iterator[tuple[Finding, ...]]:
    """Yield neighbours as one where only their messages differ: a check's several complaints about one place."""
    for _, neighbours in itertools.groupby(findings, key=_site):
        yield tuple(neighbours)


def _site(finding: Finding) -> tuple[object, ...]:
    verdict = finding.verdict
    return (
        verdict.check,
        verdict.status,
        verdict.severity,
        verdict.subject,
        verdict.position,
        verdict.remediation,
        verdict.requirements,
        # Without a place, the field alone tells complaints apart.
        verdict.pointer if verdict.position is None else "",
    )


def place(verdict: Verdict) -> str:
    """Return where *verdict* is: `file:line:column`, or its subject when it stands in no file."""
    return str(verdict.position or verdict.subject)


def _without_subject(verdict: Verdict, text: str) -> str:
    for own in sorted({verdict.subject.name, verdict.subject.namespace} - {""}, key=len, reverse=True):
        text = text.replace(own, "\0")
    return text
