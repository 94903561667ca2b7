"""Where a program is: named by the user, or built before from the same pins by the same recipe.

A build lies in a folder that is named by the digest of all that decides it. A raised pin, a changed line of an oracle
or another recipe is another folder, so that an old program is never taken for a new one.
"""

from __future__ import annotations

import hashlib
import os
import platform
import shutil
from collections.abc import Mapping
from pathlib import Path

from seatrial.model.errors import InputError, ToolError
from seatrial.model.suggest import did_you_mean
from seatrial.toolchain import go
from seatrial.toolchain.table import TOOLS, Tool

_DIGITS = 16


def tool(name: str) -> Tool:
    """The program of that name. Raises InputError naming the nearest one."""
    if name not in TOOLS:
        raise InputError(f"there is no tool {name!r}{did_you_mean(name, TOOLS)}", remedy=f"one of: {', '.join(TOOLS)}")
    return TOOLS[name]


def variable(name: str) -> str:
    """The environment variable that names another build of the program: SEATRIAL_KUBE_APISERVER for kube-apiserver."""
    return f"SEATRIAL_{name.upper().replace('-', '_')}"


def folder(environment: Mapping[str, str] | None = None) -> Path:
    """The cache of all builds: `seatrial/tools` below XDG_CACHE_HOME, else below ~/.cache."""
    environment = os.environ if environment is None else environment
    named = environment.get("XDG_CACHE_HOME")
    # A relative path there is to be ignored (XDG Base Directory Specification).
    cache = Path(named) if named and Path(named).is_absolute() else Path.home() / ".cache"
    return cache / "seatrial" / "tools"


def digest(chosen: Tool) -> str:
    """Digest of all that decides the program: pins, content, sources of ours, recipe, and the machine it is for."""
    hashed = hashlib.sha256()

    def add(part: bytes) -> None:
        hashed.update(len(part).to_bytes(8, "big") + part)

    top = chosen.folder
    for path in chosen.sources():
        add(path.relative_to(top).as_posix().encode())
        add(path.read_bytes())
    for line in (*recipe(chosen, Path(chosen.name)), *sorted(map(str, chosen.inside.items()))):
        add(line.encode())
    # A home directory may be shared between machines.
    add(f"{platform.system()} {platform.machine()}".encode())
    return hashed.hexdigest()[:_DIGITS]


def recipe(chosen: Tool, output: Path) -> list[str]:
    """The arguments of `go` that build the program."""
    return go.build_command(
        output, chosen.package, linker_flags=chosen.linker_flags(), tags=chosen.tags, vendored=bool(chosen.inside)
    )


def cached(name: str, environment: Mapping[str, str] | None = None) -> Path:
    """Where the build of the present pins is or will be. Raises InputError for an unknown name."""
    chosen = tool(name)
    return folder(environment) / digest(chosen) / chosen.name


def find(name: str, environment: Mapping[str, str] | None = None) -> Path | None:
    """The program of its variable, else of the cache, else None.

    Raises InputError for an unknown name, and ToolError if the variable names no program.
    """
    environment = os.environ if environment is None else environment
    tool(name)
    named = environment.get(variable(name))
    if named:
        program = shutil.which(named, path=environment.get("PATH"))
        if program is None:
            raise ToolError(
                f"{variable(name)} is {named}, which is no program", remedy=f"correct or unset {variable(name)}"
            )
        return Path(program).absolute()
    program_path = cached(name, environment)
    return program_path if os.access(program_path, os.X_OK) and program_path.is_file() else None


def require(name: str) -> Path:
    """The program. Raises ToolError that says how to get it, InputError for an unknown name."""
    found = find(name)
    if found is None:
        raise ToolError(
            f"{name} {TOOLS[name].version} is not built",
            remedy=f"run `seatrial lab build {name}`, or name a program in {variable(name)}",
        )
    return found
