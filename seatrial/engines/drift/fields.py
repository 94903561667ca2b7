"""The difference of one object: the fields in which what is live is not what the manifest says, and no others.

Walked is what the manifest declares. What is live beside that is drift only if somebody put it there: the server's
defaults have no owner, and what controllers own is their work.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from enum import StrEnum
from typing import Any

import attrs

from seatrial.engines.drift.owners import Field, Index, Key, Manager, Member, Ownership, Path, Step
from seatrial.engines.drift.shape import KEY_DEFAULTS, Shape
from seatrial.engines.drift.values import equal, is_default, negligible, same
from seatrial.model import pointer as pointers

ABSENT = object()
"""Stands for no value at all, as null is one."""


class Change(StrEnum):
    """What became of a field."""

    CHANGED = "changed"
    MISSING = "missing"
    ADDED = "added"


@attrs.frozen(eq=False)
class Difference:
    """One field in which an object differs from its manifest."""

    change: Change
    path: Path
    pointer: str
    """Of the field in the manifest; of the nearest field that it has, where it has not this one."""
    desired: Any
    live: Any
    managers: tuple[Manager, ...]
    """Who set what is live, as far as that is recorded."""


@attrs.frozen(eq=False)
class Walk:
    """How to compare one object."""

    ownership: Ownership
    foreign: Callable[[Path, Manager, bool], bool]
    """Whether what a manager put beside the manifest is drift: its path, the manager, whether it is a default."""
    ignored: Callable[[Path], bool]
    """Fields that are nobody's concern here."""

    def differences(self, desired: Any, live: Any, shape: Shape) -> Iterator[Difference]:
        """All differences of an object, in the order of the manifest."""
        yield from self._value(desired, live, (), "", shape)

    def _value(self, desired: Any, live: Any, path: Path, pointer: str, shape: Shape) -> Iterator[Difference]:
        if isinstance(desired, dict) and isinstance(live, dict):
            yield from self._mapping(desired, live, path, pointer, shape)
        elif isinstance(desired, list) and isinstance(live, list):
            yield from self._list(desired, live, path, pointer, shape)
        elif not equal(desired, live, shape):
            yield self._differs(Change.CHANGED, path, pointer, desired, live)

    def _differs(self, change: Change, path: Path, pointer: str, desired: Any, live: Any) -> Difference:
        owners = self.ownership.of_path(path) or self.ownership.at_or_below(path)
        return Difference(change, path, pointer, desired, live, owners if live is not ABSENT else ())

    def _mapping(
        self, desired: dict[str, Any], live: dict[str, Any], path: Path, pointer: str, shape: Shape
    ) -> Iterator[Difference]:
        for name, value in desired.items():
            below: Path = (*path, Field(name))
            if self.ignored(below):
                continue
            inner, place = shape.field(name), f"{pointer}{pointers.join(name)}"
            if live.get(name) is not None:
                if value is not None:
                    yield from self._value(value, live[name], below, place, inner)
                else:  # null declares that the field is not there
                    yield from self._added(live[name], below, place, inner)
            elif not negligible(name, value, inner):
                yield self._differs(Change.MISSING, below, place, value, ABSENT)
        for name, value in live.items():
            if name not in desired and value is not None:
                yield from self._added(value, (*path, Field(name)), pointer, shape.field(name))

    def _list(
        self, desired: list[Any], live: list[Any], path: Path, pointer: str, shape: Shape
    ) -> Iterator[Difference]:
        if shape.list_keys and all(isinstance(item, dict) for item in (*desired, *live)):
            yield from self._keyed(desired, live, path, pointer, shape)
        elif shape.is_set:
            yield from self._set(desired, live, path, pointer, shape)
        elif len(desired) == len(live):
            for index, (value, other) in enumerate(zip(desired, live, strict=True)):
                below = (*path, Index(index))
                yield from self._value(value, other, below, f"{pointer}/{index}", shape.item())
        elif all(isinstance(item, dict) for item in (*desired, *live)):
            yield from self._unkeyed(desired, live, path, pointer, shape)
        else:
            yield self._differs(Change.CHANGED, path, pointer, desired, live)

    def _keyed(
        self, desired: list[Any], live: list[Any], path: Path, pointer: str, shape: Shape
    ) -> Iterator[Difference]:
        found = {_key(item, shape): item for item in live}
        declared: set[Step] = set()
        for index, item in enumerate(desired):
            key, place = _key(item, shape), f"{pointer}/{index}"
            if key in declared:
                continue  # a second item of the same key never arrives: the schema's checks speak of it
            declared.add(key)
            if key in found:
                yield from self._value(item, found[key], (*path, key), place, shape.item())
            else:
                yield self._differs(Change.MISSING, (*path, key), place, item, ABSENT)
        for key, item in found.items():
            if key not in declared:
                yield from self._added(item, (*path, key), pointer, shape.item())

    def _set(self, desired: list[Any], live: list[Any], path: Path, pointer: str, shape: Shape) -> Iterator[Difference]:
        for index, value in enumerate(desired):
            if not any(same(value, other) for other in live):
                yield self._differs(Change.MISSING, (*path, Member.of(value)), f"{pointer}/{index}", value, ABSENT)
        for other in live:
            if not any(same(value, other) for value in desired):
                yield from self._added(other, (*path, Member.of(other)), pointer, shape.item())

    def _unkeyed(
        self, desired: list[Any], live: list[Any], path: Path, pointer: str, shape: Shape
    ) -> Iterator[Difference]:
        """Items without keys, of which some came or went: those that have no equal on the other side."""
        rest = list(range(len(live)))
        item_shape = shape.item()
        for index, value in enumerate(desired):
            below = (*path, Index(index))
            match = next((at for at in rest if not any(self._value(value, live[at], below, "", item_shape))), None)
            if match is None:
                yield self._differs(Change.MISSING, below, f"{pointer}/{index}", value, ABSENT)
            else:
                rest.remove(match)
        for at in rest:
            yield self._differs(Change.ADDED, (*path, Index(at)), pointer, ABSENT, live[at])

    def _added(self, value: Any, path: Path, pointer: str, shape: Shape) -> Iterator[Difference]:
        """What is live beside the manifest, as far as somebody is to be asked about it; from the top down."""
        if self.ignored(path):
            return
        filled_in = _default(path, value, shape)
        strangers = tuple(found for found in self.ownership.of_path(path) if self.foreign(path, found, filled_in))
        # Of a mapping that has members of its own owner each, the members are told: others may be somebody else's.
        members = isinstance(value, dict) and isinstance(path[-1], Field) and any(self.ownership.steps(path))
        if strangers and not members:
            yield Difference(Change.ADDED, path, pointer, ABSENT, value, strangers)
        elif not self.ownership.at_or_below(path):
            return
        elif isinstance(value, dict):
            for name, item in value.items():
                yield from self._added(item, (*path, Field(name)), pointer, shape.field(name))
        elif isinstance(value, list):
            for item in value:
                yield from self._added(item, (*path, self._step_of(item, path)), pointer, shape.item())

    def _step_of(self, item: Any, path: Path) -> Step:
        """How the managed fields call an item of a list that the manifest does not have."""
        for step in self.ownership.steps(path):
            match step:
                case Key(fields) if (
                    isinstance(item, dict) and Key.of({name: item.get(name) for name, _ in fields}) == step
                ):
                    return step
                case Member() if Member.of(item) == step:
                    return step
        return Member.of(item)


def _key(item: dict[str, Any], shape: Shape) -> Step:
    """The item's key, with the default for what it leaves out."""
    values = {name: item.get(name, KEY_DEFAULTS.get(name)) for name in shape.list_keys}
    return Key.of({name: value for name, value in values.items() if value is not None})


def _default(path: Path, value: Any, shape: Shape) -> bool:
    """Whether the server would put the value there by itself: by the kind's schema, or by what is built into it."""
    last = path[-1]
    if not isinstance(last, Field):
        return False
    if "default" in shape.node and same(shape.node["default"], value):
        return True
    if isinstance(value, dict) and value and shape.custom:
        return all(_default((*path, Field(name)), item, shape.field(name)) for name, item in value.items())
    return not shape.custom and is_default(last.name, value)
