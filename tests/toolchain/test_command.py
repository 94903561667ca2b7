"""`seatrial lab build` builds what it is told, says where it is, and knows its names."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from seatrial import toolchain
from tests.toolchain.conftest import FakeGo

ROOT = Path(__file__).resolve().parents[2]


def build(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "seatrial", "lab", "build", *arguments],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT), "NO_COLOR": "1", **variables},
        timeout=120,
    )


def test_the_programs_are_printed_with_their_places(go: FakeGo) -> None:
    done = build("opa", "etcd", "opa")

    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [f"opa {toolchain.cached('opa')}", f"etcd {toolchain.cached('etcd')}"]
    assert "etcd v3.7.3: building" in done.stderr
    assert len(go.log()) == 2


def test_the_list_says_what_is_built_and_builds_nothing(go: FakeGo) -> None:
    toolchain.build(["kwok"])
    done = build("--list", SEATRIAL_ETCD="/bin/sh")
    lines = {line.split()[0]: line for line in done.stdout.splitlines()}

    assert done.returncode == 0, done.stderr
    assert list(lines) == list(toolchain.TOOLS)
    assert lines["opa"].split()[1:] == ["v1.22.2", "not", "built"]
    assert lines["kwok"].endswith(str(toolchain.cached("kwok")))
    assert lines["etcd"].endswith("/bin/sh, named by SEATRIAL_ETCD")
    assert len(go.log()) == 1


def test_an_unknown_name_is_a_usage_error(go: FakeGo) -> None:
    for arguments in (["kubeapiserver"], ["--list", "kubeapiserver"], ["opa", "kubeapiserver"]):
        done = build(*arguments)

        assert done.returncode == 2
        assert "there is no tool 'kubeapiserver' (did you mean kube-apiserver?)" in done.stderr
        assert done.stdout == ""
    assert go.log() == []


def test_a_failure_is_a_tool_failure_in_gos_words(go: FakeGo) -> None:
    go.fails("etcd", "dial tcp: lookup proxy.example.com: no such host")

    done = build("etcd", "kwok")

    assert done.returncode == 3
    assert "building etcd failed: dial tcp: lookup proxy.example.com: no such host" in done.stderr
    assert "fix: see that Go can reach a module proxy" in done.stderr
    assert "Traceback" not in done.stderr
    assert toolchain.find("kwok") is not None
