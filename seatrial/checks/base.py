"""What every group of checks is given and what it answers with."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, Protocol

import attrs

from seatrial.model.architecture import Architecture
from seatrial.model.inventory import Inventory
from seatrial.model.position import Position
from seatrial.model.verdict import Severity, Status, Subject, Verdict

DECLARED = "seatrial/v1"
"""apiVersion of subjects that are no Kubernetes objects: checks, components, edges, objectives."""


NO_ARCHITECTURE = "no architecture/ declares what these manifests promise"
"""Why a check of promises skips foreign manifests."""


@attrs.frozen
class CheckInfo:
    """What a check is, for people: listings, explanations, and the rules section of SARIF."""

    id: str
    """`category/rule-name`."""
    title: str
    severity: Severity
    description: str
    remediation: str
    group: str
    """Value of `--only` that selects it."""
    controls: tuple[str, ...] = ()
    """Identifiers of the public controls that it implements (CIS, NSA, Pod Security Standards)."""
    kinds: tuple[str, ...] = ()
    """Kinds of subjects it looks at; empty for every kind."""
    documentation: str = ""
    """The whole page in Markdown, where there is one."""


@attrs.frozen
class Options:
    """What the user may choose for a run."""

    seed: int = 1
    replications: int | None = None
    """Replications of each scenario; None lets the sequential procedure decide."""
    engine: str = "embedded"
    """Policy engine: `embedded` or `opa`."""
    simulator: str = "reference"
    workers: int | None = None
    """Processes for the simulation; None takes one per core."""
    kubernetes_version: str | None = None
    """Minor version of Kubernetes whose schemas judge, such as `1.36`; None for the newest known."""


def _silent(message: str) -> None:
    """Progress that nobody watches."""


@attrs.define(eq=False)
class Context:
    """Everything a check may look at."""

    inventory: Inventory
    architecture: Architecture | None
    """The declared intent; None for foreign manifests."""
    policies: Path
    options: Options = attrs.field(factory=Options)
    progress: Callable[[str], None] = _silent
    simulations: list[Any] = attrs.field(factory=list)
    """Results of the scenarios that were simulated, for the report's plots and the acceptance features."""


class Group(Protocol):
    """A group of checks: a module of `seatrial.checks`."""

    GROUP: str

    def catalog(self, context: Context) -> tuple[CheckInfo, ...]:
        """The checks of the group."""
        ...

    def run(self, context: Context) -> Iterable[Verdict]:
        """One verdict for each check and each subject it looked at."""
        ...


def verdict(
    check: CheckInfo,
    status: Status,
    subject: Subject,
    message: str,
    *,
    pointer: str = "",
    position: Position | None = None,
    evidence: Mapping[str, Any] | None = None,
) -> Verdict:
    """A verdict of *check*, its severity and remediation taken from there."""
    return Verdict(
        check=check.id,
        status=status,
        severity=check.severity,
        subject=subject,
        message=message,
        pointer=pointer,
        position=position,
        remediation=check.remediation if status is not Status.PASS else "",
        evidence=evidence or {},
    )


def skipped(check: CheckInfo, reason: str) -> Verdict:
    """The verdict of a check that found nothing to look at, or could not run: *reason* says why."""
    return verdict(check, Status.SKIPPED, Subject(DECLARED, "Check", "", check.id), reason)
