"""Acceptance: the project's Gherkin features, run by pytest-bdd on the verdicts of the run they belong to."""

from __future__ import annotations

import contextlib
import io
import re
from pathlib import Path
from typing import Any

import attrs

from seatrial.checks.base import DECLARED, CheckInfo, verdict
from seatrial.finished import Verification
from seatrial.model.errors import InputError, ToolError
from seatrial.model.files import read_text, shown
from seatrial.model.position import Position
from seatrial.model.verdict import Severity, Status, Subject, Verdict

GROUP = "features"
CATEGORY = "feature"
REQUIREMENT_TAG = re.compile(r"R[0-9]{3}")
"""A tag that names the requirement a scenario accepts."""
LAB_TAG = "lab"
"""A tag of scenarios that ask a real API server: a run without a cluster counts them as skipped."""
NEEDS_LAB = f"asks a real control plane: run it with `pytest -m {LAB_TAG}`"
_KNOWN_ERROR = re.compile(r"^(AssertionError|pytest_bdd\.exceptions\.\w+|seatrial\.model\.errors\.\w+): ")
_PYTEST_OK = 0
_PYTEST_FAILURES = 1
_PYTEST_NOTHING = 5
_NOT_LOADED = re.compile(r"Error while loading plugin|ImportError while loading conftest|ConftestImportFailure")
"""What pytest says of steps that cannot be imported; its exit code then is that of an internal error."""
_PLACE = re.compile(r"^(?P<file>\S+\.py):(?P<line>\d+): in ", re.MULTILINE)
_STATEMENT = re.compile(r"^\s*[^#\s]", re.MULTILINE)


@attrs.frozen
class ScenarioOutcome:
    """One scenario (or one row of its examples) and how it came out."""

    name: str
    tags: tuple[str, ...]
    position: Position
    status: Status
    message: str


@attrs.define(eq=False)
class Collector:
    """A pytest plugin: takes the run to the steps (the fixture `verification` finds it) and the outcomes back."""

    verification: Verification
    outcomes: list[ScenarioOutcome] = attrs.field(factory=list)
    errors: list[str] = attrs.field(factory=list)
    scenarios: dict[str, tuple[str, tuple[str, ...], Position]] = attrs.field(factory=dict)
    """By test item: name, tags and place of its scenario."""
    unknown_steps: dict[str, tuple[str, int]] = attrs.field(factory=dict)
    """By test item: the sentence that no step is defined for, and its line."""

    def pytest_bdd_step_func_lookup_error(self, request: Any, step: Any) -> None:
        """Remember the sentence that nothing implements."""
        self.unknown_steps[request.node.nodeid] = (f"{step.keyword} {step.name}", step.line_number)

    def pytest_collectreport(self, report: Any) -> None:
        """A feature or step file that cannot be loaded must not pass for one without scenarios."""
        if report.failed:
            self.errors.append(_last_words(str(report.longreprtext)))

    def pytest_bdd_before_scenario(self, request: Any, feature: Any, scenario: Any) -> None:
        """Remember which scenario a test item is, and leave out what needs a cluster."""
        import pytest

        # Tags of examples are known only as markers, each on the items of its rows.
        of_rows = {mark.name for mark in request.node.iter_markers() if REQUIREMENT_TAG.fullmatch(mark.name)}
        tags = tuple(sorted(feature.tags | scenario.tags | of_rows))
        row = request.node.name.partition("[")
        name = f"{scenario.name} [{row[2]}" if row[2] else scenario.name
        self.scenarios[request.node.nodeid] = (
            name,
            tags,
            Position(shown(Path(feature.filename)), scenario.line_number, 1),
        )
        if request.node.get_closest_marker(LAB_TAG) is not None:
            pytest.skip(NEEDS_LAB)

    def pytest_runtest_logreport(self, report: Any) -> None:
        """Note how a scenario ended; only its call counts, unless its set-up failed already."""
        if report.when != "call" and report.passed:
            return
        if report.nodeid not in self.scenarios:
            self.errors.append(f"{report.nodeid}: {_reason(report)}")
            return
        name, tags, position = self.scenarios[report.nodeid]
        if report.nodeid in self.unknown_steps:
            sentence, line = self.unknown_steps[report.nodeid]
            message = f'no step is defined for "{sentence}": correct the sentence, or define it in the steps'
            position = attrs.evolve(position, line=line)
            self.outcomes.append(ScenarioOutcome(name, tags, position, Status.FAIL, message))
            return
        status = Status.PASS if report.passed else Status.SKIPPED if report.skipped else Status.FAIL
        message = "accepted" if report.passed else _reason(report)
        self.outcomes.append(ScenarioOutcome(name, tags, position, status, message))


