"""YAML and JSON text into plain data that remembers where every value stands.

Built from the parser's events rather than from nodes: one pass, no recursion, so that neither deep nesting nor an
alias bomb can exhaust the process, and duplicate keys are seen before one of them is lost.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import attrs
import yaml

from seatrial.model import pointer as pointers
from seatrial.model.errors import InputError
from seatrial.model.position import Position
from seatrial.model.yaml_errors import readable
from seatrial.model.yaml_scalars import Scalar, resolve_plain

MAX_BYTES = 32 * 1024 * 1024
"""Largest source that is read: far above any real manifest, far below what would exhaust memory as data."""
MAX_NODES = 2_000_000
"""Most values in one source after aliases are expanded; an alias bomb is caught here."""
MAX_DEPTH = 100
"""Deepest nesting; the deepest Kubernetes schema (CRDs aside) needs about 20."""

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_SURROGATES = re.compile(r"\\u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})")
_STRING_TAG = "tag:yaml.org,2002:str"
_BINARY_TAG = "tag:yaml.org,2002:binary"


@attrs.define(eq=False)
class _Place:
    """Position tree parallel to the data: where a value starts, where its key does, and the places of its parts."""

    line: int
    column: int
    key_line: int = -1
    key_column: int = -1
    children: dict[str, _Place] | list[_Place] | None = None
    size: int = 1


@attrs.frozen(eq=False)
class LocatedDocument:
    """One document of a source: its data and the place of every value in it."""

    data: Any
    file: str
    _place: _Place

    def position(self, pointer: str = "") -> Position:
        """Where the value of *pointer* stands, or its nearest ancestor that the source does have.

        A scalar is placed at its value, a mapping or list at the key that introduces it.
        """
        return self.locate(pointer)[0]

    def locate(self, pointer: str) -> tuple[Position, bool]:
        """The position, and whether it is that of the pointer itself rather than of an ancestor."""
        place, exact = self._place, True
        for part in pointers.split(pointer):
            child = _child(place, part)
            if child is None:
                exact = False
                break
            place = child
        if place.children is not None and place.key_line >= 0:
            return Position(self.file, place.key_line + 1, place.key_column + 1), exact
        return Position(self.file, place.line + 1, place.column + 1), exact

    def key_position(self, pointer: str) -> Position:
        """Where the key of a mapping entry stands (the value, for a list item)."""
        place: _Place | None = self._place
        for part in pointers.split(pointer):
            place = _child(place, part) if place else None
        if place is None or place.key_line < 0:
            return self.position(pointer)
        return Position(self.file, place.key_line + 1, place.key_column + 1)


def _child(place: _Place, part: str) -> _Place | None:
    children = place.children
    if isinstance(children, dict):
        return children.get(part)
    if isinstance(children, list) and part.isascii() and part.isdigit() and int(part) < len(children):
        return children[int(part)]
    return None


@attrs.define(eq=False)
class _Frame:
    """A mapping or list under construction."""

    value: dict[str, Any] | list[Any]
    place: _Place
    anchor: str | None
    key: str | None = None
    key_place: _Place | None = None
    merges: list[tuple[Any, _Place]] = attrs.field(factory=list)
    merging: bool = False


@attrs.define(eq=False)
class _Builder:
    """Turns one document's events into data."""

    file: str
    nodes: int = 0
    stack: list[_Frame] = attrs.field(factory=list)
    anchors: dict[str, tuple[Any, _Place]] = attrs.field(factory=dict)
    root: tuple[Any, _Place] | None = None

    def fail(self, line: int, column: int, found: str, remedy: str) -> InputError:
        return InputError(found, remedy=remedy, position=Position(self.file, line + 1, column + 1))

    def feed(self, event: Any) -> None:
        line, column = event.start_mark.line, event.start_mark.column
        if isinstance(event, yaml.ScalarEvent):
            place = _Place(line, column)
            self.add(self.scalar(event, line, column), place, event)
            if event.anchor:
                self.anchors[event.anchor] = (self.last_scalar, place)
        elif isinstance(event, yaml.AliasEvent):
            if event.anchor not in self.anchors:
                raise self.fail(
                    line, column, f"alias *{event.anchor} has no anchor before it", "define the anchor first"
                )
            value, target = self.anchors[event.anchor]
            place = _Place(line, column, children=target.children, size=target.size)
            self.add(value, place, event)
        elif isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
            if len(self.stack) >= MAX_DEPTH:
                raise self.fail(line, column, f"nested deeper than {MAX_DEPTH} levels", "flatten the document")
            mapping = isinstance(event, yaml.MappingStartEvent)
            frame = _Frame({} if mapping else [], _Place(line, column, children={} if mapping else []), event.anchor)
            self.expect_no_key(event)
            self.stack.append(frame)
        elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
            self.close(event)

    last_scalar: Scalar = None

    def scalar(self, event: Any, line: int, column: int) -> Scalar:
        text: str = event.value
        if event.tag == _BINARY_TAG:
            raise self.fail(line, column, "a !!binary value is not JSON", "write it as a base64 string")
        if not event.style and event.implicit[0] and event.tag in (None, "?"):
            try:
                self.last_scalar = resolve_plain(text)
            except ValueError as error:
                raise self.fail(line, column, str(error), "quote it if a string is meant") from None
        else:
            self.last_scalar = text
        return self.last_scalar

    def expect_no_key(self, event: Any) -> None:
        if self.stack and isinstance(self.stack[-1].value, dict) and self.stack[-1].key is None:
            raise self.fail(
                event.start_mark.line,
                event.start_mark.column,
                "a mapping or list is used as a key",
                "quote it if it is template text such as {{ name }}; render templates first",
            )

    def close(self, event: Any) -> None:
        frame = self.stack.pop()
        if isinstance(frame.value, dict):
            for merged, place in frame.merges:
                self.merge(frame, merged, place)
        if frame.anchor:
            self.anchors[frame.anchor] = (frame.value, frame.place)
        self.add(frame.value, frame.place, event)

    def merge(self, frame: _Frame, merged: Any, place: _Place) -> None:
        """YAML merge key `<<`: entries of the mapping itself win over merged ones, earlier ones over later."""
        sources = [merged] if isinstance(merged, dict) else merged
        places = [place] if isinstance(merged, dict) else place.children
        if not isinstance(sources, list) or not isinstance(places, list):
            raise self.fail(place.line, place.column, "<< merges something that is no mapping", "merge mappings only")
        for source, source_place in zip(sources, places, strict=True):
            if not isinstance(source, dict) or not isinstance(source_place.children, dict):
                raise self.fail(
                    place.line, place.column, "<< merges something that is no mapping", "merge mappings only"
                )
            assert isinstance(frame.value, dict)
            assert isinstance(frame.place.children, dict)
            for key, value in source.items():
                if key not in frame.value:
                    frame.value[key] = value
                    frame.place.children[key] = source_place.children[key]
                    frame.place.size += source_place.children[key].size

    def add(self, value: Any, place: _Place, event: Any) -> None:
        self.nodes += place.size if isinstance(event, yaml.AliasEvent) else 1
        if self.nodes > MAX_NODES:
            raise self.fail(
                place.line,
                place.column,
                f"more than {MAX_NODES:,} values after expanding aliases",
                "remove the aliases",
            )
        if not self.stack:
            self.root = (value, place)
            return
        frame = self.stack[-1]
        frame_children = frame.place.children
        if isinstance(frame.value, list):
            assert isinstance(frame_children, list)
            frame.value.append(value)
            frame_children.append(place)
            frame.place.size += place.size
            return
        assert isinstance(frame_children, dict)
        if frame.key is None:
            self.start_entry(frame, value, place, event)
            return
        assert frame.key_place is not None
        place.key_line, place.key_column = frame.key_place.line, frame.key_place.column
        if frame.merging:
            frame.merges.append((value, place))
        else:
            frame.value[frame.key] = value
            frame_children[frame.key] = place
        frame.place.size += place.size
        frame.key, frame.merging = None, False

    def start_entry(self, frame: _Frame, value: Any, place: _Place, event: Any) -> None:
        if isinstance(value, dict | list):
            self.expect_no_key(event)
        # JSON has string keys only; Kubernetes turns the others into their text.
        key = value if isinstance(value, str) else json.dumps(value)
        frame.merging = key == "<<" and not getattr(event, "style", '"')
        assert isinstance(frame.place.children, dict)
        if key in frame.place.children:
            first = frame.place.children[key]
            raise self.fail(
                place.line,
                place.column,
                f"key {key!r} is given twice, first on line {first.key_line + 1}",
                "remove one of them: the other would be lost silently",
            )
        frame.key, frame.key_place = key, place


