"""Processes that cannot outlive the one that started them, and how a process is known again."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from seatrial.model.errors import ToolError

_PR_SET_PDEATHSIG = 1  # linux/prctl.h
_TAIL_BYTES = 1024 * 1024
_CRASH = ("panic:", "fatal error:", "runtime:", "SIG")
"""How a Go program begins the account of its crash: what follows is a list of goroutines that tells little."""


def require_linux() -> None:
    """Raise ToolError on other systems: only Linux ends the processes of a supervisor that was killed."""
    if sys.platform != "linux":
        raise ToolError(
            f"a lab needs Linux, and this is {sys.platform}",
            remedy="run it on a Linux machine, in a virtual machine or in CI",
        )


def start(command: Sequence[str], *, folder: Path, log: Path, environment: dict[str, str]) -> subprocess.Popen[bytes]:
    """Start *command* in *folder* so that the kernel kills it when this process ends, however that happens.

    To be called from the main thread: the kernel watches the thread that started the child (prctl(2)).
    """
    with log.open("ab") as stream:
        return subprocess.Popen(
            command,
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=stream,
            stderr=subprocess.STDOUT,
            # Between fork and exec nothing but system calls: the library is loaded and the parent known before.
            preexec_fn=_tie(),  # noqa: PLW1509 - there is no other way to set the signal before exec
        )


def _tie() -> Callable[[], None]:
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    parent = os.getpid()

    def tie() -> None:
        prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != parent:  # it died between fork and prctl
            os._exit(1)
        signal.pthread_sigmask(signal.SIG_SETMASK, ())

    return tie


def born(pid: int) -> int | None:
    """When the process started, in clock ticks since boot: with its id it names one process for ever. None: no process.

    A process that ended but was not waited for (a zombie) is none.
    """
    try:
        status = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace")
    except OSError:
        return None
    fields = status.rpartition(")")[2].split()  # the command before it may hold anything (proc(5))
    return None if fields[0] in "ZX" else int(fields[19])


def tail(log: Path, lines: int = 8) -> str:
    """The last lines of a log, indented, or the first ones of a crash; empty if there are none."""
    try:
        with log.open("rb") as stream:
            stream.seek(0, os.SEEK_END)
            stream.seek(max(0, stream.tell() - _TAIL_BYTES))
            text = stream.read().decode(errors="replace")
    except OSError:
        return ""
    every = text.splitlines()
    crash = next((number for number, line in enumerate(every) if line.startswith(_CRASH)), len(every) - lines)
    return "\n".join(f"    {line}" for line in every[max(0, crash) :][:lines])
