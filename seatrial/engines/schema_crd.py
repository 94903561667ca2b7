"""Judging objects of custom kinds as the API server does, by structural schemas.

The schemas are those of the CustomResourceDefinitions that a manifest set brings along, or those that ship with
Seatrial (`seatrial.engines.custom`). A structural schema (k8s.io/apiextensions-apiserver v0.37 `pkg/apiserver/schema`)
is JSON Schema with extensions; what is no JSON Schema is in `structural` and `structural_rules`. The steps and their
order are those of `pkg/apiserver/customresource_handler.go` and `pkg/registry/customresource/strategy.go`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import attrs

from seatrial.engines import structural, structural_rules
from seatrial.engines.custom import Project
from seatrial.engines.schema import DIALECT, CompiledSchema, Gvk, KubernetesSchemas
from seatrial.engines.schema_errors import Violation, show
from seatrial.engines.schema_open_formats import UNCHECKED, checked, known, reference
from seatrial.engines.schema_rules.field import Field
from seatrial.engines.schema_rules.metadata import PATH_SEGMENT, object_meta
from seatrial.model.dig import as_dict, as_list, as_str, dig
from seatrial.model.document import Resource
from seatrial.model.pointer import join

_METADATA = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"
_COPIED = frozenset(
    {
        *("enum", "exclusiveMaximum", "exclusiveMinimum", "maximum", "minimum", "multipleOf", "pattern", "required"),
        *("maxLength", "minLength", "maxItems", "minItems", "uniqueItems", "maxProperties", "minProperties"),
    }
)
_CHOICES = ("allOf", "anyOf", "oneOf")
_FLOAT = (2 - 2**-23) * 2.0**127
_NUMBER = re.compile(r"[0-9]{1,18}")
_RANGES = {"int32": (-(2**31), 2**31 - 1), "int64": (-(2**63), 2**63 - 1), "float": (-_FLOAT, _FLOAT)}
"""Least and greatest value by format."""
_INT_OR_STRING = "x-kubernetes-int-or-string"
_EMBEDDED = "x-kubernetes-embedded-resource"


_BLOCKING = frozenset(
    {*("type", "required", "enum", "maxLength", "maxItems", "maxProperties"), *("anyOf", "oneOf", "falseSchema")}
)
"""Violations after which rules are not evaluated: they rest on types and sizes (`strategy.go`, hasBlockingErr)."""


@attrs.frozen(eq=False)
class CustomKind:
    """One version of a custom kind."""

    gvk: Gvk
    origin: str
    """Whose schema it is, as messages show it: `its CustomResourceDefinition`, or `cert-manager v1.21.2`."""
    served: bool
    schema: dict[str, Any] | None
    """The structural schema as written, or None where the definition has none."""
    warning: str = ""
    """What the server answers to every request for this version; empty unless it is deprecated."""
    status: bool = False
    """Whether status is a subresource: then it is dropped when an object is created, whatever it holds."""
    cluster_scoped: bool = False
    replicas: tuple[str, ...] = ()
    """Path of the desired replicas where the kind can be scaled."""
    definition: Resource | None = None
    """The CustomResourceDefinition that declares it in the manifest set."""
    pointer: str = ""
    """Place of the version within that definition."""


def custom_kinds(resources: Iterable[Resource]) -> Iterator[CustomKind]:
    """The kinds that these objects declare; anything that is no CustomResourceDefinition is passed over."""
    for resource in resources:
        if resource.kind != "CustomResourceDefinition":
            continue
        group = as_str(dig(resource.data, "spec", "group"))
        kind = as_str(dig(resource.data, "spec", "names", "kind"))
        versions = as_list(dig(resource.data, "spec", "versions"))
        for index, version in enumerate(versions):
            name = as_str(dig(version, "name"))
            schema = dig(version, "schema", "openAPIV3Schema")
            if group and kind and name:
                gvk = Gvk(group, name, kind)
                warning, scope = _warning(gvk, versions), dig(resource.data, "spec", "scope")
                yield attrs.evolve(
                    _kind(gvk, "its CustomResourceDefinition", as_dict(version), schema, warning, scope),
                    served=dig(version, "served") is not False,
                    definition=resource,
                    pointer=f"/spec/versions/{index}",
                )


def shipped_kinds(project: Project) -> Iterator[CustomKind]:
    """The kinds of an upstream project that ship with Seatrial."""
    for gvk, version in project.kinds.items():
        siblings = [
            {**other, "name": known_gvk.version}
            for known_gvk, other in project.kinds.items()
            if (known_gvk.group, known_gvk.kind) == (gvk.group, gvk.kind)
        ]
        warning = _warning(gvk, siblings)
        yield _kind(gvk, project.release, version, version.get("schema"), warning, version.get("scope"))


def _kind(gvk: Gvk, origin: str, version: dict[str, Any], schema: Any, warning: str, scope: Any) -> CustomKind:
    scale = as_str(dig(version, "subresources", "scale", "specReplicasPath"))
    return CustomKind(
        gvk,
        origin,
        version.get("served") is True,
        schema if isinstance(schema, dict) else None,
        warning=warning,
        status=dig(version, "subresources", "status") is not None,
        cluster_scoped=scope == "Cluster",
        replicas=tuple(part for part in scale.split(".") if part),
    )


def _warning(gvk: Gvk, versions: Iterable[Any]) -> str:
    """The warning of a deprecated version: its own, or the server's (`defaultDeprecationWarning`)."""
    by_name = {as_str(dig(version, "name")): as_dict(version) for version in versions}
    version = by_name.get(gvk.version, {})
    if version.get("deprecated") is not True:
        return ""
    if isinstance(version.get("deprecationWarning"), str):
        return as_str(version["deprecationWarning"])
    better = [
        name
        for name, other in by_name.items()
        if other.get("served") is not False
        and other.get("deprecated") is not True
        and maturity(name) > maturity(gvk.version)
    ]
    said = f"{gvk.api_version} {gvk.kind} is deprecated"
    return f"{said}; use {gvk.group}/{max(better, key=maturity)} {gvk.kind}" if better else said


