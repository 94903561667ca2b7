"""Each built program starts and is of the release that its pin says; Regal finds no fault in the rules."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from seatrial import toolchain

pytestmark = pytest.mark.oracle

ROOT = Path(__file__).resolve().parents[2]
ASKED = {
    "kube-apiserver": "--version",
    "kube-controller-manager": "--version",
    "kube-scheduler": "--version",
    "etcd": "--version",
    "kwok": "--version",
    "opa": "version",
    "gator": "--version",
    "kubeconform": "-v",
    "metrics-server": "--version",
    "regal": "version",
    "amtool": "--version",
    "promtool": "--version",
    "prometheus-adapter": "--help",
}
"""How each is asked for its release; the adapter cannot tell, so that only the record of its build is looked at."""


def program(name: str) -> Path:
    found = toolchain.find(name)
    if found is None:
        pytest.skip(f"{name} is not built: run `seatrial lab build {name}`")
    return found


def run(path: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([path, *arguments], capture_output=True, text=True, check=False, cwd=ROOT, timeout=120)


def pieces(path: Path, size: int = 1 << 24) -> Iterator[bytes]:
    """The file, bit by bit, each with the end of the one before."""
    end = b""
    with path.open("rb") as file:
        while piece := file.read(size):
            yield end + piece
            end = piece[-256:]


def test_every_upstream_program_is_asked() -> None:
    assert set(ASKED) == {tool.name for tool in toolchain.TOOLS.values() if not tool.own}


@pytest.mark.parametrize("name", ASKED)
def test_a_program_starts_and_has_the_pinned_release(name: str) -> None:
    path = program(name)
    release = toolchain.TOOLS[name].version

    answer = run(path, ASKED[name])
    said = answer.stdout + answer.stderr

    assert name == "prometheus-adapter" or answer.returncode == 0, said
    assert release.removeprefix("v") in said or (name == "prometheus-adapter" and "--prometheus-url" in said), said


@pytest.mark.parametrize("name", toolchain.TOOLS)
def test_the_record_in_the_program_names_the_pinned_module(name: str) -> None:
    tool = toolchain.TOOLS[name]
    # Go writes module and release of everything it linked into each program (runtime/debug.BuildInfo).
    wanted = f"\t{tool.upstream}\t{tool.version}".encode()

    assert any(wanted in piece for piece in pieces(program(name)))


def test_regal_finds_no_fault_in_the_rules() -> None:
    answer = run(program("regal"), "lint", "--format", "json", "policies")
    report = json.loads(answer.stdout)
    found = [
        f"{one['location']['file']}:{one['location']['row']}: {one['title']}: {one['description']}"
        for one in report["violations"]
    ]

    assert found == []
    assert report["summary"]["files_scanned"] > 100
    assert answer.returncode == 0, answer.stderr


def test_regal_sees_a_fault_where_there_is_one(tmp_path: Path) -> None:
    """With our settings it still looks: a report without faults is no accident of the settings."""
    (tmp_path / "bad.rego").write_text("package bad\n\nallow := true if { input.x == input.x }\n\nimport data.y\n")
    settings = ROOT / "policies" / ".regal" / "config.yaml"

    answer = run(program("regal"), "lint", "--format", "json", "--config-file", str(settings), str(tmp_path))

    assert json.loads(answer.stdout)["violations"]
