from __future__ import annotations

import json
import os
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


@pytest.fixture(scope="session")
def oracle() -> Iterator[Oracle]:
    own_go = Path(sys.executable).with_name("go")
    if own_go.exists():
        # An environment that brings a Go, as `tox run -e oracle` does, builds; a cached build takes seconds.
        path = f"{own_go.parent}{os.pathsep}{os.environ.get('PATH', '')}"
        subprocess.run([BUILD], check=True, capture_output=True, env={**os.environ, "PATH": path})
    elif not PROGRAM.exists():
        pytest.skip(f"the upstream autoscaler is not built: run {BUILD.relative_to(ROOT)}, or tox run -e oracle")
    upstream = Oracle(PROGRAM)
    yield upstream
    upstream.close()
