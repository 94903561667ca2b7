"""The engines to test: the OPA server only where it is built."""

from __future__ import annotations

import pytest

from seatrial.engines.toolchain import find_opa

needs_opa = pytest.mark.skipif(
    find_opa() is None,
    reason="OPA is not built: run `python -m seatrial.engines.toolchain` (minutes), or set SEATRIAL_OPA",
)

BOTH = [pytest.param("embedded"), pytest.param("opa", marks=[pytest.mark.oracle, needs_opa])]
