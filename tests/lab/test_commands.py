"""The commands `lab up`, `down`, `status` and `run`: what they print, and how they answer mistakes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import attrs
import pytest

from seatrial.cli import laboratory
from seatrial.lab import home, processes, record
from seatrial.lab.record import Lab
from seatrial.model.errors import InputError, ToolError

pytestmark = pytest.mark.usefixtures("place")

POOL = "pools: [{name: one, count: 1, cpu: 1, memory: 1Gi, ephemeralStorage: 1Gi, pods: 9, zones: [%s]}]\n"


@pytest.fixture
def lab() -> Iterator[Callable[..., Lab]]:
    """Make the record of a lab that this process owns, with this process as its components."""
    locks = []
    born = processes.born(os.getpid())

    def make(name: str, **changes: Any) -> Lab:
        folder, lock = home.create(name)
        locks.append(lock)
        made = Lab(
            name=name,
            folder=folder,
            state=record.READY,
            started=time.time() - 3725,
            server="https://127.0.0.1:1234",
            nodes=6,
            pids={"etcd": os.getpid(), "kwok": os.getpid()},
            births={"etcd": born or 0, "kwok": 0},
        )
        made = attrs.evolve(made, **changes)
        made.save()
        return made

    yield make
    for lock in locks:
        os.close(lock)


class TestStatus:
    def test_is_a_table(self, lab: Callable[..., Lab], capsys: pytest.CaptureFixture[str]) -> None:
        lab("mine")
        lab("other", state=record.STARTING, server="", pids={}, births={})

        assert laboratory.status("table") == 0

        header, mine, other = capsys.readouterr().out.splitlines()
        assert header.split() == ["NAME", "STATE", "SERVER", "NODES", "AGE", "PROCESSES"]
        assert mine.split(maxsplit=5) == ["mine", "ready", "https://127.0.0.1:1234", "6", "1h2m", "1 of 2 alive"]
        assert other.split(maxsplit=5) == ["other", "starting", "-", "6", "1h2m", "0 of 0 alive"]

    def test_gives_the_reason_of_a_failure(self, lab: Callable[..., Lab], capsys: pytest.CaptureFixture[str]) -> None:
        lab("mine", state=record.FAILED, message="etcd ended", remedy="begin anew")

        laboratory.status("table")

        assert capsys.readouterr().out.endswith("\nmine: etcd ended\n  fix: begin anew\n")

    def test_is_json_for_programs(self, lab: Callable[..., Lab], capsys: pytest.CaptureFixture[str]) -> None:
        made = lab("mine")

        laboratory.status("json")

        (told,) = json.loads(capsys.readouterr().out)
        assert told["kubeconfig"] == str(made.folder / "admin.kubeconfig")
        assert told["ageSeconds"] == pytest.approx(3725, abs=60)
        assert told["processes"] == [
            {"name": "etcd", "pid": os.getpid(), "alive": True},
            {"name": "kwok", "pid": os.getpid(), "alive": False},
        ]

    def test_of_nothing_is_an_empty_list(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert (laboratory.status("json"), laboratory.status("table")) == (0, 0)

        printed = capsys.readouterr()
        assert json.loads(printed.out) == []
        assert printed.err == "no lab is up\n"

    def test_knows_two_formats(self) -> None:
        with pytest.raises(InputError, match="tabel"):
            laboratory.status("tabel")


class TestDown:
    def test_without_a_lab_says_so(self) -> None:
        with pytest.raises(InputError, match="no lab is up"):
            laboratory.down(None, every=False)

    def test_needs_a_name_among_several(self, lab: Callable[..., Lab]) -> None:
        lab("one")
        lab("two")

        with pytest.raises(InputError, match=r"2 labs are up\n.*name one of one, two, or take all down with --all"):
            laboratory.down(None, every=False)

    def test_names_what_there_is(self, lab: Callable[..., Lab]) -> None:
        lab("one")

        with pytest.raises(InputError, match=r'no lab named "onne"\n.*one'):
            laboratory.down("onne", every=False)

    def test_takes_a_name_or_all(self) -> None:
        with pytest.raises(InputError, match="--all already means the lab one too"):
            laboratory.down("one", every=True)

    def test_of_all_when_there_is_none_is_no_mistake(self) -> None:
        assert laboratory.down(None, every=True) == 0


class TestNodes:
    @pytest.fixture(autouse=True)
    def here(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(tmp_path)

    def test_come_from_the_file(self, tmp_path: Path) -> None:
        (tmp_path / "nodes.yaml").write_text(POOL % "a", encoding="utf-8")

        assert [pool.name for pool in laboratory._pools("nodes.yaml")] == ["one"]

    def test_come_from_the_project(self, tmp_path: Path) -> None:
        (tmp_path / "architecture").mkdir()
        (tmp_path / "architecture" / "node-pools.yaml").write_text(POOL % "b", encoding="utf-8")

        assert [pool.zones for pool in laboratory._pools(None)] == [("b",)]

    def test_are_three_without_either(self) -> None:
        assert [pool.count for pool in laboratory._pools(None)] == [3]

    @pytest.mark.parametrize("command", ["up", "run"])
    def test_a_mistake_in_them_is_told_before_anything_starts(self, command: str, tmp_path: Path, place: Path) -> None:
        (tmp_path / "nodes.yaml").write_text(POOL % "", encoding="utf-8")

        with pytest.raises(InputError, match=r"nodes\.yaml:1:\d+"):
            laboratory.up(None, "nodes.yaml") if command == "up" else laboratory.run(["true"], None, "nodes.yaml")

        assert list(place.iterdir()) == []


class TestRun:
    @pytest.mark.parametrize("code", [0, 1, 7])
    def test_ends_as_the_command_does(self, code: int) -> None:
        assert laboratory._follow([sys.executable, "-c", f"raise SystemExit({code})"], dict(os.environ)) == code

    def test_ends_as_a_shell_tells_a_killed_command(self) -> None:
        assert laboratory._follow(["sh", "-c", "kill -9 $$"], dict(os.environ)) == 128 + signal.SIGKILL

    def test_a_command_that_is_not_there_is_told(self) -> None:
        with pytest.raises(InputError, match="cannot run no-such-program: No such file"):
            laboratory._follow(["no-such-program"], dict(os.environ))

    def test_needs_a_command(self) -> None:
        done = subprocess.run(
            [sys.executable, "-m", "seatrial", "lab", "run"], capture_output=True, text=True, check=False, timeout=120
        )

        assert done.returncode == 2
        assert "Missing argument" in done.stderr

    def test_a_failing_program_is_told_and_the_command_not_run(
        self, pretend: Callable[[str], None], place: Path, tmp_path: Path
    ) -> None:
        pretend("echo no luck; exit 1")

        with pytest.raises(ToolError, match="etcd ended with exit code 1"):
            laboratory.run(["touch", str(tmp_path / "ran")], None, None)

        assert not (tmp_path / "ran").exists()
        assert list(place.iterdir()) == []
