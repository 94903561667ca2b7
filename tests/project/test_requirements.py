"""The locked files are complete, hashed and in step with pyproject.toml."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from requirements.lock import LOCKS
from tests.project import tree

HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}\b")


def pins(name: str) -> dict[str, list[Version]]:
    """Package and locked releases (more than one where Python versions differ) of a requirements file."""
    locked: dict[str, list[Version]] = {}
    for entry in entries(name):
        requirement = Requirement(entry.partition("\\")[0].partition("--hash")[0].strip())
        (pin,) = requirement.specifier
        assert pin.operator == "=="
        locked.setdefault(canonicalize_name(requirement.name), []).append(Version(pin.version))
    return locked


def entries(name: str) -> list[str]:
    content = (tree.ROOT / "requirements" / name).read_text(encoding="utf-8")
    code = "\n".join(line for line in content.splitlines() if not line.lstrip().startswith("#"))
    return [entry for entry in re.split(r"\n(?=\S)", code.strip()) if entry]


def wanted(sources: tuple[str, ...]) -> list[Requirement]:
    """What pyproject.toml asks for, for the arguments of one `uv pip compile`."""
    project = tree.pyproject()
    lines: list[str] = []
    for option, value in zip(sources, (*sources[1:], ""), strict=True):
        if option == "pyproject.toml":
            lines += project["project"]["dependencies"]
        elif option == "--extra":
            lines += project["project"]["optional-dependencies"][value]
        elif option == "--group":
            lines += project["dependency-groups"][value]
    return [Requirement(line) for line in lines]


def test_every_file_is_locked_from_pyproject() -> None:
    assert {path.name for path in (tree.ROOT / "requirements").glob("*.txt")} == set(LOCKS)


@pytest.mark.parametrize("name", LOCKS)
def test_every_release_carries_hashes(name: str) -> None:
    unhashed = [entry.split()[0] for entry in entries(name) if not HASH.search(entry)]

    assert unhashed == []
    assert entries(name)


@pytest.mark.parametrize("name", LOCKS)
def test_no_file_holds_an_address(name: str) -> None:
    assert "://" not in (tree.ROOT / "requirements" / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", LOCKS)
def test_the_locked_releases_are_those_that_pyproject_asks_for(name: str) -> None:
    locked = pins(name)
    outside = [
        str(requirement)
        for requirement in wanted(LOCKS[name])
        if not all(requirement.specifier.contains(pin) for pin in locked.get(canonicalize_name(requirement.name), []))
        or canonicalize_name(requirement.name) not in locked
    ]

    assert outside == []


@pytest.mark.parametrize("name", ["test.txt", "types.txt", "oracle.txt", "bench.txt"])
def test_the_tests_use_the_releases_that_users_get(name: str) -> None:
    other = pins(name)

    assert {package: other.get(package) for package in pins("run.txt")} == pins("run.txt")


def test_the_readme_of_the_folder_names_every_file() -> None:
    readme = tree.text(Path("requirements/README.md")) or ""

    assert set(re.findall(r"^\| `([\w.]+)` \|", readme, re.MULTILINE)) == set(LOCKS)
