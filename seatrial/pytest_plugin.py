"""Seatrial in pytest: Rego unit tests and manifest checks as ordinary items, and the run as a fixture for features."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from seatrial.engines.rego_tests import RegoTest
    from seatrial.finished import Verification
    from seatrial.lab import Lab
    from seatrial.model.verdict import Verdict

_TAG = re.compile(r"@(\S+)")


class FoundError(Exception):
    """A test item failed for the reason that its message gives; no traceback would add to it."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Options and settings of the plugin."""
    group = parser.getgroup("seatrial", "Kubernetes architecture proofs")
    group.addoption("--seatrial-path", default=None, help="manifests that the `verification` fixture judges")
    group.addoption("--seatrial-overlay", default=None, help="overlay of those manifests (default: production)")
    group.addoption("--seatrial-seed", type=int, default=1, help="random seed of the simulations (default: 1)")


def pytest_configure(config: pytest.Config) -> None:
    """Register the tags of the feature files as markers: they are open-ended, and --strict-markers knows no pattern."""
    config.addinivalue_line("markers", "lab: needs the real control plane on this machine (the fixture `lab`)")
    for tag in sorted(_tags(config)):
        config.addinivalue_line("markers", f"{tag}: scenarios tagged @{tag}")


def _tags(config: pytest.Config) -> set[str]:
    folders = {config.rootpath / config.getini("bdd_features_base_dir"), *(Path(arg) for arg in config.args)}
    return {
        tag
        for folder in folders
        if folder.is_dir()
        for file in folder.rglob("*.feature")
        for line in file.read_text(encoding="utf-8", errors="replace").splitlines()
        if line.lstrip().startswith("@")
        for tag in _TAG.findall(line)
    }


def pytest_report_header() -> str:
    """The versions that decide a verdict."""
    from seatrial.verification import versions

    return "seatrial: " + ", ".join(f"{name} {version}" for name, version in versions().items())


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Collect Rego test files, and every overlay below a folder that is named on the command line."""
    if file_path.name.endswith("_test.rego"):
        return RegoFile.from_parent(parent, path=file_path)
    if file_path.name == "kustomization.yaml" and file_path.parent.parent.name == "overlays":
        return Overlay.from_parent(parent, path=file_path)
    return None


class RegoFile(pytest.File):
    """A `*_test.rego` file."""

    def collect(self) -> Iterator[pytest.Item]:
        """One item for each `test_…` rule."""
        from seatrial.engines import rego_tests

        for test in rego_tests.discover(self.path):
            yield RegoItem.from_parent(self, name=test.name, test=test)


class RegoItem(pytest.Item):
    """One Rego unit test."""

    def __init__(self, *, test: RegoTest, **kwargs: Any) -> None:
        """Hold the *test* to run."""
        super().__init__(**kwargs)
        self.test = test

    def runtest(self) -> None:
        """Evaluate the rule in the embedded engine."""
        result = self.test.run()
        if not result.passed:
            raise FoundError(result.message)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """The engine's words only."""
        return _plain_failure(self, excinfo, style)

    def reportinfo(self) -> tuple[Path, int, str]:
        """Where the rule stands."""
        return self.path, self.test.line - 1, self.name


class Overlay(pytest.File):
    """The static checks of one overlay."""

    def collect(self) -> Iterator[pytest.Item]:
        """One item for each verdict, named `check[subject]`; one skipped item for an overlay that is never deployed."""
        from seatrial.model import kustomize
        from seatrial.verification import STATIC_GROUPS, verify

        if kustomize.is_local(self.path.parent):
            yield NeverDeployed.from_parent(self, name=self.path.parent.name)
            return
        # Simulations are asked for by the features that need them.
        seen: dict[str, int] = {}
        for verdict in verify(str(self.path.parent), only=STATIC_GROUPS).verdicts:
            name = f"{verdict.check}[{verdict.subject}]"
            seen[name] = seen.get(name, 0) + 1
            if seen[name] > 1:
                name = f"{name}#{seen[name]}"
            yield VerdictItem.from_parent(self, name=name, verdict=verdict)


