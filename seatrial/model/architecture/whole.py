"""The declared intent as one object: what is promised, of what, by which checks it is proven."""

from __future__ import annotations

import functools
from collections.abc import Collection
from pathlib import Path
from typing import Any, TypeVar

import attrs

from seatrial.model.architecture.assumptions import Assumption, load_assumptions
from seatrial.model.architecture.components import Component, Components
from seatrial.model.architecture.components_reader import load_components
from seatrial.model.architecture.edges import Edge, load_edges
from seatrial.model.architecture.node_pools import NodePool, load_node_pools
from seatrial.model.architecture.objectives import Objective, load_objectives
from seatrial.model.architecture.parameters import parameters
from seatrial.model.architecture.requirements import CheckReference, Requirement, load_requirements
from seatrial.model.architecture.scenarios import ScenarioSet
from seatrial.model.architecture.scenarios_reader import load_scenarios
from seatrial.model.errors import InputError
from seatrial.model.position import Position
from seatrial.model.suggest import did_you_mean, nearest
from seatrial.model.verdict import Subject

_Item = TypeVar("_Item")


@attrs.frozen
class UnknownCheck:
    """A requirement that names a check which does not exist, and so can never be proven."""

    requirement: str
    check: str
    position: Position
    nearest: str | None
    """The check that was probably meant."""


@attrs.frozen(slots=False)
class Architecture:
    """Everything that `architecture/` declares."""

    root: Path
    """The project's root: the folder that holds `architecture/`."""
    requirements: tuple[Requirement, ...]
    groups: dict[str, str]
    """Title of each group of requirements by its letter."""
    declared: Components
    """Components with the namespaces, images, storage classes and labels around them."""
    edges: tuple[Edge, ...]
    objectives: tuple[Objective, ...]
    assumptions: dict[str, Assumption]
    scenarios: ScenarioSet
    node_pools: tuple[NodePool, ...]

    @classmethod
    def load(cls, root: Path, overlay: str | None = None) -> Architecture:
        """Read the seven files below `root/architecture` of a project, in the names that *overlay* gives.

        Raises InputError for the first file that is missing, against its schema, or at odds with another one.
        """
        assumptions = load_assumptions(root)
        components = load_components(root, assumptions, overlay)
        scenarios = load_scenarios(root, assumptions)
        requirements = load_requirements(root)
        return cls(
            root=root,
            requirements=requirements.requirements,
            groups=requirements.groups,
            declared=components,
            edges=load_edges(root, components.components),
            objectives=load_objectives(root, [scenario.name for scenario in scenarios.scenarios]),
            assumptions=assumptions,
            scenarios=scenarios,
            node_pools=load_node_pools(root),
        )

    @property
    def components(self) -> tuple[Component, ...]:
        """The components, in the order of the file."""
        return self.declared.components

    def component(self, id_: str) -> Component:
        """The component of that id. Raises InputError if there is none."""
        return _named("component", id_, {item.id: item for item in self.components})

    def requirement(self, id_: str) -> Requirement:
        """The requirement of that id. Raises InputError if there is none."""
        items = {item.id: item for item in self.requirements}
        if id_ not in items:  # numbers are not mistyped words: the nearest one would be a guess
            ids = list(items)
            raise InputError(f'unknown requirement "{id_}"', remedy=f"choose one from {ids[0]} to {ids[-1]}")
        return items[id_]

    def objective(self, name: str) -> Objective:
        """The objective of that name. Raises InputError if there is none."""
        return _named("objective", name, {item.name: item for item in self.objectives})

    def parameters(self) -> dict[str, Any]:
        """What policies receive as `input.parameters.architecture`: see `seatrial.model.architecture.parameters`."""
        return parameters(self.declared)

    def requirements_of(self, check: str, subject: Subject) -> tuple[str, ...]:
        """Ids of the requirements that a verdict of *check* about *subject* is evidence for, in order."""
        found = (id_ for id_, reference in self._references.get(check, ()) if reference.covers(check, subject))
        return tuple(dict.fromkeys(found))

    @functools.cached_property
    def _references(self) -> dict[str, list[tuple[str, CheckReference]]]:
        """By check: the requirements that name it, in order, with the reference that does."""
        index: dict[str, list[tuple[str, CheckReference]]] = {}
        for requirement in self.requirements:
            for reference in requirement.checks:
                index.setdefault(reference.check, []).append((requirement.id, reference))
        return index

    def unknown_checks(self, known: Collection[str]) -> tuple[UnknownCheck, ...]:
        """The references to checks that are not *known*, in the order of the file."""
        return tuple(
            UnknownCheck(requirement.id, reference.check, reference.position, nearest(reference.check, known))
            for requirement in self.requirements
            for reference in requirement.checks
            if reference.check not in known
        )


def _named(what: str, name: str, items: dict[str, _Item]) -> _Item:
    if name not in items:
        raise InputError(
            f'unknown {what} "{name}"{did_you_mean(name, items)}', remedy=f"choose one of: {', '.join(items)}"
        )
    return items[name]
