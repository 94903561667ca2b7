"""The project's policies, read and loaded once for all tests of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from seatrial.engines.embedded import EmbeddedEngine
from seatrial.engines.rego_sources import PolicySet, read_policies

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def policies() -> PolicySet:
    """The policies folder of the project."""
    return read_policies(ROOT / "policies")


@pytest.fixture(scope="session")
def embedded(policies: PolicySet) -> EmbeddedEngine:
    """The embedded engine with all modules and an empty inventory."""
    engine = EmbeddedEngine()
    engine.load(policies.modules, {"inventory": {"namespace": {}, "cluster": {}}})
    return engine
