"""Quantities in Rego have the value that the model's class gives them."""

from __future__ import annotations

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings

from seatrial.engines.embedded import EmbeddedEngine
from seatrial.engines.rego import Module
from seatrial.model.quantity import Quantity
from tests.policies.conftest import ROOT

QUANTITIES = st.builds(
    lambda whole, fraction, suffix: f"{whole}{fraction}{suffix}",
    st.integers(0, 99999),
    st.sampled_from(["", ".", ".5", ".25", ".001", ".0001"]),
    st.sampled_from(["", "m", "k", "M", "G", "T", "Ki", "Mi", "Gi", "Ti", "e3", "E2", "u", "n"]),
)

EXACT = 10**15
"""Below, every whole number is one of the engines'."""

engine = EmbeddedEngine()
engine.load(
    [
        Module("quantities.rego", (ROOT / "policies" / "lib" / "quantities.rego").read_text()),
        Module("asked.rego", "package asked\n\nimport data.lib.quantities\n\nmilli := quantities.milli(input.text)\n"),
    ],
    {},
)


@settings(max_examples=300, deadline=None)
@given(QUANTITIES)
def test_rego_and_the_model_agree(text: str) -> None:
    wanted = Quantity.parse(text).milli()

    [found] = engine.evaluate({"text": text}, [("asked",)], "milli")

    assert found == (wanted if wanted < EXACT else pytest.approx(wanted, rel=1e-15))
