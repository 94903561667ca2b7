"""Kubernetes object schemas: which kinds exist in a version, and what is wrong with an object of one.

The schemas are those that the package `kubernetes-validate` carries: the OpenAPI description of each Kubernetes
release as JSON Schema, in its strict form (no unknown fields). A kind is compiled when first met, against the closure
of definitions that it refers to: compiling against all 862 would cost more than everything else in this module.
"""

from __future__ import annotations

import functools
import importlib.util
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs

from seatrial.engines.schema_constraints import constrain
from seatrial.engines.schema_errors import Violation, describe
from seatrial.engines.schema_nulls import has_null, without_nulls
from seatrial.engines.schema_open_formats import ALL_FORMATS
from seatrial.model.dig import as_dict, dig
from seatrial.model.errors import InputError, ToolError

if TYPE_CHECKING:
    import jsonschema_rs

DEFAULT_VERSION = "1.37"
DIALECT = "https://json-schema.org/draft/2020-12/schema"

_FOLDER = re.compile(r"v(?P<minor>\d+\.\d+)\.\d+-local-strict")


@attrs.frozen(order=True)
class Gvk:
    """Group, version and kind: what names a schema."""

    group: str
    """Empty for the core group."""
    version: str
    kind: str

    @classmethod
    def of(cls, api_version: str, kind: str) -> Gvk:
        """Split an `apiVersion`."""
        group, _, version = api_version.rpartition("/")
        return cls(group, version, kind)

    @property
    def api_version(self) -> str:
        """`group/version`, or only the version in the core group."""
        return f"{self.group}/{self.version}" if self.group else self.version


@functools.cache
def _root() -> Path:
    spec = importlib.util.find_spec("kubernetes_validate")
    if spec is None or not spec.submodule_search_locations:
        raise ToolError(
            "the package kubernetes-validate, which carries the Kubernetes schemas, is not installed",
            remedy="install seatrial with its dependencies",
        )
    return Path(spec.submodule_search_locations[0]) / "kubernetes-json-schema"


@functools.cache
def known_versions() -> tuple[str, ...]:
    """Kubernetes minor versions with schemas, oldest first, such as `1.37`."""
    found = [match["minor"] for path in _root().iterdir() if (match := _FOLDER.fullmatch(path.name))]
    return tuple(sorted(found, key=lambda text: tuple(int(part) for part in text.split("."))))


def schema_folder(version: str) -> Path:
    """Where the package keeps the published schemas of a minor version, one file a kind."""
    return _root() / f"v{version}.0-local-strict"