def maturity(version: str) -> tuple[int, tuple[int, ...], str]:
    """Order of versions: stable above beta above alpha, then by number (apimachinery `version/helpers.go`)."""
    head, _, tail = version.removeprefix("v").partition("alpha" if "alpha" in version else "beta")
    if not version.startswith("v") or _NUMBER.fullmatch(head) is None or _NUMBER.fullmatch(tail or "0") is None:
        return -1, (), version
    rank = 0 if "alpha" in version else 1 if "beta" in version else 2
    return rank, (int(head), int(tail or 0)), version


@attrs.frozen
class Findings:
    """What was found out about one object."""

    violations: tuple[Violation, ...]
    unchecked: tuple[str, ...]
    """What the server checks in this object and we could not, in words."""


@attrs.frozen(eq=False)
class CompiledKind:
    """A custom kind ready to judge objects."""

    kind: CustomKind
    schema: dict[str, Any]
    values: CompiledSchema
    rules: structural_rules.Rules | None

    @classmethod
    def of(cls, kind: CustomKind, schemas: KubernetesSchemas) -> CompiledKind:
        """Compile the schema of a kind that has one. Raises ValueError when it is no valid schema."""
        schema = as_dict(kind.schema)
        body = _translate(schema)
        own = as_dict(as_dict(body.get("properties")).get("metadata"))
        body["properties"] = as_dict(body.get("properties")) | {
            "apiVersion": {"type": "string"},
            "kind": {"type": "string"},
            "metadata": {"allOf": [{"$ref": f"#/$defs/{_METADATA}"}, *([own] if own else [])]},
        }
        values = CompiledSchema.of({"$schema": DIALECT, **body, "$defs": schemas.closure(_METADATA)})
        return cls(kind, schema, values, structural_rules.Rules.of(schema))

    def judge(self, data: dict[str, Any]) -> Findings:
        """Everything that the API server would refuse in an object of this kind."""
        unknown = list(structural.unknown_fields(self.schema, data))
        done = structural.completed(self.schema, data)
        if self.kind.status:
            done.pop("status", None)
        found = [*self.values.violations(done)]
        for path, embedded in structural.embedded_objects(self.schema, done):
            found.extend(structural.embedded_head(embedded, path))
            # One without a name is given one before it is validated (`objectmeta/validation.go`).
            meta = as_dict(embedded.get("metadata"))
            named = {"metadata": {**meta, "name": meta.get("name") or "fakename"}}
            found.extend(object_meta(Field(named, path), PATH_SEGMENT, custom=True))
        found.extend(self._replicas(done))
        found.extend(structural.repeated_items(self.schema, done))
        unchecked = [f"the format {name}" for name in sorted(structural.formats(self.schema, done) & UNCHECKED)]
        if self.rules is not None and not (found and _BLOCKING & self.values.keywords(done)):
            for item in self.rules.found(done):
                if isinstance(item, Violation):
                    found.append(item)
                else:
                    unchecked.append(f"the rule {item.rule} ({item.reason})")
        return Findings(tuple(dict.fromkeys((*unknown, *found))), tuple(dict.fromkeys(unchecked)))

    def _replicas(self, data: dict[str, Any]) -> Iterator[Violation]:
        """The desired replicas of a kind that can be scaled (`registry/customresource/validator.go`)."""
        value = dig(data, *self.kind.replicas) if self.kind.replicas else None
        if value is not None and (isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 2**31):
            pointer = join(*self.kind.replicas)
            found = f"{self.kind.replicas[-1]} is {show(value)}"
            yield Violation(pointer, found, f"an integer from 0 to {2**31 - 1}", "correct the number of replicas")


