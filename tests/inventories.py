"""Manifest sets for tests of checks: from YAML text, and from documents damaged at random."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hypothesis.strategies as st
import yaml

from seatrial.checks.base import Context, Options
from seatrial.model.architecture import Architecture
from seatrial.model.document import Resource
from seatrial.model.inventory import Inventory
from seatrial.model.objects import unpack
from seatrial.model.position import Position
from seatrial.model.verdict import Status, Verdict
from seatrial.model.yaml_source import iterate_documents

FILE = "set.yaml"


def inventory(text: str) -> Inventory:
    """The manifest set that *text* holds, as if read from `set.yaml`."""
    found = unpack(iterate_documents(text, FILE))
    return Inventory(tuple(item for item in found if isinstance(item, Resource)), (FILE,))


def context(manifests: str | Inventory, architecture: Architecture | None = None) -> Context:
    """What the runner gives to a group of checks."""
    found = inventory(manifests) if isinstance(manifests, str) else manifests
    return Context(found, architecture, Path("policies"), Options())


def failures(verdicts: Iterator[Verdict] | list[Verdict], check: str = "") -> list[Verdict]:
    """The failed verdicts, of one check or of all."""
    return [item for item in verdicts if item.status is Status.FAIL and check in ("", item.check)]


def at(text: str, marker: str) -> Position:
    """The place of the text *marker*, which occurs once, in a set made of *text*."""
    offset = text.index(marker)
    assert text.count(marker) == 1, f"{marker!r} is not unique"
    return Position(FILE, text.count("\n", 0, offset) + 1, offset - (text.rfind("\n", 0, offset) + 1) + 1)


class _Nowhere:
    def position(self, pointer: str = "") -> Position:
        return Position(FILE, 1, 1 + len(pointer))


_TEXT = st.text("az-/.$(){}:*0 é\n", max_size=8)
JSON_VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | _TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_TEXT, inner, max_size=3),
    max_leaves=6,
)


def _places(node: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    if path:
        yield path
    parts: list[tuple[str | int, Any]] = []
    if isinstance(node, dict):
        parts = list(node.items())
    elif isinstance(node, list):
        parts = list(enumerate(node))
    for key, value in parts:
        yield from _places(value, (*path, key))


def damaged(text: str) -> st.SearchStrategy[Inventory]:
    """The manifest set of *text* with up to four values anywhere in it replaced by arbitrary ones or removed."""
    return _damaged([document for document in yaml.safe_load_all(text) if document])


@st.composite
def _damaged(draw: st.DrawFn, whole: list[Any]) -> Inventory:
    documents = list(whole)
    for _ in range(draw(st.integers(1, 4))):
        index = draw(st.integers(0, len(documents) - 1))
        places = list(_places(documents[index]))
        if not places:
            continue
        documents[index] = copy.deepcopy(documents[index])
        path = draw(st.sampled_from(places))
        parent = documents[index]
        for part in path[:-1]:
            parent = parent[part]
        if draw(st.booleans()):
            parent[path[-1]] = draw(JSON_VALUES)
        else:
            del parent[path[-1]]
    return Inventory(tuple(Resource(document, _Nowhere()) for document in documents), (FILE,))


@st.composite
def arbitrary(draw: st.DrawFn) -> Inventory:
    """Objects of real kinds with arbitrary content."""
    kinds = ("Deployment", "StatefulSet", "Service", "Ingress", "NetworkPolicy", "HorizontalPodAutoscaler", "Pod")
    header = st.fixed_dictionaries(
        {"apiVersion": st.sampled_from(("v1", "apps/v1", "batch/v1", "policy/v1")) | JSON_VALUES,
         "kind": st.sampled_from((*kinds, "ResourceQuota", "RoleBinding", "CustomResourceDefinition")) | JSON_VALUES},
        optional={"metadata": JSON_VALUES, "spec": JSON_VALUES, "data": JSON_VALUES, "roleRef": JSON_VALUES},
    )  # fmt: skip
    documents = draw(st.lists(header, max_size=4))
    return Inventory(tuple(Resource(document, _Nowhere()) for document in documents), (FILE,))
