"""The rules in the Common Expression Language that a structural schema states (`x-kubernetes-validations`).

As k8s.io/apiextensions-apiserver v0.37.2 `pkg/apiserver/schema/cel/validation.go` applies them to an object that is
created: at every value that is not null, with `self` typed by the schema (k8s.io/apiserver
`pkg/cel/common/valuesunstructured.go`); rules about a change (`oldSelf`) have nothing to compare and do not apply.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import attrs

from seatrial.engines.cel import EvaluationError, Expression, Invalid, Opaque, UnsupportedError
from seatrial.engines.cel_functions import Duration, UnorderedList
from seatrial.engines.durations import open_duration
from seatrial.engines.schema_errors import Violation
from seatrial.model.dig import as_dict, as_list, as_str
from seatrial.model.pointer import join

Path = tuple[str | int, ...]

_STEP = re.compile(r"\.([^.\[\]]+)|\['((?:[^'\\]|\\.)*)'\]")
_NAMES = {"type": "object", "properties": {"name": {"type": "string"}, "generateName": {"type": "string"}}}
_HEAD = {"apiVersion": {"type": "string"}, "kind": {"type": "string"}, "metadata": _NAMES}
_OPAQUE = frozenset({"date", "date-time", "byte"})
"""Formats whose values are no strings to a rule; no operation on them is implemented."""


@attrs.frozen
class Unchecked:
    """A rule that applies to an object and could not be evaluated."""

    rule: str
    reason: str


@attrs.frozen(eq=False)
class _Rule:
    text: str
    expression: Expression | None
    """None where the expression, or `unsupported`, is not to be evaluated."""
    unsupported: str
    message: str
    message_expression: Expression | None
    field: Path


@attrs.frozen(eq=False)
class Rules:
    """The rules of one schema node and of those below it."""

    schema: dict[str, Any]
    """The node with what a rule may see of it."""
    own: tuple[_Rule, ...]
    properties: Mapping[str, Rules]
    additional: Rules | None
    items: Rules | None

    @classmethod
    def of(cls, schema: dict[str, Any]) -> Rules | None:
        """The compiled rules of a kind's schema, or None if it has none."""
        return _compiled(schema, root=True)

    def found(self, data: Any, path: Path = ()) -> Iterator[Violation | Unchecked]:
        """Everything that the rules say of a complete object, and which of them could not be evaluated."""
        if data is None:
            return
        if self.own:
            value = _typed(self.schema, data)
            for rule in self.own:
                yield from _applied(rule, value, path)
        if isinstance(data, dict):
            for name, item in data.items():
                below = self.properties.get(name) or (self.additional if name not in self.properties else None)
                if below is not None:
                    yield from below.found(item, (*path, name))
        elif isinstance(data, list) and self.items is not None:
            for index, item in enumerate(data):
                yield from self.items.found(item, (*path, index))


def _compiled(schema: dict[str, Any], *, root: bool = False) -> Rules | None:
    nodes = [schema, *(as_dict(part) for part in as_list(schema.get("allOf")))]
    own = [rule for node in nodes for rule in as_list(node.get("x-kubernetes-validations"))]
    properties = {
        name: below
        for name, part in as_dict(schema.get("properties")).items()
        if (below := _compiled(as_dict(part))) is not None
    }
    additional, items = schema.get("additionalProperties"), schema.get("items")
    below_additional = _compiled(additional) if isinstance(additional, dict) else None
    below_items = _compiled(items) if isinstance(items, dict) else None
    rules = tuple(rule for rule in map(_rule, own) if rule is not None)
    if not (rules or properties or below_additional or below_items):
        return None
    seen = schema
    if root or schema.get("x-kubernetes-embedded-resource") is True:
        seen = {**schema, "properties": as_dict(schema.get("properties")) | _HEAD}
    return Rules(seen, rules, properties, below_additional, below_items)


def _rule(rule: Any) -> _Rule | None:
    """The rule compiled; None for one about a change."""
    text = " ".join(as_str(as_dict(rule).get("rule")).split())
    if not text:
        return None
    field = tuple(first or second for first, second in _STEP.findall(as_str(rule.get("fieldPath"))))
    try:
        expression = Expression.of(as_str(rule["rule"]))
    except UnsupportedError as missing:
        return _Rule(text, None, str(missing), "", None, field)
    if "oldSelf" in expression.names and rule.get("optionalOldSelf") is not True:
        return None
    if others := expression.names - {"self"}:
        return _Rule(text, None, f"the variable {min(others)}", "", None, field)
    try:
        told = Expression.of(as_str(rule.get("messageExpression"))) if rule.get("messageExpression") else None
    except UnsupportedError:
        told = None
    return _Rule(text, expression, "", as_str(rule.get("message")).strip(), told, field)


def _applied(rule: _Rule, value: Any, path: Path) -> Iterator[Violation | Unchecked]:
    if rule.expression is None:
        yield Unchecked(rule.text, rule.unsupported)
        return
    said = rule.message or f"the rule {rule.text} does not hold"
    where = join(*path, *rule.field)
    try:
        if rule.expression.value({"self": value}) is True:
            return
    except UnsupportedError as missing:
        yield Unchecked(rule.text, str(missing))
        return
    except EvaluationError as error:
        yield Violation(where, f"{error} while evaluating: {rule.message or rule.text}", "", "correct the value")
        return
    if rule.message_expression is not None:
        try:
            told = rule.message_expression.value({"self": value})
            said = told.strip() if isinstance(told, str) and told.strip() else said
        except (EvaluationError, UnsupportedError):
            pass
    yield Violation(where, said, "", "correct the value")


def _typed(schema: dict[str, Any], data: Any) -> Any:
    """A value as a rule sees it: with the types of the schema, not those of JSON."""
    kind = schema.get("type")
    if data is None or schema.get("x-kubernetes-int-or-string") is True:
        return data
    if kind is None:
        return Opaque(repr(data))
    match kind, data:
        case "object", dict():
            return _typed_object(schema, data)
        case "array", list():
            items = [_typed(as_dict(schema.get("items")), item) for item in data]
            return UnorderedList(items) if schema.get("x-kubernetes-list-type") in ("set", "map") else items
        case "string", str():
            return _typed_text(as_str(schema.get("format")), data)
        case ("boolean", bool()) | ("integer" | "number", int() | float()):
            return _typed_number(kind, data)
    return Invalid(f"invalid data, expected {kind}")


def _typed_number(kind: str, data: bool | float) -> Any:
    if isinstance(data, bool) is not (kind == "boolean") or (kind == "integer" and isinstance(data, float)):
        return Invalid(f"invalid data, expected {kind}")
    return float(data) if kind == "number" else data


def _typed_object(schema: dict[str, Any], data: dict[str, Any]) -> dict[str, Any]:
    properties, additional = as_dict(schema.get("properties")), schema.get("additionalProperties")
    if properties:
        # A null that the schema allows is to a rule as good as an absent field.
        return {
            name: _typed(as_dict(properties[name]), item)
            for name, item in data.items()
            if name in properties and item is not None
        }
    if isinstance(additional, dict):
        return {name: _typed(additional, item) for name, item in data.items()}
    return data


def _typed_text(form: str, data: str) -> Any:
    if form in _OPAQUE:
        return Opaque(data)
    if form == "duration":
        nanoseconds = open_duration(data)
        return Invalid(f"invalid duration {data!r}") if nanoseconds is None else Duration(nanoseconds)
    return data
