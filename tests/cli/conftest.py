from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def seatrial(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run the command line as a process in an empty folder, as a user would."""

    def run(*arguments: str, stdin: str | None = None, cwd: Path = tmp_path) -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "NO_COLOR": "1"}
        environment.pop("SEATRIAL_DEBUG", None)
        return subprocess.run(
            [sys.executable, "-m", "seatrial", *arguments],
            input=stdin if stdin is not None else "",
            capture_output=True,
            text=True,
            cwd=cwd,
            env=environment,
            timeout=120,
            check=False,
        )

    return run
