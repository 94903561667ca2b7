"""Which file set a field of a rendered object: its own source, a patch, or a transformer of a kustomization.

Kustomize tells the file that an object came from and the kustomizations that transformed it, not which of them set
which field. That is found by looking: the last place that holds the rendered value at the field's path is the one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import attrs

from seatrial.model import pointer as pointers
from seatrial.model.dig import as_dict, as_list, as_str, dig
from seatrial.model.files import shown
from seatrial.model.kustomize_files import Build, Patch
from seatrial.model.position import Position
from seatrial.model.selector import matches_map
from seatrial.model.yaml_source import LocatedDocument

_ABSENT = object()
Step = str | tuple[str, str]
"""One step of a path: a key or index, or the (key field, value) that identifies an item of a list."""
_ITEM_KEYS = ("name", "mountPath", "containerPort", "topologyKey", "type")
"""Fields that identify list items, as strategic merge patches use them; patches may shift plain indices."""


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
            yield from self._replaced(relative, kustomization, path, value)
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

    @staticmethod
    def _metadata(kustomization: LocatedDocument, key: str, value: Any) -> Iterator[Position]:
        escaped = pointers.escape(key)
        for index, entry in enumerate(as_list(kustomization.data.get("labels"))):
            if dig(entry, "pairs", key) == value:
                yield kustomization.position(f"/labels/{index}/pairs/{escaped}")
        if dig(kustomization.data, "commonAnnotations", key) == value:
            yield kustomization.position(f"/commonAnnotations/{escaped}")

    def _replaced(
        self, relative: str, kustomization: LocatedDocument, path: tuple[Step, ...], value: Any
    ) -> Iterator[Position]:
        """Replacements write a whole value or what it is part of: the field of their source is where it was set."""
        for index, replacement in enumerate(as_list(kustomization.data.get("replacements"))):
            for number, target in enumerate(as_list(dig(replacement, "targets"))):
                if not _full_match(dig(target, "select", "kind"), as_str(self.data.get("kind"))):
                    continue
                for place, text in enumerate(as_list(dig(target, "fieldPaths"))):
                    field = _field_steps(as_str(text))
                    if len(field) > len(path) or not all(map(_same_step, field, path)):
                        continue
                    yield from self._sources(relative, kustomization, replacement, path[len(field) :], value)
                    if len(field) == len(path):
                        yield kustomization.position(f"/replacements/{index}/targets/{number}/fieldPaths/{place}")

    def _sources(
        self, relative: str, kustomization: LocatedDocument, replacement: Any, rest: tuple[Step, ...], value: Any
    ) -> Iterator[Position]:
        source = as_dict(dig(replacement, "source"))
        field = (*_field_steps(as_str(source.get("fieldPath"))), *rest)
        for name in as_list(kustomization.data.get("resources")):
            for document in self.build.documents(str(Path(relative).parent / as_str(name))):
                if dig(document.data, "kind") != source.get("kind"):
                    continue
                if source.get("name") in {None, dig(document.data, "metadata", "name")}:
                    reached, found = _follow(document.data, field)
                    if found is not _ABSENT and found == value:
                        yield document.position(reached)


def _field_steps(field_path: str) -> tuple[Step, ...]:
    """Steps of a replacement's dotted field path: `spec.containers.[name=x].image`, `metadata.labels.[a.b/c]`."""
    steps: list[Step] = []
    # Dots within brackets or behind a backslash belong to the step.
    for part in re.split(r"(?<!\\)\.(?![^\[]*\])", field_path):
        text = part.replace("\\.", ".")
        if text.startswith("[") and text.endswith("]"):
            key, equals, wanted = text[1:-1].partition("=")
            steps.append((key, wanted) if equals else key)
        else:
            steps.append(text)
    return tuple(steps)


def _same_step(step: Step, wanted: Step) -> bool:
    """Whether a step of a field path leads where the wanted one does; items may be meant by star or index."""
    return step in {wanted, "*"} or (isinstance(wanted, tuple) and isinstance(step, str) and step.isdigit())
