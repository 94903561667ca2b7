"""What the API server does with a custom object besides checking it against its schema.

A structural schema says which fields are kept, which values are filled in and which lists are sets or maps. The order
matters: unknown fields are found first, then nulls are removed and defaults set, and the result is validated. Each
function here is one package of k8s.io/apiextensions-apiserver v0.37.2 `pkg/apiserver/schema`, named in its docstring.
Schemas are plain data as in a CustomResourceDefinition; objects may have any shape.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

from seatrial.engines.schema_errors import Violation, show, unknown_field
from seatrial.engines.schema_formats import is_dns1035_label
from seatrial.model.dig import as_dict, as_list
from seatrial.model.pointer import join

Path = tuple[str | int, ...]

META_FIELDS = ("apiVersion", "kind", "metadata")
_PRESERVE = "x-kubernetes-preserve-unknown-fields"
_EMBEDDED = "x-kubernetes-embedded-resource"


def unknown_fields(schema: dict[str, Any], data: dict[str, Any]) -> Iterator[Violation]:
    """The fields that the server would drop, and refuses under strict field validation (`pruning/algorithm.go`)."""
    yield from _pruned({**schema, _EMBEDDED: True}, data, ())


def _pruned(schema: dict[str, Any] | None, data: Any, path: Path) -> Iterator[Violation]:
    if schema is not None and schema.get(_PRESERVE) is True:
        yield from _kept(schema, data, path)
    elif isinstance(data, dict):
        known = as_dict((schema or {}).get("properties"))
        for name, value in data.items():
            if schema is not None and schema.get(_EMBEDDED) is True and name in META_FIELDS:
                continue
            if name in known:
                yield from _pruned(as_dict(known[name]), value, (*path, name))
            elif _has_additional(schema):
                yield from _pruned(_additional(schema), value, (*path, name))
            else:
                yield unknown_field(path, name, tuple(known))
    elif isinstance(data, list):
        for index, item in enumerate(data):
            yield from _pruned(_items(schema), item, (*path, index))


def _kept(schema: dict[str, Any], data: Any, path: Path) -> Iterator[Violation]:
    """Below a node that keeps unknown fields only the specified ones are looked into (`skipPrune`)."""
    if isinstance(data, dict):
        known = as_dict(schema.get("properties"))
        for name, value in data.items():
            if schema.get(_EMBEDDED) is True and name in META_FIELDS:
                continue
            if name in known:
                yield from _pruned(as_dict(known[name]), value, (*path, name))
            elif _has_additional(schema):
                yield from _pruned(_additional(schema), value, (*path, name))
    elif isinstance(data, list) and (items := _items(schema)) is not None:
        for index, item in enumerate(data):
            yield from _kept(items, item, (*path, index))


def completed(schema: dict[str, Any], data: dict[str, Any]) -> dict[str, Any]:
    """A copy without nulls that the schema forbids, and with defaults (`defaulting/{prunenulls,algorithm}.go`)."""
    done: dict[str, Any] = _sent(data)
    _without_nulls(schema, done)
    _defaulted(schema, done)
    return done


def _sent(value: Any) -> Any:
    """A copy as clients send it: their YAML reader (sigs.k8s.io/yaml) makes 2.0 and 1e3 integers."""
    if isinstance(value, dict):
        return {name: _sent(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_sent(item) for item in value]
    return int(value) if isinstance(value, float) and value.is_integer() and abs(value) < 2**53 else value


def _without_nulls(schema: dict[str, Any] | None, data: Any) -> None:
    if isinstance(data, dict):
        for name in list(data):
            part = _part(schema, name)
            if data[name] is None and part is not None and not _nullable(part) and part.get("default") is None:
                del data[name]
            else:
                _without_nulls(part, data[name])
    elif isinstance(data, list):
        for item in data:
            _without_nulls(_items(schema), item)


def _defaulted(schema: dict[str, Any] | None, data: Any) -> None:
    if schema is None:
        return
    if isinstance(data, dict):
        known = as_dict(schema.get("properties"))
        for name, part in known.items():
            if as_dict(part).get("default") is not None and (
                name not in data or (data[name] is None and not _nullable(as_dict(part)))
            ):
                data[name] = copy.deepcopy(part["default"])
        for name in data:
            part = as_dict(known[name]) if name in known else _additional(schema)
            if name not in known and part is not None and data[name] is None and not _nullable(part):
                data[name] = copy.deepcopy(part.get("default"))
            _defaulted(part, data[name])
    elif isinstance(data, list) and (items := _items(schema)) is not None:
        for index, item in enumerate(data):
            if item is None and not _nullable(items):
                data[index] = copy.deepcopy(items.get("default"))
            _defaulted(items, data[index])


def repeated_items(schema: dict[str, Any], data: Any, path: Path = ()) -> Iterator[Violation]:
    """Items that occur twice in a list that is a set, or keys in one that is a map (`listtype/validation.go`)."""
    if isinstance(data, dict):
        for name, value in data.items():
            part = _part(schema, name)
            if part is not None:
                yield from repeated_items(part, value, (*path, name))
    elif isinstance(data, list):
        kind = schema.get("x-kubernetes-list-type")
        if kind == "set":
            yield from _repeated(data, path)
        elif kind == "map":
            yield from _repeated_keys(schema, data, path)
        items = _items(schema)
        if items is not None:
            for index, item in enumerate(data):
                yield from repeated_items(items, item, (*path, index))


def _repeated_keys(schema: dict[str, Any], data: list[Any], path: Path) -> Iterator[Violation]:
    wrong = [index for index, item in enumerate(data) if item is not None and not isinstance(item, dict)]
    for index in wrong[:1]:
        found = f"{path[-1] if path else 'the list'}[{index}] is {show(data[index])}"
        yield Violation(join(*path, index), found, "a mapping", "write the item's fields")
    if not wrong:
        names = [name for name in as_list(schema.get("x-kubernetes-list-map-keys")) if isinstance(name, str)]
        keys = [{name: as_dict(item)[name] for name in names if name in as_dict(item)} for item in data]
        yield from _repeated(keys, path)


def _repeated(values: list[Any], path: Path) -> Iterator[Violation]:
    seen: dict[str, int] = {}
    for index, value in enumerate(values):
        text = json.dumps(value, sort_keys=True, default=str)
        seen[text] = seen.get(text, 0) + 1
        if seen[text] == 2:
            what = ", ".join(f"{k} {show(v)}" for k, v in value.items()) if isinstance(value, dict) else show(value)
            found = f"{what or 'an item without its key'} occurs twice in {path[-1] if path else 'the list'}"
            yield Violation(join(*path, index), found, "each item once", "remove or rename one of them")


def embedded_objects(schema: dict[str, Any], data: Any, path: Path = ()) -> Iterator[tuple[Path, dict[str, Any]]]:
    """Whole objects within an object: their place and data (`x-kubernetes-embedded-resource`)."""
    if isinstance(data, dict):
        if path and schema.get(_EMBEDDED) is True:
            yield path, data
        for name, value in data.items():
            part = _part(schema, name)
            if part is not None:
                yield from embedded_objects(part, value, (*path, name))
    elif isinstance(data, list) and (items := _items(schema)) is not None:
        for index, item in enumerate(data):
            yield from embedded_objects(items, item, (*path, index))


def embedded_head(data: dict[str, Any], path: Path) -> Iterator[Violation]:
    """What is wrong with apiVersion and kind of an embedded object (`objectmeta/validation.go`)."""
    for field in ("apiVersion", "kind"):
        value, pointer = data.get(field), join(*path, field)
        if field not in data:
            found = f"the embedded object {path[-1]} has no {field}"
            yield Violation(join(*path), found, "that field", f"add {field}")
        elif not isinstance(value, str) or not value:
            yield Violation(pointer, f"{field} is {show(value)}", "a string that is not empty", f"correct {field}")
        elif field == "apiVersion" and value.count("/") > 1:
            yield Violation(pointer, f"apiVersion is {show(value)}", "group/version", "correct apiVersion")
        elif field == "kind" and not is_dns1035_label(value.lower()):
            yield Violation(pointer, f"kind is {show(value)}", "letters and digits, as in Deployment", "correct kind")


def formats(schema: dict[str, Any], data: Any) -> frozenset[str]:
    """The formats of all text in *data*, without dashes."""
    found: set[str] = set()
    _collect_formats(schema, data, found)
    return frozenset(found)


def _collect_formats(schema: dict[str, Any], data: Any, found: set[str]) -> None:
    if isinstance(data, str):
        for node in (schema, *(as_dict(part) for part in as_list(schema.get("allOf")))):
            if isinstance(node.get("format"), str):
                found.add(node["format"].replace("-", ""))
    elif isinstance(data, dict):
        for name, value in data.items():
            if (part := _part(schema, name)) is not None:
                _collect_formats(part, value, found)
    elif isinstance(data, list) and (items := _items(schema)) is not None:
        for item in data:
            _collect_formats(items, item, found)


def _nullable(schema: dict[str, Any]) -> bool:
    return schema.get("nullable") is True


def _items(schema: dict[str, Any] | None) -> dict[str, Any] | None:
    found = (schema or {}).get("items")
    return found if isinstance(found, dict) else None


def _has_additional(schema: dict[str, Any] | None) -> bool:
    found = (schema or {}).get("additionalProperties")
    return found is True or isinstance(found, dict)


def _additional(schema: dict[str, Any] | None) -> dict[str, Any] | None:
    found = (schema or {}).get("additionalProperties")
    return found if isinstance(found, dict) else None


def _part(schema: dict[str, Any] | None, name: str) -> dict[str, Any] | None:
    """The schema of a field: its own, or that of any other field."""
    known = as_dict((schema or {}).get("properties"))
    return as_dict(known[name]) if name in known else _additional(schema)
