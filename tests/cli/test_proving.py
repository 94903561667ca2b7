"""`seatrial lab prove`: mistakes are told before a control plane is brought up, and its checks are explained."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from seatrial.proof.catalog import CATALOG

Run = Callable[..., CompletedProcess[str]]


@pytest.fixture
def manifests(tmp_path: Path) -> str:
    (tmp_path / "set.yaml").write_text("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n")
    return str(tmp_path / "set.yaml")


@pytest.mark.parametrize(
    "options,message",
    [
        (("--kubeconfig", "a", "--nodes", "b"), "give one of them, not both"),
        (("--nodes", "absent.yaml"), "absent.yaml"),
        (("--kubeconfig", "absent"), "there is no kubeconfig absent"),
        (("--format", "jsn"), "did you mean json?"),
        (("--fail-on", "hgh"), "did you mean high?"),
        (("--overlay", "production"), "has no overlays"),
        (("--output", "absent/report.html"), "its directory does not exist"),
    ],
)
def test_a_mistake_is_told_at_once(seatrial: Run, manifests: str, options: tuple[str, ...], message: str) -> None:
    done = seatrial("lab", "prove", manifests, *options)
    assert done.returncode == 2
    assert message in done.stderr
    assert "waiting for" not in done.stderr
    assert done.stdout == ""


def test_a_file_that_is_no_manifest(seatrial: Run, tmp_path: Path) -> None:
    (tmp_path / "set.yaml").write_text("a: [")
    done = seatrial("lab", "prove", str(tmp_path / "set.yaml"))
    assert done.returncode == 2
    assert "set.yaml:2:1: not valid YAML" in done.stderr


def test_its_checks_are_explained(seatrial: Run) -> None:
    listed = seatrial("explain").stdout
    assert [info.id for info in CATALOG if info.id not in listed] == []
    assert "HorizontalPodAutoscaler" in seatrial("explain", "server/ready-at-maximum").stdout
