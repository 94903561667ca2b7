"""Reading nested JSON-like data with errors that name the field, what was found and what is needed."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from seatrial.model.errors import InputError
from seatrial.model.quantity import Quantity
from simulator.hpa.go_numbers import MAX_INT32, wrap64


class FieldError(InputError):
    """A field of an autoscaler's spec or of a vector is absent or of the wrong shape."""

    def __init__(self, field: str, found: str, *, remedy: str = "") -> None:
        """*field* is the path within the object, such as `spec.metrics[0].resource.name`."""
        super().__init__(f"{field}: {found}" if field else found, remedy=remedy)
        self.field = field


def _described(value: object) -> str:
    names = {dict: "an object", list: "a list", str: "a string", bool: "a boolean", type(None): "null"}
    return names.get(type(value), "a number")


class Fields:
    """One object of the input with its path; each reader takes the name of a member."""

    __slots__ = ("data", "path")

    def __init__(self, data: object, path: str = "") -> None:
        """Raises FieldError when *data* is not an object."""
        if not isinstance(data, Mapping):
            raise FieldError(path, f"expected an object, found {_described(data)}")
        self.data: Mapping[str, Any] = data
        self.path = path

    def where(self, name: str) -> str:
        """The path of a member."""
        return f"{self.path}.{name}" if self.path else name

    def has(self, name: str) -> bool:
        """Whether the member is there and not null."""
        return self.data.get(name) is not None

    def required(self, name: str) -> Any:
        """The member's value; FieldError when it is absent or null."""
        value = self.data.get(name)
        if value is None:
            raise FieldError(self.where(name), "is required")
        return value

    def object(self, name: str) -> Fields:
        """A member that must be an object."""
        return Fields(self.required(name), self.where(name))

    def optional(self, name: str) -> Fields | None:
        """A member that is an object, or None when it is absent."""
        return self.object(name) if self.has(name) else None

    def items(self, name: str) -> list[Any]:
        """A member that must be a list; empty when it is absent."""
        value = self.data.get(name)
        if value is None:
            return []
        if not isinstance(value, list):
            raise FieldError(self.where(name), f"expected a list, found {_described(value)}")
        return value

    def objects(self, name: str) -> Iterator[Fields]:
        """A member that must be a list of objects; none when it is absent."""
        for index, item in enumerate(self.items(name)):
            yield Fields(item, f"{self.where(name)}[{index}]")

    def text(self, name: str, default: str | None = None) -> str:
        """A member that must be a string; required without a *default*."""
        if default is not None and not self.has(name):
            return default
        value = self.required(name)
        if not isinstance(value, str):
            raise FieldError(self.where(name), f"expected a string, found {_described(value)}")
        return value

    def choice(self, name: str, allowed: tuple[str, ...], default: str | None = None) -> str:
        """A member that must be one of *allowed*."""
        value = self.text(name, default)
        if value not in allowed:
            raise FieldError(self.where(name), f"expected one of {', '.join(allowed)}, found {value!r}")
        return value

    def flag(self, name: str, default: bool = False) -> bool:
        """A member that must be true or false."""
        value = self.data.get(name)
        if value is None:
            return default
        if not isinstance(value, bool):
            raise FieldError(self.where(name), f"expected true or false, found {_described(value)}")
        return value

    def integer(self, name: str, default: int | None = None, *, least: int = 0) -> int:
        """A member that must be an int32 of at least *least*."""
        if default is not None and not self.has(name):
            return default
        value = self.required(name)
        if isinstance(value, bool) or not isinstance(value, int):
            raise FieldError(self.where(name), f"expected a whole number, found {_described(value)} ({value!r})")
        if not least <= value <= MAX_INT32:
            raise FieldError(self.where(name), f"expected a whole number from {least} to {MAX_INT32}, found {value}")
        return value

    def number(self, name: str, default: float | None = None) -> float:
        """A member that must be a finite number, such as an age in seconds."""
        if default is not None and not self.has(name):
            return default
        value: float = self.required(name)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise FieldError(self.where(name), f"expected a number, found {_described(value)}")
        if not math.isfinite(value):
            raise FieldError(self.where(name), f"expected a finite number, found {value}")
        return value

    def quantity(self, name: str) -> Quantity:
        """A member that must be a Kubernetes quantity."""
        value = self.required(name)
        try:
            return Quantity.parse(value)
        except ValueError as error:
            raise FieldError(self.where(name), str(error)) from None

    def milli(self, name: str) -> int:
        """A member that must be a quantity, in thousandths rounded away from zero."""
        return wrap64(self.quantity(name).milli())

    def quantities(self, name: str) -> dict[str, int]:
        """A member that maps names to quantities, in thousandths; empty when it is absent."""
        inner = self.optional(name)
        return {key: inner.milli(key) for key in inner.data} if inner else {}
