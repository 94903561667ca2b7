"""From the way a server names a field to a JSON pointer into what was sent.

Three ways occur: the causes of a failed validation, `spec.hard[cpu]` and `spec.ports[0].port`
(k8s.io/apimachinery v0.37.2 pkg/util/validation/field/path.go); the merge of server-side apply,
`.spec.containers[name="a"].image` (sigs.k8s.io/structured-merge-diff v6 fieldpath/element.go); and the JSON decoder,
`DeploymentSpec.spec.replicas`, which leaves out indices.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from seatrial.model.pointer import join

_NAME = re.compile(r"[^.\[\]]+")
_STRICT = re.compile(r'(?:unknown|duplicate) field "((?:[^"\\]|\\.)*)"')
_MERGE = re.compile(r"(?:^|[\s:])(\.[A-Za-z_][^\s:]*?(?:\[[^\]]*\][^\s:]*)*): ")
_DECODER = re.compile(r"Go struct field \w+?\.([\w.$-]+) of type")


def pointer(path: str, data: Any) -> str:
    """The pointer of *path* within *data*: as far down as both agree, the empty pointer where they do not."""
    found: list[str | int] = []
    value = data
    for step in _steps(path, data):
        if isinstance(value, list):
            index = _index(value, step)
            if index is None:
                break
            found.append(index)
            value = value[index]
        elif isinstance(value, dict):
            if step not in value:
                # What is missing has no place of its own: its nearest ancestor stands for it.
                found.append(step)
                break
            found.append(step)
            value = value[step]
        else:
            break
    return join(*found)


def mentioned(message: str, data: Any) -> Iterator[tuple[str, str, str]]:
    """Fields named within a message, for answers that list no causes: the field, its pointer, what is said of it."""
    for found in _STRICT.finditer(message):
        yield found[1], pointer(found[1], data), found[0]
    for pattern in (_DECODER, _MERGE) if not _STRICT.search(message) else ():
        for found in pattern.finditer(message):
            yield found[1], pointer(found[1], data), message


def _steps(path: str, data: Any) -> Iterator[str]:
    """The unescaped steps. A key with dots is not escaped by the server: the data decides where it ends."""
    rest = path.removeprefix(".")
    value = data
    while rest:
        if rest[0] == "[":
            inside, rest = _bracket(rest)
            yield inside
            value = _below(value, inside)
            continue
        rest = rest.removeprefix(".")
        step = _longest_key(value, rest) or (match[0] if (match := _NAME.match(rest)) else rest)
        rest = rest[len(step) :]
        yield step
        value = _below(value, step)
        if not step:
            return


def _bracket(rest: str) -> tuple[str, str]:
    """What stands in the brackets at the beginning, and what follows them; quotes may hold brackets."""
    quoted = False
    for position, character in enumerate(rest):
        if character == '"' and rest[position - 1] != "\\":
            quoted = not quoted
        elif character == "]" and not quoted:
            return rest[1:position], rest[position + 1 :]
    return rest[1:], ""


def _longest_key(value: Any, rest: str) -> str:
    """The longest key of a mapping that *rest* starts with, such as `kubernetes.io/hostname`."""
    if not isinstance(value, dict):
        return ""
    keys = [key for key in value if isinstance(key, str) and key and rest.startswith(key)]
    return max((key for key in keys if rest[len(key) :][:1] in ("", ".", "[")), key=len, default="")


def _below(value: Any, step: str) -> Any:
    if isinstance(value, dict):
        return value.get(step)
    if isinstance(value, list):
        index = _index(value, step)
        return value[index] if index is not None else None
    return None


def _index(items: list[Any], step: str) -> int | None:
    """The item that a step of a list means: its index, its value, or the keys that it is known by."""
    if step.isascii() and step.isdigit():
        return int(step) if int(step) < len(items) else None
    try:
        if step.startswith("="):
            return items.index(json.loads(step[1:]))
        wanted = dict(_keys(step))
    except ValueError:
        return None
    for index, item in enumerate(items):
        if wanted and isinstance(item, dict) and all(item.get(key) == value for key, value in wanted.items()):
            return index
    return None


def _keys(step: str) -> Iterator[tuple[str, Any]]:
    """The pairs of `containerPort=80,protocol="TCP"`. Raises ValueError for what is none."""
    for pair in re.findall(r'[^,"]+(?:"(?:[^"\\]|\\.)*")?', step):
        key, _, value = pair.partition("=")
        yield key, json.loads(value)
