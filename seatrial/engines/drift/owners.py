"""Who set which field of a live object, read from its managed fields.

The format is FieldsV1: a tree whose keys are path elements, `f:` a field's name, `k:` the keys of a list's item as
JSON, `v:` a member of a set, `i:` an index, and `.` the element itself
(sigs.k8s.io/structured-merge-diff v6.4.2 fieldpath/serialize-pe.go and serialize.go).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import attrs

from seatrial.model.dig import as_dict, as_list, as_str

APPLY = "Apply"
UPDATE = "Update"
_SELF = "."


@attrs.frozen
class Field:
    """A field of a mapping."""

    name: str


@attrs.frozen
class Key:
    """An item of a list that is known by some of its fields."""

    fields: tuple[tuple[str, str], ...]
    """Names and values, sorted; the values as JSON, so that 1 and "1" differ."""

    @classmethod
    def of(cls, fields: Mapping[str, Any]) -> Key:
        """The key with these values."""
        return cls(tuple(sorted((name, json.dumps(value, sort_keys=True)) for name, value in fields.items())))


@attrs.frozen
class Member:
    """A value of a list that is a set."""

    value: str
    """As JSON."""

    @classmethod
    def of(cls, value: Any) -> Member:
        """The member of that value."""
        return cls(json.dumps(value, sort_keys=True))


@attrs.frozen
class Index:
    """A place in a list without keys; no manager owns one, for such a list is owned as a whole."""

    number: int


Step = Field | Key | Member | Index
Path = tuple[Step, ...]


def shown(path: Path) -> str:
    """The path for people: `spec.containers[name=web].image`."""
    text = ""
    for step in path:
        match step:
            case Field(name):
                plain = name.replace("-", "").replace("_", "").isalnum()
                text += (f".{name}" if text else name) if plain else f"[{name}]"
            case Key(fields):
                text += f"[{','.join(f'{name}={json.loads(value)}' for name, value in fields)}]"
            case Member(value):
                text += f"[{json.loads(value)}]"
            case Index(number):
                text += f"[{number}]"
    return text


@attrs.frozen(order=True)
class Manager:
    """Who wrote, in which way, and when last."""

    name: str
    operation: str
    """`Apply` for server-side apply, `Update` for everything else."""
    subresource: str = ""
    time: str = ""
    """RFC 3339, empty where the server did not record it."""

    def __str__(self) -> str:
        through = f" of {self.subresource}" if self.subresource else ""
        return f"{self.name} ({self.operation}{through}{f', {self.time}' if self.time else ''})"


@attrs.frozen(eq=False)
class _Node:
    """What one manager owns at and below a path element."""

    itself: bool
    leaf: bool
    """Whether nothing below is told apart: all of it is owned."""
    below: Mapping[Step, _Node]


def _step(text: str) -> Step | None:
    """The path element of a key, or None for one that nobody knows: it then says nothing about anything."""
    kind, _, rest = text.partition(":")
    if kind == "f":
        return Field(rest)
    try:
        value = json.loads(rest)
    except ValueError:
        return None
    if kind == "k" and isinstance(value, dict):
        return Key.of(value)
    if kind == "v":
        return Member.of(value)
    if kind == "i" and isinstance(value, int):
        return Index(value)
    return None


def _tree(fields: Any) -> _Node:
    found = as_dict(fields)
    below = {step: _tree(part) for key, part in found.items() if key != _SELF and (step := _step(key)) is not None}
    return _Node(_SELF in found or not found, not found, below)


@attrs.frozen(eq=False)
class Ownership:
    """The managed fields of one object."""

    entries: tuple[tuple[Manager, _Node], ...]

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Ownership:
        """Read `metadata.managedFields` of an object; entries of a shape that is not known are passed over."""
        entries = []
        for entry in as_list(as_dict(data.get("metadata")).get("managedFields")):
            found = as_dict(entry)
            manager = Manager(
                as_str(found.get("manager")) or "unknown",
                as_str(found.get("operation")) or UPDATE,
                as_str(found.get("subresource")),
                as_str(found.get("time")),
            )
            if as_dict(found.get("fieldsV1")):
                entries.append((manager, _tree(found["fieldsV1"])))
        return cls(tuple(entries))

    @property
    def managers(self) -> tuple[Manager, ...]:
        """Everybody who owns something."""
        return tuple(manager for manager, _ in self.entries)

    def of_path(self, path: Path) -> tuple[Manager, ...]:
        """Those who own exactly the path; if nobody does, those who own something that it lies in as a whole."""
        own = tuple(manager for manager, node in self.entries if _owns(node, path, whole=False))
        return own or tuple(manager for manager, node in self.entries if _owns(node, path, whole=True))

    def at_or_below(self, path: Path) -> tuple[Manager, ...]:
        """Those who own the path, something that it lies in as a whole, or anything below it."""
        return tuple(manager for manager, node in self.entries if _reaches(node, path))

    def steps(self, path: Path) -> Iterator[Step]:
        """What anybody owns directly below a path."""
        for _, node in self.entries:
            found: _Node | None = node
            for step in path:
                found = found.below.get(step) if found is not None else None
            yield from found.below if found is not None else ()

    def leaves(self, manager: Manager) -> Iterator[Path]:
        """The paths that a manager owns and that have nothing below."""
        for other, node in self.entries:
            if other == manager:
                yield from _leaves(node, ())


def _owns(node: _Node, path: Path, *, whole: bool) -> bool:
    for step in path:
        if node.leaf:
            return whole
        if step not in node.below:
            return False
        node = node.below[step]
    return node.itself


def _reaches(node: _Node, path: Path) -> bool:
    for step in path:
        if node.leaf:
            return True
        if step not in node.below:
            return False
        node = node.below[step]
    return True


def _leaves(node: _Node, path: Path) -> Iterator[Path]:
    if node.leaf and path:
        yield path
    for step, part in node.below.items():
        yield from _leaves(part, (*path, step))