def _last_words(text: str) -> str:
    """What the error says that ends a traceback."""
    return re.sub(r"^E\s+", "", text.strip().rpartition("\n")[2])


def _reason(report: Any) -> str:
    """The assertion's own words, without pytest's picture of the code around it."""
    if isinstance(report.longrepr, tuple):  # a skip: file, line, words
        return str(report.longrepr[2]).removeprefix("Skipped: ")
    crash = getattr(report.longrepr, "reprcrash", None)
    text = crash.message if crash is not None else str(report.longrepr)
    first = next((line for line in text.splitlines() if line.strip()), "no reason given")
    return _KNOWN_ERROR.sub("", first).strip()


def require_readable(folder: Path) -> None:
    """Read every feature file below *folder*, so that a broken one is told before the work and not after it.

    Raises InputError with the place of the first mistake.
    """
    from pytest_bdd.exceptions import GherkinParseError
    from pytest_bdd.parser import FeatureParser

    for path in sorted(folder.rglob("*.feature")):
        if not _STATEMENT.search(read_text(path)):
            raise InputError(f"{shown(path)} is empty", remedy="write `Feature:` and its scenarios, or remove the file")
        try:
            FeatureParser(str(folder), str(path.relative_to(folder))).parse()
        except GherkinParseError as error:
            line = str(error.line_content).strip()
            raise InputError(
                f"not valid Gherkin: {error.message}" + (f" Found: {line!r}" if line else ""),
                remedy="begin the line with a keyword (Feature, Background, Scenario, Given, When, Then, And) or @tags",
                position=Position(shown(path), error.line, 1),
            ) from None


def run(folder: Path, verification: Verification) -> tuple[list[CheckInfo], list[Verdict]]:
    """Run the features below *folder* on a finished verification.

    Raises InputError if the folder holds no scenario or its steps cannot be loaded, ToolError if pytest itself fails.
    """
    import pytest

    collector = Collector(verification)
    output = io.StringIO()
    with contextlib.redirect_stdout(output), contextlib.redirect_stderr(output):
        code = pytest.main(
            [
                str(folder),
                "-q",
                "--no-header",
                "-p",
                "no:cacheprovider",
                "-p",
                "no:xdist",
                "--tb=short",
                "--assert=plain",
            ],
            plugins=[collector],
        )
    if collector.errors or code not in (_PYTEST_OK, _PYTEST_FAILURES, _PYTEST_NOTHING):
        told = output.getvalue()
        mistake = InputError if collector.errors or _NOT_LOADED.search(told) else ToolError
        places = list(_PLACE.finditer(told))
        raise mistake(
            f"the features in {shown(folder)} cannot be run: {'; '.join(collector.errors) or _last_words(told)}",
            remedy=f"run `python -m pytest {shown(folder)}` to see the whole message",
            position=Position(places[-1]["file"], int(places[-1]["line"]), 1) if places else None,
        )
    if not collector.outcomes:
        raise InputError(f"{shown(folder)} holds no scenario", remedy="add a .feature file and bind it in its steps")
    return _verdicts(collector.outcomes)


def _verdicts(outcomes: list[ScenarioOutcome]) -> tuple[list[CheckInfo], list[Verdict]]:
    """One verdict for each scenario and requirement it accepts; one under its feature's name if it names none."""
    checks: dict[str, CheckInfo] = {}
    verdicts: list[Verdict] = []
    for outcome in outcomes:
        requirements = [tag for tag in outcome.tags if REQUIREMENT_TAG.fullmatch(tag)]
        for name in requirements or [Path(outcome.position.file).stem]:
            check = checks.setdefault(f"{CATEGORY}/{name}", _check(name))
            judged = verdict(
                check,
                outcome.status,
                Subject(DECLARED, "Scenario", "", outcome.name),
                outcome.message,
                position=outcome.position,
                evidence={"tags": list(outcome.tags)},
            )
            verdicts.append(attrs.evolve(judged, requirements=(name,) if requirements else ()))
    return list(checks.values()), verdicts


def _check(name: str) -> CheckInfo:
    accepts = f"requirement {name}" if REQUIREMENT_TAG.fullmatch(name) else f"the feature {name}"
    return CheckInfo(
        id=f"{CATEGORY}/{name}",
        title=f"Acceptance of {accepts}",
        severity=Severity.HIGH,
        description=f"The Gherkin scenarios of {accepts} hold on the verdicts and simulations of this run.",
        remediation="Read the scenario at its place; correct the manifests, or agree on another promise.",
        group=GROUP,
        kinds=("Scenario",),
    )
