from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests import oracles


@pytest.fixture(scope="session")
def oracle() -> Iterator[oracles.Oracle]:
    """The upstream autoscaler."""
    yield from oracles.running("hpa-oracle")
