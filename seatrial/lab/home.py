"""Where labs live, who may take a name, and how what a killed lab left is swept away.

Every lab is a folder below `<temporary directory>/seatrial-labs-<user id>/`, readable by its user alone. Its supervisor
holds a lock on the folder's file `lock` for as long as it lives; the kernel lets go of it whatever way the supervisor
ends. So a folder whose lock is free belongs to nobody. A lock on the file `.lock` above keeps those apart who create or
remove folders.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import shutil
import signal
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from seatrial.lab import record
from seatrial.lab.record import Lab
from seatrial.model.errors import InputError, ToolError

_NAME = re.compile(r"[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?")
_DEFAULT_NAME = "lab"
_LOCK = "lock"
_GUARD = ".lock"
_PATIENCE = 30.0


def base() -> Path:
    """The folder of all labs of this user below the temporary directory (`TMPDIR`)."""
    return Path(tempfile.gettempdir()) / f"seatrial-labs-{os.getuid()}"


@contextlib.contextmanager
def guarded() -> Iterator[Path]:
    """The folder of all labs while nobody else creates or removes one; an empty one is removed at the end."""
    folder = base()
    while True:
        try:
            _make(folder)
            guard = os.open(folder / _GUARD, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        except FileNotFoundError:  # removed by another one since
            continue
        try:
            _wait_for(guard, folder)
            if _is(guard, folder / _GUARD):
                yield folder
                if not any(entry.name != _GUARD for entry in folder.iterdir()):
                    (folder / _GUARD).unlink()
                    folder.rmdir()
                return
        finally:
            os.close(guard)


def _wait_for(guard: int, folder: Path) -> None:
    until = time.monotonic() + _PATIENCE
    while True:
        try:
            fcntl.flock(guard, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > until:
                raise ToolError(
                    f"another command holds {folder / _GUARD} for more than {_PATIENCE:.0f} s",
                    remedy="end it, or try again later",
                ) from None
            time.sleep(0.02)
        else:
            return


def _make(folder: Path) -> None:
    with contextlib.suppress(FileExistsError):
        folder.mkdir(mode=0o700)
    found = folder.lstat()
    if found.st_uid != os.getuid() or found.st_mode & 0o077 or not folder.is_dir() or folder.is_symlink():
        raise ToolError(
            f"{folder} is not a folder of yours alone, so no key can be kept in it",
            remedy="remove it, or set TMPDIR to a directory of your own",
        )


def _is(descriptor: int, path: Path) -> bool:
    """True if *path* still names the open file."""
    try:
        there, here = path.stat(), os.fstat(descriptor)
    except FileNotFoundError:
        return False
    return (there.st_dev, there.st_ino) == (here.st_dev, here.st_ino)


def create(name: str | None) -> tuple[Path, int]:
    """A new folder, and the descriptor of its lock. Raises InputError for a name that is taken or none.

    Without a *name* it is the first free one of `lab`, `lab-2`, `lab-3` and so on.
    """
    if name is not None and not _NAME.fullmatch(name):
        raise InputError(
            f'"{name}" cannot be the name of a lab',
            remedy="write at most 40 lower-case letters, digits and dashes, with a letter or digit at both ends",
        )
    with guarded() as folder:
        sweep(folder)
        if name is None:
            taken = {entry.name for entry in folder.iterdir()}
            names = (_DEFAULT_NAME if number == 1 else f"{_DEFAULT_NAME}-{number}" for number in range(1, 10_000))
            name = next(each for each in names if each not in taken)
        mine = folder / name
        try:
            mine.mkdir(mode=0o700)
        except FileExistsError:
            raise InputError(
                f'a lab named "{name}" is up already',
                remedy=f"choose another --name, or take it down: seatrial lab down {name}",
            ) from None
        lock = os.open(mine / _LOCK, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        fcntl.flock(lock, fcntl.LOCK_EX)
        return mine, lock


def owned(folder: Path) -> bool:
    """True if a supervisor, or who is about to start one, holds the lab's lock."""
    try:
        lock = os.open(folder / _LOCK, os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    else:
        return False
    finally:
        os.close(lock)


def folders() -> list[Path]:
    """The folders of all labs, by name."""
    try:
        return sorted(entry for entry in base().iterdir() if entry.is_dir())
    except FileNotFoundError:
        return []


def sweep(folder: Path, *, failed: bool = True) -> None:
    """Remove what has no owner below *folder*, with *failed* also labs that keep their reason.

    The guard must be held.
    """
    for entry in folder.iterdir():
        if not entry.is_dir() or owned(entry):
            continue
        lab = record.read(entry)
        if not failed and lab is not None and lab.state == record.FAILED:
            continue
        remove(entry)


def remove(folder: Path) -> None:
    """Remove a lab's folder, and end what is left of its processes."""
    lab = record.read(folder)
    for pid in lab.alive.values() if lab else ():
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    for _ in range(50):
        shutil.rmtree(folder, ignore_errors=True)  # a dying process may still write into it
        if not folder.exists():
            return
        time.sleep(0.02)
    raise ToolError(f"cannot remove {folder}", remedy="remove it by hand; nothing uses it any more")


def find(name: str) -> Lab | None:
    """The lab of that name."""
    folder = base() / name
    return record.read(folder) if _NAME.fullmatch(name) and folder.is_dir() else None
