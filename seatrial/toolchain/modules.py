"""Sources of upstream modules: custom resource definitions, test pods, life cycles of API versions.

They are read from Go's module cache, which `go.sum` vouches for; nothing of them is copied into this tree.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from seatrial.model.errors import ToolError
from seatrial.toolchain import go
from seatrial.toolchain.table import go_directive, module_sources, pinned, resolved

_CAPITAL = re.compile(r"[A-Z]")
_SECONDS = 600.0


def module_folder(module: str | Path, path: str) -> Path:
    """The sources of the Go module *path*, of the release that the go.mod in *module* pins, fetched if need be.

    *module* is a folder with a go.mod, or the name of one among the toolchain's, such as `crds`. Raises ToolError if
    it does not pin the module, if there is no Go, or with what Go said.
    """
    folder = _folder(module)
    release = pinned(folder, path)
    found = cached_module_folder(folder, path)
    if found is not None:
        return found
    compiler = go.find(go_directive(folder))
    try:
        done = subprocess.run(
            [str(compiler), "mod", "download", "-json", path],
            cwd=folder,
            env=go.environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
            timeout=_SECONDS,
        )
    except subprocess.TimeoutExpired as silent:
        raise ToolError(
            f"fetching {path} {release} took over {_SECONDS:.0f} s", remedy=go.remedy("i/o timeout")
        ) from silent
    told = _json(done.stdout)
    said = "\n".join(str(part) for part in (told.get("Error", ""), go.tail(done.stderr)) if part)
    directory = told.get("Dir")
    if done.returncode != 0 or not directory or not Path(directory).is_dir():
        raise ToolError(f"fetching {path} {release} failed:\n{said}", remedy=go.remedy(said))
    return Path(directory)


def cached_module_folder(module: str | Path, path: str, environment: Mapping[str, str] | None = None) -> Path | None:
    """The same folder if it was fetched before, else None; asks neither Go nor the network."""
    actual, release = resolved(_folder(module), path)
    folder = module_cache(environment) / f"{escaped(actual)}@{escaped(release)}"
    return folder if folder.is_dir() else None


def module_cache(environment: Mapping[str, str] | None = None) -> Path:
    """Where Go keeps modules: GOMODCACHE, else below the first folder of GOPATH, else below ~/go."""
    environment = os.environ if environment is None else environment
    if named := environment.get("GOMODCACHE"):
        return Path(named)
    path = environment.get("GOPATH", "").partition(os.pathsep)[0]
    return (Path(path) if path else Path.home() / "go") / "pkg" / "mod"


def escaped(path: str) -> str:
    """As Go writes a module path in the file system: `!a` for `A` (golang.org/x/mod/module, EscapePath)."""
    return _CAPITAL.sub(lambda found: f"!{found[0].lower()}", path)


def _folder(module: str | Path) -> Path:
    if isinstance(module, str):
        return module_sources(module)
    if not (module / "go.mod").is_file():
        raise ToolError(f"there is no go.mod in {module}", remedy="name the folder of a Go module")
    return module


def _json(text: str) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}
