"""A lab's name is taken once, its folder is its owner's alone, and what nobody owns any more is swept away."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import attrs
import pytest

from seatrial import lab
from seatrial.lab import home, processes, record
from seatrial.lab.record import Lab
from seatrial.model.errors import InputError, ToolError

pytestmark = pytest.mark.usefixtures("place")


@pytest.fixture
def sleeper() -> Iterator[subprocess.Popen[bytes]]:
    """A process that a lab may have left."""
    process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    yield process
    process.kill()
    process.wait()


def left_behind(name: str, *, state: str = record.READY, **changes: Any) -> Path:
    """The folder of a lab whose supervisor was killed."""
    folder, lock = home.create(name)
    os.close(lock)
    attrs.evolve(Lab(name=name, folder=folder, state=state, started=time.time()), **changes).save()
    return folder


class TestCreating:
    def test_makes_a_folder_for_its_user_alone(self, place: Path) -> None:
        folder, lock = home.create("mine")
        try:
            assert folder.parent.parent == place
            assert [stat.S_IMODE(each.stat().st_mode) for each in (folder, folder.parent)] == [0o700, 0o700]
        finally:
            os.close(lock)

    def test_without_a_name_takes_the_first_free_one(
        self,
    ) -> None:
        made = [home.create(None) for _ in range(3)]
        try:
            assert [folder.name for folder, _ in made] == ["lab", "lab-2", "lab-3"]
        finally:
            for _, lock in made:
                os.close(lock)

    def test_survives_that_another_one_removes_the_empty_folder_meanwhile(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        made: list[Path] = []
        real = Path.mkdir

        def mkdir(path: Path, *args: Any, **options: Any) -> None:
            real(path, *args, **options)
            if path == home.base() and not made:
                made.append(path)
                path.rmdir()

        monkeypatch.setattr(Path, "mkdir", mkdir)

        folder, lock = home.create("mine")

        os.close(lock)
        assert made == [folder.parent]
        assert folder.is_dir()

    def test_refuses_a_name_that_is_taken(
        self,
    ) -> None:
        _, lock = home.create("mine")
        try:
            with pytest.raises(InputError, match=r'a lab named "mine" is up already\n.*lab down mine'):
                home.create("mine")
        finally:
            os.close(lock)

    @pytest.mark.parametrize("name", ["", "-a", "a-", "A", "a/b", "..", "a.b", "a" * 41, ".lock"])
    def test_refuses_what_is_no_name(self, name: str, place: Path) -> None:
        with pytest.raises(InputError, match="cannot be the name of a lab"):
            home.create(name)

        assert list(place.rglob("*")) == []

    def test_refuses_a_folder_that_others_can_enter(
        self,
    ) -> None:
        home.base().mkdir(mode=0o755)

        with pytest.raises(ToolError, match="not a folder of yours alone"):
            home.create("mine")

    def test_refuses_a_link(self, tmp_path: Path) -> None:
        elsewhere = tmp_path / "elsewhere"
        elsewhere.mkdir(mode=0o700)
        home.base().symlink_to(elsewhere)

        with pytest.raises(ToolError, match="not a folder of yours alone"):
            home.create("mine")

    def test_sweeps_first(
        self,
    ) -> None:
        left_behind("mine")

        folder, lock = home.create("mine")
        os.close(lock)

        assert record.read(folder) is None


class TestSweeping:
    def test_removes_what_nobody_owns_and_the_empty_folder_above(self, place: Path) -> None:
        left_behind("one")
        left_behind("two")

        assert lab.status() == ()
        assert list(place.iterdir()) == []

    def test_ends_the_processes_of_the_record(self, sleeper: subprocess.Popen[bytes]) -> None:
        born = processes.born(sleeper.pid)
        assert born is not None
        left_behind("mine", pids={"etcd": sleeper.pid}, births={"etcd": born})

        lab.status()

        assert sleeper.wait(10) == -9

    def test_leaves_another_process_that_got_the_same_number(self, sleeper: subprocess.Popen[bytes]) -> None:
        born = processes.born(sleeper.pid)
        assert born is not None
        left_behind("mine", pids={"etcd": sleeper.pid}, births={"etcd": born - 1})

        lab.status()

        assert sleeper.poll() is None

    def test_leaves_what_is_owned(
        self,
    ) -> None:
        folder, lock = home.create("mine")
        try:
            Lab(name="mine", folder=folder, state=record.READY, started=time.time()).save()

            assert [each.name for each in lab.status()] == ["mine"]
        finally:
            os.close(lock)

    def test_a_failed_lab_keeps_its_reason_until_it_is_taken_down(self, place: Path) -> None:
        left_behind("mine", state=record.FAILED, message="etcd ended")

        assert [each.message for each in lab.status()] == ["etcd ended"]
        assert lab.down("mine")
        assert list(place.iterdir()) == []

    def test_a_new_lab_may_have_the_name_of_a_failed_one(
        self,
    ) -> None:
        left_behind("mine", state=record.FAILED, message="etcd ended")

        folder, lock = home.create("mine")
        os.close(lock)

        assert folder.name == "mine"

    def test_an_unreadable_record_is_none(self, place: Path) -> None:
        (left_behind("mine") / record.FILE).write_text('{"nam', encoding="utf-8")

        assert lab.status() == ()
        assert list(place.iterdir()) == []


class TestTakingDown:
    def test_what_is_not_there_is_told(self, place: Path) -> None:
        assert not lab.down("mine")
        assert lab.down_all() == ()
        assert list(place.iterdir()) == []

    @pytest.mark.parametrize("name", ["..", "../elsewhere", "", ".lock"])
    def test_no_name_leads_elsewhere(self, name: str, place: Path) -> None:
        (place / "elsewhere").mkdir()
        _, lock = home.create("mine")
        try:
            assert not lab.down(name)
            assert (place / "elsewhere").is_dir()
        finally:
            os.close(lock)