class KubernetesSchemas:
    """The built-in kinds of one Kubernetes version. Immutable but for what it has compiled so far."""

    def __init__(self, version: str = DEFAULT_VERSION) -> None:
        """Read the definitions of *version* (`1.37`, `v1.37` or `1.37.2`). Raises InputError for an unknown one."""
        minor = ".".join(version.removeprefix("v").split(".")[:2])
        if minor not in known_versions():
            raise InputError(
                f"there are no schemas for Kubernetes {version!r}",
                remedy=f"use one of {', '.join(known_versions())}",
            )
        self.version = minor
        path = schema_folder(minor) / "_definitions.json"
        try:
            self._definitions: dict[str, Any] = json.loads(path.read_bytes())["$defs"]
        except (OSError, ValueError, KeyError) as error:
            raise ToolError(
                f"the Kubernetes schemas in {path.name} cannot be read ({type(error).__name__})",
                remedy="reinstall the package kubernetes-validate",
            ) from error
        self._constrained: dict[str, dict[str, Any]] = {}
        self._compiled: dict[Gvk, CompiledSchema] = {}
        self._names: dict[Gvk, str] = {
            Gvk(entry["group"], entry["version"], entry["kind"]): name
            for name, definition in self._definitions.items()
            if {"apiVersion", "kind", "metadata"} <= definition.get("properties", {}).keys()
            for entry in definition.get("x-kubernetes-group-version-kind", [])
        }

    @functools.cached_property
    def kinds(self) -> frozenset[Gvk]:
        """Every kind that can be written as a manifest."""
        return frozenset(self._names)

    @functools.cached_property
    def groups(self) -> frozenset[str]:
        """Every API group that Kubernetes itself serves, the core group as the empty string."""
        return frozenset(
            entry["group"]
            for definition in self._definitions.values()
            for entry in definition.get("x-kubernetes-group-version-kind", [])
        )

    def name_of(self, gvk: Gvk) -> str:
        """Name of the definition of a known kind. Raises KeyError for an unknown one."""
        return self._names[gvk]

    def definition(self, name: str) -> dict[str, Any]:
        """The definition of that name with our constraints, such as `io.k8s.api.core.v1.PodSpec`."""
        if name not in self._constrained:
            self._constrained[name] = constrain(name, self._definitions[name])
        return self._constrained[name]

    def closure(self, name: str) -> dict[str, dict[str, Any]]:
        """The definition *name* and all that it refers to."""
        found: dict[str, dict[str, Any]] = {}
        waiting = [name]
        while waiting:
            current = waiting.pop()
            if current not in found:
                found[current] = self.definition(current)
                waiting.extend(_references(found[current]))
        return found

    def decoded(self, gvk: Gvk, data: dict[str, Any]) -> dict[str, Any]:
        """The object as the server reads it: without nulls. Raises KeyError for a kind that is unknown."""
        if not has_null(data):
            return data
        found: dict[str, Any] = without_nulls(data, self.definition(self._names[gvk]), self.definition)
        return found

    def validate(self, gvk: Gvk, data: Any) -> tuple[Violation, ...]:
        """Every violation of an object of a known kind, in the order of the schema. Raises KeyError for unknown."""
        if gvk not in self._compiled:
            name = self._names[gvk]
            schema = {"$schema": DIALECT, "$ref": f"#/$defs/{name}", "$defs": self.closure(name)}
            self._compiled[gvk] = CompiledSchema.of(schema)
        return self._compiled[gvk].violations(data, secret=gvk.kind == "Secret" and gvk.group == "")


@functools.cache
def kubernetes_schemas(version: str = DEFAULT_VERSION) -> KubernetesSchemas:
    """The schemas of a version, read once a process."""
    return KubernetesSchemas(version)


@attrs.frozen(eq=False)
class CompiledSchema:
    """A JSON Schema ready for use, together with its source, which knows the fields that an unknown one resembles."""

    source: dict[str, Any]
    validator: jsonschema_rs.Validator

    @classmethod
    def of(cls, source: dict[str, Any]) -> CompiledSchema:
        """Compile *source* with the formats of Kubernetes. Raises ValueError when it is no valid schema."""
        import jsonschema_rs  # heavy: not at import time of the command line

        accepts = {name: form.accepts for name, form in ALL_FORMATS.items()}
        return cls(source, jsonschema_rs.validator_for(source, formats=accepts, validate_formats=True, offline=True))

    def violations(self, data: Any, *, secret: bool = False) -> tuple[Violation, ...]:
        """All that is wrong with *data*, each place once; the values of a *secret* stay out of the messages."""
        try:
            errors = list(self.validator.iter_errors(data))
        except ValueError as error:
            return (Violation("", f"found a value that JSON cannot express ({error})", "plain YAML or JSON values"),)
        found = (item for error in errors for item in describe(error, self._siblings(error), secret=secret))
        return tuple(dict.fromkeys(found))

    def keywords(self, data: Any) -> frozenset[str]:
        """The keywords of the schema that *data* violates, such as `required`."""
        try:
            return frozenset(str(error.kind.name) for error in self.validator.iter_errors(data))
        except ValueError:
            return frozenset({"type"})

    def _siblings(self, error: jsonschema_rs.ValidationError) -> tuple[str, ...]:
        """The fields that the schema knows where an error stands."""
        node: Any = self.source
        for part in error.schema_path[:-1]:
            node = node[part] if (isinstance(node, list) and isinstance(part, int)) else dig(node, str(part))
        return tuple(as_dict(dig(node, "properties")))


def _references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        target = node.get("$ref")
        if isinstance(target, str):
            yield target.rsplit("/", 1)[1]
        for value in node.values():
            yield from _references(value)
    elif isinstance(node, list):
        for value in node:
            yield from _references(value)
