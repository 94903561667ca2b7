"""From located documents to Kubernetes objects: lists unpacked, everything else told apart."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import attrs

from seatrial.model.dig import as_str
from seatrial.model.document import Resource
from seatrial.model.errors import InputError
from seatrial.model.inventory import SkippedDocument
from seatrial.model.position import Position
from seatrial.model.yaml_source import LocatedDocument

KUSTOMIZE_GROUP = "kustomize.config.k8s.io"
"""Group of Kustomize's own files: they describe a build, and no cluster has them."""
_KUSTOMIZE_BUILTIN = "builtin"
"""apiVersion of the configuration of Kustomize's built-in generators and transformers."""
_LIST = "List"


@attrs.frozen(eq=False)
class DocumentLocator:
    """Places of an object that is a part of a document: the document itself, or an item of a list."""

    document: LocatedDocument
    prefix: str = ""

    def position(self, pointer: str = "") -> Position:
        """The place within the document."""
        return self.document.position(self.prefix + pointer)

    def key_position(self, pointer: str) -> Position:
        """The place of the pointer's key."""
        return self.document.key_position(self.prefix + pointer)


def _list_items(document: LocatedDocument, data: dict[str, Any], place: str) -> Iterator[tuple[dict[str, Any], str]]:
    """Items of a `List` or typed list; those of a typed list may leave out kind and apiVersion (`kubectl get -o`).

    Lists among them are unpacked too, as kubectl does (k8s.io/cli-runtime pkg/resource FlattenListVisitor).
    """
    kind, api_version = as_str(data.get("kind")), as_str(data.get("apiVersion"))
    for index, item in enumerate(data["items"]):
        pointer = f"{place}/items/{index}"
        if not isinstance(item, dict):
            raise InputError(
                f"item {index} of the {kind} is no object but {_named(item)}",
                remedy="give it apiVersion, kind and metadata, or remove it",
                position=document.position(pointer),
            )
        # Insertion order keeps apiVersion and kind first, as people read them.
        typed = {} if kind == _LIST else {"apiVersion": api_version, "kind": kind.removesuffix(_LIST)}
        whole = {**typed, **item}
        if is_list(whole):
            yield from _list_items(document, whole, pointer)
        else:
            yield whole, pointer


def _named(value: Any) -> str:
    return {dict: "a mapping", list: "a list", str: "a string", bool: "a boolean", type(None): "null"}.get(
        type(value), "a number"
    )


def is_list(data: dict[str, Any]) -> bool:
    """Whether the data is a `List`, or a typed one such as `PodList`."""
    return as_str(data.get("kind")).endswith(_LIST) and isinstance(data.get("items"), list)


def _require_items(document: LocatedDocument) -> None:
    """Raise InputError for a `List` whose items are neither a list nor left out."""
    items = document.data.get("items")
    if items is not None and not isinstance(items, list):
        raise InputError(
            f"the items of the List are {_named(items)}",
            remedy="write a list: each object on a line of its own beginning with '- '",
            position=document.position("/items"),
        )


def _of_kustomize(api_version: str) -> bool:
    return api_version.startswith(KUSTOMIZE_GROUP) or api_version == _KUSTOMIZE_BUILTIN


def _is_json_patch(data: Any) -> bool:
    """Whether the data is a list of JSON patch operations (RFC 6902); trees keep them beside the objects they patch."""
    return (
        isinstance(data, list)
        and bool(data)
        and all(isinstance(item, dict) and {"op", "path"} <= set(item) for item in data)
    )


def unpack(documents: Iterable[LocatedDocument]) -> Iterator[Resource | SkippedDocument]:
    """Yield the objects of the documents, and what is none of them with the reason.

    Raises InputError for a document that is no mapping, as no Kubernetes tool would read such a file.
    """
    for document in documents:
        position = document.position()
        data = document.data
        if _is_json_patch(data):
            yield SkippedDocument(document.file, position.line, "a JSON patch, not an object")
            continue
        if not isinstance(data, dict):
            raise InputError(
                f"expected a Kubernetes object, found {_named(data)}",
                remedy="start the document with apiVersion and kind",
                position=position,
            )
        if "apiVersion" not in data and "kind" not in data:
            yield SkippedDocument(document.file, position.line, "no Kubernetes object: neither apiVersion nor kind")
        elif _of_kustomize(as_str(data.get("apiVersion"))):
            yield SkippedDocument(document.file, position.line, "a file of Kustomize, not an object")
        elif is_list(data) and data["items"]:
            for item, pointer in _list_items(document, data, ""):
                yield Resource(item, DocumentLocator(document, pointer))
        elif data.get("kind") == _LIST:
            _require_items(document)
            yield SkippedDocument(document.file, position.line, "a List without items")
        else:
            yield Resource(data, DocumentLocator(document))
