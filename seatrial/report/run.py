"""One result model for every report: what was judged, how it came out, and all that it takes to run it again.

Counts are derived here and nowhere else, so that no two formats can disagree about the same run.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from functools import cached_property
from typing import Any

import attrs

from seatrial.checks.base import CheckInfo
from seatrial.model.errors import InputError
from seatrial.model.verdict import Severity, Status, Verdict
from seatrial.report.text import count, listing

PROBLEMS = (Status.FAIL, Status.INCONCLUSIVE)
"""The outcomes that can fail a run: what is not proven is not sea-proof."""


@attrs.frozen
class Surroundings:
    """The cluster that a run read its objects from."""

    name: str
    """Of the kubeconfig's context."""
    version: str
    """Of the API server, such as `v1.37.2`."""
    namespaces: tuple[str, ...]
    """Namespaces whose objects were judged."""
    seen: Mapping[str, int]
    """Kind to objects read."""
    not_seen: tuple[str, ...] = ()
    """What could not be read, and why: a sentence each."""
    requests: int = 0
    """Requests that the reading took."""

    @property
    def partial(self) -> bool:
        """Whether something that was wanted stayed out of sight."""
        return bool(self.not_seen)


@attrs.frozen
class Scope:
    """What a run looked at, and with what."""

    path: str
    """As the user gave it; `-` for standard input."""
    files: int
    """Source files that objects were read from."""
    objects: int
    """Kubernetes objects judged."""
    groups: tuple[str, ...]
    """Check groups that ran, in order."""
    seed: int
    """Random seed of the simulation."""
    overlay: str | None = None
    """Kustomize overlay that was rendered, if any."""
    versions: Mapping[str, str] = attrs.field(factory=dict)
    """Tool to version: seatrial, python, kubernetes, regorus, kubectl."""
    digests: Mapping[str, str] = attrs.field(factory=dict)
    """Input to `sha256:<hex>`: rendered manifests, policies, architecture."""
    seconds: Mapping[str, float] = attrs.field(factory=dict)
    """Check group to wall-clock seconds."""
    surroundings: Surroundings | None = None
    """The cluster that the objects were read from; None for manifests."""

    @property
    def sources(self) -> str:
        """Where the objects come from, in words: `81 files`, or the cluster."""
        cluster = self.surroundings
        if cluster is None:
            return count(self.files, "file")
        return f"cluster {cluster.name} {cluster.version}{', seen in part' if cluster.partial else ''}"


@attrs.frozen
class CheckReference:
    """A check named by a requirement, for one subject or (empty) for all."""

    check: str
    subject: str = ""


@attrs.frozen
class RequirementRow:
    """One declared promise and the checks that prove it."""

    id: str
    group: str
    """Title of its group."""
    text: str
    line: str = ""
    """Line or lines of the architecture document that state it; empty for a derived one."""
    checks: tuple[CheckReference, ...] = ()
    planned: str = ""
    """What is going to prove it, while no check does."""


@attrs.frozen
class AssumptionRow:
    """One input of the simulation that no manifest gives."""

    name: str
    value: float
    unit: str
    source: str
    low: float | None = None
    """Least plausible value."""
    high: float | None = None
    """Greatest plausible value."""
    sensitivity: float | None = None
    """Relative change of the most affected objective per relative change of this value; None when not measured."""
    used_by: tuple[str, ...] = ()
    """Scenarios that read it."""
    title: str = ""


@attrs.frozen
class Waiver:
    """Who accepts a failure, why and until when; read from the evidence of a waived verdict."""

    reason: str
    owner: str
    expires: str

    @classmethod
    def of(cls, verdict: Verdict) -> Waiver:
        """Return the waiver that *verdict* carries under `evidence["waiver"]`, blank where it says nothing."""
        waiver = verdict.evidence.get("waiver")
        fields = waiver if isinstance(waiver, Mapping) else {}
        return cls(*(str(fields.get(name) or "") for name in ("reason", "owner", "expires")))


@attrs.frozen
class Waived:
    """The failures of one check that one waiver accepts."""

    check: str
    waiver: Waiver
    verdicts: tuple[Verdict, ...]


@attrs.frozen
class Skip:
    """A reason for not judging, and how often it applied."""

    check: str
    reason: str
    times: int


