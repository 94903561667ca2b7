"""What a null means to kube-apiserver: an absent field, or the zero value of an entry.

Go's JSON decoder (sigs.k8s.io/json, which k8s.io/apimachinery v0.37.2 `pkg/runtime/serializer/json` uses) leaves a
field as it was when it meets null, which is as good as absent; an entry of a list or of a map cannot be absent, and so
is the empty string, zero, or an object without fields. Reading nulls so once spares every rule the question.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from seatrial.model.dig import as_dict

_ZERO: dict[str, Any] = {"object": {}, "array": [], "string": "", "integer": 0, "number": 0, "boolean": False}


def has_null(value: Any) -> bool:
    """Whether there is a null anywhere: most objects have none, and need no copy."""
    if value is None:
        return True
    items = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    # Most items are texts: asking them here spares a call for each.
    return any(item is None or (isinstance(item, dict | list) and has_null(item)) for item in items)


def without_nulls(value: Any, schema: dict[str, Any], definition: Callable[[str], dict[str, Any]]) -> Any:
    """A copy of *value* as the server decodes it; lists keep their length, so pointers keep their meaning.

    *definition* gives the schema behind the name in a reference.
    """
    while isinstance(schema.get("$ref"), str):
        schema = definition(schema["$ref"].rsplit("/", 1)[1])
    if isinstance(value, dict):
        properties, extra = as_dict(schema.get("properties")), as_dict(schema.get("additionalProperties"))
        if not properties and not extra:
            return value
        found = {}
        for key, item in value.items():
            if item is not None:
                found[key] = without_nulls(item, properties.get(key, extra), definition)
            elif key not in properties:
                # An unknown field of a struct stays, for the schema to reject.
                found[key] = _zero(extra, definition) if extra else None
        return found
    if isinstance(value, list) and isinstance(schema.get("items"), dict):
        items = schema["items"]
        return [_zero(items, definition) if item is None else without_nulls(item, items, definition) for item in value]
    return value


def _zero(schema: dict[str, Any], definition: Callable[[str], dict[str, Any]]) -> Any:
    while isinstance(schema.get("$ref"), str):
        schema = definition(schema["$ref"].rsplit("/", 1)[1])
    kinds = schema.get("type")
    if schema.get("format") == "quantity":
        return 0
    kind = next((item for item in kinds if item != "null"), "") if isinstance(kinds, list) else kinds
    return _ZERO.get(kind) if isinstance(kind, str) else None
