"""Rego unit tests in the embedded engine: each `test_…` rule of the `*_test.rego` files is one test.

A test passes when its rule is true. That a file holds no test, or that a rule has no test file, is a failing test too:
what cannot fail proves nothing.
"""

from __future__ import annotations

import functools
import re
from pathlib import Path

import attrs

from seatrial.engines.rego import Module, Package
from seatrial.engines.rego_sources import RULE_FILE, TEST_SUFFIX, package_of, read_policies
from seatrial.model.errors import InputError, SeatrialError
from seatrial.model.files import shown

_TEST = re.compile(r"^(?P<name>test_\w+)\b", re.MULTILINE)
LIBRARY = "lib"


@attrs.frozen
class RegoTestResult:
    """How a test came out."""

    passed: bool
    message: str
    """Why it failed, with `file:line`; empty when it passed."""


@attrs.frozen
class RegoTest:
    """One test, not yet run."""

    policies: Path
    """The policies folder that is loaded for it."""
    file: str
    package: Package
    name: str
    line: int
    problem: str = ""
    """Why there is nothing to run: then the test fails with this."""

    @property
    def id(self) -> str:
        """`category/rule-name::test_…`, for listings."""
        return f"{'/'.join(self.package).removesuffix('_test')}::{self.name}"

    def run(self) -> RegoTestResult:
        """Evaluate the test. Its engine is loaded once for all tests of a folder."""
        place = f"{self.file}:{self.line}"
        if self.problem:
            return RegoTestResult(False, f"{place}: {self.problem}")
        try:
            engine = _engine(self.policies)
            engine.prints()
            value = engine.evaluate({}, [self.package], self.name)[0]
        except SeatrialError as error:
            return RegoTestResult(False, f"{place}: {self.name} could not be evaluated\n{error}")
        if value is True:
            return RegoTestResult(True, "")
        said = "\n".join(engine.prints()) or f"the rule is {value!r}, not true"
        return RegoTestResult(False, f"{place}: {self.name} failed\n{said}")


def discover(path: Path) -> tuple[RegoTest, ...]:
    """The tests of a policies folder, or of one test file within such a folder.

    Raises InputError when the path lies in no policies folder or a file cannot be read.
    """
    if path.is_file():
        return _tests_of(path, _policies_of(path))
    found = [test for file in sorted(path.rglob(f"*{TEST_SUFFIX}")) for test in _tests_of(file, path)]
    for rule in sorted(path.rglob(RULE_FILE)):
        if not any(rule.parent.glob(f"*{TEST_SUFFIX}")):
            package = tuple(rule.parent.relative_to(path).parts)
            found.append(RegoTest(path, shown(rule), package, "test_missing", 1, "the rule has no test file beside it"))
    return tuple(found)


def _tests_of(file: Path, policies: Path) -> tuple[RegoTest, ...]:
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{shown(file)} cannot be read: {error}", remedy="make it a readable UTF-8 file") from None
    name, package = shown(file), package_of(Module(shown(file), text))
    tests = tuple(
        RegoTest(policies, name, package, found["name"], text.count("\n", 0, found.start()) + 1)
        for found in _TEST.finditer(text)
    )
    return tests or (RegoTest(policies, name, package, "test_missing", 1, "the file holds no rule named test_…"),)


def _policies_of(file: Path) -> Path:
    """The policies folder of a test file: the nearest one above it with a library, else the one of its category."""
    # No further up than a policies folder can be: the root of the file system has a `lib` too.
    above = list(file.parents)[:3]
    for folder in above:
        if (folder / LIBRARY).is_dir():
            return folder
    if len(above) > 2:
        return above[-1]
    raise InputError(f"{shown(file)} lies in no policies folder", remedy="put it at <policies>/<category>/<rule-name>/")


@functools.cache
def _engine(policies: Path) -> _Tester:
    return _Tester(policies)


class _Tester:
    """The embedded engine with all modules and tests of a folder, kept for the tests that follow."""

    def __init__(self, policies: Path) -> None:
        from seatrial.engines.embedded import EmbeddedEngine

        found = read_policies(policies)
        self._engine = EmbeddedEngine()
        self._engine.load((*found.modules, *found.tests), {})
        self.prints = self._engine.prints
        self.evaluate = self._engine.evaluate
