"""A report is written as a whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from seatrial.model.errors import InputError
from seatrial.report import write


def test_text_is_written_as_utf_8(tmp_path: Path) -> None:
    write(tmp_path / "r.txt", "é\n")

    assert (tmp_path / "r.txt").read_bytes() == "é\n".encode()


def test_bytes_are_written_as_they_are(tmp_path: Path) -> None:
    write(str(tmp_path / "r.bin"), b"\x00\xff")

    assert (tmp_path / "r.bin").read_bytes() == b"\x00\xff"


def test_nothing_else_is_left_behind(tmp_path: Path) -> None:
    write(tmp_path / "r.txt", "old")
    write(tmp_path / "r.txt", "new")

    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"r.txt": "new"}


def test_a_failure_leaves_the_old_report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "r.txt", "old")

    def full(_file: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)

    with pytest.raises(InputError, match=r"cannot write the report to .*: No space left on device\n  fix: "):
        write(tmp_path / "r.txt", "new")
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"r.txt": "old"}


def test_an_interruption_leaves_the_old_report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "r.txt", "old")

    def interrupted(_self: Path, _target: Path) -> Path:
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "replace", interrupted)

    with pytest.raises(KeyboardInterrupt):
        write(tmp_path / "r.txt", "new")
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"r.txt": "old"}


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "target.txt").write_text("old")
    (tmp_path / "link.txt").symlink_to("target.txt")

    write(tmp_path / "link.txt", "new")

    assert (tmp_path / "link.txt").is_symlink()
    assert (tmp_path / "target.txt").read_text() == "new"


def test_permissions_stay(tmp_path: Path) -> None:
    (tmp_path / "r.txt").write_text("old")
    (tmp_path / "r.txt").chmod(0o640)

    write(tmp_path / "r.txt", "new")

    assert (tmp_path / "r.txt").stat().st_mode & 0o777 == 0o640


def test_a_device_is_written_to_and_stays() -> None:
    write("/dev/null", "x")

    assert Path("/dev/null").is_char_device()


@pytest.mark.parametrize("name", ["missing/r.txt", ".", "a\0b", "n" * 300])
def test_a_place_that_cannot_be_written_is_the_users_mistake(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match="cannot write the report"):
        write(f"{tmp_path}/{name}", "x")
    assert list(tmp_path.iterdir()) == []
