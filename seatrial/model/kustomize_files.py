"""The files of a Kustomize build: objects, kustomizations and their patches, each parsed once and placed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import attrs

from seatrial.model.dig import as_dict, as_list, as_str, dig
from seatrial.model.errors import InputError
from seatrial.model.files import read_text, shown
from seatrial.model.position import Position
from seatrial.model.yaml_source import LocatedDocument, parse_documents


@attrs.frozen(eq=False)
class Patch:
    """One patch of a kustomization: where its documents stand and which objects it targets."""

    documents: tuple[LocatedDocument, ...]
    target: dict[str, Any]
    shift: Position | None
    """For a patch written inside a kustomization: the key of its text there, and how far the text is indented."""
    indentation: int = 0

    def place(self, document: LocatedDocument, pointer: str) -> Position:
        """The place of a pointer, counted in the file that a person would open."""
        position = document.position(pointer)
        if self.shift is None:
            return position
        return Position(self.shift.file, self.shift.line + position.line, position.column + self.indentation)


@attrs.define(eq=False)
class Build:
    """The files of one Kustomize build, each parsed at most once."""

    base: Path
    """Folder that the paths of Kustomize's annotations are relative to."""
    _documents: dict[str, list[LocatedDocument]] = attrs.field(factory=dict)
    _patches: dict[str, tuple[Patch, ...]] = attrs.field(factory=dict)

    def path(self, relative: str) -> Path:
        """The file that an annotation names."""
        return Path(os.path.normpath(self.base / relative))

    def documents(self, relative: str) -> list[LocatedDocument]:
        """Documents of a file; none if it cannot be read, a remote one for example."""
        path = self.path(relative)
        key = str(path)
        if key not in self._documents:
            try:
                self._documents[key] = parse_documents(read_text(path), shown(path)) if path.is_file() else []
            except InputError:
                self._documents[key] = []
        return self._documents[key]

    def kustomization(self, relative: str) -> LocatedDocument | None:
        """The kustomization of that name."""
        documents = self.documents(relative)
        return documents[0] if documents and isinstance(documents[0].data, dict) else None

    def patches(self, relative: str) -> tuple[Patch, ...]:
        """Patches of a kustomization in their order."""
        if relative not in self._patches:
            self._patches[relative] = tuple(self._read_patches(relative))
        return self._patches[relative]

    def _read_patches(self, relative: str) -> Iterator[Patch]:
        document = self.kustomization(relative)
        if document is None:
            return
        folder = Path(relative).parent
        for index, entry in enumerate(as_list(document.data.get("patches"))):
            target = as_dict(dig(entry, "target"))
            if path := as_str(dig(entry, "path")):
                yield Patch(tuple(self.documents(str(folder / path))), target, None)
            elif text := as_str(dig(entry, "patch")):
                position = document.key_position(f"/patches/{index}/patch")
                try:
                    parsed = tuple(parse_documents(text, position.file))
                    yield Patch(parsed, target, position, self._indentation(relative, position.line))
                except InputError:
                    continue

    def _indentation(self, relative: str, line: int) -> int:
        """How far the block scalar below the key of *line* is indented."""
        below = read_text(self.path(relative)).splitlines()[line:]
        first = next((text for text in below if text.strip()), "")
        return len(first) - len(first.lstrip(" "))
