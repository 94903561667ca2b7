"""Steps of the acceptance features, known to every pytest run in this tree, and which tests share a worker."""

from __future__ import annotations

import signal

import pytest

pytest_plugins = ["features.steps.rules", "features.steps.objectives", "features.steps.cluster"]

_TOGETHER = {"tests/proof/test_booking_system.py": "features/test_features.py"}
"""Tests that look at the same proof, so that it is made once."""


def pytest_configure() -> None:
    """Let Ctrl-C reach the programs that tests start: a shell without job control makes its jobs deaf to it."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """With `--dist loadgroup`, the tests of a file that need a lab stay together: they share what they set up."""
    if not config.pluginmanager.hasplugin("xdist"):
        return
    for item in items:
        if item.get_closest_marker("lab") is not None:
            file = item.nodeid.partition("::")[0]
            item.add_marker(pytest.mark.xdist_group(_TOGETHER.get(file, file)))
