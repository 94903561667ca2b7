"""What is installed from the wheel can do what the tree can: code, rules, schemas and templates are all in it."""

from __future__ import annotations

import configparser
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.project import tree

PACKAGES = ("seatrial", "simulator")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    subprocess.run(build, cwd=tree.ROOT, check=True, capture_output=True)
    (built,) = folder.glob("*.whl")
    return zipfile.ZipFile(built)


def contents(wheel: zipfile.ZipFile, *, below: str) -> set[Path]:
    return {Path(name).relative_to(below) for name in wheel.namelist() if name.startswith(f"{below}/")}


def of_tree(below: str) -> set[Path]:
    return {path.relative_to(below) for path in tree.files() if path.parts[0] == below}


@pytest.mark.parametrize("package", PACKAGES)
def test_every_file_of_a_package_is_installed(wheel: zipfile.ZipFile, package: str) -> None:
    assert of_tree(package) - contents(wheel, below=package) == set()


def test_the_policies_are_installed_with_the_package(wheel: zipfile.ZipFile) -> None:
    assert contents(wheel, below="seatrial/_policies") == of_tree("policies")


def test_the_modules_of_the_upstream_programs_are_installed_with_the_package(wheel: zipfile.ZipFile) -> None:
    assert contents(wheel, below="seatrial/_tools") == of_tree("tools")


def test_types_of_the_package_are_announced(wheel: zipfile.ZipFile) -> None:
    assert {f"{package}/py.typed" for package in PACKAGES} <= set(wheel.namelist())


def test_nothing_but_the_packages_is_installed(wheel: zipfile.ZipFile) -> None:
    top = {name.partition("/")[0] for name in wheel.namelist() if ".dist-info/" not in name}

    assert top == set(PACKAGES)


def test_the_command_and_the_pytest_plugin_are_registered(wheel: zipfile.ZipFile) -> None:
    (name,) = (name for name in wheel.namelist() if name.endswith(".dist-info/entry_points.txt"))
    entry_points = configparser.ConfigParser()
    entry_points.read_string(wheel.read(name).decode())

    assert {section: dict(entry_points[section]) for section in entry_points.sections()} == {
        "console_scripts": {"seatrial": "seatrial.cli:main"},
        "pytest11": {"seatrial": "seatrial.pytest_plugin"},
    }
