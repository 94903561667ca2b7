"""Both engines keep the same contract: what compiles, what it answers, and how its failures are told."""

from __future__ import annotations

import gc
import threading

import pytest

from seatrial.engines.rego import UNDEFINED, EngineName, Module, open_engine, violations
from seatrial.model.errors import InputError, ToolError
from seatrial.model.position import Position
from tests.engines.conftest import BOTH

RULE = """package shop.prices

violation contains {"msg": msg, "details": {"pointer": "/price"}} if {
	input.review.object.price > data.inventory.limit
	msg := sprintf("%v is too much", [input.review.object.price])
}

nothing if input.absent
"""

each_engine = pytest.mark.parametrize("name", BOTH)


def ask(name: EngineName, modules: list[Module], document: dict[str, object], package: tuple[str, ...]) -> object:
    with open_engine(name) as engine:
        engine.load(modules, {"inventory": {"limit": 10}})
        return engine.evaluate(document, [package])[0]


@each_engine
def test_a_rule_sees_input_and_inventory(name: EngineName) -> None:
    found = ask(name, [Module("prices.rego", RULE)], {"review": {"object": {"price": 12}}}, ("shop", "prices"))

    assert found == [{"msg": "12 is too much", "details": {"pointer": "/price"}}]


@each_engine
def test_several_inputs_do_not_mix(name: EngineName) -> None:
    with open_engine(name) as engine:
        engine.load([Module("prices.rego", RULE)], {"inventory": {"limit": 10}})
        counts = [
            len(engine.evaluate({"review": {"object": {"price": price}}}, [("shop", "prices")])[0])
            for price in (12, 8, 11)
        ]

    assert counts == [1, 0, 1]


@each_engine
def test_a_rule_without_a_value_is_undefined(name: EngineName) -> None:
    with open_engine(name) as engine:
        engine.load([Module("prices.rego", RULE)], {})
        assert engine.evaluate({}, [("shop", "prices")], "nothing") == [UNDEFINED]


@each_engine
def test_a_module_that_does_not_compile_is_named_with_its_line(name: EngineName) -> None:
    broken = Module("policies/shop/broken.rego", "package shop.broken\n\nviolation contains 1 if {\n\tx = \n}\n")

    with pytest.raises(InputError) as raised:
        ask(name, [Module("prices.rego", RULE), broken], {}, ("shop", "prices"))

    place = raised.value.position
    assert place is not None
    assert (place.file, raised.value.exit_code) == ("policies/shop/broken.rego", 2)
    assert place.line in (4, 5)
    assert "Stack backtrace" not in str(raised.value)


@each_engine
@pytest.mark.parametrize("body", ["no_such_function(input)", "x == y"])
def test_an_unknown_function_or_variable_does_not_compile(name: EngineName, body: str) -> None:
    module = Module("policies/shop/odd.rego", f"package shop.odd\n\nviolation contains 1 if {{\n\t{body}\n}}\n")

    with pytest.raises(InputError) as raised:
        ask(name, [module], {}, ("shop", "odd"))

    assert raised.value.position is not None
    assert (raised.value.position.file, raised.value.position.line) == ("policies/shop/odd.rego", 4)


@each_engine
@pytest.mark.parametrize("body", ["to_number(input.text) > 5", "1 / input.zero > 5", "count(input.zero) > 5"])
def test_a_rule_that_fails_at_run_time_has_not_passed(name: EngineName, body: str) -> None:
    module = Module("policies/shop/odd.rego", f"package shop.odd\n\nviolation contains 1 if {body}\n")

    with pytest.raises(ToolError, match="shop/odd failed while") as raised:
        ask(name, [module], {"text": "twelve", "zero": 0}, ("shop", "odd"))

    assert raised.value.exit_code == 3


def test_the_embedded_engine_names_the_failing_place() -> None:
    module = Module("odd.rego", "package odd\n\nviolation contains 1 if to_number(input.text) > 5\n")

    with pytest.raises(ToolError) as raised:
        ask("embedded", [module], {"text": "twelve"}, ("odd",))

    # Column 40 is the dot of `input.text`: regorus places a reference there.
    assert raised.value.position == Position("odd.rego", 3, 40)
    assert "could not parse string as number" in raised.value.found


def test_the_embedded_engine_refuses_a_document_that_is_no_json() -> None:
    with open_engine("embedded") as engine:
        engine.load([Module("prices.rego", RULE)], {})
        with pytest.raises(ToolError, match="cannot take this document"):
            engine.evaluate({"price": float("inf")}, [("shop", "prices")])


def test_a_panic_of_the_embedded_engine_is_a_failed_run() -> None:
    engine = open_engine("embedded")
    engine.load([Module("prices.rego", RULE)], {})
    told: list[str] = []

    def elsewhere() -> None:
        try:
            engine.evaluate({}, [("shop", "prices")])
        except ToolError as error:
            told.append(error.found)

    # The engine belongs to its thread, and panics in any other. So do engines that other tests left as garbage: they
    # must not be collected over there.
    gc.collect()
    gc.disable()
    try:
        thread = threading.Thread(target=elsewhere)
        thread.start()
        thread.join()
    finally:
        gc.enable()

    assert len(told) == 1
    assert told[0].startswith("the embedded Rego engine broke down")


def test_violations_are_sorted() -> None:
    found = violations([{"msg": "b"}, {"msg": "a", "details": {"pointer": "/x"}}], ("shop", "prices"))

    assert [member["msg"] for member in found] == ["a", "b"]


@pytest.mark.parametrize(
    "value", [True, "text", UNDEFINED, [1], [{"details": {}}], [{"msg": 5}], [{"msg": "a", "details": 1}]]
)
def test_a_rule_that_breaks_the_convention_is_told(value: object) -> None:
    with pytest.raises(ToolError, match="shop/prices"):
        violations(value, ("shop", "prices"))
