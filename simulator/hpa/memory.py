"""What the controller remembers of one autoscaler between passes, all of it lost when it restarts.

Source: k8s.io/kubernetes v1.37.2, pkg/controller/podautoscaler/horizontal.go (`recommendations`,
`scaleUpEvents`, `scaleDownEvents`, `storeScaleEvent`, `markScaleEventsOutdated`).
"""

from __future__ import annotations

from typing import NamedTuple

import attrs

from simulator.hpa.go_numbers import wrap32
from simulator.hpa.spec import Behavior


class Entry(NamedTuple):
    """A recommendation, or a scale event with the absolute size of the change."""

    replicas: int
    at: float
    """Seconds on the caller's clock."""


def replace_or_append(entries: list[Entry], slot: int | None, entry: Entry) -> None:
    """Keep *entry* in an expired *slot*, or at the end when there is none."""
    if slot is None:
        entries.append(entry)
    else:
        entries[slot] = entry


@attrs.define
class Memory:
    """Recommendations before stabilization, and the changes made, in upstream's slot order."""

    recommendations: list[Entry] | None = None
    """None until the first pass, which puts the current replicas in (`recordInitialRecommendation`)."""
    scale_ups: list[Entry] = attrs.field(factory=list)
    scale_downs: list[Entry] = attrs.field(factory=list)
    # Upstream's `outdated` flag stays on an event even if the policies get a longer period later.
    _outdated: set[tuple[bool, int]] = attrs.field(factory=set)

    def store_event(self, behavior: Behavior | None, before: int, after: int, now: float) -> None:
        """`storeScaleEvent`: without behavior nothing is kept; the last outdated slot is used again."""
        if behavior is None:
            return
        up = after > before
        events, rules = (self.scale_ups, behavior.scale_up) if up else (self.scale_downs, behavior.scale_down)
        cutoff = now - rules.longest_period
        slot: int | None = None
        for index, event in enumerate(events):
            if event.at < cutoff:
                self._outdated.add((up, index))
            if (up, index) in self._outdated:
                slot = index
        if slot is not None:
            self._outdated.discard((up, slot))
        replace_or_append(events, slot, Entry(wrap32(abs(after - before)), now))
