"""Running `go` so that it ends when we do: with all the compilers it started."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

_PATIENCE_SECONDS = 5.0


class Stopped(Exception):  # noqa: N818  # not a failure: the user has asked for it
    """The run was ended while the command ran, or before."""


class Commands:
    """Commands that can be stopped together, from another thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: set[subprocess.Popen[str]] = set()
        self._stop = threading.Event()

    def run(self, command: Sequence[str], *, cwd: Path, env: Mapping[str, str]) -> tuple[int, str]:
        """Exit code and what the command said, both streams in order. Raises Stopped, and OSError if it cannot run."""
        with self._lock:
            if self._stop.is_set():
                raise Stopped
            # A process group of its own: a compiler is a grandchild, and would outlive its `go`.
            process = subprocess.Popen(
                command,
                cwd=cwd,
                env=dict(env),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                errors="replace",
                process_group=0,
            )
            self._running.add(process)
        try:
            said, _ = process.communicate()
        finally:
            with self._lock:
                self._running.discard(process)
        if self._stop.is_set():
            raise Stopped
        return process.returncode, said

    def pause(self, seconds: float) -> None:
        """Wait. Raises Stopped as soon as the run is ended."""
        if self._stop.wait(seconds):
            raise Stopped

    def stop(self) -> None:
        """End every command that runs, and let none start any more."""
        with self._lock:
            self._stop.set()
            running = tuple(self._running)
        for process in running:
            _signal(process, signal.SIGTERM)
        for process in running:
            try:
                process.wait(_PATIENCE_SECONDS)
            except subprocess.TimeoutExpired:
                _signal(process, signal.SIGKILL)


def _signal(process: subprocess.Popen[str], number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, number)
