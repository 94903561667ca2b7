"""The custom kinds that ship with Seatrial: schemas of well-known upstream projects at pinned releases.

Each file beside this one holds one project: a header that names its Go module, release and path, then one line for each
version of a kind (`extract.py` makes them). A file is read when a group of its project first occurs, and not before.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import attrs

from seatrial.engines.schema import Gvk
from seatrial.model.dig import as_dict, as_list, as_str
from seatrial.model.errors import ToolError

_FOLDER = Path(__file__).resolve().parent
_SUFFIX = ".jsonl"


@attrs.frozen(eq=False)
class Project:
    """One upstream project at the release whose kinds are shipped."""

    name: str
    module: str
    """Go module."""
    version: str
    path: str
    """Where its definitions are in the module."""
    groups: tuple[str, ...]
    shared_groups: frozenset[str]
    """Groups in which other projects define kinds too."""
    file: Path

    @property
    def release(self) -> str:
        """Name and version as messages show them, such as `cert-manager v1.21.2`."""
        return f"{self.name} {self.version}"

    @functools.cached_property
    def kinds(self) -> Mapping[Gvk, dict[str, Any]]:
        """Every version of every kind: scope, served, deprecated, subresources, and the schema if it is served."""
        found = [as_dict(line) for line in _lines(self.file)[1:]]
        return {Gvk(as_str(kind["group"]), as_str(kind["version"]), as_str(kind["kind"])): kind for kind in found}


@functools.cache
def projects() -> tuple[Project, ...]:
    """Every project by name; only the headers of the files are read. Raises ToolError for a broken file."""
    found = []
    for path in sorted(_FOLDER.glob(f"*{_SUFFIX}")):
        header = as_dict(_lines(path, only_first=True)[0])
        found.append(
            Project(
                name=as_str(header["upstream"]),
                module=as_str(header["module"]),
                version=as_str(header["version"]),
                path=as_str(header["path"]),
                groups=tuple(as_list(header["groups"])),
                shared_groups=frozenset(as_list(header["sharedGroups"])),
                file=path,
            )
        )
    return tuple(found)


def project_of(group: str) -> Project | None:
    """The project that defines the kinds of an API group, or None for a group that we do not know."""
    return next((project for project in projects() if group in project.groups), None)


def _lines(path: Path, *, only_first: bool = False) -> list[Any]:
    try:
        with path.open(encoding="utf-8") as file:
            texts = [file.readline()] if only_first else file.readlines()
        return [json.loads(text) for text in texts]
    except (OSError, ValueError) as error:
        raise ToolError(
            f"the schemas in {path.name} cannot be read ({type(error).__name__})", remedy="reinstall seatrial"
        ) from error
