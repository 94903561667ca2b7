"""What the supervisor does about programs that fail, hang or are killed, shown with programs that only pretend."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from seatrial import lab
from seatrial.lab import home, processes, record
from seatrial.model.errors import InputError, ToolError

HANGS = "echo begins; exec sleep 600"
UP = "import sys; from seatrial import lab; lab.up(name='mine', timeout=600)"
Pretend = Callable[[str], None]

pytestmark = pytest.mark.usefixtures("place")


def eventually(holds: Callable[[], Any]) -> bool:
    """Whether it holds within half a minute; a machine that is busy takes its time."""
    until = time.monotonic() + 30
    while time.monotonic() < until:
        if holds():
            return True
        time.sleep(0.02)
    return False


def begun() -> record.Lab:
    """The lab that another process brings up, once its first program runs."""
    found: list[record.Lab] = []

    def runs() -> bool:
        found[:] = [each for each in lab.status() if each.alive]
        return bool(found)

    assert eventually(runs)
    return found[0]


def bring_up() -> subprocess.Popen[str]:
    """A process that waits for a lab which will never be ready."""
    return subprocess.Popen([sys.executable, "-c", UP], stderr=subprocess.PIPE, text=True)


def test_a_program_that_ends_is_told_with_its_last_lines(place: Path, pretend: Pretend) -> None:
    pretend("echo first; echo 'cannot listen: no luck' >&2; exit 3")

    with pytest.raises(ToolError, match=r"(?s)etcd ended with exit code 3.*    first\n    cannot listen: no luck\n"):
        lab.up()

    assert list(place.iterdir()) == []


def test_a_program_that_is_killed_is_told_with_the_signal(pretend: Pretend) -> None:
    pretend("kill -BUS $$")

    with pytest.raises(ToolError, match=r"etcd ended with SIGBUS.*etcd logged nothing"):
        lab.up()


def test_a_program_that_hangs_is_given_up_in_time(place: Path, pretend: Pretend) -> None:
    pretend(HANGS)

    with pytest.raises(ToolError, match=r"(?s)not ready within 1 s: still waiting for etcd to answer.*    begins"):
        lab.up(timeout=1)

    assert list(place.iterdir()) == []


def test_a_program_that_cannot_be_started_is_told(place: Path, pretend: Pretend, tmp_path: Path) -> None:
    pretend("")
    (tmp_path / "program").write_bytes(b"\x7fELF, but no more")

    with pytest.raises(ToolError, match=r"cannot start .*program: Exec format error"):
        lab.up()

    assert list(place.iterdir()) == []


def test_a_missing_program_is_told_before_anything_is_made(
    place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.delenv("SEATRIAL_ETCD", raising=False)

    with pytest.raises(ToolError, match="seatrial lab build etcd"):
        lab.up()

    assert list(place.iterdir()) == []


def test_pools_of_one_name_are_refused(pretend: Pretend) -> None:
    pretend(HANGS)

    with pytest.raises(InputError, match="two node pools are named node"):
        lab.up([*lab.DEFAULT_POOLS, *lab.DEFAULT_POOLS])


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_whoever_brings_it_up_may_be_interrupted(number: signal.Signals, place: Path, pretend: Pretend) -> None:
    pretend(HANGS)
    with bring_up() as process:
        starting = begun()

        process.send_signal(number)

        assert process.wait(30) != 0
        assert eventually(lambda: not starting.alive)
        assert eventually(lambda: not starting.folder.exists())
    assert eventually(lambda: list(place.iterdir()) == [])


def test_a_killed_supervisor_leaves_no_process_and_a_folder_that_is_swept(place: Path, pretend: Pretend) -> None:
    pretend(HANGS)
    with bring_up() as process:
        starting = begun()

        os.kill(starting.supervisor, signal.SIGKILL)

        assert eventually(lambda: not starting.alive)
        assert process.wait(30) != 0
    assert lab.status() == ()
    assert list(place.iterdir()) == []


def test_a_lab_that_is_starting_can_be_taken_down(place: Path, pretend: Pretend) -> None:
    pretend(HANGS)
    with bring_up() as process:
        starting = begun()

        assert lab.down("mine")

        assert starting.alive == {}
        assert process.wait(30) != 0
    assert list(place.iterdir()) == []


def test_its_programs_get_no_variable_of_ours(pretend: Pretend, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example")
    pretend("env | grep -v '^_=\\|^PWD=\\|^OLDPWD=\\|^SHLVL='; exit 1")

    with pytest.raises(ToolError) as caught:
        lab.up()

    variables = {line.strip().partition("=")[0] for line in caught.value.found.splitlines()[1:]}
    assert variables == {"HOME", "PATH", "TMPDIR"}


def test_the_reason_of_a_failure_stays_without_the_keys(pretend: Pretend) -> None:
    pretend(HANGS)
    with bring_up() as process:
        starting = begun()
        assert eventually((starting.folder / "admin.kubeconfig").exists)

        # As if it had been ready for long: nobody waits who would clear up.
        os.kill(process.pid, signal.SIGSTOP)
        os.kill(starting.pids["etcd"], signal.SIGTERM)

        assert eventually(lambda: [each.state for each in lab.status()] == [record.FAILED])
        (failed,) = lab.status()
        assert "etcd ended with SIGTERM" in failed.message
        assert {path.name for path in failed.folder.iterdir()} == {
            "etcd.log",
            "lab.json",
            "lock",
            "supervisor.log",
        }
        assert eventually(lambda: not home.owned(failed.folder))
        os.kill(process.pid, signal.SIGCONT)
        assert "etcd ended with SIGTERM" in process.communicate(timeout=30)[1]
    assert lab.status() == ()


class TestProcesses:
    def test_a_process_is_known_by_its_start(self) -> None:
        assert processes.born(os.getpid()) == processes.born(os.getpid())
        assert processes.born(os.getpid()) is not None

    def test_an_ended_one_is_none_even_before_anybody_waited_for_it(self) -> None:
        with subprocess.Popen([sys.executable, "-c", ""]) as process:
            assert eventually(lambda: processes.born(process.pid) is None)
        assert processes.born(process.pid) is None

    def test_a_crash_is_told_from_its_beginning(self, tmp_path: Path) -> None:
        log = tmp_path / "log"
        log.write_text("I fine\npanic: no luck\n\ngoroutine 1\n" + "main.f()\n" * 1000, encoding="utf-8")

        assert processes.tail(log, 3).splitlines() == ["    panic: no luck", "    ", "    goroutine 1"]

    def test_a_log_that_is_not_there_says_nothing(self, tmp_path: Path) -> None:
        assert processes.tail(tmp_path / "none") == ""

    def test_labs_need_linux(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sys, "platform", "darwin")

        with pytest.raises(ToolError, match="a lab needs Linux, and this is darwin"):
            lab.up()


def test_a_record_is_read_as_it_was_written(tmp_path: Path) -> None:
    written = record.Lab(
        name="mine", folder=tmp_path, state=record.READY, started=1.5, pids={"etcd": 3}, births={"etcd": 4}, nodes=2
    )

    written.save()

    assert record.read(tmp_path) == written
    assert json.loads((tmp_path / record.FILE).read_text(encoding="utf-8"))["nodes"] == 2
