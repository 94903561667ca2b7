"""Rendered manifests as plain objects, and the arithmetic on them that several tests share."""

from __future__ import annotations

import functools
import subprocess
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml

from seatrial.model.inventory import Inventory
from seatrial.model.kustomize import kubectl
from seatrial.model.quantity import Quantity
from seatrial.model.source import load

ROOT = Path(__file__).resolve().parents[2]
MANIFESTS = ROOT / "manifests"

Object = dict[str, Any]


def build(folder: Path) -> str:
    """The text that `kubectl kustomize` makes of *folder*."""
    done = subprocess.run([kubectl(), "kustomize", str(folder)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def objects(text: str) -> list[Object]:
    return [found for found in yaml.load_all(text, Loader=yaml.CSafeLoader) if found]


@functools.cache
def text(name: str) -> str:
    return build(MANIFESTS / "overlays" / name)


@functools.cache
def environment(name: str) -> tuple[Object, ...]:
    return tuple(objects(text(name)))


@functools.cache
def traced() -> Inventory:
    """Production as the checks see it, with the file of every field."""
    return load(str(MANIFESTS), overlay="production")


def production(*kinds: str) -> list[Object]:
    return [item for item in environment("production") if not kinds or item["kind"] in kinds]


def named(kind: str, name: str) -> Object:
    (found,) = [item for item in production(kind) if item["metadata"]["name"] == name]
    return found


def pod_spec(workload: Object) -> Object:
    spec: Object = workload["spec"]["template"]["spec"]
    return spec


def containers(workload: Object) -> dict[str, Object]:
    return {container["name"]: container for container in pod_spec(workload)["containers"]}


def variables(container: Object) -> dict[str, Any]:
    """Values of a container's variables; of those from elsewhere, the source."""
    return {item["name"]: item.get("value", item.get("valueFrom")) for item in container["env"]}


def amount(text: Any) -> Decimal:
    return Quantity.parse(text).value


def most_pods(workload: Object, found: tuple[Object, ...]) -> int:
    """Pods of a workload at its maximum and in the middle of a rolling update."""
    maxima = {
        item["spec"]["scaleTargetRef"]["name"]: item["spec"]["maxReplicas"]
        for item in found
        if item["kind"] == "HorizontalPodAutoscaler"
    }
    most: int = maxima.get(workload["metadata"]["name"]) or workload["spec"]["replicas"]
    if workload["kind"] == "StatefulSet":
        return most
    surge: int = workload["spec"]["strategy"]["rollingUpdate"]["maxSurge"]
    return most + surge
