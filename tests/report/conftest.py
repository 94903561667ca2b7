"""The working directory of the report tests holds the one file that findings point into."""

from __future__ import annotations

from pathlib import Path

import pytest

from seatrial.report import Run
from tests.report.samples import small_run, write_manifest


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    write_manifest(tmp_path)
    monkeypatch.chdir(tmp_path)
    return small_run()
