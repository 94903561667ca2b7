"""The twin of a deployed system, built from its manifests, and its simulation.

`build` makes a twin of an inventory and its declared architecture; `run` simulates one of its scenarios.
"""

from __future__ import annotations

from simulator.measures import Judgement, Target
from simulator.results import ScenarioResult, indicator
from simulator.runner import run
from simulator.statistics import Interval
from simulator.twin import Twin, build
from simulator.workers import Workers

__all__ = ["Interval", "Judgement", "ScenarioResult", "Target", "Twin", "Workers", "build", "indicator", "run"]
