"""What one replication leaves behind: every finished request, and the state of the system on a time grid."""

from __future__ import annotations

from array import array
from collections import Counter
from typing import TYPE_CHECKING, Any

import attrs
import simpy

if TYPE_CHECKING:
    from collections.abc import Generator

    from simulator.cluster import Workload
    from simulator.program import Program

OK = "ok"
CLIENT_FAULTS = frozenset({"rate limited"})
"""Outcomes that are answered with 4xx: no failures of the system."""


@attrs.define
class ClassRecord:
    """Requests of one request class that arrived after the warm-up."""

    kind: str
    arrived: array[float] = attrs.field(factory=lambda: array("d"))
    """Arrival times (s) of the answered ones, in the order of their end."""
    latency: array[float] = attrs.field(factory=lambda: array("d"))
    """Their sojourn times (s)."""
    outcomes: Counter[str] = attrs.field(factory=Counter)
    """How many ended how; `ok` for the answered ones."""
    failed_at: array[float] = attrs.field(factory=lambda: array("d"))
    """Arrival times of those that failed."""

    @property
    def total(self) -> int:
        """Requests that count for the objectives: client faults left out."""
        return sum(count for outcome, count in self.outcomes.items() if outcome not in CLIENT_FAULTS)

    @property
    def failures(self) -> int:
        """Requests that the system failed to answer."""
        return self.total - self.outcomes[OK]


@attrs.define
class WorkloadRecord:
    """State of a workload at each time of the grid."""

    replicas: list[int] = attrs.field(factory=list)
    """Pods that are not being deleted, ready or not."""
    ready: list[int] = attrs.field(factory=list)
    queue: list[int] = attrs.field(factory=list)
    """Requests that wait for a slot in a pod."""
    utilization: list[float] = attrs.field(factory=list)
    """CPU used since the last grid time, as a share of the limits of the ready pods."""


@attrs.define
class ScaleDecision:
    """Why an autoscaler did what it did, at one sync."""

    at: float
    autoscaler: str
    current: int
    desired: int
    reason: str


@attrs.define
class ReplicationRecord:
    """Everything that one replication has found."""

    replication: int
    grid: list[float]
    classes: dict[str, ClassRecord]
    workloads: dict[str, WorkloadRecord]
    most_replicas: dict[str, int]
    """The highest number of wanted replicas of each autoscaled workload, at any time."""
    least_replicas: dict[str, int]
    calls: dict[str, dict[str, int]]
    """Calls of each external dependency: total, ok, attempts, refused, failed."""
    call_latency: dict[str, list[float]]
    """Duration (s) of each successful attempt."""
    decisions: list[ScaleDecision]
    unfinished: int
    """Requests still in the system when the run was closed."""
    started: int
    """Requests that were started, the warm-up included."""


class Recorder:
    """Collects a replication's observations while it runs."""

    def __init__(self, env: simpy.Environment, warm_up: float) -> None:
        """Count requests that arrive at *warm_up* (s) or later."""
        self._env = env
        self._warm_up = warm_up
        self.classes: dict[str, ClassRecord] = {}
        self.workloads: dict[str, WorkloadRecord] = {}
        self.grid: list[float] = []
        self.decisions: list[ScaleDecision] = []
        self.started = 0
        self.ended = 0

    def open(self, program: Program) -> None:
        """Prepare for requests of *program*, so that a class without arrivals is visible too."""
        self.classes.setdefault(program.name, ClassRecord(program.kind))

    def finished(self, program: Program, arrived: float, outcome: str) -> None:
        """Take note of the end of a request."""
        self.ended += 1
        if arrived < self._warm_up:
            return
        record = self.classes[program.name]
        record.outcomes[outcome] += 1
        if outcome == OK:
            record.arrived.append(arrived)
            record.latency.append(self._env.now - arrived)
        elif outcome not in CLIENT_FAULTS:
            record.failed_at.append(arrived)

    def watch(self, workloads: list[Workload], interval: float, until: float) -> Generator[simpy.Event, Any, None]:
        """Write down the state of *workloads* every *interval* seconds until *until*; a process."""
        for workload in workloads:
            self.workloads[workload.spec.key] = WorkloadRecord()
        used = {workload.spec.key: workload.cpu_used() for workload in workloads}
        while True:
            self.grid.append(self._env.now)
            for workload in workloads:
                record = self.workloads[workload.spec.key]
                record.replicas.append(workload.current)
                record.ready.append(workload.ready)
                record.queue.append(sum(pod.slots.waiting for pod in workload.pods))
                now = workload.cpu_used()
                capacity = max(1, workload.ready) * workload.cores * interval
                record.utilization.append((now - used[workload.spec.key]) / capacity)
                used[workload.spec.key] = now
            if self._env.now + interval > until + 1e-9:
                return
            yield self._env.timeout(interval)
