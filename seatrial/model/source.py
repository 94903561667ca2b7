"""Loading a manifest set from wherever it is: a Kustomize directory, a tree of files, one file, or standard input."""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from seatrial.model import build_parts, kustomize
from seatrial.model.document import Resource
from seatrial.model.errors import InputError
from seatrial.model.files import read_text, shown
from seatrial.model.inventory import Inventory, SkippedDocument
from seatrial.model.objects import unpack
from seatrial.model.suggest import did_you_mean
from seatrial.model.text import decode
from seatrial.model.yaml_source import MAX_BYTES, LocatedDocument, iterate_documents

STDIN = "-"
_STDIN_NAME = "<stdin>"
SUFFIXES = frozenset({".yaml", ".yml", ".json"})
"""Files of a tree that are read."""
_IGNORED_DIRECTORIES = frozenset({".git", ".tox", ".venv", "node_modules", "__pycache__"})


def load(path: str, *, overlay: str | None = None) -> Inventory:
    """Load the manifest set at *path*.

    A directory with a kustomization is rendered; one with `overlays/` is rendered at `overlays/<overlay>`; any other
    is read file by file. `-` reads standard input. Raises InputError for anything unreadable or empty.
    """
    if path == STDIN:
        return _of_text(_standard_input(), _STDIN_NAME, origin=path)
    location = Path(path)
    if not location.exists() and not location.is_symlink():
        siblings = [entry.name for entry in location.parent.iterdir()] if location.parent.is_dir() else []
        raise InputError(f"{path} does not exist{did_you_mean(location.name, siblings)}", remedy="check the path")
    if not location.is_dir():
        return _of_text(read_text(location), shown(location), origin=path)
    root = _kustomization_of(location, overlay)
    return kustomize.load(root, origin=path) if root is not None else _tree(location, origin=path)


def overlays(path: Path) -> list[str]:
    """Names of the overlays below a manifests directory."""
    folder = path / "overlays"
    return sorted(entry.name for entry in folder.iterdir() if kustomize.is_root(entry)) if folder.is_dir() else []


def overlay_of(path: str) -> str | None:
    """The overlay that a path is: its own name where it lies directly in `overlays/`."""
    location = Path(path).resolve()
    return location.name if location.parent.name == "overlays" else None


def _kustomization_of(location: Path, overlay: str | None) -> Path | None:
    names = overlays(location)
    if overlay is not None and names:
        if overlay not in names:
            raise InputError(
                f"there is no overlay {overlay!r} in {shown(location)}{did_you_mean(overlay, names)}",
                remedy=f"choose one of: {', '.join(names)}",
            )
        return location / "overlays" / overlay
    return location if kustomize.is_root(location) else None


def _standard_input() -> str:
    data = sys.stdin.buffer.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise InputError(
            f"standard input holds more than {MAX_BYTES // 2**20} MiB", remedy="split it, or point to a directory"
        )
    if not data.strip():
        raise InputError(
            "standard input is empty",
            remedy="pipe YAML or JSON into it: did the command before it fail? `set -o pipefail` would tell",
        )
    return decode(data, _STDIN_NAME)


def _inventory(
    documents: Iterable[LocatedDocument],
    *,
    files: tuple[str, ...],
    digest: str,
    origin: str,
    whole: bool,
    left_out: Iterable[SkippedDocument] = (),
) -> Inventory:
    resources: list[Resource] = []
    skipped = list(left_out)
    for found in unpack(documents):
        if isinstance(found, Resource):
            resources.append(found)
        else:
            skipped.append(found)
    if not resources:
        where = "standard input" if origin == STDIN else origin
        reasons = {entry.reason for entry in skipped}
        raise InputError(
            f"{where} holds no Kubernetes object" + (f" ({'; '.join(sorted(reasons))})" if reasons else ""),
            remedy="point to a Kustomize directory, or to YAML or JSON files with apiVersion and kind"
            if whole
            else "give it apiVersion, kind and metadata",
        )
    return Inventory(tuple(resources), files, tuple(skipped), digest, origin)


def _of_text(text: str, name: str, *, origin: str) -> Inventory:
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    return _inventory(iterate_documents(text, name), files=(name,), digest=digest, origin=origin, whole=False)


def _walk(root: Path) -> Iterator[Path]:
    for folder, directories, names in os.walk(root):
        directories[:] = sorted(set(directories) - _IGNORED_DIRECTORIES)
        for name in sorted(names):
            if Path(name).suffix in SUFFIXES:
                yield Path(folder, name)


def _tree(root: Path, *, origin: str) -> Inventory:
    files: list[str] = []
    documents: list[LocatedDocument] = []
    left_out: list[SkippedDocument] = []
    digest = hashlib.sha256()
    paths = list(_walk(root))
    parts = build_parts.parts(paths)
    for path in paths:
        if path.exists() and not path.is_file():
            # Reading a pipe would wait for a writer that nobody promised.
            raise InputError(f"{shown(path)} is no regular file", remedy="remove it, or name the files one by one")
        text, name = read_text(path), shown(path)
        files.append(name)
        digest.update(f"{path.relative_to(root)}\0{len(text)}\0{text}".encode("utf-8", "surrogatepass"))
        if Path(os.path.normpath(path)) in parts:
            left_out.append(SkippedDocument(name, 1, "a part of a Kustomize build, not an object"))
        else:
            documents.extend(iterate_documents(text, name))
    if not files:
        raise InputError(
            f"{shown(root)} holds no YAML or JSON file", remedy="point to the directory that holds the manifests"
        )
    return _inventory(
        documents, files=tuple(files), digest=digest.hexdigest(), origin=origin, whole=True, left_out=left_out
    )
