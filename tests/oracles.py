"""Upstream programs that answer JSON lines, for the tests that compare an engine with its own."""

from __future__ import annotations

import json
import select
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from seatrial import toolchain

_ANSWER_SECONDS = 60


class Oracle:
    """One upstream program in a process of its own, asked line by line."""

    def __init__(self, program: Path) -> None:
        self.process = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(self, question: dict[str, Any]) -> dict[str, Any]:
        return self.ask_line(json.dumps(question))

    def ask_line(self, line: str) -> dict[str, Any]:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        ready, _, _ = select.select([self.process.stdout], [], [], _ANSWER_SECONDS)
        assert ready, f"the oracle is silent on {line}"
        answered = self.process.stdout.readline()
        assert answered, f"the oracle ended on {line}"
        answer: dict[str, Any] = json.loads(answered)
        return answer

    def close(self) -> int:
        """End its input; returns its exit code."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.close()
        code = self.process.wait(timeout=10)
        self.process.stdout.close()
        return code


def running(name: str) -> Iterator[Oracle]:
    """The oracle of that name, for a fixture to yield from; the test is skipped where it is not built."""
    program = toolchain.find(name)
    if program is None:
        pytest.skip(f"{name} is not built: run `seatrial lab build {name}`, or tox run -e oracle")
    upstream = Oracle(program)
    try:
        yield upstream
    finally:
        code = upstream.close()
    assert code == 0, f"{name} ended with {code}"
