"""A Go that is a shell script, so that what the toolchain does with it is tested without compiler and network."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import attrs
import pytest

from seatrial.toolchain import table

SCRIPT = r"""#!/bin/sh
# A Go for tests: builds a file that prints its package, and does what the files beside it say.
here=$(dirname "$0")
said="$here/said"
mkdir -p "$said"
case "$1" in
env) cat "$here/version"; exit ;;
esac
echo "$PWD: $*" >>"$here/log"
env >"$here/environment"
if [ "$1 $2" = "mod vendor" ]; then
    mkdir -p vendor/k8s.io/kubernetes/pkg/controller/podautoscaler
    exit
fi
if [ "$1 $2" = "mod download" ]; then
    cat "$here/download.json"
    test ! -e "$here/download-fails"
    exit
fi
for last in "$@"; do package=$last; done
while [ "$1" != "-o" ]; do shift; done
output=$2
name=$(basename "$output")
if [ -e "$here/slow" ]; then
    # Like a compiler: a grandchild of who called.
    sleep 300 &
    echo $! >"$here/compiler.pid"
    wait
fi
if [ -e "$said/$name" ]; then
    cat "$said/$name" >&2
    exit 1
fi
printf '#!/bin/sh\necho %s\n' "$package" >"$output"
chmod +x "$output"
"""


@attrs.frozen
class FakeGo:
    """The script, and what it is told to do."""

    folder: Path
    cache: Path

    def is_version(self, version: str) -> None:
        (self.folder / "version").write_text(f"go{version}\n")

    def fails(self, name: str, *lines: str) -> None:
        """Let the build of one program end with these words."""
        (self.folder / "said").mkdir(exist_ok=True)
        (self.folder / "said" / name).write_text("".join(f"{line}\n" for line in lines))

    def works(self, name: str) -> None:
        (self.folder / "said" / name).unlink()

    def log(self) -> list[str]:
        """Every command but the questions for the version."""
        log = self.folder / "log"
        return log.read_text().splitlines() if log.exists() else []

    def environment(self) -> dict[str, str]:
        lines = (self.folder / "environment").read_text().splitlines()
        return dict(line.split("=", 1) for line in lines if "=" in line)

    def leftovers(self) -> list[Path]:
        """What is in the cache besides programs and locks."""
        return [path for path in self.cache.rglob("*") if path.is_dir() and path.name.startswith("building-")]


def install(folder: Path, version: str = "99.0.1") -> Path:
    folder.mkdir(parents=True)
    script = folder / "go"
    script.write_text(SCRIPT)
    script.chmod(0o755)
    (folder / "version").write_text(f"go{version}\n")
    return script


@pytest.fixture
def go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeGo:
    """A fake Go that is first on the PATH, and an empty cache."""
    folder = tmp_path / "go"
    install(folder)
    cache = tmp_path / "cache"
    for name in table.TOOLS:
        monkeypatch.delenv(f"SEATRIAL_{name.upper().replace('-', '_')}", raising=False)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("XDG_CACHE_HOME", str(cache))
    return FakeGo(folder, cache / "seatrial" / "tools")


@pytest.fixture
def modules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the Go modules that a test may change."""
    copy = tmp_path / "tools"
    shutil.copytree(table.sources(), copy)
    monkeypatch.setattr(table, "sources", lambda: copy)
    return copy
