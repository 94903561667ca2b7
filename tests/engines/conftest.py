"""The engines to test: the OPA server only where it is built."""

from __future__ import annotations

import pytest

from seatrial import toolchain

needs_opa = pytest.mark.skipif(
    toolchain.find("opa") is None,
    reason="OPA is not built: run `seatrial lab build opa` (minutes), or set SEATRIAL_OPA",
)

BOTH = [pytest.param("embedded"), pytest.param("opa", marks=[pytest.mark.oracle, needs_opa])]
