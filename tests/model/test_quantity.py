from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seatrial.model.quantity import Quantity

# Values of apimachinery's own table: k8s.io/apimachinery v0.37.2, pkg/api/resource/quantity_test.go, TestQuantityParse.
PARSED = [
    ("0", "0"),
    ("0n", "0"),
    ("0Ki", "0"),
    ("1Ki", "1024"),
    ("8Ki", "8192"),
    ("7Mi", "7340032"),
    ("6Gi", "6442450944"),
    ("5Ti", "5497558138880"),
    ("4Pi", "4503599627370496"),
    ("3Ei", "3458764513820540928"),
    ("10Ti", "10995116277760"),
    ("100Ti", "109951162777600"),
    ("5n", "5e-9"),
    ("4u", "4e-6"),
    ("3m", "0.003"),
    ("9", "9"),
    ("8k", "8000"),
    ("50k", "50000"),
    ("7M", "7000000"),
    ("6G", "6000000000"),
    ("5T", "5000000000000"),
    ("40T", "40000000000000"),
    ("300T", "300000000000000"),
    ("2P", "2000000000000000"),
    ("1E", "1000000000000000000"),
    ("1e0", "1"),
    ("1e-1", "0.1"),
    ("1e2", "100"),
    ("1E+3", "1000"),
    ("1.5", "1.5"),
    ("1.0Gi", "1073741824"),
    (".5", "0.5"),
    ("1.", "1"),
    ("-1.5", "-1.5"),
    ("0.1Ki", "102.4"),
    ("100.035k", "100035"),
    ("0.0005k", "0.5"),
    ("0.5e-2", "0.005"),
    ("1.7E18", "1700000000000000000"),
    ("7.123456M", "7123456"),
    ("12E", "12000000000000000000"),
    # Below one nano everything rounds up to it; binary suffixes are capped at 2^63-1.
    ("3.001n", "4e-9"),
    ("1.1E-9", "2e-9"),
    ("0.00000000050", "1e-9"),
    ("0.00000012345", "124e-9"),
    ("9Ei", "9223372036854775807"),
    ("9223372036854775807Ki", "9223372036854775807"),
    ("-9Ei", "-9223372036854775807"),
    # A number may be missing altogether: parseQuantityString takes "0" for it.
    (".", "0"),
    ("-.", "0"),
    ("Gi", "0"),
    ("e-9", "0"),
]


@pytest.mark.parametrize("text,value", PARSED)
def test_text_is_read_as_the_api_server_reads_it(text, value):
    assert Quantity.parse(text).value == Decimal(value)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "1 Gi",
        "1ki",
        "1gi",
        "1.1.1",
        "1+1",
        "1e",
        "1e+",
        "0x10",
        "1,5",
        "aa",
        "1mi",
        "Pi",
        "-Ei",
        ".Pi",
        "e-10",
        "E-21",
    ],
)
def test_text_that_the_api_server_rejects_is_rejected(text):
    with pytest.raises(ValueError, match=r"quantity|suffix|number"):
        Quantity.parse(text)


@pytest.mark.parametrize("value", [True, None, [], {}])
def test_other_types_are_no_quantities(value):
    with pytest.raises(ValueError, match="expected a quantity"):
        Quantity.parse(value)


def test_plain_numbers_are_quantities():
    assert Quantity.parse(2) == Quantity.parse("2")
    assert Quantity.parse(0.5) == Quantity.parse("500m")


@pytest.mark.parametrize("text,milli", [("1", 1000), ("1m", 1), ("100n", 1), ("1500u", 2), ("-100n", -1), ("0", 0)])
def test_thousandths_round_away_from_zero(text, milli):
    assert Quantity.parse(text).milli() == milli


def test_sums_and_multiples_are_exact():
    assert Quantity.parse("100m") + Quantity.parse("0.9") == Quantity.parse("1")
    assert Quantity.parse("96Gi") == Quantity.parse("2Gi") * 48


@given(st.decimals(min_value=-(2**62), max_value=2**62, places=9, allow_nan=False, allow_infinity=False))
def test_every_quantity_is_read_back_as_itself(value):
    quantity = Quantity(value)

    assert Quantity.parse(str(quantity)) == quantity


@given(st.text(alphabet="0123456789.+-eEinumkKMGTP", max_size=12))
def test_any_text_of_its_letters_gives_a_value_or_an_explanation(text):
    outcome: Decimal | str
    try:
        outcome = abs(Quantity.parse(text).value)
    except ValueError as error:
        outcome = str(error)

    assert outcome < Decimal("1e60") if isinstance(outcome, Decimal) else outcome
