from __future__ import annotations

import json
import os
import select
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
PROGRAM = CACHE / "seatrial" / "tools" / "hpa-oracle-1.37.2"
BUILD = ROOT / "tools" / "oracles" / "hpa" / "build.sh"


class Oracle:
    """The upstream controller in a process of its own, asked line by line."""

    def __init__(self, program: Path) -> None:
        self.process = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(self, vector: dict[str, Any]) -> dict[str, Any]:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(vector) + "\n")
        self.process.stdin.flush()
        ready, _, _ = select.select([self.process.stdout], [], [], 60)
        assert ready, f"the oracle is silent on {json.dumps(vector)}"
        line = self.process.stdout.readline()
        assert line, f"the oracle ended on {json.dumps(vector)}"
        answer: dict[str, Any] = json.loads(line)
        return answer

    def close(self) -> None:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.close()
        self.process.wait(timeout=10)
        self.process.stdout.close()


def built() -> bool:
    """Whether the cached program is newer than its sources."""
    sources = [path for path in BUILD.parent.rglob("*") if path.is_file()]
    return PROGRAM.exists() and PROGRAM.stat().st_mtime >= max(path.stat().st_mtime for path in sources)


@pytest.fixture(scope="session")
def oracle() -> Iterator[Oracle]:
    own_go = Path(sys.executable).with_name("go")
    if not built() and own_go.exists():
        # An environment that brings a Go, as `tox run -e oracle` does, builds: minutes at first, then seconds.
        path = f"{own_go.parent}{os.pathsep}{os.environ.get('PATH', '')}"
        subprocess.run([BUILD], check=True, env={**os.environ, "PATH": path})
    if not PROGRAM.exists():
        pytest.skip(f"the upstream autoscaler is not built: run {BUILD.relative_to(ROOT)}, or tox run -e oracle")
    upstream = Oracle(PROGRAM)
    yield upstream
    upstream.close()
