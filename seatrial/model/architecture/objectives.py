"""The objectives: what is measured, against which bound, where, and how sure a verdict must be."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Any

import attrs

from seatrial.model import pointer as pointers
from seatrial.model.architecture.declaration import mistake, read, require_unique, unknown
from seatrial.model.position import Position
from seatrial.model.yaml_source import LocatedDocument


@attrs.frozen
class Objective:
    """One objective."""

    name: str
    title: str
    indicator: str
    """What is measured, in words."""
    comparison: str
    """`<`, `<=`, `>` or `>=` for indicator against threshold, `within` for the limits of the components."""
    threshold: float | None
    """In *unit*; None when *limits* says where the numbers stand."""
    limits: str | None
    """`components`: each component's own replica limits are the bound."""
    unit: str
    """`s`, `ratio` or `replicas`."""
    scope: str
    """What the indicator is taken over, in words."""
    window_s: float | None
    """Seconds over which the indicator is judged in production."""
    confidence: float | None
    """Level of the confidence bound that must hold for a pass; None for a bound that no sample may break."""
    scenarios: tuple[str, ...]
    """Names of the scenarios it is judged in; empty exactly when *planned* is set."""
    planned: str | None
    """What must be built before it can be judged."""
    position: Position

    @property
    def error_budget_s(self) -> float | None:
        """Seconds per window in which a ratio objective may be missed; None for objectives of other kinds."""
        if self.unit != "ratio" or self.threshold is None or self.window_s is None:
            return None
        allowed = 1 - self.threshold if self.comparison.startswith(">") else self.threshold
        return allowed * self.window_s


def load_objectives(root: Path, scenarios: Collection[str]) -> tuple[Objective, ...]:
    """Read `architecture/objectives.yaml` below *root*; *scenarios* are the names of those that exist.

    Raises InputError with the place of a repeated name, an unknown scenario, a ratio above 1, a bound that is missing
    or given twice, and an objective that is neither judged in a scenario nor planned.
    """
    document = read(root, "objectives")
    items: list[dict[str, Any]] = document.data["objectives"]
    require_unique(document, "objectives", "name", items, "objective")
    return tuple(_objective(document, index, item, scenarios) for index, item in enumerate(items))


def _objective(document: LocatedDocument, index: int, item: dict[str, Any], scenarios: Collection[str]) -> Objective:
    place = ("objectives", index)
    name = item["name"]
    if ("threshold" in item) == ("limits" in item) or ("limits" in item) != (item["comparison"] == "within"):
        raise mistake(
            document,
            place,
            f"objective {name} needs one bound: a threshold with a comparison, or `limits` with `within`",
            "give `threshold` and one of < <= > >=, or `limits: components` and `comparison: within`",
        )
    if item["unit"] == "ratio" and item.get("threshold", 0) > 1:
        raise mistake(
            document, (*place, "threshold"), f"a ratio of {item['threshold']:g} is above 1", "write 99.9 % as 0.999"
        )
    if ("scenarios" in item) == ("planned" in item):
        raise mistake(
            document,
            place,
            f"objective {name} must name either the scenarios that judge it or what is planned for it",
            "give exactly one of `scenarios` and `planned`",
        )
    for number, scenario in enumerate(item.get("scenarios", ())):
        if scenario not in scenarios:
            raise unknown(document, (*place, "scenarios", number), "scenario", scenario, scenarios)
    return Objective(
        name=name,
        title=item["title"],
        indicator=item["indicator"],
        comparison=item["comparison"],
        threshold=float(item["threshold"]) if "threshold" in item else None,
        limits=item.get("limits"),
        unit=item["unit"],
        scope=item["scope"],
        window_s=float(item["window_s"]) if "window_s" in item else None,
        confidence=item.get("confidence"),
        scenarios=tuple(item.get("scenarios", ())),
        planned=item.get("planned"),
        position=document.position(pointers.join(*place)),
    )