def _translate(node: Any) -> dict[str, Any]:
    """One structural schema node as JSON Schema, as far as values go: unknown fields are found in `structural`."""
    node = as_dict(node)
    out: dict[str, Any] = {key: value for key, value in node.items() if key in _COPIED and value is not None}
    for bound in ("maximum", "minimum"):
        # OpenAPI v3 writes the exclusive bounds as booleans beside the bound itself.
        exclusive = f"exclusive{bound.capitalize()}"
        if isinstance(out.get(exclusive), bool) and out.pop(exclusive) and bound in out:
            out[exclusive] = out.pop(bound)
    _translate_type(node, out)
    properties = as_dict(node.get("properties"))
    if properties:
        out["properties"] = {name: _translate(part) for name, part in properties.items()}
    if node.get(_EMBEDDED) is True:
        out["properties"] = as_dict(out.get("properties")) | {"metadata": {"$ref": f"#/$defs/{_METADATA}"}}
    if isinstance(node.get("items"), dict):
        out["items"] = _translate(node["items"])
    if isinstance(node.get("additionalProperties"), dict):
        out["additionalProperties"] = _translate(node["additionalProperties"])
    for keyword in _CHOICES if node.get(_INT_OR_STRING) is not True else ("allOf",):
        if as_list(node.get(keyword)):
            out[keyword] = [_translate(part) for part in node[keyword]]
    if isinstance(node.get("not"), dict):
        out["not"] = _translate(node["not"])
    _whole_bounds(out)
    return out


def _translate_type(node: dict[str, Any], out: dict[str, Any]) -> None:
    kind, form = node.get("type"), as_str(node.get("format"))
    null = ["null"] if node.get("nullable") is True else []
    if node.get(_INT_OR_STRING) is True:
        out["type"] = ["integer", "string", *null]
    elif kind in ("string", None) and known(form):
        # kube-openapi v0.0.0-20260721132016 `pkg/validation/validate/type.go` takes a list for any text with a format,
        # and nothing but text or null where a format stands without a type.
        out["if"], out["else"] = {"type": "array"}, {"type": ["string", *(null if kind else ["null"])]}
        if checked(form):
            out["format"] = reference(form)
    elif isinstance(kind, str):
        out["type"] = [kind, *null] if null else kind
    if kind == "integer" or node.get(_INT_OR_STRING) is True or (kind == "number" and form == "float"):
        # The same release, `values.go` (IsValueValidAgainstRange): an integer without a format is an int64.
        low, high = _RANGES.get(form, _RANGES["int64"])
        out["minimum"] = _tighter(out.get("minimum"), low, max)
        out["maximum"] = _tighter(out.get("maximum"), high, min)


def _tighter(bound: Any, limit: float, choose: Callable[[float, float], float]) -> Any:
    """The bound of the schema or that of the type; what is no number stays, so that the schema is refused."""
    if bound is None:
        return limit
    return choose(bound, limit) if isinstance(bound, int | float) and not isinstance(bound, bool) else bound


def _whole_bounds(out: dict[str, Any]) -> None:
    """Bounds with a fraction lose it when the value is an integer (`values.go`, MinimumNativeType)."""
    for keyword in ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"):
        bound = out.get(keyword)
        if isinstance(bound, float) and math.isfinite(bound) and not bound.is_integer():
            del out[keyword]
            case = {"if": {"type": "integer"}, "then": {keyword: int(bound)}, "else": {keyword: bound}}
            out["allOf"] = [*out.get("allOf", []), case]
