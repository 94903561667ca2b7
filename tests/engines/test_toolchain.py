"""The OPA binary is found where the user says or where our pins put it, and its absence says what to do."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from seatrial.engines import toolchain
from seatrial.model.errors import ToolError


def test_the_variable_wins() -> None:
    assert toolchain.find_opa({toolchain.VARIABLE: sys.executable}) == Path(sys.executable)


def test_a_variable_that_names_no_program_is_told(tmp_path: Path) -> None:
    with pytest.raises(ToolError, match="is no program"):
        toolchain.find_opa({toolchain.VARIABLE: str(tmp_path / "opa")})


def test_the_cache_is_that_of_the_user(tmp_path: Path) -> None:
    binary = toolchain.cached_binary({"XDG_CACHE_HOME": str(tmp_path)})

    assert binary.is_relative_to(tmp_path / "seatrial" / "tools")
    assert toolchain.find_opa({"XDG_CACHE_HOME": str(tmp_path)}) is None


def test_another_pin_is_another_binary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = toolchain.cached_binary({"XDG_CACHE_HOME": str(tmp_path)})
    for name in ("go.mod", "go.sum"):
        (tmp_path / name).write_bytes((toolchain.MODULE / name).read_bytes())
    monkeypatch.setattr(toolchain, "MODULE", tmp_path)
    assert toolchain.cached_binary({"XDG_CACHE_HOME": str(tmp_path)}) == before

    (tmp_path / "go.sum").write_text("another\n")

    assert toolchain.cached_binary({"XDG_CACHE_HOME": str(tmp_path)}) != before


def test_without_a_binary_the_message_says_how_to_build_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(toolchain.VARIABLE, raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))

    with pytest.raises(ToolError, match=r"python -m seatrial\.engines\.toolchain"):
        toolchain.require_opa()


def test_a_failing_build_is_told_in_gos_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    go = tmp_path / "go"
    go.write_text("#!/bin/sh\necho 'no module proxy answers' >&2\nexit 1\n")
    go.chmod(0o755)
    monkeypatch.setattr(toolchain, "find_go", lambda: go)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))

    with pytest.raises(ToolError, match=r"building OPA failed:\nno module proxy answers"):
        toolchain.build_opa()

    assert not list((tmp_path / "cache").rglob("opa"))


def test_the_pins_are_exact() -> None:
    text = (toolchain.MODULE / "go.mod").read_text()

    assert f"tool {toolchain.PACKAGE}\n" in text
    assert f"{toolchain.PACKAGE} v1.22.2" in text
