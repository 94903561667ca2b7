"""Schemas of custom kinds, taken from the CustomResourceDefinitions that a manifest set itself brings along.

A structural schema (k8s.io/apiextensions-apiserver v0.37 `pkg/apiserver/schema`) is JSON Schema with extensions:
`nullable`, `x-kubernetes-int-or-string`, `x-kubernetes-preserve-unknown-fields` and `x-kubernetes-embedded-resource`.
Rewriting those in plain JSON Schema, with unknown fields forbidden wherever the server would drop them, gives custom
kinds the same treatment as built-in ones. CEL rules (`x-kubernetes-validations`) are not evaluated here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import attrs

from seatrial.engines.schema import DIALECT, CompiledSchema, Gvk, KubernetesSchemas
from seatrial.model.dig import as_dict, as_list, as_str, dig
from seatrial.model.document import Resource

_METADATA = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"
_COPIED = frozenset(
    {
        *("enum", "maximum", "minimum", "exclusiveMaximum", "exclusiveMinimum", "multipleOf", "pattern", "required"),
        *("maxLength", "minLength", "maxItems", "minItems", "uniqueItems", "maxProperties", "minProperties"),
    }
)
_CHOICES = ("allOf", "anyOf", "oneOf")
_OUR_FORMATS = frozenset({"byte"})
_PLAIN_FORMATS = frozenset({"date-time", "date", "email", "ipv4", "ipv6", "uuid", "uri", "hostname"})


@attrs.frozen(eq=False)
class CustomKind:
    """One version of a custom kind."""

    gvk: Gvk
    definition: Resource
    """The CustomResourceDefinition that declares it."""
    pointer: str
    """Place of the version within that definition."""
    served: bool
    schema: dict[str, Any] | None
    """The structural schema as written, or None where the definition has none."""


def custom_kinds(resources: Iterable[Resource]) -> Iterator[CustomKind]:
    """The kinds that these objects declare; anything that is no CustomResourceDefinition is passed over."""
    for resource in resources:
        if resource.kind != "CustomResourceDefinition":
            continue
        group = as_str(dig(resource.data, "spec", "group"))
        kind = as_str(dig(resource.data, "spec", "names", "kind"))
        for index, version in enumerate(as_list(dig(resource.data, "spec", "versions"))):
            name = as_str(dig(version, "name"))
            schema = dig(version, "schema", "openAPIV3Schema")
            if group and kind and name:
                yield CustomKind(
                    Gvk(group, name, kind),
                    resource,
                    f"/spec/versions/{index}",
                    dig(version, "served") is not False,
                    schema if isinstance(schema, dict) else None,
                )


def compile_custom(kind: CustomKind, schemas: KubernetesSchemas) -> CompiledSchema:
    """The schema of a custom kind, compiled. Raises ValueError when the definition's schema is not valid."""
    body = _translate(as_dict(kind.schema), strict=True)
    properties = as_dict(body.get("properties")) | {
        "apiVersion": {"type": "string"},
        "kind": {"type": "string"},
        "metadata": {"$ref": f"#/$defs/{_METADATA}"},
    }
    return CompiledSchema.of(
        {"$schema": DIALECT, **body, "properties": properties, "$defs": schemas.closure(_METADATA)},
    )


def _translate(node: Any, *, strict: bool) -> dict[str, Any]:
    """One structural schema node; *strict* forbids unknown fields (not inside `allOf`, `anyOf`, `oneOf`, `not`)."""
    node = as_dict(node)
    out: dict[str, Any] = {key: value for key, value in node.items() if key in _COPIED}
    for bound in ("maximum", "minimum"):
        # OpenAPI v3 writes the exclusive bounds as booleans beside the bound itself.
        exclusive = f"exclusive{bound.capitalize()}"
        if isinstance(out.get(exclusive), bool) and out.pop(exclusive) and bound in out:
            out[exclusive] = out.pop(bound)
    if node.get("x-kubernetes-int-or-string") is True:
        out["type"] = ["integer", "string"]
    elif isinstance(node.get("type"), str):
        out["type"] = node["type"]
    if node.get("nullable") is True and "type" in out:
        types = out["type"] if isinstance(out["type"], list) else [out["type"]]
        out["type"] = [*types, "null"]
    if node.get("format") in _OUR_FORMATS | _PLAIN_FORMATS:
        out["format"] = node["format"]
    _translate_parts(node, out, strict=strict)
    return out


def _translate_parts(node: dict[str, Any], out: dict[str, Any], *, strict: bool) -> None:
    properties = as_dict(node.get("properties"))
    if properties:
        out["properties"] = {name: _translate(part, strict=strict) for name, part in properties.items()}
    if isinstance(node.get("items"), dict):
        out["items"] = _translate(node["items"], strict=strict)
    if isinstance(node.get("additionalProperties"), dict):
        out["additionalProperties"] = _translate(node["additionalProperties"], strict=strict)
    elif strict and properties and not _keeps_unknown(node):
        out["additionalProperties"] = False
    choices = _CHOICES if node.get("x-kubernetes-int-or-string") is not True else ("allOf",)
    for keyword in choices:
        if as_list(node.get(keyword)):
            out[keyword] = [_translate(part, strict=False) for part in node[keyword]]
    if isinstance(node.get("not"), dict):
        out["not"] = _translate(node["not"], strict=False)


def _keeps_unknown(node: dict[str, Any]) -> bool:
    keeps = node.get("x-kubernetes-preserve-unknown-fields") is True
    return keeps or node.get("x-kubernetes-embedded-resource") is True or node.get("additionalProperties") is True
