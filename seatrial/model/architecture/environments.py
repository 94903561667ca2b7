"""The same promises in another environment: an overlay may rename the namespace, the domain and the issuer, no more."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs

from seatrial.model.architecture.components import Component, Components, ObjectReference

NAMESPACE = "Namespace"


@attrs.frozen
class Environment:
    """What an overlay calls differently from what the components declare."""

    overlay: str
    namespaces: Mapping[str, str]
    """Declared name to the overlay's."""
    domains: Mapping[str, str]
    """End of declared host names to the overlay's."""
    issuer: str | None
    """Issuer of its certificates, None for the declared one."""

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Environment:
        """Read an entry of `environments`."""
        return cls(data["overlay"], data.get("namespaces", {}), data.get("domains", {}), data.get("issuer"))

    def namespace(self, name: str) -> str:
        """The overlay's name of a declared namespace."""
        return self.namespaces.get(name, name)

    def host(self, name: str) -> str:
        """The overlay's name of a declared host."""
        for declared, own in self.domains.items():
            if name.endswith(f".{declared}"):
                return f"{name.removesuffix(declared)}{own}"
        return name

    def reference(self, reference: ObjectReference) -> ObjectReference:
        """A declared object as the overlay names it."""
        name = self.namespace(reference.name) if reference.kind == NAMESPACE else reference.name
        return attrs.evolve(reference, namespace=self.namespace(reference.namespace), name=name)


def in_environment(declared: Components, environment: Environment) -> Components:
    """The components as the overlay of *environment* names them; every number stays as it is."""
    return attrs.evolve(
        declared,
        components=tuple(_component(component, environment) for component in declared.components),
        namespaces=tuple(
            attrs.evolve(namespace, name=environment.namespace(namespace.name)) for namespace in declared.namespaces
        ),
        ingress_issuer=environment.issuer or declared.ingress_issuer,
    )


def _component(component: Component, environment: Environment) -> Component:
    ingress = component.ingress
    return attrs.evolve(
        component,
        namespace=environment.namespace(component.namespace),
        objects=tuple(environment.reference(reference) for reference in component.objects),
        ingress=attrs.evolve(ingress, host=environment.host(ingress.host)) if ingress is not None else None,
    )
