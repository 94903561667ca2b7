"""Expressions of rules are read wholly or refused, whatever they hold; their answers are compared in test_strangers."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seatrial.engines.cel import EvaluationError, Expression, UnsupportedError


def value(text: str, self: Any = None) -> Any:
    return Expression.of(text).value({"self": self})


@pytest.mark.parametrize(
    "text, expected",
    [
        # The specification: what decides wins over an error beside it, on either side.
        ("self.missing == 1 || true", True),
        ("false && self.missing == 1", False),
        ("[1, 2].exists(x, self.missing == 1 || x == 2)", True),
        ("[1, 2].all(x, self.missing == 1 && x == 2)", False),
        ("1 + 2 * 3 - 4 / 2 % 2", 7),
        ("-7 / 2", -3),
        ("-7 % 2", -1),
        ("size('größe')", 5),
        ("'a' in {'a': 1} && !('b' in {'a': 1})", True),
        ("1 == 1.0", True),
        ("[1, 2].map(x, x * 2)", [2, 4]),
        ("true ? 'yes' : 'no'", "yes"),
        (r"r'\d' == '\\d'", True),
        ("'''a'b''' == \"a'b\"", True),
        ("1 // the rest is a comment", 1),
        ("1 == 2 ? 'a' : 1 == 1 ? 'b' : 'c'", "b"),
    ],
)
def test_an_expression_has_the_value_that_the_specification_gives_it(text: str, expected: Any) -> None:
    assert value(text, {}) == expected


@pytest.mark.parametrize(
    "text, words",
    [
        ("self.missing", "no such key: missing"),
        ("1 / 0", "division by zero"),
        ("9223372036854775807 + 1", "overflow"),
        ("[1][1]", "index out of bounds"),
        ("'a' < 1", "no such overload"),
        ("1 && true", "no such overload"),
        ("duration('soon')", "invalid duration"),
        ("'a'.matches('(')", "pattern"),
        ("self.missing == 1 || false", "no such key"),
    ],
)
def test_what_has_no_value_is_an_error_as_on_the_server(text: str, words: str) -> None:
    with pytest.raises(EvaluationError, match=words):
        value(text, {})


@pytest.mark.parametrize(
    "text",
    [
        "", "1 +", "(1", "self.", "[1, 2", "{'a'}", "self.?a", "b'x'", "1u", "x.unknown()", "has(self)", "1 2",
        "'open", "§",
        "'\\q' == 'q'", "[1].all(x)", "true ? true ? 1 : 2 : 3",
        "(" * 5000 + "1" + ")" * 5000, "self" + ".a" * 5000, "9" * 5000,
    ],
)  # fmt: skip
def test_what_is_not_implemented_or_no_expression_is_refused(text: str) -> None:
    with pytest.raises(UnsupportedError):
        Expression.of(text)


def test_an_evaluation_ends() -> None:
    numbers = list(range(1000))

    with pytest.raises(UnsupportedError, match="steps"):
        value("self.all(a, self.all(b, self.all(c, a + b + c >= 0)))", numbers)


@given(st.text(alphabet="self.abx01'\"()[]{}?:&|!=<>+-*/%, \\inr\n", max_size=40))
def test_any_text_is_an_expression_or_refused(text: str) -> None:
    try:
        expression = Expression.of(text)
    except UnsupportedError:
        return
    try:
        expression.value({name: {"a": [1, "x"], "x": "0"} for name in expression.names})
    except (EvaluationError, UnsupportedError):
        return
