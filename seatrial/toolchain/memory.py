"""How many builds fit beside one another: linking an API server takes gigabytes, and a killed linker builds nothing."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from seatrial.toolchain.table import Tool

_MOST = 4
"""Go spreads one build over all processors itself; more builds than these only compete."""


def available(proc: Path = Path("/proc/meminfo"), group: Path = Path("/sys/fs/cgroup")) -> int | None:
    """Bytes of memory that can be had without swapping, within the limit of a container; None if nobody tells."""
    known = [room for room in (_of_machine(proc), _of_group(group)) if room is not None]
    return min(known, default=None)


def _of_machine(proc: Path) -> int | None:
    try:
        for line in proc.read_text(encoding="ascii").splitlines():
            name, _, value = line.partition(":")
            if name == "MemAvailable":
                return int(value.split()[0]) * 1024
    except (OSError, ValueError, IndexError):
        pass
    return None


def _of_group(group: Path) -> int | None:
    try:
        limit = (group / "memory.max").read_text(encoding="ascii").strip()
        used = (group / "memory.current").read_text(encoding="ascii").strip()
        return None if limit == "max" else max(0, int(limit) - int(used))
    except (OSError, ValueError):
        return None


def processors() -> int:
    """The processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def next_to_start(
    waiting: Sequence[Tool], running: Sequence[Tool], *, processors: int, memory: int | None
) -> Tool | None:
    """The first waiting build that may start now, or None.

    *memory* is what there was before the first build, in bytes. One build always runs, however little there is. Two of
    one module never run together: the second would compile the same packages again instead of finding them compiled.
    """
    if not running:
        return waiting[0] if waiting else None
    if len(running) >= max(1, min(processors, _MOST)):
        return None
    taken = sum(tool.memory for tool in running)
    modules = {tool.module for tool in running}
    for tool in waiting:
        if tool.module not in modules and (memory is None or taken + tool.memory <= memory):
            return tool
    return None
