"""What a field is: a list with keys, a set, a quantity. The schemas of built-in and of custom kinds say so."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import attrs

from seatrial.engines import custom
from seatrial.engines.schema import Gvk, KubernetesSchemas
from seatrial.engines.schema_crd import custom_kinds
from seatrial.model.dig import as_dict, as_list, as_str
from seatrial.model.document import Resource

_QUANTITY = "io.k8s.apimachinery.pkg.api.resource.Quantity"
_INT_OR_STRING = "io.k8s.apimachinery.pkg.util.intstr.IntOrString"
_OBJECT_META = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"
_REFERENCE = "#/$defs/"
KEY_DEFAULTS: Mapping[str, Any] = {"protocol": "TCP"}
"""Keys of lists that a manifest may leave out, for they have a default (ContainerPort and ServicePort of
k8s.io/api v0.37.2 core/v1/types.go, `+default="TCP"`)."""


@attrs.frozen(eq=False)
class Shape:
    """The schema of one value; one without a node knows nothing, and all values are then what they look like."""

    node: Mapping[str, Any]
    definition: Callable[[str], dict[str, Any]] = attrs.field(repr=False)
    name: str = ""
    """Name of the definition that the node comes from, for types that are known by name."""
    custom: bool = False
    """Whether the kind is a custom one: the server then keeps values as they were written."""

    def _at(self, node: Any) -> Shape:
        found = as_dict(node)
        target = as_str(found.get("$ref"))
        if target.startswith(_REFERENCE):
            name = target.removeprefix(_REFERENCE)
            return Shape(self.definition(name), self.definition, name, self.custom)
        return Shape(found, self.definition, "", self.custom)

    def field(self, name: str) -> Shape:
        """The shape of a mapping's field."""
        properties = as_dict(self.node.get("properties"))
        if name in properties:
            return self._at(properties[name])
        return self._at(self.node.get("additionalProperties"))

    def item(self) -> Shape:
        """The shape of a list's items."""
        return self._at(self.node.get("items"))

    @property
    def list_keys(self) -> tuple[str, ...]:
        """The fields by which a list knows its items; none where it has no keys."""
        return tuple(key for key in as_list(self.node.get("x-kubernetes-list-map-keys")) if isinstance(key, str))

    @property
    def is_set(self) -> bool:
        """Whether the order of the list says nothing, and no value comes twice."""
        # Before list types there were patch strategies; `merge` without a key is a set of scalars.
        merged = "merge" in as_str(self.node.get("x-kubernetes-patch-strategy")) and not self.list_keys
        return self.node.get("x-kubernetes-list-type") == "set" or (
            merged and "x-kubernetes-list-type" not in self.node
        )

    @property
    def is_quantity(self) -> bool:
        """Whether two spellings of one amount are the same value."""
        return self.name == _QUANTITY

    @property
    def is_int_or_string(self) -> bool:
        """Whether numbers may be written as text."""
        return self.name == _INT_OR_STRING or self.node.get("x-kubernetes-int-or-string") is True


def _nothing(_name: str) -> dict[str, Any]:
    return {}


UNKNOWN = Shape({}, _nothing)


class Shapes:
    """The shapes of all kinds: built-in ones by version, custom ones by their definitions."""

    def __init__(self, schemas: KubernetesSchemas, definitions: Iterable[Resource] = ()) -> None:
        """*definitions* are CustomResourceDefinitions, those of the cluster before those of the manifests."""
        self._schemas = schemas
        self._custom: dict[Gvk, dict[str, Any]] = {}
        for kind in custom_kinds(definitions):
            if kind.schema is not None:
                self._custom.setdefault(kind.gvk, kind.schema)

    def of(self, resource: Resource) -> Shape:
        """The shape of an object."""
        gvk = Gvk.of(resource.api_version, resource.kind)
        if gvk in self._schemas.kinds:
            name = self._schemas.name_of(gvk)
            return Shape(self._schemas.definition(name), self._schemas.definition, name)
        metadata = {"$ref": f"{_REFERENCE}{_OBJECT_META}"}
        schema = self._custom[gvk] if gvk in self._custom else _shipped(gvk)
        properties = as_dict(schema.get("properties")) | {"metadata": metadata}
        return Shape({**schema, "properties": properties}, self._schemas.definition, custom=True)


def _shipped(gvk: Gvk) -> dict[str, Any]:
    """The schema of a well-known custom kind, for clusters whose definitions may not be read; empty for all others."""
    project = custom.project_of(gvk.group)
    return as_dict(project.kinds.get(gvk, {}).get("schema")) if project is not None else {}
