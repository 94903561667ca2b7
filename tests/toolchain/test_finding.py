"""A program is found where the user says or where our pins put it, and its absence says what to do."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from seatrial import toolchain
from seatrial.model.errors import InputError, ToolError
from tests.toolchain.conftest import FakeGo


@pytest.mark.parametrize("name", toolchain.TOOLS)
def test_the_variable_of_a_program_wins(name: str) -> None:
    assert toolchain.find(name, {toolchain.variable(name): sys.executable}) == Path(sys.executable)


def test_variables_are_named_after_the_programs() -> None:
    assert toolchain.variable("opa") == "SEATRIAL_OPA"
    assert toolchain.variable("kube-apiserver") == "SEATRIAL_KUBE_APISERVER"


def test_a_variable_may_name_a_program_of_the_path(tmp_path: Path) -> None:
    program = tmp_path / "my-opa"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)

    assert toolchain.find("opa", {"SEATRIAL_OPA": "my-opa", "PATH": str(tmp_path)}) == program


def test_a_variable_that_names_no_program_is_told(tmp_path: Path) -> None:
    with pytest.raises(ToolError, match=r"SEATRIAL_ETCD is .*etcd, which is no program"):
        toolchain.find("etcd", {"SEATRIAL_ETCD": str(tmp_path / "etcd")})


def test_a_file_that_cannot_be_run_is_no_program(tmp_path: Path) -> None:
    file = tmp_path / "etcd"
    file.write_text("text")

    with pytest.raises(ToolError, match="is no program"):
        toolchain.find("etcd", {"SEATRIAL_ETCD": str(file)})


def test_the_cache_is_that_of_the_user(tmp_path: Path) -> None:
    place = toolchain.cached("opa", {"XDG_CACHE_HOME": str(tmp_path)})

    assert place.parts[: len(tmp_path.parts) + 2] == (*tmp_path.parts, "seatrial", "tools")
    assert place.name == "opa"
    assert toolchain.find("opa", {"XDG_CACHE_HOME": str(tmp_path)}) is None


def test_a_relative_cache_is_ignored_as_the_standard_says() -> None:
    assert toolchain.cached("opa", {"XDG_CACHE_HOME": "cache"}) == toolchain.cached("opa", {})


def test_a_program_that_is_not_built_says_how_to_build_it(go: FakeGo) -> None:
    with pytest.raises(ToolError, match=r"kube-scheduler v1\.37\.2 is not built\n.*seatrial lab build kube-scheduler"):
        toolchain.require("kube-scheduler")

    toolchain.build(["kube-scheduler"])

    assert toolchain.require("kube-scheduler").is_relative_to(go.cache)


@pytest.mark.usefixtures("go")
def test_a_build_of_older_pins_is_not_used(modules: Path) -> None:
    toolchain.build(["opa", "kwok"])
    assert toolchain.find("opa") is not None

    with (modules / "opa" / "go.sum").open("a") as pins:
        pins.write("example.com/another v1.0.0 h1:AAAA=\n")

    assert toolchain.find("opa") is None
    assert toolchain.find("kwok") is not None


@pytest.mark.parametrize(
    "ask", [toolchain.find, toolchain.require, toolchain.cached, lambda name: toolchain.build([name])]
)
def test_an_unknown_name_is_answered_with_the_nearest(ask) -> None:
    with pytest.raises(InputError, match=r"there is no tool 'kube-api-server' \(did you mean kube-apiserver\?\)"):
        ask("kube-api-server")