@attrs.frozen(slots=False)
class Run:
    """Everything that a report may tell about one run."""

    scope: Scope
    verdicts: tuple[Verdict, ...]
    checks: tuple[CheckInfo, ...]
    simulations: tuple[Mapping[str, Any], ...] = ()
    """Results of the simulated scenarios as plain JSON values."""
    requirements: tuple[RequirementRow, ...] = ()
    assumptions: tuple[AssumptionRow, ...] = ()

    def ensure_scope(self) -> None:
        """Refuse a run that judged nothing: it would look like a success.

        Raises:
            InputError: no file, no object, no check, or only skipped verdicts.
        """
        where = f"`{self.scope.path}`"
        files = self.scope.files or self.scope.surroundings is not None
        for number, noun in ((files, "manifest file"), (self.scope.objects, "Kubernetes object")):
            if not number:
                message = f"nothing to judge: {where} holds no {noun}"
                raise InputError(message, remedy="give a Kustomize directory, a directory of YAML or JSON, or a file")
        if not self.checks:
            raise InputError(f"nothing to judge {where} with: no check was selected", remedy="name a group in --only")
        if all(verdict.status is Status.SKIPPED for verdict in self.verdicts):
            reasons = listing(f"{skip.check}: {skip.reason}" for skip in self.skips[:3]) or "there is no verdict"
            remedy = "select other groups in --only, or give the checks what they need"
            raise InputError(f"nothing was judged in {where}: every check was skipped ({reasons})", remedy=remedy)

    def exit_code(self, fail_on: Severity) -> int:
        """Return 1 if a check failed or stayed inconclusive at *fail_on* or above, otherwise 0.

        Raises:
            InputError: the scope is empty (see `ensure_scope`).
        """
        self.ensure_scope()
        return int(any(verdict.severity.rank >= fail_on.rank for verdict in self.problems))

    @cached_property
    def problems(self) -> tuple[Verdict, ...]:
        """Failed and inconclusive verdicts, the gravest first, then in the order of files."""
        return self.with_status(*PROBLEMS)

    def with_status(self, *wanted: Status) -> tuple[Verdict, ...]:
        """Return the verdicts with a *wanted* status in the order people read them."""
        return tuple(sorted((verdict for verdict in self.verdicts if verdict.status in wanted), key=_reading_order))

    @cached_property
    def by_status(self) -> Mapping[Status, int]:
        """Verdicts by status; every status has a count."""
        return tally(self.verdicts)

    @cached_property
    def by_check(self) -> Mapping[str, Mapping[Status, int]]:
        """Verdicts by check and status: those of the catalogue first, then whatever else gave a verdict."""
        grouped: dict[str, list[Verdict]] = {info.id: [] for info in self.checks}
        for verdict in self.verdicts:
            grouped.setdefault(verdict.check, []).append(verdict)
        return {check: tally(verdicts) for check, verdicts in grouped.items()}

    @cached_property
    def by_group(self) -> Mapping[str, Mapping[Status, int]]:
        """Verdicts by check group and status, the groups in the order they ran."""
        grouped: dict[str, list[Verdict]] = {group: [] for group in self.scope.groups}
        for verdict in self.verdicts:
            grouped.setdefault(self.group_of(verdict.check), []).append(verdict)
        return {group: tally(verdicts) for group, verdicts in grouped.items()}

    @cached_property
    def skips(self) -> tuple[Skip, ...]:
        """Why something was not judged: each check and reason once, the most frequent first."""
        counted = Counter((v.check, v.message) for v in self.verdicts if v.status is Status.SKIPPED)
        ordered = sorted(counted.items(), key=lambda item: (-item[1], item[0]))
        return tuple(Skip(check, reason, times) for (check, reason), times in ordered)

    @cached_property
    def waived(self) -> tuple[Waived, ...]:
        """Accepted failures, those of one check and waiver together."""
        grouped: dict[tuple[str, Waiver], list[Verdict]] = {}
        for verdict in self.with_status(Status.WAIVED):
            grouped.setdefault((verdict.check, Waiver.of(verdict)), []).append(verdict)
        return tuple(Waived(check, waiver, tuple(verdicts)) for (check, waiver), verdicts in grouped.items())

    @cached_property
    def silent(self) -> tuple[str, ...]:
        """Checks that gave no verdict at all, not even a skipped one: a defect of theirs that must be seen."""
        return tuple(check for check, counts in self.by_check.items() if not any(counts.values()))

    @cached_property
    def catalog(self) -> Mapping[str, CheckInfo]:
        """The checks by id."""
        return {info.id: info for info in self.checks}

    def title_of(self, check: str) -> str:
        """Return the title of *check* in plain words; its rule name where the catalogue has none."""
        info = self.catalog.get(check)
        return (info.title if info else "") or check.rpartition("/")[2].replace("-", " ")

    def group_of(self, check: str) -> str:
        """Return the group of *check*; its category where the catalogue does not know it."""
        info = self.catalog.get(check)
        return info.group if info else check.partition("/")[0]

    def remedy_of(self, verdict: Verdict) -> str:
        """Return what to change: as the verdict says, or else as its check does."""
        info = self.catalog.get(verdict.check)
        return verdict.remediation or (info.remediation if info else "")

    @cached_property
    def headline(self) -> str:
        """The outcome in one sentence."""
        problems = self.problems
        if not problems:
            waived = self.by_status[Status.WAIVED]
            return "no problem found" + (f"; {count(waived, 'waived failure')}" if waived else "")
        severities = Counter(verdict.severity for verdict in problems)
        grave = ", ".join(f"{severities[level]} {level}" for level in reversed(Severity) if severities[level])
        unsure = self.by_status[Status.INCONCLUSIVE]
        tail = f"; {unsure} of them inconclusive" if unsure else ""
        return f"found {count(len(problems), 'problem')}: {grave}{tail}"


def tally(verdicts: tuple[Verdict, ...] | list[Verdict]) -> dict[Status, int]:
    """Count *verdicts* by status; a status without any counts 0."""
    counted = Counter(verdict.status for verdict in verdicts)
    return {status: counted[status] for status in Status}


def _reading_order(verdict: Verdict) -> tuple[Any, ...]:
    place = verdict.position
    return (
        -verdict.severity.rank,
        list(Status).index(verdict.status),  # what failed before what is merely unproven
        (place.file, place.line, place.column) if place else ("", 0, 0),
        verdict.check,
        verdict.subject,
        verdict.pointer,
        verdict.message,
    )
