"""Bringing labs up and down: what the command line, the proof and the tests call."""

from __future__ import annotations

import atexit
import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import seatrial
from seatrial import toolchain
from seatrial.lab import components, home, nodes, processes, record
from seatrial.lab.nodes import DEFAULT_POOLS
from seatrial.lab.order import Order
from seatrial.lab.record import Lab
from seatrial.model.architecture.declaration import first_repeat
from seatrial.model.architecture.node_pools import NodePool
from seatrial.model.errors import InputError, ToolError

TIMEOUT = 120.0
"""Seconds until a lab must be ready: a quiet machine needs a few, one that builds at the same time many more."""
_DOWN = 20.0
_POLL = 0.02
_STARTED: dict[Path, subprocess.Popen[bytes]] = {}
"""Supervisors that are children of this process, by folder: it has to wait for them when they end."""


@atexit.register
def _let_go() -> None:
    """Labs that stay up outlive this process on purpose, and Popen would warn of children that nobody waited for."""
    for supervisor in _STARTED.values():
        supervisor.returncode = 0


def _silent(_message: str) -> None:
    """Tell nobody."""


def up(
    pools: Sequence[NodePool] = DEFAULT_POOLS,
    *,
    name: str | None = None,
    progress: Callable[[str], None] = _silent,
    timeout: float = TIMEOUT,
    owner: int | None = None,
) -> Lab:
    """Bring up a lab with the nodes of *pools* and return when it is ready; it stays until `down`.

    Without a *name* it gets the first free one of `lab`, `lab-2` and so on. Should this process end before the lab
    is ready, the lab goes down; with an *owner*, it goes down whenever that process ends. Raises InputError for a name
    that is taken or none, ToolError if a program is missing or fails, with the last lines of its log.
    """
    return _up(pools, name, progress, timeout, owner=owner or os.getpid(), detached=owner is None)


@contextlib.contextmanager
def running(
    pools: Sequence[NodePool] = DEFAULT_POOLS,
    *,
    name: str | None = None,
    progress: Callable[[str], None] = _silent,
    timeout: float = TIMEOUT,
) -> Iterator[Lab]:
    """A lab that goes down at the end of the block, and also when this process is killed. Raises as `up` does."""
    lab = _up(pools, name, progress, timeout, owner=os.getpid(), detached=False)
    try:
        yield lab
    finally:
        down(lab.name)


def down(name: str) -> bool:
    """Take the lab of that *name* down and remove its folder. False if there was none.

    Raises ToolError if a process or the folder cannot be removed.
    """
    folder = home.base() / name
    if folder not in home.folders():
        return False
    waited = time.monotonic() + _DOWN
    asked = 0
    while home.owned(folder):
        lab = record.read(folder)
        if lab is not None and lab.supervisor and asked != lab.supervisor:
            _signal(lab.supervisor, signal.SIGTERM)
            asked = lab.supervisor
        elif time.monotonic() > waited:
            if lab is None or not lab.supervisor:
                raise ToolError(f"the lab {name} does not say which process owns it", remedy=f"remove {folder} by hand")
            _signal(lab.supervisor, signal.SIGKILL)
            waited += _DOWN
        time.sleep(_POLL)
    child = _STARTED.pop(folder, None)
    if child is not None:
        child.wait()
    with home.guarded():
        if folder.exists() and not home.owned(folder):
            home.remove(folder)
    return True


def down_all() -> tuple[str, ...]:
    """Take every lab of this user down; their names."""
    return tuple(folder.name for folder in home.folders() if down(folder.name))


def status() -> tuple[Lab, ...]:
    """The labs of this user, by name, the failed ones with their reason; what a killed one left is removed first."""
    if home.folders():
        with home.guarded() as folder:
            home.sweep(folder, failed=False)
    labs = (record.read(folder) for folder in home.folders())
    return tuple(lab for lab in labs if lab is not None)


def _signal(pid: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)


def _up(
    pools: Sequence[NodePool],
    name: str | None,
    progress: Callable[[str], None],
    timeout: float,
    *,
    owner: int,
    detached: bool,
) -> Lab:
    processes.require_linux()
    programs = {each: str(toolchain.require(each).absolute()) for each in components.COMPONENTS}
    _refuse_repeats(pools)
    started = time.time()
    born = processes.born(owner)
    if born is None:
        raise InputError(f"there is no process {owner} to own the lab", remedy="name one that runs")
    folder, lock = home.create(name)
    supervisor = None
    try:
        order = Order(
            programs=programs,
            nodes=nodes.manifests(pools),
            timeout=timeout,
            owner=owner,
            owner_born=born,
            detached=detached,
            started=started,
            lock=lock,
        )
        order.save(folder)
        supervisor = _STARTED[folder] = _spawn(folder, lock)
        os.close(lock)
        return _ready(folder, supervisor, progress, timeout)
    except BaseException:
        # Also for Ctrl-C: half a lab is nobody's. The supervisor clears up; `down` waits for it.
        with _uninterrupted():
            if supervisor is None:
                os.close(lock)
            else:
                supervisor.terminate()
                with contextlib.suppress(subprocess.TimeoutExpired):
                    supervisor.wait(_DOWN)
            down(folder.name)
        raise


@contextlib.contextmanager
def _uninterrupted() -> Iterator[None]:
    """A second Ctrl-C would leave behind what the first one has to clear."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _refuse_repeats(pools: Sequence[NodePool]) -> None:
    repeat = first_repeat([pool.name for pool in pools])
    if repeat is not None:
        raise InputError(
            f"two node pools are named {pools[repeat[0]].name}, and so would be their nodes",
            remedy="give each pool its own name",
        )


def _spawn(folder: Path, lock: int) -> subprocess.Popen[bytes]:
    # The package may be found by the working directory alone, which is another one there.
    places = [str(Path(seatrial.__file__).parents[1]), *filter(None, [os.environ.get("PYTHONPATH")])]
    with (folder / "supervisor.log").open("ab") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "seatrial.lab.supervisor", str(folder)],
            cwd=folder,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(places)},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            pass_fds=(lock,),
            start_new_session=True,  # a Ctrl-C in the terminal is for the command that runs there
        )


def _ready(folder: Path, supervisor: subprocess.Popen[bytes], progress: Callable[[str], None], timeout: float) -> Lab:
    deadline = time.monotonic() + timeout + _DOWN
    told = ""
    while True:
        over = supervisor.poll() is not None
        lab = record.read(folder)
        if lab is not None:
            if lab.phase and lab.phase != told:
                told = lab.phase
                progress(f"waiting for {told}")
            if lab.state == record.READY:
                return lab
            if lab.state == record.FAILED:
                raise ToolError(lab.message, remedy=lab.remedy)
        if over or time.monotonic() > deadline:
            words = processes.tail(folder / "supervisor.log", 20)
            raise ToolError(f"the supervisor of the lab ended early:\n{words}" if over else "the lab does not answer")
        time.sleep(_POLL)
