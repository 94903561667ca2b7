"""Sources of the Kubernetes modules that tests of rules read, of the releases that tools/oracles/fixtures pins."""

from __future__ import annotations

from pathlib import Path

import pytest

from seatrial import toolchain

_PINS = "oracles/fixtures"


def folder(module: str) -> Path:
    """Its sources in Go's cache; a folder that does not exist where it was not fetched."""
    return toolchain.cached_module_folder(_PINS, module) or Path("/nonexistent") / module


def needs(path: Path) -> pytest.MarkDecorator:
    """Skip where the sources are not there, and say how to get them."""
    return pytest.mark.skipif(
        not path.is_dir(), reason=f"{path.name} is not in the module cache: run `go mod download` in tools/{_PINS}"
    )


API = folder("k8s.io/api")
POD_SECURITY = folder("k8s.io/pod-security-admission") / "test" / "testdata"
