"""The declared intent of a project: `architecture/*.yaml` as checked, frozen objects."""

from __future__ import annotations

from seatrial.model.architecture.assumptions import Assumption
from seatrial.model.architecture.components import (
    Account,
    AddressRange,
    Component,
    Container,
    Database,
    External,
    ImageLine,
    Ingress,
    LongestRequest,
    Mesh,
    Metric,
    ObjectReference,
    PriorityClass,
    ResourceProfile,
    RolePlaces,
    Route,
    Storage,
    VerticalScaling,
)
from seatrial.model.architecture.edges import Edge
from seatrial.model.architecture.node_pools import Node, NodePool, Taint
from seatrial.model.architecture.objectives import Objective
from seatrial.model.architecture.requirements import CheckReference, Requirement
from seatrial.model.architecture.scenarios import Scenario, ScenarioSet
from seatrial.model.architecture.whole import Architecture, UnknownCheck

__all__ = [
    "Account",
    "AddressRange",
    "Architecture",
    "Assumption",
    "CheckReference",
    "Component",
    "Container",
    "Database",
    "Edge",
    "External",
    "ImageLine",
    "Ingress",
    "LongestRequest",
    "Mesh",
    "Metric",
    "Node",
    "NodePool",
    "ObjectReference",
    "Objective",
    "PriorityClass",
    "Requirement",
    "ResourceProfile",
    "RolePlaces",
    "Route",
    "Scenario",
    "ScenarioSet",
    "Storage",
    "Taint",
    "UnknownCheck",
    "VerticalScaling",
]