def _pair(match: re.Match[str]) -> str:
    return chr(0x10000 + ((int(match[1], 16) - 0xD800) << 10) + (int(match[2], 16) - 0xDC00))


def iterate_documents(text: str, file: str) -> Iterator[LocatedDocument]:
    """Yield the documents of YAML or JSON *text*; empty ones (only comments) are left out.

    Raises InputError, with line and column, on broken syntax, duplicate keys, tab indentation, alias bombs, nesting
    beyond MAX_DEPTH and sources above MAX_BYTES. A key may have at most 1,024 characters: libyaml's limit, far above
    what Kubernetes allows anywhere.
    """
    if len(text) > MAX_BYTES:
        raise InputError(
            f"the source holds {len(text) / 2**20:.0f} MiB; at most {MAX_BYTES // 2**20} MiB are read",
            remedy="split it, or point to the directory that holds the parts",
            position=Position(file, 1, 1),
        )
    if "\\u" in text:
        # JSON writes characters beyond the BMP as surrogate pairs, which YAML does not know.
        text = _SURROGATES.sub(_pair, text)
    builder: _Builder | None = None
    try:
        for event in yaml.parse(text, Loader=_LOADER):
            if isinstance(event, yaml.DocumentStartEvent):
                builder = _Builder(file)
            elif isinstance(event, yaml.DocumentEndEvent):
                assert builder is not None
                if builder.root is not None and builder.root[0] is not None:
                    yield LocatedDocument(builder.root[0], file, builder.root[1])
                builder = None
            elif builder is not None:
                builder.feed(event)
    except yaml.YAMLError as error:
        raise readable(error, text, file) from None


def parse_documents(text: str, file: str) -> list[LocatedDocument]:
    """All documents of *text*: see `iterate_documents`."""
    return list(iterate_documents(text, file))
