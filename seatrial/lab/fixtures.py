"""One lab for a whole run of pytest, shared by its workers (pytest-xdist); the fixture is in `seatrial.pytest_plugin`.

The lab is owned by the process that controls the run: it takes the lab down at the end, and the lab goes down by itself
if that process is killed. The first worker that asks for the lab brings it up, the others wait for it.
"""

from __future__ import annotations

import importlib.util
import os
import time
from collections.abc import MutableMapping, Sequence
from pathlib import Path
from typing import Any

from seatrial import toolchain
from seatrial.lab import control, home, record
from seatrial.lab.nodes import DEFAULT_POOLS
from seatrial.lab.record import Lab
from seatrial.model.architecture.declaration import FOLDER
from seatrial.model.architecture.node_pools import FILE, NodePool, load_node_pools
from seatrial.model.errors import InputError, ToolError

REQUIRED = "SEATRIAL_REQUIRE_LAB"
"""Variable that turns the skips of tests without a lab into failures."""
_OWNER = "seatrial_lab_owner"
_POLL = 0.05


def missing() -> str | None:
    """Why there can be no lab here; None if there can be one. Raises ToolError for a variable that names no program."""
    lacking = [name for name in toolchain.LAB if toolchain.find(name) is None]
    if lacking:
        return f"the lab is not built ({', '.join(lacking)}): run `seatrial lab build`"
    if importlib.util.find_spec("cryptography") is None:
        return 'the lab needs the extra "lab": run `pip install "seatrial[lab]"`'
    return None


def required() -> bool:
    """True if a missing lab is a failure."""
    return os.environ.get(REQUIRED, "") not in {"", "0"}


def introduce(workerinput: MutableMapping[str, Any]) -> None:
    """Tell a worker, before it starts, which process owns the lab of the run: this one."""
    workerinput[_OWNER] = os.getpid()


def shared(workerinput: MutableMapping[str, Any], root: Path) -> Lab:
    """The lab of this run, with the node pools declared below *root* if there are any; brought up if it is not yet.

    Raises ToolError if it cannot be brought up, here or by the worker that tries.
    """
    owner = int(workerinput.get(_OWNER, os.getpid()))
    try:
        return control.up(_pools(root), name=_name(owner), owner=owner)
    except InputError:
        return _join(_name(owner))


def take_down() -> None:
    """Take down the lab that this process owns, if any test asked for one."""
    control.down(_name(os.getpid()))


def _name(owner: int) -> str:
    return f"pytest-{owner}"


def _pools(root: Path) -> Sequence[NodePool]:
    return load_node_pools(root) if (root / FOLDER / FILE).exists() else DEFAULT_POOLS


def _join(name: str) -> Lab:
    """The lab of that *name* as soon as it is ready."""
    deadline = time.monotonic() + control.TIMEOUT
    while time.monotonic() < deadline:
        lab = record.read(home.base() / name)
        if lab is not None and lab.state == record.READY:
            return lab
        if lab is not None and lab.state == record.FAILED:
            raise ToolError(lab.message, remedy=lab.remedy)
        if not (home.base() / name).exists():
            raise ToolError("the lab of this run failed in another worker", remedy="read that worker's first error")
        time.sleep(_POLL)
    raise ToolError(f"the lab of this run was not ready within {control.TIMEOUT:.0f} s")
