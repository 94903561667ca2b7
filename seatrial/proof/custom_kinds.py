"""The definitions of the custom kinds in use, as their projects publish them."""

from __future__ import annotations

from seatrial.cluster.kinds import Kinds
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
    return tuple(_alone(found) for found in crds.definitions(sorted(projects)) if _defines(found) in wanted)


def known(resource: Resource, kinds: Kinds) -> bool:
    """Whether the server can tell that there is no such kind: the group is its own, or of a project that we install.

    Raises ToolError if the server fails to say.
    """
    project = custom.project_of(resource.group)
    if project is not None:
        # In a shared group others define kinds as well.
        return resource.group not in project.shared_groups
    # Groups without a dot are Kubernetes' own, those that are gone (`extensions`) included.
    return "." not in resource.group or kinds.has_group(resource.group)


def _alone(definition: Resource) -> Resource:
    """The definition without its conversion webhook: the project's own server does not run in a lab."""
    if dig(definition.data, "spec", "conversion", "strategy") != "Webhook":
        return definition
    spec = {**definition.data["spec"], "conversion": {"strategy": "None"}}
    return Resource({**definition.data, "spec": spec}, definition.locator)


def _defines(definition: Resource) -> tuple[str, str]:
    """Group and kind that a CustomResourceDefinition brings."""
    return as_str(dig(definition.data, "spec", "group")), as_str(dig(definition.data, "spec", "names", "kind"))
