"""JSON pointers (RFC 6901): the one notation for a place within a document."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any


def escape(part: str | int) -> str:
    """Escape one reference token: `~` becomes `~0`, `/` becomes `~1`."""
    return str(part).replace("~", "~0").replace("/", "~1")


def join(*parts: str | int) -> str:
    """Build a pointer of unescaped parts: `join("spec", 0)` is `/spec/0`; without parts it is the document."""
    return "".join("/" + escape(part) for part in parts)


def split(pointer: str) -> tuple[str, ...]:
    """Split a pointer into its unescaped parts; the empty pointer has none."""
    if not pointer:
        return ()
    return tuple(part.replace("~1", "/").replace("~0", "~") for part in pointer.removeprefix("/").split("/"))


def step(value: Any, part: str) -> Any:
    """Go one part down into a mapping or a list. Raises KeyError where there is nothing."""
    if isinstance(value, dict):
        return value[part]
    if isinstance(value, list) and part.isascii() and part.isdigit() and int(part) < len(value):
        return value[int(part)]
    raise KeyError(part)


def resolve(value: Any, pointer: str | Iterable[str]) -> Any:
    """Return what the pointer names within *value*. Raises KeyError with the first part that is absent."""
    for part in split(pointer) if isinstance(pointer, str) else pointer:
        value = step(value, part)
    return value