class NeverDeployed(pytest.Item):
    """An overlay that nobody deploys, such as a counterexample: it is not meant to pass."""

    def runtest(self) -> None:
        """Say why it is left out."""
        from seatrial.model.kustomize import LOCAL

        pytest.skip(f"never deployed ({LOCAL}); `seatrial verify --overlay {self.name}` judges it")


class VerdictItem(pytest.Item):
    """One check on one object."""

    def __init__(self, *, verdict: Verdict, **kwargs: Any) -> None:
        """Hold the *verdict* to report."""
        super().__init__(**kwargs)
        self.verdict = verdict

    def runtest(self) -> None:
        """Answer as the verdict does."""
        from seatrial.model.verdict import Status

        if self.verdict.status is Status.SKIPPED:
            pytest.skip(self.verdict.message)
        if self.verdict.status is Status.WAIVED:
            pytest.skip(f"waived: {self.verdict.message}")
        if self.verdict.status is not Status.PASS:
            place = f"{self.verdict.position}: " if self.verdict.position else ""
            raise FoundError(f"{place}{self.verdict.message}\n  fix: {self.verdict.remediation}")

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """The verdict's words only."""
        return _plain_failure(self, excinfo, style)

    def reportinfo(self) -> tuple[Path | str, int | None, str]:
        """Where the judged field stands."""
        position = self.verdict.position
        return (position.file, position.line - 1, self.name) if position else (self.path, None, self.name)


def _plain_failure(item: pytest.Item, excinfo: pytest.ExceptionInfo[BaseException], style: Any) -> Any:
    if isinstance(excinfo.value, FoundError):
        return str(excinfo.value)
    return pytest.Item.repr_failure(item, excinfo, style)


@pytest.fixture(scope="session")
def verification(pytestconfig: pytest.Config) -> Verification:
    """The finished verification of the manifests: of the run that started these tests, else a new one.

    `--seatrial-path` and `--seatrial-overlay` choose the manifests, `--seatrial-seed` the random seed.
    """
    from seatrial.acceptance import Collector

    for plugin in pytestconfig.pluginmanager.get_plugins():
        if isinstance(plugin, Collector):
            return plugin.verification
    from seatrial.checks.base import Options
    from seatrial.verification import GROUPS, choose_overlay, default_path, verify

    path = pytestconfig.getoption("seatrial_path") or default_path()
    overlay = choose_overlay(path, pytestconfig.getoption("seatrial_overlay"))
    options = Options(seed=pytestconfig.getoption("seatrial_seed"))
    return verify(path, overlay=overlay, only=GROUPS, options=options)


@pytest.fixture(scope="session")
def lab_built() -> None:
    """What a lab needs is there; else the test is skipped, or fails if SEATRIAL_REQUIRE_LAB is 1."""
    from seatrial.lab import fixtures

    lacking = fixtures.missing()
    if lacking is not None:
        if fixtures.required():
            pytest.fail(lacking, pytrace=False)
        pytest.skip(lacking)


@pytest.fixture(scope="session")
def lab(pytestconfig: pytest.Config, lab_built: None) -> Lab:  # noqa: ARG001 - a fixture asks for another by name
    """A real control plane with simulated nodes, one for the whole run: tests keep to namespaces of their own.

    Its nodes are those of `architecture/node-pools.yaml`, else three. Without the programs the test is skipped, as
    `lab_built` says.
    """
    from seatrial.lab import fixtures

    return fixtures.shared(getattr(pytestconfig, "workerinput", {}), pytestconfig.rootpath)


@pytest.fixture(scope="session")
def lab_kubeconfig(lab: Lab) -> Path:
    """The administrator's kubeconfig of the run's lab."""
    return lab.kubeconfig


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tell each worker of pytest-xdist who owns the lab."""
    from seatrial.lab import fixtures

    fixtures.introduce(node.workerinput)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Take the run's lab down, if there is one; an interrupted run comes here too."""
    if not hasattr(config, "workerinput"):
        from seatrial.lab import fixtures

        fixtures.take_down()
