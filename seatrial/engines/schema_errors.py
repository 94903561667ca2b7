"""Turning the errors of a JSON Schema validator into what a person needs: found, needed, how to fix."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import attrs

from seatrial.engines.schema_open_formats import ALL_FORMATS
from seatrial.model.pointer import join

if TYPE_CHECKING:
    import jsonschema_rs

_LONGEST = 60
_MANY = 12


@attrs.frozen
class Violation:
    """One thing that an object does wrong."""

    pointer: str
    """JSON pointer of the offending value; of the parent, where something is missing."""
    found: str
    needed: str
    fix: str = ""
    at_key: bool = False
    """Whether the key itself is what is wrong, and not its value."""

    @property
    def message(self) -> str:
        """Found and needed in one sentence."""
        if not self.needed:
            return self.found
        return f"{self.found}: {self.needed}" if self.needed.endswith("?") else f"{self.found}; needed: {self.needed}"


def show(value: Any, *, secret: bool = False) -> str:
    """A value as it may be printed: short, on one line, and never that of a Secret."""
    kind = type_name(value)
    if secret and kind not in ("null", "list", "mapping"):
        return f"{'an' if kind == 'integer' else 'a'} {kind} (not shown)"
    if kind == "mapping":
        return "a mapping"
    if kind == "list":
        return "a list"
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def type_name(value: Any) -> str:
    """The YAML name of a value's type."""
    match value:
        case None:
            return "null"
        case bool():
            return "boolean"
        case int():
            return "integer"
        case float():
            return "number"
        case str():
            return "string"
        case list():
            return "list"
        case dict():
            return "mapping"
    return type(value).__name__


_TYPES = {"object": "a mapping", "array": "a list", "string": "a string", "integer": "an integer"}
_TYPES |= {"number": "a number", "boolean": "true or false", "null": "null"}


def nearest(word: str, choices: list[str]) -> str:
    """The choice most like *word*, ignoring case, or an empty string when none is near."""
    lowered = {choice.lower(): choice for choice in reversed(choices)}
    found = difflib.get_close_matches(word.lower(), list(lowered), n=1, cutoff=0.6)
    return lowered[found[0]] if found else ""


def describe(
    error: jsonschema_rs.ValidationError, siblings: tuple[str, ...] = (), *, secret: bool = False
) -> Iterator[Violation]:
    """The violations behind one validation error: several for several unknown fields at once.

    *siblings* are the fields that the schema knows at that place; with *secret*, values are not shown.
    """
    path = tuple(error.instance_path)
    pointer = join(*path)
    facts = error.kind.as_dict()
    hidden = secret and bool(path) and path[0] in ("data", "stringData")
    shown = show(error.instance, secret=hidden)
    field = _field(path)
    match error.kind.name:
        case "additionalProperties" | "unevaluatedProperties":
            for name in facts["unexpected"]:
                yield unknown_field(path, name, siblings)
        case "required":
            name = facts["property"]
            yield Violation(pointer, f"{field} has no field {name!r}", "that field", f"add {name} to {field}")
        case "type":
            wanted = _wanted(facts["types"])
            yield Violation(pointer, f"{field} is {shown}", wanted, _type_fix(error.instance, facts["types"]))
        case "enum":
            options = [option for option in facts["options"] if isinstance(option, str) and option]
            needed = "one of " + ", ".join(options) if len(options) > 1 else (options or ["another value"])[0]
            near = nearest(error.instance, options) if isinstance(error.instance, str) and not hidden else ""
            yield Violation(pointer, f"{field} is {shown}", needed, f"write {near}" if near else "use a listed value")
        case "format":
            yield _format_violation(pointer, field, shown, facts["format"])
        case "propertyNames":
            yield from _key_violations(path, facts["error"])
        case "oneOf" | "anyOf" if "context" in facts:
            yield _choice_violation(pointer, field, shown, facts["context"])
        case _:
            yield Violation(pointer, f"{field} is {shown}", *_limit(error.kind.name, facts))


