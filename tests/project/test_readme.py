"""The README shows a report that really is what the shown mistake gives."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CAPTURED = re.compile(r"<!-- captured: [^>]*-->\n```text\n(?P<report>.*?)\n```", re.DOTALL)


def test_the_captured_report_is_what_the_mistake_gives(tmp_path: Path) -> None:
    captured = CAPTURED.search((ROOT / "README.md").read_text("utf-8"))
    assert captured is not None
    for folder in ("architecture", "manifests", "policies"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    limits = tmp_path / "manifests" / "base" / "booking-sub-s1" / "kustomization.yaml"
    mistaken = limits.read_text("utf-8").replace(
        "path: /spec/maxReplicas, value: 8}", "path: /spec/maxReplicas, value: 12}"
    )
    assert mistaken != limits.read_text("utf-8")
    limits.write_text(mistaken, "utf-8")

    done = subprocess.run(
        [sys.executable, "-m", "seatrial", "verify", "--only", "schema,references,policy,network,capacity"],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT), "NO_COLOR": "1"},
        check=False,
    )

    assert done.returncode == 1
    assert captured["report"] in done.stdout


def test_two_commands_do_all_set_up() -> None:
    text = (ROOT / "README.md").read_text("utf-8")

    assert re.findall(r"```sh\n(python3 -m .*tox.*)\n```", text) == [
        "python3 -m pip install tox && python3 -m tox run -e verify",
        "python3 -m tox",
    ]
