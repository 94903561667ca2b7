"""Which file set a field of a rendered object: its own source, a patch, or a transformer of a kustomization.

Kustomize tells the file that an object came from and the kustomizations that transformed it, not which of them set
which field. That is found by looking: the last place that holds the rendered value at the field's path is the one.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import attrs

from seatrial.model import pointer as pointers
from seatrial.model.dig import as_dict, as_list, as_str, dig
from seatrial.model.errors import InputError
from seatrial.model.files import read_text, shown
from seatrial.model.position import Position
from seatrial.model.selector import matches_map
from seatrial.model.yaml_source import LocatedDocument, parse_documents

_ABSENT = object()
Step = str | tuple[str, str]
"""One step of a path: a key or index, or the (key field, value) that identifies an item of a list."""
_ITEM_KEYS = ("name", "mountPath", "containerPort", "topologyKey", "type")
"""Fields that identify list items, as strategic merge patches use them; patches may shift plain indices."""


@attrs.frozen(eq=False)
class Patch:
    """One patch of a kustomization: where its documents stand and which objects it targets."""

    documents: tuple[LocatedDocument, ...]
    target: dict[str, Any]
    shift: Position | None
    """For a patch written inside a kustomization: the place of its text there."""

    def place(self, document: LocatedDocument, pointer: str) -> Position:
        """The place of a pointer, counted in the file that a person would open."""
        position = document.position(pointer)
        if self.shift is None:
            return position
        return Position(self.shift.file, self.shift.line + position.line, position.column)


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
                    yield Patch(tuple(parse_documents(text, position.file)), target, position)
                except InputError:
                    continue


def semantic_path(data: Any, pointer: str) -> tuple[Step, ...]:
    """The pointer with list indices replaced by what identifies the item."""
    path: list[Step] = []
    for part in pointers.split(pointer):
        step: Step = part
        if isinstance(data, list):
            item = dig(data, int(part)) if part.isascii() and part.isdigit() else None
            key = next((key for key in _ITEM_KEYS if isinstance(dig(item, key), str | int)), None)
            step = (key, str(item[key])) if key is not None and item is not None else part
        path.append(step)
        try:
            data = pointers.step(data, part)
        except KeyError:
            data = None
    return tuple(path)


def _follow(data: Any, path: Sequence[Step]) -> tuple[str, Any]:
    """Walk as far as the data goes: the pointer reached, and the value, or _ABSENT if the walk ended early."""
    reached = ""
    for step in path:
        if isinstance(step, tuple):
            key, wanted = step
            found = [index for index, item in enumerate(as_list(data)) if str(dig(item, key)) == wanted]
            if not found:
                return reached, _ABSENT
            part = str(found[0])
        else:
            part = step
        try:
            data = pointers.step(data, part)
        except KeyError:
            return reached, _ABSENT
        reached += "/" + pointers.escape(part)
    return reached, data


def _likeness(left: Any, right: Any) -> int:
    """How many leaves two values share: finds the source of an object whose name was changed on the way."""
    if isinstance(left, dict) and isinstance(right, dict):
        return sum(_likeness(value, right[key]) for key, value in left.items() if key in right)
    if isinstance(left, list) and isinstance(right, list):
        return sum(_likeness(a, b) for a, b in zip(left, right, strict=False))
    return int(type(left) is type(right) and left == right)


def _full_match(pattern: Any, text: str) -> bool:
    """Kustomize anchors the regular expressions of a target; an absent one matches everything."""
    if not isinstance(pattern, str) or not pattern:
        return True
    try:
        return re.fullmatch(pattern, text) is not None
    except re.error:
        return pattern == text


@attrs.define(eq=False)
class ProvenanceLocator:
    """Places of one rendered object's fields."""

    data: dict[str, Any]
    build: Build
    origin: tuple[str, bool]
    transformed_in: tuple[str, ...]
    _source: LocatedDocument | None = None
    _known: dict[str, Position] = attrs.field(factory=dict)

    def position(self, pointer: str = "") -> Position:
        """The place that set the value of *pointer*, or the nearest known one of its ancestors."""
        if pointer not in self._known:
            self._known[pointer] = self._find(pointer)
        return self._known[pointer]

    def contributors(self) -> tuple[str, ...]:
        """The object's own file and the kustomizations that transformed it, as annotations name them."""
        return tuple(path for path in (self.origin[0], *self.transformed_in) if path)

    def source(self) -> LocatedDocument | None:
        """The document that the object came from, before any transformation."""
        if self._source is None:
            same = [d for d in self.build.documents(self.origin[0]) if dig(d.data, "kind") == self.data.get("kind")]
            candidates = same or self.build.documents(self.origin[0])
            self._source = max(candidates, key=lambda d: _likeness(d.data, self.data), default=None)
        return self._source

    def _find(self, pointer: str) -> Position:
        path = semantic_path(self.data, pointer)
        value = _follow(self.data, path)[1]
        source = self.source()
        if source is None:
            return Position(shown(self.build.path(self.origin[0] or ".")), 1, 1)
        if not self.origin[1]:
            return source.position()
        reached, original = _follow(source.data, path)
        if value is _ABSENT or (original is not _ABSENT and original == value):
            return source.position(reached)
        for place in self._changes(pointer, path, value):
            return place
        # Not found as a whole: it may be composed of several places, or set by a transformer that we do not read.
        return source.position(reached)

    def _changes(self, pointer: str, path: tuple[Step, ...], value: Any) -> Iterator[Position]:
        for relative in reversed(self.transformed_in):
            kustomization = self.build.kustomization(relative)
            if kustomization is None:
                continue
            yield from self._fields(kustomization, path, value)
            for patch in reversed(self.build.patches(relative)):
                if self._targeted(patch):
                    yield from self._patched(patch, pointer, path, value)

    def _targeted(self, patch: Patch) -> bool:
        if not patch.target:
            return any(dig(d.data, "kind") == self.data.get("kind") for d in patch.documents)
        group = as_str(self.data.get("apiVersion")).rpartition("/")[0]
        source = self.source()
        names = {as_str(dig(self.data, "metadata", "name")), as_str(dig(source and source.data, "metadata", "name"))}
        selector = as_str(patch.target.get("labelSelector"))
        wanted = dict(part.split("=", 1) for part in selector.replace("==", "=").split(",") if "=" in part)
        return (
            _full_match(patch.target.get("kind"), as_str(self.data.get("kind")))
            and _full_match(patch.target.get("group"), group)
            and any(_full_match(patch.target.get("name"), name) for name in names)
            and matches_map(wanted, as_dict(dig(self.data, "metadata", "labels")))
        )

    def _patched(self, patch: Patch, pointer: str, path: tuple[Step, ...], value: Any) -> Iterator[Position]:
        for document in patch.documents:
            if isinstance(document.data, list):
                yield from self._operations(patch, document, pointer, value)
                continue
            reached, patched = _follow(document.data, path)
            if patched is not _ABSENT and patched == value:
                yield patch.place(document, reached)

    def _operations(self, patch: Patch, document: LocatedDocument, pointer: str, value: Any) -> Iterator[Position]:
        """JSON patch operations (RFC 6902); `-` stands for the end of a list, so any index may be meant."""
        parts = pointers.split(pointer)
        for index, operation in reversed(list(enumerate(document.data))):
            target = pointers.split(as_str(dig(operation, "path")))
            if len(target) > len(parts) or any(t not in (p, "-") for t, p in zip(target, parts, strict=False)):
                continue
            rest = parts[len(target) :]
            reached, patched = _follow(dig(operation, "value"), rest)
            if patched is not _ABSENT and patched == value:
                yield patch.place(document, f"/{index}/value{reached}")

    def _fields(self, kustomization: LocatedDocument, path: tuple[Step, ...], value: Any) -> Iterator[Position]:
        """Fields of a kustomization that set single values: namespace, images, labels, annotations, replicas."""
        data = kustomization.data
        if path == ("metadata", "namespace") and data.get("namespace") == value:
            yield kustomization.position("/namespace")
        if path and path[-1] == "image" and isinstance(value, str):
            for index, image in enumerate(as_list(data.get("images"))):
                name = as_str(dig(image, "newName")) or as_str(dig(image, "name"))
                if name and re.fullmatch(re.escape(name) + r"([:@].*)?", value):
                    yield kustomization.position(f"/images/{index}")
        if path == ("spec", "replicas"):
            for index, replicas in enumerate(as_list(data.get("replicas"))):
                if dig(replicas, "count") == value:
                    yield kustomization.position(f"/replicas/{index}/count")
        if len(path) >= 2 and path[-2] in ("labels", "matchLabels", "annotations") and isinstance(path[-1], str):
            yield from self._metadata(kustomization, path[-1], value)
        yield from self._replaced(kustomization, path)

    @staticmethod
    def _metadata(kustomization: LocatedDocument, key: str, value: Any) -> Iterator[Position]:
        escaped = pointers.escape(key)
        for index, entry in enumerate(as_list(kustomization.data.get("labels"))):
            if dig(entry, "pairs", key) == value:
                yield kustomization.position(f"/labels/{index}/pairs/{escaped}")
        if dig(kustomization.data, "commonAnnotations", key) == value:
            yield kustomization.position(f"/commonAnnotations/{escaped}")

    def _replaced(self, kustomization: LocatedDocument, path: tuple[Step, ...]) -> Iterator[Position]:
        wanted = [step if isinstance(step, str) else f"[{step[0]}={step[1]}]" for step in path]
        for index, replacement in enumerate(as_list(kustomization.data.get("replacements"))):
            for number, target in enumerate(as_list(dig(replacement, "targets"))):
                kind = dig(target, "select", "kind")
                if kind is not None and kind != self.data.get("kind"):
                    continue
                for place, field_path in enumerate(as_list(dig(target, "fieldPaths"))):
                    if _same_field(as_str(field_path), wanted):
                        yield kustomization.position(f"/replacements/{index}/targets/{number}/fieldPaths/{place}")


def _same_field(field_path: str, wanted: list[str]) -> bool:
    """Whether a replacement's dotted field path (`spec.containers.[name=x].image`) leads to the wanted steps."""
    # Dots within brackets or behind a backslash belong to the step.
    steps = [step.replace("\\.", ".") for step in re.split(r"(?<!\\)\.(?![^\[]*\])", field_path)]
    return len(steps) == len(wanted) and all(
        step in (want, "*") or (want.startswith("[") and step.isdigit())
        for step, want in zip(steps, wanted, strict=True)
    )
