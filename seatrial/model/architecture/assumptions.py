"""Every number of the simulation that the manifests do not give: visible, sourced, and with a range."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import attrs

from seatrial.model import pointer as pointers
from seatrial.model.architecture.declaration import mistake, read, require_unique
from seatrial.model.position import Position


@attrs.frozen
class Assumption:
    """One assumed number."""

    name: str
    title: str
    unit: str
    """Free text such as `s`, `1/s`, `token`, `MiB`; `1` for ratios and counts."""
    value: float
    """Mean of the distribution; `low` and `high` bound what is plausible for it."""
    low: float
    high: float
    source: str
    distribution: str
    """`constant`, `exponential` or `lognormal`."""
    variation: float | None
    """Coefficient of variation of a lognormal distribution; None for the others."""
    position: Position


def load_assumptions(root: Path) -> dict[str, Assumption]:
    """Read `architecture/assumptions.yaml` below *root*, by name.

    Raises InputError with the place of a repeated name, a value outside its range, or a variation that is missing
    or does not belong to the distribution.
    """
    document = read(root, "assumptions")
    items: list[dict[str, Any]] = document.data["assumptions"]
    require_unique(document, "assumptions", "name", items, "assumption")
    loaded = {}
    for index, item in enumerate(items):
        name, place = item["name"], ("assumptions", index)
        if not item["low"] <= item["value"] <= item["high"]:
            raise mistake(
                document,
                (*place, "value"),
                f"assumption {name} is {item['value']:g}, outside its range {item['low']:g} to {item['high']:g}",
                "make low <= value <= high",
            )
        distribution = item.get("distribution", "constant")
        given = "variation" in item
        if (distribution == "lognormal") != given:
            raise mistake(
                document,
                place,
                f"assumption {name} has distribution {distribution} {'and' if given else 'without'} a variation",
                "`variation` belongs to lognormal, and only to it",
            )
        loaded[name] = Assumption(
            name=name,
            title=item["title"],
            unit=item["unit"],
            value=float(item["value"]),
            low=float(item["low"]),
            high=float(item["high"]),
            source=item["source"],
            distribution=distribution,
            variation=float(item["variation"]) if "variation" in item else None,
            position=document.position(pointers.join(*place)),
        )
    return loaded
