"""The twin of a deployed system, built from its manifests, and its simulation.

`build` makes a twin of an inventory and its declared architecture; `run` simulates one of its scenarios. The names are
loaded when they are first used: `simulator.hpa` alone needs none of the numerical libraries.

What is where, from the manifests to the verdict:

* `topology` reads the manifests, `program` flattens request classes into tables of operations, `twin` joins both with
  the assumptions;
* `reference` walks the programs through `cluster`, `pod`, `station` and `dependency`; `sampling` and `autoscaling` are
  the control plane around them, `profile` and `streams` the load and its random numbers;
* `replication` runs all that once and `observe` records it; `availability` is the month of failures;
* `workers` and `runner` run as many replications as `measures` and `statistics` need to decide; `results` tells.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from simulator.measures import Judgement, Target
    from simulator.results import ScenarioResult, indicator
    from simulator.runner import run
    from simulator.statistics import Interval
    from simulator.twin import Twin, build
    from simulator.workers import Workers

_HOMES = {
    "Interval": "statistics",
    "Judgement": "measures",
    "ScenarioResult": "results",
    "Target": "measures",
    "Twin": "twin",
    "Workers": "workers",
    "build": "twin",
    "indicator": "results",
    "run": "runner",
}

__all__ = ["Interval", "Judgement", "ScenarioResult", "Target", "Twin", "Workers", "build", "indicator", "run"]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