def _field(path: tuple[str | int, ...]) -> str:
    """The last field of a path as people write it, with the index of a list item: `containers[0]`."""
    if not path:
        return "the object"
    if isinstance(path[-1], int) and len(path) > 1:
        return f"{path[-2]}[{path[-1]}]"
    return str(path[-1])


def unknown_field(path: tuple[str | int, ...], name: str, siblings: tuple[str, ...]) -> Violation:
    """The violation for a field that does not exist; *siblings* are those that do."""
    field = _field(path)
    near = nearest(name, [sibling for sibling in siblings if sibling != name])
    pointer, found = join(*path, name), f"unknown field {name!r} in {field}"
    if near:
        return Violation(pointer, found, f"did you mean {near!r}?", f"write {near}", at_key=True)
    known = ", ".join(siblings[:_MANY]) + (", …" if len(siblings) > _MANY else "")
    needed = f"one of its fields ({known})" if known else "nothing: it has no fields"
    return Violation(pointer, found, needed, "remove it or move it to its place", at_key=True)


def _wanted(types: list[str]) -> str:
    names = [_TYPES[name] for name in types if name in _TYPES and (name != "null" or len(types) == 1)]
    return " or ".join(names)


def _type_fix(value: Any, types: list[str]) -> str:
    if "string" in types and isinstance(value, bool | int | float):
        return "put the value in quotes"
    if isinstance(value, str) and ("integer" in types or "boolean" in types):
        return "write the value without quotes" if value.strip().lstrip("-").isdigit() else "use a value of that type"
    if "array" in types:
        return "write each item on a line of its own beginning with '- '"
    return "use a value of that type"


def _format_violation(pointer: str, field: str, shown: str, name: str) -> Violation:
    form = ALL_FORMATS.get(name)
    if form is None:
        return Violation(pointer, f"{field} is {shown}", f"text of the format {name}", "correct the value")
    return Violation(pointer, f"{field} is {shown}", form.needed, form.fix)


def _key_violations(path: tuple[str | int, ...], inner: Any) -> Iterator[Violation]:
    key = inner.instance
    facts = inner.kind.as_dict()
    form = ALL_FORMATS.get(facts.get("format", ""))
    needed, fix = (form.needed, form.fix) if form else ("another key", "rename the key")
    yield Violation(join(*path, str(key)), f"the key {show(key)} of {_field(path)} is not allowed", needed, fix)


def _choice_violation(pointer: str, field: str, shown: str, context: list[list[Any]]) -> Violation:
    """One sentence for `oneOf` and `anyOf`: what the alternatives ask for, without their separate complaints."""
    wanted: list[str] = []
    for branch in context:
        for inner in branch:
            facts = inner.kind.as_dict()
            if inner.kind.name == "type":
                wanted.append(_wanted(facts["types"]))
            elif inner.kind.name == "required":
                wanted.append(f"a field {facts['property']!r}")
    needed = " or ".join(dict.fromkeys(word for word in wanted if word)) or "exactly one of the allowed forms"
    return Violation(pointer, f"{field} is {shown}", needed, "use one of these forms")


_LIMITS = {
    "minimum": ("at least {}", "raise the value"),
    "exclusiveMinimum": ("more than {}", "raise the value"),
    "maximum": ("at most {}", "lower the value"),
    "exclusiveMaximum": ("less than {}", "lower the value"),
    "minItems": ("a list of at least {}", "add an entry"),
    "maxItems": ("a list of at most {}", "remove entries"),
    "minLength": ("text of at least {} characters", "fill it in"),
    "maxLength": ("text of at most {} characters", "shorten it"),
    "minProperties": ("at least {} fields", "add fields"),
    "maxProperties": ("at most {} fields", "remove fields"),
    "multipleOf": ("a multiple of {}", "correct the value"),
    "pattern": ("text that matches {}", "correct the value"),
    "uniqueItems": ("a list without repeated entries", "remove the repetition"),
}


def _limit(keyword: str, facts: dict[str, Any]) -> tuple[str, str]:
    needed, fix = _LIMITS.get(keyword, (f"a value that satisfies the schema keyword {keyword}", "correct the value"))
    return needed.format(facts.get("limit", facts.get("pattern", facts.get("multiple_of")))), fix
