"""Loading Seatrial's own YAML files: one document, valid against a JSON Schema, mistakes told with their position."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from seatrial.model import pointer as pointers
from seatrial.model.dig import as_dict
from seatrial.model.errors import InputError
from seatrial.model.files import read_text, shown
from seatrial.model.suggest import nearest
from seatrial.model.yaml_source import LocatedDocument, parse_documents

if TYPE_CHECKING:
    import jsonschema_rs

_HEADER = "the comment at the head of the file says what goes here"
_TYPES = {"object": "a mapping", "array": "a list", "string": "text", "integer": "a whole number"}
_TYPES |= {"number": "a number", "boolean": "true or false", "null": "null"}
_KEYWORDS = ("additionalProperties", "type", "required")
"""Mistakes that explain others come first: a misspelt key is also a missing one."""
_BOUNDS = {
    "minimum": "at least {limit}",
    "exclusiveMinimum": "more than {limit}",
    "maximum": "at most {limit}",
    "exclusiveMaximum": "less than {limit}",
    "minLength": "text of at least {limit} characters",
    "minItems": "a list of at least {limit}",
    "minProperties": "a mapping of at least {limit}",
    "maxProperties": "a mapping of at most {limit}",
    "pattern": "text that matches {pattern}",
    "uniqueItems": "a list without repetition",
    "const": "{expected_value}",
}


def load_declared(path: Path, schema: dict[str, Any]) -> LocatedDocument:
    """Read *path* and validate it. Raises InputError naming the mistake that explains most, with `file:line:column`."""
    import jsonschema_rs  # takes tens of milliseconds, and a foreign manifest set never needs it here

    name = shown(path)
    documents = parse_documents(read_text(path), name)
    if not documents:
        raise InputError(f"{name} is empty", remedy=f"give it {_wanted_keys(schema)}")
    if len(documents) > 1:
        raise InputError(
            f"{name} holds {len(documents)} documents",
            remedy="keep exactly one YAML document in it",
            position=documents[1].position(),
        )
    document = documents[0]
    errors = sorted(jsonschema_rs.validator_for(schema).iter_errors(document.data), key=_rank)
    if errors:
        raise _mistake(errors[0], len(errors) - 1, schema, document)
    return document


def _rank(error: jsonschema_rs.ValidationError) -> tuple[int, list[tuple[bool, int, str]]]:
    keyword = error.kind.name
    rank = _KEYWORDS.index(keyword) if keyword in _KEYWORDS else len(_KEYWORDS)
    path = [(isinstance(part, str), part if isinstance(part, int) else 0, str(part)) for part in error.instance_path]
    return rank, path


def _mistake(
    error: jsonschema_rs.ValidationError, others: int, schema: dict[str, Any], document: LocatedDocument
) -> InputError:
    path = list(error.instance_path)
    where = _place(path)
    facts = error.kind.as_dict()
    also = f" ({others} more after it)" if others else ""
    if error.kind.name == "additionalProperties":
        key = facts["unexpected"][0]
        known = _properties(schema, list(error.schema_path))
        given = as_dict(error.instance)
        near = nearest(key, [name for name in known if name not in given])
        remedy = f"write {near}" if near else f"remove it, or use one of: {', '.join(known)}" if known else _HEADER
        return InputError(
            f"{where}: unknown key {key!r}{f' (did you mean {near}?)' if near else ''}{also}",
            remedy=remedy,
            position=document.key_position(pointers.join(*path, key)),
        )
    position = document.position(pointers.join(*path))
    if error.kind.name == "required":
        missing = facts["property"]
        return InputError(f"{where} has no {missing!r}{also}", remedy=f"add {missing}; {_HEADER}", position=position)
    found = f"{where} is {_shown(error.instance)}{also}"
    return InputError(found, remedy=_needed(error, facts), position=position)


def _needed(error: jsonschema_rs.ValidationError, facts: dict[str, Any]) -> str:
    keyword = error.kind.name
    if keyword == "type":
        return f"write {' or '.join(_TYPES[name] for name in facts['types'])}; {_HEADER}"
    if keyword == "enum":
        near = nearest(error.instance, facts["options"]) if isinstance(error.instance, str) else None
        meant = f" (did you mean {near}?)" if near else ""
        return f"write one of: {', '.join(map(str, facts['options']))}{meant}"
    if keyword in _BOUNDS:
        return f"write {_BOUNDS[keyword].format(**facts)}; {_HEADER}"
    return f"{error.message}; {_HEADER}"


def _place(path: list[str | int]) -> str:
    """The path as people write it: `scenarios[0].load[2].rate`."""
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path).removeprefix(".")
    return text or "the document"


def _shown(value: Any) -> str:
    if isinstance(value, dict):
        return "a mapping" if value else "an empty mapping"
    if isinstance(value, list):
        return "a list" if value else "an empty list"
    return json.dumps(value, ensure_ascii=False)


def _wanted_keys(schema: dict[str, Any]) -> str:
    required = schema.get("required", [])
    return f"the keys {', '.join(required)}" if required else "one YAML document"


def _properties(schema: dict[str, Any], path: list[str | int]) -> list[str]:
    """Keys that the schema allows beside the keyword that *path*, with its references resolved, ends with."""
    node: Any = schema
    for part in path[:-1]:
        node = node[part]
    return list(node.get("properties", ()))
