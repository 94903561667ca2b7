"""The table, the Go modules and their page say the same."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from seatrial import toolchain
from seatrial.toolchain import table

ROOT = Path(__file__).resolve().parents[2]
UPSTREAM = [tool for tool in toolchain.TOOLS.values() if not tool.own]
EXTRACTED = {"crds", "oracles/fixtures"}
"""Modules that are read, of which nothing is built."""


@pytest.mark.parametrize("tool", UPSTREAM, ids=lambda tool: tool.name)
def test_the_package_is_a_tool_of_its_module(tool: toolchain.Tool) -> None:
    text = (tool.folder / "go.mod").read_text()

    assert re.search(rf"^(?:tool |\t){re.escape(tool.package)}$", text, re.MULTILINE)
    assert tool.package.startswith(tool.upstream)


@pytest.mark.parametrize("tool", toolchain.TOOLS.values(), ids=lambda tool: tool.name)
def test_every_pin_is_exact_and_its_content_known(tool: toolchain.Tool) -> None:
    assert re.fullmatch(r"v\d+\.\d+\.\d+", tool.version)
    assert f"{tool.upstream} {tool.version} h1:" in (tool.folder / "go.sum").read_text()
    assert table.go_directive(tool.folder) >= (1, 26)


def test_every_module_is_in_the_table() -> None:
    top = table.sources()
    modules = {path.parent.relative_to(top).as_posix() for path in top.rglob("go.mod")}

    assert modules - EXTRACTED == {tool.module for tool in toolchain.TOOLS.values()}


def test_the_releases_of_kubernetes_belong_together() -> None:
    kubernetes = toolchain.TOOLS["kube-apiserver"].version
    staging = kubernetes.replace("v1.", "v0.")

    assert toolchain.TOOLS["hpa-oracle"].version == kubernetes
    assert toolchain.TOOLS["pod-security-oracle"].version == toolchain.TOOLS["quantity-oracle"].version == staging
    assert table.pinned(table.module_sources("oracles/fixtures"), "k8s.io/api") == staging
    text = (table.module_sources("kubernetes") / "go.mod").read_text()
    replaced = re.findall(r"^\t(k8s\.io/\S+) => (\S+) (\S+)$", text, re.MULTILINE)
    assert len(replaced) > 20
    assert {(old == new, version) for old, new, version in replaced} == {(True, staging)}


def test_the_lab_consists_of_programs_of_the_table() -> None:
    assert set(toolchain.LAB) <= set(toolchain.TOOLS)


def test_the_page_of_the_modules_names_every_program_with_its_release() -> None:
    page = (ROOT / "tools" / "README.md").read_text()
    rows = re.findall(r"^\| `(\S+)` \| (.+?) \| (.+?) \| .+ \|$", page, re.MULTILINE)
    described = {
        (folder, program.split()[0]): re.search(r"v?(\d+\.\d+\.\d+)\)?$", release)
        for folder, programs, release in rows
        for program in programs.split(", ")
    }

    assert set(described) == {(tool.module, tool.name) for tool in UPSTREAM}
    for tool in UPSTREAM:
        release = described[tool.module, tool.name]
        assert release is not None
        assert f"v{release[1]}" == tool.version


def test_the_oracle_environment_builds_what_the_lab_does_not() -> None:
    (line,) = re.findall(
        r"^    seatrial lab build (.+)$",
        (ROOT / "tox.ini").read_text().split("[testenv:oracle]")[1].split("[testenv:")[0],
        re.MULTILINE,
    )

    assert set(line.split()) == set(toolchain.TOOLS) - set(toolchain.LAB)


def test_the_modules_are_shipped() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())

    assert project["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]["tools"] == "seatrial/_tools"
