"""`seatrial lab build`: the upstream programs, built into the user's cache or listed."""

from __future__ import annotations

from collections.abc import Sequence

from seatrial import toolchain
from seatrial.cli import ending, progress


def run(names: Sequence[str] = (), *, listed: bool = False) -> int:
    """Build what is missing of the named programs, or of all; with *listed* only tell what there is.

    Prints one line for each program. Raises InputError for an unknown name and ToolError for what cannot be built.
    """
    chosen = list(dict.fromkeys(names)) or None
    if listed:
        _list(chosen)
        return 0
    with ending.unwound(), progress.shown() as tell:
        built = toolchain.build(chosen, tell)
    for name, one in built.items():
        print(f"{name} {one.path}")
    return 0


def _list(names: Sequence[str] | None) -> None:
    rows = [_row(name) for name in (toolchain.TOOLS if names is None else names)]
    widths = [max(len(row[column]) for row in rows) for column in range(2)]
    for name, version, state in rows:
        print(f"{name:{widths[0]}}  {version:{widths[1]}}  {state}")


def _row(name: str) -> tuple[str, str, str]:
    found = toolchain.find(name)
    if found is None:
        return name, toolchain.TOOLS[name].version, "not built"
    megabytes = found.stat().st_size / 1e6
    named = "" if found == toolchain.cached(name) else f", named by {toolchain.variable(name)}"
    return name, toolchain.TOOLS[name].version, f"{megabytes:.0f} MB {found}{named}"
