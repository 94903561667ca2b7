"""One Kubernetes object with the places of its fields."""

from __future__ import annotations

import functools
from typing import Any, Protocol

import attrs

from seatrial.model.dig import as_str, dig, string_map
from seatrial.model.position import Position
from seatrial.model.verdict import Subject


class Locator(Protocol):
    """Knows where the fields of one object stand: in the file that holds it, or in a patch that set them."""

    def position(self, pointer: str = "") -> Position:
        """The place of the pointer's value, or of its nearest ancestor that has one."""
        ...


@attrs.define(eq=False, slots=False)
class Resource:
    """An object of a manifest set. Two resources are equal only if they are the same one."""

    data: dict[str, Any]
    """The object as written, of any shape: read it with `seatrial.model.dig`."""
    locator: Locator

    @functools.cached_property
    def api_version(self) -> str:
        """`apiVersion`, empty when absent or no string (as for the other properties)."""
        return as_str(self.data.get("apiVersion"))

    @functools.cached_property
    def group(self) -> str:
        """API group, empty for the core group."""
        return self.api_version.rpartition("/")[0]

    @functools.cached_property
    def kind(self) -> str:
        """`kind`."""
        return as_str(self.data.get("kind"))

    @functools.cached_property
    def name(self) -> str:
        """`metadata.name`, or `metadata.generateName` followed by a star."""
        generated = as_str(dig(self.data, "metadata", "generateName"))
        return as_str(dig(self.data, "metadata", "name")) or (f"{generated}*" if generated else "")

    @functools.cached_property
    def namespace(self) -> str:
        """`metadata.namespace`; empty for cluster-scoped objects and where the manifest leaves it out."""
        return as_str(dig(self.data, "metadata", "namespace"))

    @functools.cached_property
    def labels(self) -> dict[str, str]:
        """`metadata.labels`, entries of other types left out."""
        return string_map(dig(self.data, "metadata", "labels"))

    @functools.cached_property
    def annotations(self) -> dict[str, str]:
        """`metadata.annotations`, entries of other types left out."""
        return string_map(dig(self.data, "metadata", "annotations"))

    @property
    def subject(self) -> Subject:
        """The object's identity, as verdicts name it."""
        return Subject(self.api_version, self.kind, self.namespace, self.name)

    @property
    def file(self) -> str:
        """The file that holds the object."""
        return self.position().file

    def position(self, pointer: str = "") -> Position:
        """Where the value of *pointer* stands, or its nearest known ancestor."""
        return self.locator.position(pointer)

    def key_position(self, pointer: str) -> Position:
        """Where the key of *pointer* stands; its value, where only that is known."""
        return getattr(self.locator, "key_position", self.locator.position)(pointer)

    def __str__(self) -> str:
        return str(self.subject)
