"""The definitions of the custom kinds in use, as their projects publish them."""

from __future__ import annotations

from seatrial.cluster.order import DEFINITION
from seatrial.engines import custom
from seatrial.model.dig import as_str, dig
from seatrial.model.document import Resource
from seatrial.model.inventory import Inventory
from seatrial.toolchain import crds


def needed(inventory: Inventory) -> tuple[Resource, ...]:
    """The upstream definitions of the custom kinds that occur and are not defined in the set itself.

    Raises ToolError if an upstream module cannot be had.
    """
    own = {_defines(resource) for resource in inventory.of_kind(DEFINITION)}
    wanted = {(resource.group, resource.kind) for resource in inventory.resources if "." in resource.group} - own
    projects = {project.name for group, _ in wanted if (project := custom.project_of(group)) is not None}
    if not projects:
        return ()
    return tuple(found for found in crds.definitions(sorted(projects)) if _defines(found) in wanted)


def _defines(definition: Resource) -> tuple[str, str]:
    """Group and kind that a CustomResourceDefinition brings."""
    return as_str(dig(definition.data, "spec", "group")), as_str(dig(definition.data, "spec", "names", "kind"))
