"""The tox environments are the only spelled-out commands, so they explain themselves and take arguments."""

from __future__ import annotations

import pytest

from tests.project import tree

ENVIRONMENTS = tree.tox_environments()


def words(option: str) -> list[str]:
    return tree.tox()["tox"][option].split()


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_an_environment_describes_itself(name: str) -> None:
    section = ENVIRONMENTS[name]

    # configparser knows no inheritance from [testenv], so this is the section's own description
    assert section.get("description")


@pytest.mark.parametrize("name", [name for name in ENVIRONMENTS if "commands" in ENVIRONMENTS[name]])
def test_an_environment_takes_further_arguments(name: str) -> None:
    assert "{posargs" in ENVIRONMENTS[name]["commands"]


# `lock` writes the hashes, so it cannot check its own.
@pytest.mark.parametrize("name", [name for name in ENVIRONMENTS if "deps" in ENVIRONMENTS[name] and name != "lock"])
def test_an_environment_installs_only_hashed_releases(name: str) -> None:
    flag, option, file = ENVIRONMENTS[name]["deps"].split()

    assert (flag, option) == ("--require-hashes", "-r")
    assert (tree.ROOT / file).is_file()


def test_the_default_list_holds_everything_but_long_builds() -> None:
    assert words("env_list") == ["lint", "types", "unit", "slow", "policies", "features", "verify"]


def test_every_environment_named_elsewhere_exists() -> None:
    known = set(ENVIRONMENTS) | {"py312-unit", "py313-unit"}

    assert set(words("env_list")) <= known


def test_each_test_marker_has_an_environment_that_selects_it() -> None:
    markers = {line.partition(":")[0] for line in tree.pyproject()["tool"]["pytest"]["ini_options"]["markers"]}
    selecting = {
        marker: [name for name in ENVIRONMENTS if f"-m {marker}" in commands(name) or f'-m "{marker}' in commands(name)]
        for marker in markers
    }

    assert selecting == {"lab": ["lab", "agreement"], "oracle": ["oracle"], "slow": ["slow"]}


def commands(name: str) -> str:
    return ENVIRONMENTS[name].get("commands", "")
