"""The objects that are mutated: those of the Booking System, and those with many fields."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

import yaml

from seatrial.engines.schema import Gvk
from seatrial.model.source import load
from tests.schema.agreement import Answer, Checker, Server
from tests.schema.mutations import Mutator

ROOT = Path(__file__).parents[2]
WEIGHTS = {"Pod": 10, "Deployment": 8, "StatefulSet": 8, "Service": 6, "HorizontalPodAutoscaler": 5, "NetworkPolicy": 5}
WEIGHTS |= {"Ingress": 5, "PersistentVolumeClaim": 4, "CronJob": 3, "Job": 3, "DaemonSet": 3}
"""How often a kind is mutated, by the fields that it has; other kinds weigh 2."""


def documents(name: str) -> list[dict[str, Any]]:
    """The objects of a file below `tests`."""
    text = (ROOT / "tests" / name).read_text(encoding="utf-8")
    return [item for item in yaml.safe_load_all(text) if item]


@functools.cache
def overlay(name: str) -> list[dict[str, Any]]:
    """The objects of an environment."""
    return [resource.data for resource in load(str(ROOT / "manifests"), overlay=name).resources]


def built_in(checker: Checker, objects: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Those of the objects whose kind is Kubernetes' own."""
    return [data for data in objects if Gvk.of(data["apiVersion"], data["kind"]) in checker.schemas.kinds]


def mutator(server: Server, checker: Checker) -> Mutator:
    """Mutates one valid object of each shape that a kind has, kinds in the proportion of their weights."""
    ground = built_in(checker, overlay("production") + overlay("development"))
    ground += built_in(checker, documents("policies/every_kind.yaml")) + documents("schema/rich_objects.yaml")
    shapes: dict[str, dict[str, dict[str, Any]]] = {}
    for data in ground:
        if server.judge(data).answer is Answer.VALID:
            shapes.setdefault(data["kind"], {}).setdefault(str(_shape(data)), data)
    objects: list[dict[str, Any]] = []
    for kind, found in sorted(shapes.items()):
        alike = list(found.values())
        objects.extend(alike[index % len(alike)] for index in range(max(4 * WEIGHTS.get(kind, 2), len(alike))))
    return Mutator(objects, checker.schemas)


def _shape(value: Any) -> Any:
    """The fields of an object without their values."""
    if isinstance(value, dict):
        return {str(key): _shape(item) for key, item in sorted(value.items(), key=str)}
    return sorted({str(_shape(item)) for item in value}) if isinstance(value, list) else None
