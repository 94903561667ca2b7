"""Evaluating expressions of the Common Expression Language on plain data.

Semantics are those of github.com/google/cel-go as k8s.io/apiserver v0.37 `pkg/cel/environment/base.go` sets it up:
errors are values that `&&`, `||`, `all` and `exists` absorb, numbers of both kinds compare, overflow is an error. A
function that is not listed in `cel_functions` makes an expression unsupported when it is compiled. The server has a
budget for the cost of rules; here one that takes too many steps is said not to be evaluated.
"""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import attrs

from seatrial.engines.cel_functions import FUNCTIONS, EvaluationError
from seatrial.engines.cel_syntax import Call, ListOf, Literal, Macro, MapOf, Name, Node, Select, UnsupportedError, parse

MOST_STEPS = 200_000
"""Items that one evaluation looks at, at most: some tenths of a second."""
_STEPS = ""
"""Where a scope keeps the steps that are left; no variable has an empty name."""
_SPECIAL = {"&&", "||", "?:", "has"}
_ESCAPES = {"__underscores__": "__", "__dot__": ".", "__dash__": "-", "__slash__": "/"}
_ESCAPED = re.compile(r"__(?:underscores|dot|dash|slash)__")
_KEYWORDS = frozenset(
    {
        *("true", "false", "null", "in", "as", "break", "const", "continue", "else", "for", "function", "if", "import"),
        *("let", "loop", "package", "namespace", "return", "var", "void", "while"),
    }
)


@attrs.frozen
class Expression:
    """A compiled expression."""

    text: str
    node: Node
    names: frozenset[str]
    """Free variables."""

    @classmethod
    def of(cls, text: str) -> Expression:
        """Compile *text*. Raises UnsupportedError naming what cannot be evaluated."""
        try:
            node = parse(text)
            unknown = sorted({call for call in _calls(node) if call not in FUNCTIONS and call not in _SPECIAL})
            names = frozenset(_names(node, frozenset()))
        except RecursionError:
            raise UnsupportedError("nesting as deep as this") from None
        if unknown:
            raise UnsupportedError(f"the function {unknown[0].removeprefix('.')}")
        return cls(text, node, names)

    def value(self, variables: Mapping[str, Any]) -> Any:
        """The value with these variables. Raises EvaluationError as the server would answer with an error."""
        try:
            return _value(self.node, {**variables, _STEPS: itertools.repeat(None, MOST_STEPS)})
        except RecursionError:
            raise UnsupportedError("nesting as deep as this") from None


@attrs.frozen
class Invalid:
    """A value that is an error as soon as it is used."""

    reason: str


@attrs.frozen
class Opaque:
    """A value on which no operation is implemented, but comparing it with its like."""

    text: str


def _calls(node: Node) -> Iterator[str]:
    if isinstance(node, Call):
        yield node.function
    for part in _parts(node):
        yield from _calls(part)


def _parts(node: Node) -> tuple[Node, ...]:
    match node:
        case Select(operand, _):
            return (operand,)
        case Call(_, arguments):
            return arguments
        case ListOf(items):
            return items
        case MapOf(entries):
            return tuple(part for entry in entries for part in entry)
        case Macro(_, source, _, body, condition):
            return (source, body) if condition is None else (source, condition, body)
    return ()


def _names(node: Node, bound: frozenset[str]) -> Iterator[str]:
    if isinstance(node, Name) and node.name not in bound:
        yield node.name
    elif isinstance(node, Macro):
        yield from _names(node.range, bound)
        for part in _parts(node)[1:]:
            yield from _names(part, bound | {node.variable})
    else:
        for part in _parts(node):
            yield from _names(part, bound)


def _value(node: Node, scope: dict[str, Any]) -> Any:
    match node:
        case Literal(value):
            return value
        case Name(name):
            return _used(scope[name])
        case Select(operand, field):
            return _field(_value(operand, scope), field)
        case ListOf(items):
            return [_value(item, scope) for item in items]
        case MapOf(entries):
            return {_value(key, scope): _value(value, scope) for key, value in entries}
        case Macro():
            return _macro(node, scope)
        case Call():
            return _call(node, scope)


def _call(node: Call, scope: dict[str, Any]) -> Any:
    match node.function, node.arguments:
        case "&&" | "||", operands:
            return _logical(node.function, tuple(functools.partial(_value, operand, scope) for operand in operands))
        case "?:", (condition, first, second):
            return _value(first if _boolean(_value(condition, scope)) else second, scope)
        case "has", (Select(operand, field),):
            owner = _value(operand, scope)
            if not isinstance(owner, dict):
                raise EvaluationError("has of something that has no fields")
            return unescaped(field) in owner
    return FUNCTIONS[node.function](*(_value(argument, scope) for argument in node.arguments))


def _field(owner: Any, field: str) -> Any:
    if not isinstance(owner, dict):
        raise EvaluationError(f"no such overload: field {field} of something that has no fields")
    name = unescaped(field)
    if name not in owner:
        raise EvaluationError(f"no such key: {name}")
    return _used(owner[name])


def _used(value: Any) -> Any:
    if isinstance(value, Invalid):
        raise EvaluationError(value.reason)
    if isinstance(value, Opaque):
        raise UnsupportedError("values of this type")
    return value


def _boolean(value: Any) -> bool:
    if not isinstance(value, bool):
        raise EvaluationError("no such overload: a condition that is neither true nor false")
    return value


def _logical(operator: str, operands: tuple[Callable[[], Any], ...]) -> bool:
    """`&&` or `||` of any number of operands: one that decides wins over errors of the others."""
    decisive = operator == "||"
    error: EvaluationError | None = None
    for operand in operands:
        try:
            if _boolean(operand()) is decisive:
                return decisive
        except EvaluationError as failed:
            error = error or failed
    if error is not None:
        raise error
    return not decisive


def _macro(node: Macro, scope: dict[str, Any]) -> Any:
    source = _value(node.range, scope)
    if not isinstance(source, list | dict):
        raise EvaluationError(f"no such overload: {node.name} of something that is no list")
    items = [_used(item) for item in source]

    def of(item: Any, body: Node) -> Any:
        if next(scope[_STEPS], _STEPS) is _STEPS:
            raise UnsupportedError(f"more than {MOST_STEPS} steps")
        return _value(body, {**scope, node.variable: item})

    def holds(item: Any, body: Node) -> bool:
        return _boolean(of(item, body))

    if node.name in ("all", "exists"):
        operator = "&&" if node.name == "all" else "||"
        return _logical(operator, tuple(functools.partial(holds, item, node.body) for item in items))
    if node.name == "exists_one":
        return sum(holds(item, node.body) for item in items) == 1
    if node.name == "filter":
        return [item for item in items if holds(item, node.body)]
    chosen = [item for item in items if node.condition is None or holds(item, node.condition)]
    return [of(item, node.body) for item in chosen]


def unescaped(field: str) -> str:
    """The property that a field name of an expression means (k8s.io/apiserver `pkg/cel/escaping.go`)."""
    if field.startswith("__") and field.endswith("__") and field[2:-2] in _KEYWORDS:
        return field[2:-2]
    return _ESCAPED.sub(lambda found: _ESCAPES[found[0]], field)


__all__ = ["EvaluationError", "Expression", "Invalid", "Opaque", "UnsupportedError"]
