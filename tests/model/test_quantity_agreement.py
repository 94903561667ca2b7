"""Our reading of quantities against the API server's own parser, on texts drawn around its grammar."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from seatrial.model.quantity import Quantity
from tests import oracles

pytestmark = pytest.mark.oracle

EXAMPLES = int(os.environ.get("SEATRIAL_ORACLE_EXAMPLES", "200"))
TEXTS = 25
"""Texts in one example: asking is quicker than drawing."""
LARGEST_MILLI = (2**63 - 1) // 1000
"""Above it, upstream's MilliValue wraps around, and ours does not."""
LONGEST, LARGEST_EXPONENT = 64, 40
"""What is beyond is refused by us alone, and says so."""

digits = st.text("0123456789", max_size=22)
signs = st.sampled_from(["", "", "", "-", "+"])
exponents = st.builds("{}{}{}".format, st.sampled_from("eE"), signs, st.integers(0, 40))
suffixes = st.one_of(
    st.sampled_from(["", "n", "u", "m", "k", "M", "G", "T", "P", "E", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"]),
    exponents,
    st.text("eEinumkKMGTP", max_size=3),
    st.builds("{}{}".format, st.sampled_from(["m", "Ki", "", "e"]), st.sampled_from(["+", "-", "1", "+1", "-0", "00"])),
)
near = st.builds(
    "{}{}".format,
    # around the largest and the smallest that upstream holds
    st.sampled_from([2**63, 2**63 - 1, 2**63 + 1, 2**53, 10**18, 999_999_999, 10**15 - 1, 8 * 2**60]),
    suffixes,
)
wellformed = st.builds(
    "{}{}{}{}".format, signs, digits, st.one_of(st.just(""), st.builds(".{}".format, digits)), suffixes
)
scrambled = st.text("0123456789.+-eEinumkKMGTP", max_size=14)
foreign = st.text(max_size=6)
texts = st.one_of(wellformed, wellformed, wellformed, near, scrambled, foreign)
several = st.lists(texts, min_size=TEXTS, max_size=TEXTS)
agreeing = settings(
    max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


@pytest.fixture(scope="module")
def upstream() -> Iterator[oracles.Oracle]:
    yield from oracles.running("quantity-oracle")


def ours(text: str) -> Quantity | str:
    try:
        return Quantity.parse(text)
    except ValueError as error:
        return str(error)


def is_implausible(text: str) -> bool:
    exponent = re.search(r"[eE]\+?(\d+)$", text)
    return len(text) > LONGEST or (exponent is not None and int(exponent[1]) > LARGEST_EXPONENT)


@agreeing
@given(drawn=several)
def test_the_same_texts_are_quantities_of_the_same_amount(upstream: oracles.Oracle, drawn: list[str]) -> None:
    for text in drawn:
        answer = upstream.ask({"text": text})
        quantity = ours(text)
        event("rejected" if isinstance(quantity, str) else "accepted")

        if isinstance(quantity, str):
            assert not answer["ok"] or ("plausible" in quantity and is_implausible(text)), (text, quantity)
        else:
            assert answer["ok"], text
            assert quantity.value == Decimal(answer["value"]), text


@agreeing
@given(drawn=several)
def test_the_same_texts_have_the_same_thousandths(upstream: oracles.Oracle, drawn: list[str]) -> None:
    for text in drawn:
        quantity = ours(text)
        if isinstance(quantity, str) or abs(quantity.value) > LARGEST_MILLI:
            continue
        # Without the sign: upstream makes of some negative amounts what no rounding gives (see Quantity.milli).
        milli = upstream.ask({"text": text.lstrip("+-")})["milli"]

        assert quantity.milli() == (-milli if quantity.value < 0 else milli), text


def test_what_upstream_writes_is_read_as_the_same_amount(upstream: oracles.Oracle) -> None:
    for text in ("1500m", "0.5", "1e3", "1024Ki", "1.5Gi", "12E", "-100n", "3.001n", "100000000000000000000"):
        canonical = upstream.ask({"text": text})["canonical"]

        assert Quantity.parse(canonical) == Quantity.parse(text), (text, canonical)


@pytest.mark.parametrize("line", ["", "nonsense", "[]", '{"text": 1}', '{"words": "1"}', '{"text": "1"} {}x'])
def test_a_line_that_is_no_question_is_answered_with_its_number(line: str) -> None:
    upstream = oracles.running("quantity-oracle")
    oracle = next(upstream)
    assert oracle.ask({"text": "1"})["value"] == "1"

    answer = oracle.ask_line(line)

    assert answer["error"]
    assert answer["line"] == 2
    assert oracle.ask({"text": "2"})["value"] == "2"
    with pytest.raises(StopIteration):
        next(upstream)
