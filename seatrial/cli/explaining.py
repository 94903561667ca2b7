"""`seatrial explain`."""

from __future__ import annotations

import re

from seatrial import verification
from seatrial.checks import intent, waivers
from seatrial.checks.base import CheckInfo, Context
from seatrial.cli import tracing
from seatrial.model import project
from seatrial.model.architecture import Architecture
from seatrial.model.architecture.contradictions import load_contradictions
from seatrial.model.errors import InputError
from seatrial.model.files import shown
from seatrial.model.inventory import Inventory
from seatrial.model.suggest import did_you_mean
from seatrial.proof import catalog as server

_REQUIREMENT = re.compile(r"[Rr](?P<number>[0-9]+)")
_CONTRADICTION = re.compile(r"[Cc](?P<number>[0-9]+)")


def run(name: str | None, path: str | None) -> int:
    """Explain one name, or list all checks."""
    home = project.find(path or project.MANIFESTS)
    architecture = Architecture.load(home.root) if home.root is not None else None
    checks = {info.id: info for info in catalog(Context(Inventory(()), architecture, home.policies))}
    if name is None:
        for info in checks.values():
            print(f"{info.id:44} {info.severity:8}  {info.title}")
        return 0
    if requirement := _REQUIREMENT.fullmatch(name):
        if architecture is None:
            raise InputError(
                f"{name} is a requirement, but there is no {project.ARCHITECTURE}/ here",
                remedy="run in the project's root, or name its manifests as PATH",
            )
        found = architecture.requirement(f"R{int(requirement['number']):03}")
        print(tracing.requirement(found, architecture, checks, tracing.judged(home, path)))
        return 0
    if contradiction := _CONTRADICTION.fullmatch(name):
        print(_contradiction(f"C{int(contradiction['number']):02}", home, checks))
        return 0
    if name not in checks:
        raise InputError(
            f"there is no check {name!r}{did_you_mean(name, checks)}", remedy="`seatrial explain` lists the checks"
        )
    print(_check(checks[name], architecture))
    return 0


def _contradiction(id_: str, home: project.Project, checks: dict[str, CheckInfo]) -> str:
    declared = load_contradictions(home.root) if home.root is not None else None
    if home.root is None or declared is None:
        raise InputError(
            f"{id_} is a contradiction of an architecture document, and none are declared here",
            remedy=f"run in the root of a project with {project.ARCHITECTURE}/contradictions.yaml",
        )
    manifests = home.root / project.MANIFESTS
    return tracing.contradiction(declared.of(id_), declared, checks, shown(manifests))


def catalog(context: Context) -> tuple[CheckInfo, ...]:
    """Every check there is, in the order of the groups."""
    groups = [verification.group(name).catalog(context) for name in verification.GROUPS]
    found = [*(info for group in groups for info in group), *waivers.catalog(context), intent.PROVEN, *server.CATALOG]
    return tuple(found)


def _check(info: CheckInfo, architecture: Architecture | None) -> str:
    lines = [f"{info.id}: {info.title}", "", f"severity: {info.severity}", f"group:    {info.group}"]
    if info.kinds:
        lines.append(f"subjects: {', '.join(info.kinds)}")
    if info.controls:
        lines.append(f"controls: {', '.join(info.controls)}")
    if architecture is not None:
        proves = [r.id for r in architecture.requirements if any(c.check == info.id for c in r.checks)]
        if proves:
            lines.append(f"proves:   {', '.join(proves)}")
    lines += ["", info.documentation.strip() or f"{info.description}\n\nFix: {info.remediation}"]
    return "\n".join(lines)
