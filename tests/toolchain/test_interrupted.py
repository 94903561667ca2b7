"""A build that is interrupted ends with all its compilers, and leaves nothing behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.toolchain.conftest import FakeGo

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_SECONDS = 60


def wait_for(what: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE_SECONDS
    while not what():
        assert time.monotonic() < end, "it does not come about"
        time.sleep(0.05)


def runs(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks for processes in /proc, which is not there")
@pytest.mark.parametrize("sent,code", [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_the_compilers_end_with_the_command(go: FakeGo, sent: signal.Signals, code: int) -> None:
    (go.folder / "slow").touch()
    process = subprocess.Popen(
        [sys.executable, "-m", "seatrial", "lab", "build", "etcd"],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    pid_file = go.folder / "compiler.pid"
    wait_for(lambda: pid_file.exists() and pid_file.read_text().strip() != "")
    compiler = int(pid_file.read_text())
    assert runs(compiler)

    process.send_signal(sent)
    _, said = process.communicate(timeout=PATIENCE_SECONDS)

    assert process.returncode == code, said
    assert "Traceback" not in said
    wait_for(lambda: not runs(compiler))
    assert go.leftovers() == []


def test_nohup_outlives_its_terminal() -> None:
    code = (
        "import os, signal; from seatrial.cli import ending\n"
        "signal.signal(signal.SIGHUP, signal.SIG_IGN)\n"
        "with ending.unwound(): os.kill(os.getpid(), signal.SIGHUP); print('goes on')\n"
        "print(signal.getsignal(signal.SIGTERM) is signal.SIG_DFL)\n"
    )

    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stdout.splitlines(), done.stderr) == (0, ["goes on", "True"], "")
