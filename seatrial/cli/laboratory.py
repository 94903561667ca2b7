"""`seatrial lab up`, `down`, `status` and `run`."""

from __future__ import annotations

import contextlib
import json
import os
import shlex
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from seatrial import lab
from seatrial.cli import ending, progress
from seatrial.cli.choices import choose
from seatrial.lab import Lab, NodePool
from seatrial.model.architecture import node_pools
from seatrial.model.architecture.declaration import FOLDER
from seatrial.model.errors import InputError

FORMATS = ("table", "json")
_GRACE = 10.0
"""Seconds that a command has to end, once we were told to."""


def up(name: str | None, nodes: str | None) -> int:
    """Bring a lab up. Standard output is what a shell evaluates to use it."""
    pools = _pools(nodes)
    with ending.unwound(), progress.shown() as tell:
        made = lab.up(pools, name=name, progress=tell)
    print(
        f"lab {made.name} is ready after {made.seconds:.1f} s: {_nodes(made.nodes)} at {made.server}\n"
        f"take it down with: seatrial lab down {made.name}",
        file=sys.stderr,
    )
    print(f"export KUBECONFIG={shlex.quote(str(made.kubeconfig))}")
    return 0


def down(name: str | None, *, every: bool) -> int:
    """Take the named lab down, or the only one, or every one."""
    if every:
        if name is not None:
            raise InputError(f"--all already means the lab {name} too", remedy="give a name or --all, not both")
        for gone in lab.down_all():
            _gone(gone)
        return 0
    labs = [each.name for each in lab.status()]
    chosen = name if name is not None else labs[0] if len(labs) == 1 else None
    if chosen is None:
        found = f"{len(labs)} labs are up" if labs else "no lab is up"
        raise InputError(found, remedy=f"name one of {', '.join(labs)}, or take all down with --all" if labs else "")
    if not lab.down(chosen):
        raise InputError(
            f'there is no lab named "{chosen}"',
            remedy=f"choose one of: {', '.join(labs)}" if labs else "none is up",
        )
    _gone(chosen)
    return 0


def status(report: str) -> int:
    """List the labs of this user."""
    choose("--format", report, FORMATS)
    labs = lab.status()
    if report == "json":
        print(json.dumps([_described(each) for each in labs], indent=2))
        return 0
    if not labs:
        print("no lab is up", file=sys.stderr)
        return 0
    header = ("NAME", "STATE", "SERVER", "NODES", "AGE", "PROCESSES")
    rows = [header, *(_row(each) for each in labs)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(header))]
    for row in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
    for each in labs:
        if each.message:
            print(f"\n{each.name}: {each.message}\n  fix: {each.remedy}")
    return 0


def run(command: Sequence[str], name: str | None, nodes: str | None) -> int:
    """Run *command* against a lab of its own and return its exit code; the lab goes down whatever happens."""
    pools = _pools(nodes)
    with ending.unwound(), contextlib.ExitStack() as stack:
        with progress.shown() as tell:
            made = stack.enter_context(lab.running(pools, name=name, progress=tell))
        return _follow(command, {**os.environ, "KUBECONFIG": str(made.kubeconfig)})


def _follow(command: Sequence[str], environment: dict[str, str]) -> int:
    try:
        child = subprocess.Popen(command, env=environment)
    except OSError as error:
        raise InputError(
            f"cannot run {command[0]}: {error.strerror}", remedy="name a program, with its arguments after --"
        ) from None
    try:
        while True:
            # The terminal sends Ctrl-C to the command too: how to end is its decision, and ours to wait for.
            with contextlib.suppress(KeyboardInterrupt):
                code = child.wait()
                return code if code >= 0 else 128 - code
    finally:
        if child.poll() is None:
            child.terminate()
            try:
                child.wait(_GRACE)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()


def _pools(file: str | None) -> Sequence[NodePool]:
    if file is not None:
        return node_pools.read_node_pools(Path(file))
    if Path(FOLDER, node_pools.FILE).exists():
        return node_pools.load_node_pools(Path())
    return lab.DEFAULT_POOLS


def _gone(name: str) -> None:
    print(f"lab {name} is down", file=sys.stderr)


def _nodes(count: int) -> str:
    return "1 node" if count == 1 else f"{count} nodes"


def _row(each: Lab) -> tuple[str, ...]:
    alive = f"{len(each.alive)} of {len(each.pids)} alive"
    return each.name, each.state, each.server or "-", str(each.nodes), _age(each.age), alive


def _age(seconds: float) -> str:
    """As kubectl tells ages: the two largest units."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours}h{minutes}m"
    return f"{minutes}m{rest}s" if minutes else f"{rest}s"


def _described(each: Lab) -> dict[str, Any]:
    alive = each.alive
    return {
        "name": each.name,
        "state": each.state,
        "message": each.message,
        "remedy": each.remedy,
        "server": each.server,
        "kubeconfig": str(each.kubeconfig),
        "folder": str(each.folder),
        "nodes": each.nodes,
        "ageSeconds": round(each.age, 1),
        "readySeconds": round(each.seconds, 2),
        "processes": [{"name": name, "pid": pid, "alive": name in alive} for name, pid in each.pids.items()],
    }
