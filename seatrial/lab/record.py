"""What is known of a lab: its record in the folder, written by the supervisor and read by everyone."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import attrs

from seatrial.lab import processes

FILE = "lab.json"
STARTING, READY, FAILED = "starting", "ready", "failed"


@attrs.frozen
class Lab:
    """One lab."""

    name: str
    folder: Path
    """Its temporary folder: data, certificates, logs; gone when the lab is down."""
    state: str
    """`starting`, `ready` or `failed`."""
    started: float
    """Seconds since the epoch at which it was asked for."""
    server: str = ""
    """URL of the API server, on the loopback interface."""
    nodes: int = 0
    phase: str = ""
    """What a starting lab is waiting for."""
    message: str = ""
    """Why a failed lab failed, with the last lines of the log."""
    remedy: str = ""
    """What to do about it."""
    seconds: float = 0.0
    """Time from the start to being ready."""
    supervisor: int = 0
    """Process that owns the others."""
    pids: Mapping[str, int] = attrs.field(factory=dict)
    """Process of each component."""
    births: Mapping[str, int] = attrs.field(factory=dict)
    """Of each component, when its process started: see `processes.born`."""

    @property
    def kubeconfig(self) -> Path:
        """The administrator's kubeconfig, with its certificates embedded."""
        return self.folder / "admin.kubeconfig"

    @property
    def age(self) -> float:
        """Seconds since it was asked for."""
        return max(0.0, time.time() - self.started)

    @property
    def alive(self) -> dict[str, int]:
        """The processes that run now."""
        return {name: pid for name, pid in self.pids.items() if processes.born(pid) == self.births[name]}

    def log(self, component: str) -> Path:
        """Where *component* logs to."""
        return self.folder / f"{component}.log"

    def save(self) -> None:
        """Write the record at once: a reader finds the old one or the new one."""
        new = self.folder / f"{FILE}.new"
        new.write_text(json.dumps(attrs.asdict(self, filter=_kept)), encoding="utf-8")
        new.replace(self.folder / FILE)


def _kept(attribute: attrs.Attribute[Any], _value: object) -> bool:
    return attribute.name != "folder"


def read(folder: Path) -> Lab | None:
    """The record in *folder*; None if there is none yet, or no readable one."""
    try:
        data = json.loads((folder / FILE).read_text(encoding="utf-8"))
        return Lab(folder=folder, **data)
    except (OSError, ValueError, TypeError):
        return None
