"""A project's features are part of its verification."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

FEATURE = """\
Feature: Objects

  @R001
  Scenario Outline: There are enough of them
    Given the manifests
    Then there are at least <count> objects

    Examples: few
      | count |
      | 1     |

    @R002
    Examples: many
      | count |
      | 9999  |

  Scenario: They were read from files
    Given the manifests
    Then they have files
"""
STEPS = """\
from pytest_bdd import given, parsers, scenarios, then

scenarios("objects.feature")


@given("the manifests", target_fixture="system")
def manifests(verification):
    return verification


@then(parsers.parse("there are at least {count:d} objects"))
def objects(system, count):
    assert system.run.scope.objects >= count, f"there are only {system.run.scope.objects} objects"


@then("they have files")
def files(system):
    assert system.run.scope.files
"""

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for folder in ("architecture", "manifests", "policies"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    features = tmp_path / "features"
    features.mkdir()
    (features / "objects.feature").write_text(FEATURE)
    (features / "test_objects.py").write_text(STEPS)
    return tmp_path


def verdicts(seatrial: Run) -> dict[tuple[str, str], tuple[str, str, int]]:
    done = seatrial("verify", "--only", "schema,features", "--format", "json")
    assert done.returncode in (0, 1), done.stderr
    return {
        (found["check"], found["subject"]["name"]): (found["status"], found["message"], found["line"])
        for found in json.loads(done.stdout)["verdicts"]
        if found["check"].startswith("feature/")
    }


@pytest.mark.usefixtures("project")
def test_each_scenario_is_a_verdict_for_each_requirement_it_accepts(seatrial: Run) -> None:
    found = verdicts(seatrial)
    few, many = "There are enough of them [1]", "There are enough of them [9999]"

    assert set(found) == {
        ("feature/R001", few),
        ("feature/R001", many),
        ("feature/R002", many),
        ("feature/objects", "They were read from files"),
    }
    assert found["feature/R001", few][0] == "pass"
    assert found["feature/objects", "They were read from files"] == ("pass", "accepted", 17)
    status, message, _ = found["feature/R002", many]
    assert status == "fail"
    assert message.startswith("there are only ")


def test_a_step_that_nobody_wrote_is_told_with_its_text(seatrial: Run, project: Path) -> None:
    feature = project / "features" / "objects.feature"
    feature.write_text(feature.read_text().replace("Then they have files", "Then they have wings"))

    done = seatrial("verify", "--only", "schema,features", "--format", "concise")

    assert done.returncode == 1
    assert 'objects.feature:19:1: high feature/objects no step is defined for "Then they have wings"' in done.stdout


def test_a_scenario_that_asks_a_control_plane_is_counted_as_skipped(seatrial: Run, project: Path) -> None:
    feature = project / "features" / "objects.feature"
    feature.write_text(feature.read_text().replace("  Scenario: They", "  @lab\n  Scenario: They"))

    found = verdicts(seatrial)

    assert found["feature/objects", "They were read from files"] == (
        "skipped",
        "asks a real control plane: run it with `pytest -m lab`",
        18,
    )


def test_features_that_cannot_be_loaded_are_no_pass(seatrial: Run, project: Path) -> None:
    (project / "features" / "test_objects.py").write_text("import nothing_of_this_name\n")

    done = seatrial("verify", "--only", "schema,features")

    assert done.returncode == 2
    assert "features/test_objects.py:1:1: " in done.stderr
    assert "nothing_of_this_name" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_folder_without_scenarios_is_no_pass(seatrial: Run, project: Path) -> None:
    (project / "features" / "test_objects.py").unlink()

    done = seatrial("verify", "--only", "schema,features")

    assert done.returncode == 2
    assert "holds no scenario" in done.stderr
