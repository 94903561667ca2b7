from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from pathlib import Path

import attrs
import pytest

from seatrial.cluster import connection as connections
from tests.cluster.fake_cluster import QUICK, SHORT


@attrs.frozen
class Outcome:
    code: int
    out: str
    err: str


@pytest.fixture
def seatrial(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., Outcome]:
    """Run the command line in an empty folder, without a cluster of the machine's own and with short time-outs."""
    from seatrial.cli.app import main

    folder = tmp_path / "work"
    folder.mkdir()
    monkeypatch.chdir(folder)
    for name in ("KUBECONFIG", "KUBERNETES_SERVICE_HOST", "SEATRIAL_DEBUG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr(connections, "connect", functools.partial(connections.connect, timeout=SHORT, retries=QUICK))

    def run(*arguments: str) -> Outcome:
        monkeypatch.setattr(sys, "argv", ["seatrial", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        text = capsys.readouterr()
        code = ended.value.code
        return Outcome(code if isinstance(code, int) else 0, text.out, text.err)

    return run
