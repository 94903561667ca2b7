"""A cursor over one object, and the words of a violation: what every rule of this package is written with.

A value of a wrong type is the schema's business: here it is an absent one, never a second complaint.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import Any

import attrs

from seatrial.engines.schema_errors import Violation, nearest, show
from seatrial.engines.schema_formats import FORMATS, Format
from seatrial.model.dig import as_dict, as_list, as_str
from seatrial.model.pointer import join
from seatrial.model.quantity import Quantity

Violations = Iterator[Violation]
Version = tuple[int, int]
"""A minor version of Kubernetes, such as (1, 37)."""


@attrs.frozen(eq=False)
class Field:
    """One value of an object, present or not."""

    value: Any
    path: tuple[str | int, ...] = ()
    version: Version = (1, 37)

    def __getitem__(self, key: str) -> Field:
        """The field *key* of a mapping; its value is None where it is absent."""
        value = self.value.get(key) if isinstance(self.value, dict) else None
        return Field(value, (*self.path, key), self.version)

    def at(self, *keys: str) -> Field:
        """The field at the end of *keys*."""
        found = self
        for key in keys:
            found = found[key]
        return found

    def __iter__(self) -> Iterator[Field]:
        """The entries of a list."""
        for index, item in enumerate(as_list(self.value)):
            yield Field(item, (*self.path, index), self.version)

    def entries(self) -> Iterator[tuple[str, Field]]:
        """Keys and values of a mapping whose keys are data: labels, limits."""
        for key, item in as_dict(self.value).items():
            if isinstance(key, str):
                yield key, Field(item, (*self.path, key), self.version)

    @property
    def pointer(self) -> str:
        """The JSON pointer of the value."""
        return join(*self.path)

    @property
    def name(self) -> str:
        """The field as people write it: `containers[0]`, `image`."""
        if not self.path:
            return "the object"
        last = self.path[-1]
        return f"{self.path[-2]}[{last}]" if isinstance(last, int) and len(self.path) > 1 else str(last)

    @property
    def given(self) -> bool:
        """Whether there is a value, of whatever type."""
        return self.value is not None

    @property
    def blank(self) -> bool:
        """Whether Go sees the zero value of a string: absent or empty."""
        return self.value is None or self.value == ""

    @property
    def empty(self) -> bool:
        """Whether there is no entry: absent, or an empty list or mapping."""
        return self.value is None or self.value in ([], {})

    @property
    def count(self) -> int:
        """How many entries a list has."""
        return len(as_list(self.value))

    @property
    def text(self) -> str:
        """The string, empty for anything else."""
        return as_str(self.value)

    @property
    def number(self) -> int | None:
        """The integer (2.0 is one, as kubectl sends it), None for anything else."""
        if isinstance(self.value, bool):
            return None
        if isinstance(self.value, float) and self.value.is_integer():
            return int(self.value)
        return self.value if isinstance(self.value, int) else None

    @property
    def true(self) -> bool:
        """Whether the value is the boolean true."""
        return self.value is True

    @property
    def quantity(self) -> Quantity | None:
        """The quantity, None where there is none that parses."""
        try:
            # The decoder trims what the parser would reject (`Quantity.UnmarshalJSON`).
            value = self.value.strip(" ") if isinstance(self.value, str) else self.value
            return None if value is None else Quantity.parse(value)
        except ValueError:
            return None

    def keys(self) -> tuple[str, ...]:
        """The fields that are given."""
        return tuple(key for key, value in as_dict(self.value).items() if value is not None)

    def texts(self) -> list[str]:
        """The strings of a list."""
        return [item for item in as_list(self.value) if isinstance(item, str)]

    # What can be wrong. Each method yields at most one violation, so that rules read as a list of demands.

    def wrong(self, needed: str, fix: str = "correct the value", *, found: str = "") -> Violations:
        """The value is not what is needed."""
        yield Violation(self.pointer, found or f"{self.name} is {show(self.value)}", needed, fix)

    def missing(self, needed: str = "that field", fix: str = "") -> Violations:
        """The field is absent; the pointer is that of its parent."""
        parent = Field(None, self.path[:-1])
        name = self.path[-1]
        yield Violation(
            parent.pointer, f"{parent.name} has no field {name!r}", needed, fix or f"add {name} to {parent.name}"
        )

    def demanded(self, needed: str = "that field", fix: str = "") -> Violations:
        """Complain if the field is absent or empty."""
        if self.value is None:
            yield from self.missing(needed, fix)
        elif self.value in ("", [], {}):
            yield Violation(
                self.pointer,
                f"{self.name} is empty",
                needed if needed != "that field" else "a value",
                fix or "fill it in",
            )

    def forbidden(self, reason: str, fix: str = "remove it") -> Violations:
        """The field must not be there."""
        yield Violation(self.pointer, f"{self.name} is set", reason, fix)

    def repeated(self, what: str = "") -> Violations:
        """The value stands elsewhere already."""
        yield Violation(self.pointer, f"{what or f'{self.name} {show(self.value)}'} is given twice", "a unique value",
                        "rename or remove one of them")  # fmt: skip

    def one_of(self, options: Collection[str]) -> Violations:
        """Complain of a string that is none of *options*; of an empty one too, but not of an absent one."""
        if isinstance(self.value, str) and self.value not in options:
            near = nearest(self.value, list(options)) if self.value else ""
            needed = "one of " + ", ".join(options) if len(options) > 1 else next(iter(options))
            yield from self.wrong(needed, f"write {near}" if near else "use a listed value")

    def choice(self, options: Collection[str]) -> Violations:
        """As `one_of`, where Go cannot tell the empty string from an absent one and a default applies."""
        if self.value != "":
            yield from self.one_of(options)

    def form(self, name: str) -> Violations:
        """Complain of a string that has not the format of that name."""
        form: Format = FORMATS[name]
        if isinstance(self.value, str) and not form.accepts(self.value):
            yield from self.wrong(form.needed, form.fix)

    def form_if_any(self, name: str) -> Violations:
        """As `form`, but an empty string is an absent one."""
        if self.value != "":
            yield from self.form(name)

    def within(self, low: int, high: int | None = None) -> Violations:
        """Complain of an integer outside the range, both ends included."""
        number = self.number
        if number is not None and number < low:
            yield from self.wrong(f"at least {low}" if high is None else f"{low} to {high}", "raise the value")
        elif number is not None and high is not None and number > high:
            yield from self.wrong(f"at most {high}", "lower the value")


def distinct(items: Iterable[Field], noun: str) -> Violations:
    """Complain of every non-empty string that occurred before."""
    seen: set[str] = set()
    for item in items:
        if item.text and item.text in seen:
            yield from item.repeated(f"{noun} {item.text!r}")
        seen.add(item.text)
