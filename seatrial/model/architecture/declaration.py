"""What the loaders of the architecture's files share: schemas beside the code, mistakes told with their place."""

from __future__ import annotations

import importlib.resources
import json
from collections.abc import Collection
from pathlib import Path
from typing import Any

from seatrial.model import pointer as pointers
from seatrial.model.declared import load_declared
from seatrial.model.errors import InputError
from seatrial.model.suggest import did_you_mean
from seatrial.model.yaml_source import LocatedDocument

FOLDER = "architecture"
"""Folder of the declared files below a project's root."""
_MOST_LISTED = 12


def read(root: Path, name: str) -> LocatedDocument:
    """Read `architecture/<name>.yaml` below *root*, valid against the schema of that name. Raises InputError."""
    schema = importlib.resources.files(__package__).joinpath("schemas", f"{name}.json").read_text(encoding="utf-8")
    return load_declared(root / FOLDER / f"{name}.yaml", json.loads(schema))


def mistake(document: LocatedDocument, parts: tuple[str | int, ...], found: str, remedy: str) -> InputError:
    """The error for the value at *parts* of *document*."""
    return InputError(found, remedy=remedy, position=document.position(pointers.join(*parts)))


def unknown(
    document: LocatedDocument, parts: tuple[str | int, ...], what: str, word: str, known: Collection[str]
) -> InputError:
    """The error for a name that nothing bears: suggests the closest *known* one, and lists them if they are few."""
    listed = (
        f"use one of: {', '.join(sorted(known))}" if 0 < len(known) <= _MOST_LISTED else f"declare the {what} first"
    )
    return mistake(document, parts, f'unknown {what} "{word}"{did_you_mean(word, known)}', listed)


def first_repeat(names: list[str]) -> tuple[int, int] | None:
    """Index of the first name that was there before, and of where it was."""
    seen: dict[str, int] = {}
    for index, name in enumerate(names):
        if name in seen:
            return index, seen[name]
        seen[name] = index
    return None


def require_unique(document: LocatedDocument, section: str, key: str, items: list[dict[str, Any]], what: str) -> None:
    """Raise InputError if two *items* of a *section* bear the same *key*."""
    repeat = first_repeat([item[key] for item in items])
    if repeat is not None:
        index, before = repeat
        first = document.position(pointers.join(section, before)).line
        raise mistake(
            document,
            (section, index, key),
            f'{what} "{items[index][key]}" is declared twice, first on line {first}',
            "give each its own name, or remove one",
        )
