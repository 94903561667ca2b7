"""Sources of upstream modules come from Go's cache at the pinned release, fetched if need be."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from seatrial import toolchain
from seatrial.model.errors import ToolError
from seatrial.toolchain import modules as sources
from seatrial.toolchain import table
from tests.toolchain.conftest import FakeGo

GO_MOD = """module example.com/mine

go 1.26.0

tool example.com/Upstream/cmd/program

replace (
	k8s.io/api => k8s.io/api v0.37.2
	example.com/old => example.com/Fork v1.2.0
)

replace example.com/pinned v1.0.0 => example.com/pinned v1.0.1

require example.com/Upstream v1.4.0

require (
	example.com/old v1.0.0
	example.com/below/v2 v2.3.0-rc.1 // indirect
	example.com/pinned v1.0.0
	k8s.io/api v0.0.0
)
"""


@pytest.fixture
def mine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "go.mod").write_text(GO_MOD)
    monkeypatch.setenv("GOMODCACHE", str(tmp_path / "mod"))
    return folder


@pytest.mark.parametrize(
    "path,release",
    [
        ("example.com/Upstream", "v1.4.0"),
        ("example.com/below/v2", "v2.3.0-rc.1"),
        ("k8s.io/api", "v0.37.2"),
        ("example.com/old", "v1.2.0"),
        ("example.com/pinned", "v1.0.1"),
    ],
)
def test_the_release_is_the_one_that_go_takes(mine: Path, path: str, release: str) -> None:
    assert table.pinned(mine, path) == release


def test_a_module_that_is_not_pinned_is_told(mine: Path) -> None:
    with pytest.raises(ToolError, match=r"go\.mod does not pin example\.com/other"):
        toolchain.module_folder(mine, "example.com/other")


@pytest.mark.parametrize(
    "module,what", [("nothing", "there is no Go module nothing"), (Path("/"), "there is no go.mod")]
)
def test_a_folder_without_pins_is_told(module: str | Path, what: str) -> None:
    with pytest.raises(ToolError, match=what):
        toolchain.module_folder(module, "k8s.io/api")


def test_what_was_fetched_before_needs_no_go(mine: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "mod" / "example.com" / "!upstream@v1.4.0"
    assert toolchain.cached_module_folder(mine, "example.com/Upstream") is None
    folder.mkdir(parents=True)
    monkeypatch.setenv("PATH", "")

    assert toolchain.cached_module_folder(mine, "example.com/Upstream") == folder
    assert toolchain.module_folder(mine, "example.com/Upstream") == folder


def test_a_replaced_module_is_looked_for_where_its_replacement_is(mine: Path, tmp_path: Path) -> None:
    folder = tmp_path / "mod" / "example.com" / "!fork@v1.2.0"
    folder.mkdir(parents=True)

    assert toolchain.module_folder(mine, "example.com/old") == folder


def test_what_is_missing_is_fetched(mine: Path, go: FakeGo, tmp_path: Path) -> None:
    (tmp_path / "fetched").mkdir()
    (go.folder / "download.json").write_text(json.dumps({"Path": "k8s.io/api", "Dir": str(tmp_path / "fetched")}))

    assert toolchain.module_folder(mine, "k8s.io/api") == tmp_path / "fetched"
    assert go.log() == [f"{mine}: mod download -json k8s.io/api"]


@pytest.mark.parametrize(
    "answer",
    ['{"Error": "k8s.io/api@v0.37.2: dial tcp: i/o timeout"}', "", "nonsense", '{"Dir": "/nowhere/at/all"}', "[]"],
)
def test_what_cannot_be_fetched_is_told_in_gos_words(mine: Path, go: FakeGo, answer: str) -> None:
    (go.folder / "download.json").write_text(answer)
    (go.folder / "download-fails").touch()

    with pytest.raises(ToolError, match=r"fetching k8s\.io/api v0\.37\.2 failed") as failed:
        toolchain.module_folder(mine, "k8s.io/api")

    assert failed.value.remedy
    assert ("i/o timeout" in answer) == ("i/o timeout" in failed.value.found) == ("proxy" in failed.value.remedy)


@pytest.mark.parametrize(
    "environment,place",
    [
        ({"GOMODCACHE": "/mods", "GOPATH": "/go"}, Path("/mods")),
        ({"GOPATH": "/first:/second"}, Path("/first/pkg/mod")),
        ({}, Path.home() / "go" / "pkg" / "mod"),
    ],
)
def test_the_cache_is_where_go_keeps_it(environment: dict[str, str], place: Path) -> None:
    assert sources.module_cache(environment) == place


def test_capitals_are_escaped_as_go_does() -> None:
    assert sources.escaped("github.com/BurntSushi/toml") == "github.com/!burnt!sushi/toml"
