"""A month of failures and repairs: what the placement, the probes and the tolerations of the manifests make of them.

Requests are not simulated one by one here: at every moment the share that succeeds follows from the pods that serve
among those that the endpoints still name, tier after tier (serial availability), and is integrated over the time.
Each tier stands at its minimum of replicas, which is the worst case. Not modelled: loss of a zone, and overload of
the pods that are left.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING, Any

import attrs
import simpy

from simulator.cluster import UNDECLARED
from simulator.streams import Distribution, Draws, Streams
from simulator.topology import WorkloadSpec

if TYPE_CHECKING:
    from seatrial.model.architecture.scenarios import Scenario
    from simulator.program import Program
    from simulator.twin import Twin

DAY = 86_400.0

_Process = Generator[simpy.Event, Any, None]


@attrs.frozen
class MonthRecord:
    """What one replication of the availability model has found."""

    replication: int
    programs: dict[str, float]
    """Share of successful requests of each user request program over the whole time."""
    overall: float
    """Mean of those."""
    outages: dict[str, list[float]]
    """Seconds of each time without any serving pod, by workload."""
    external_success: float
    """Share of calls to external dependencies that no outage spoiled."""


@attrs.define(eq=False)
class _Pod:
    node: int
    serving: bool = True
    routable: bool = True
    busy: bool = False
    """Whether a failure or a drain is under way for it already."""


class _Tier:
    def __init__(self, spec: WorkloadSpec, pods: list[_Pod]) -> None:
        self.spec = spec
        self.pods = pods
        self.down_since: float | None = None
        self.outages: list[float] = []

    def success(self) -> float:
        """Probability that a call reaches a pod that serves."""
        named = sum(1 for pod in self.pods if pod.routable)
        return sum(1 for pod in self.pods if pod.routable and pod.serving) / named if named else 0.0


def simulate_month(twin: Twin, scenario: Scenario, seed: int, replication: int) -> MonthRecord:
    """Run one replication over `scenario.duration` days."""
    return _Month(twin, scenario, Streams(seed, replication)).result()


class _Month:
    def __init__(self, twin: Twin, scenario: Scenario, streams: Streams) -> None:
        self.env = simpy.Environment()
        self.twin = twin
        self.streams = streams
        self.until = scenario.duration * DAY
        self.programs: list[Program] = [program for program in twin.programs if program.kind == "user"]
        self.nodes = twin.nodes
        self.away: set[int] = set()
        needed = {
            index
            for program in self.programs
            for service, _ in program.path
            if service >= 0
            for index in twin.topology.services[service].workloads
        }
        placing = streams.generator("placement")
        self.tiers: dict[int, _Tier] = {}
        for index in sorted(needed):
            spec = twin.topology.workloads[index]
            if spec.spread and spec.replicas <= self.nodes:
                places = placing.permutation(self.nodes)[: spec.replicas]
            else:
                places = placing.integers(0, self.nodes, spec.replicas)
            self.tiers[index] = _Tier(spec, [_Pod(int(node)) for node in places])
        self.edge_up = True
        self.external_factor = 1.0
        self._since = 0.0
        self._good = [0.0] * len(self.programs)
        self._external_good = 0.0
        self._draws: dict[str, Draws] = {}
        self._start_processes()

    def _assumption(self, role: str) -> Distribution:
        found = self.twin.assumptions[self.twin.availability[role]]
        return Distribution(found.value, found.distribution, found.variation or 0.0)

    def _number(self, role: str) -> float:
        return self._assumption(role).mean

    def _draw(self, name: str, distribution: Distribution) -> float:
        if name not in self._draws:
            self._draws[name] = self.streams.draws(name, distribution)
        return self._draws[name].next()

    def _start_processes(self) -> None:
        env = self.env
        for node in range(self.nodes):
            env.process(self._repeat(f"node/{node}/fail", "node_failure_rate", self._node_fails, node))
            env.process(self._repeat(f"node/{node}/drain", "node_drain_rate", self._node_drains, node))
        for index, tier in self.tiers.items():
            for number, pod in enumerate(tier.pods):
                name = f"{tier.spec.key}/{number}/crash"
                env.process(self._repeat(name, "pod_crash_rate", self._pod_crashes, (self.tiers[index], pod)))
        env.process(self._repeat("edge", "edge_failure_rate", self._edge_fails, None))
        env.process(self._repeat("external", "external_outage_rate", self._external_fails, None))

    def _repeat(self, name: str, rate: str, what: Any, subject: Any) -> _Process:
        """Let *what* happen to *subject* at exponential intervals of a rate per day, one at a time."""
        per_day = self._number(rate)
        if per_day <= 0.0:
            return
        gap = Distribution(DAY / per_day, "exponential")
        while True:
            yield self.env.timeout(self._draw(name, gap))
            yield self.env.process(what(subject))

    # -- accounting ---------------------------------------------------------------------------------------------------

    def _account(self) -> None:
        """Integrate the success shares up to now; to be called before anything changes."""
        now = self.env.now
        passed = now - self._since
        if passed <= 0.0:
            return
        self._since = now
        self._external_good += passed * self.external_factor
        if not self.edge_up:
            return
        shares = {index: tier.success() for index, tier in self.tiers.items()}
        for number, program in enumerate(self.programs):
            success = 1.0 - program.failure
            for service, chance in program.path:
                workloads = self.twin.topology.services[service].workloads if service >= 0 else ()
                reached = max((shares[index] for index in workloads), default=0.0)
                success *= 1.0 - chance * (1.0 - reached)
            self._good[number] += passed * success

    def _set(self, tier: _Tier, pod: _Pod, *, serving: bool | None = None, routable: bool | None = None) -> None:
        self._account()
        pod.serving = pod.serving if serving is None else serving
        pod.routable = pod.routable if routable is None else routable
        usable = any(one.serving and one.routable for one in tier.pods)
        if not usable and tier.down_since is None:
            tier.down_since = self.env.now
        elif usable and tier.down_since is not None:
            tier.outages.append(self.env.now - tier.down_since)
            tier.down_since = None

    # -- what happens -------------------------------------------------------------------------------------------------

    def _node_fails(self, node: int) -> _Process:
        if node in self.away:
            return
        self.away.add(node)
        recovery = self._draw(f"node/{node}/replacement", self._assumption("node_replacement"))
        for tier, pod in self._on(node):
            self.env.process(self._lost(tier, pod, recovery))
        yield self.env.timeout(recovery)
        self.away.discard(node)

    def _lost(self, tier: _Tier, pod: _Pod, recovery: float) -> _Process:
        """A pod's node is dead: noticed after the grace period, replaced when toleration and volume allow."""
        pod.busy = True
        self._set(tier, pod, serving=False)
        detection = self._number("node_detection")
        yield self.env.timeout(detection)
        self._set(tier, pod, routable=False)
        spec = tier.spec
        evicted = detection + spec.unreachable_toleration
        if spec.claims or spec.kind == "StatefulSet":
            # A StatefulSet's pod is not replaced while it may still run somewhere: only when the node object is gone
            # or tainted out of service (k8s.io/kubernetes v1.37.2 pkg/controller/podgc, statefulset identity).
            free = max(evicted, recovery)
        else:
            free = min(evicted, max(recovery, detection))
        yield self.env.timeout(free - detection)
        crashed = bool(spec.claims)
        yield from self._come_back(tier, pod, moved=True, crashed=crashed)

    def _node_drains(self, node: int) -> _Process:
        if node in self.away:
            return
        self.away.add(node)
        waiting: dict[int, list[_Pod]] = {}
        for tier, pod in self._on(node):
            waiting.setdefault(id(tier), []).append(pod)
            if tier.spec.disruption_budget and len(waiting[id(tier)]) > 1:
                continue  # The budget lets the next one go only when the first is back.
            self.env.process(self._evicted(tier, waiting[id(tier)]))
        yield self.env.timeout(self._draw(f"node/{node}/drain-time", self._assumption("node_drain")))
        self.away.discard(node)

    def _evicted(self, tier: _Tier, pods: list[_Pod]) -> _Process:
        while pods:
            pod = pods.pop(0)
            pod.busy = True
            self._set(tier, pod, serving=False, routable=False)
            yield from self._come_back(tier, pod, moved=True, crashed=False)

    def _pod_crashes(self, subject: tuple[_Tier, _Pod]) -> _Process:
        tier, pod = subject
        if pod.busy:
            return
        pod.busy = True
        self._set(tier, pod, serving=False)
        yield self.env.timeout(self.twin.control.endpoint_propagation)
        self._set(tier, pod, routable=False)
        yield from self._come_back(tier, pod, moved=False, crashed=True)

    def _come_back(self, tier: _Tier, pod: _Pod, *, moved: bool, crashed: bool) -> _Process:
        spec, control = tier.spec, self.twin.control
        behaviour = self.twin.behaviour(spec.component) or UNDECLARED
        wait = self._draw(f"{spec.key}/start", behaviour.start)
        if moved:
            wait += self._draw(f"{spec.key}/scheduling", control.pod_scheduling)
            cached = self._draw(f"{spec.key}/cached", Distribution(0.5, "uniform")) < control.image_cached
            wait += 0.0 if cached else self._draw(f"{spec.key}/pull", control.image_pull)
            for _ in range(spec.init_containers):
                wait += self._draw(f"{spec.key}/init", control.init_container)
            for _ in range(spec.claims):
                wait += self._draw(f"{spec.key}/attach", self._assumption("volume_attach"))
            pod.node = self._another_node(tier)
        if crashed and spec.claims:
            wait += self._draw(f"{spec.key}/recovery", self._assumption("database_recovery"))
        if spec.startup is not None:
            # Ready is seen at the next turn of the probe: half a period later in the mean.
            wait += spec.startup.initial_delay + spec.startup.period / 2.0
        yield self.env.timeout(wait + control.endpoint_propagation)
        self._set(tier, pod, serving=True, routable=True)
        pod.busy = False

    def _edge_fails(self, _: None) -> _Process:
        self._account()
        self.edge_up = False
        yield self.env.timeout(self._draw("edge/recovery", self._assumption("edge_recovery")))
        self._account()
        self.edge_up = True

    def _external_fails(self, _: None) -> _Process:
        self._account()
        self.external_factor = 1.0 - self._number("external_outage_share")
        yield self.env.timeout(self._draw("external/outage", self._assumption("external_outage")))
        self._account()
        self.external_factor = 1.0

    def _on(self, node: int) -> list[tuple[_Tier, _Pod]]:
        return [(tier, pod) for tier in self.tiers.values() for pod in tier.pods if pod.node == node and not pod.busy]

    def _another_node(self, tier: _Tier) -> int:
        free = [node for node in range(self.nodes) if node not in self.away]
        if tier.spec.spread:
            taken = {pod.node for pod in tier.pods}
            free = [node for node in free if node not in taken] or free
        if not free:
            return 0
        return free[int(self._draw("placement/next", Distribution(0.5, "uniform")) * len(free))]

    def result(self) -> MonthRecord:
        self.env.run(until=self.until)
        self._account()
        shares = {program.name: good / self.until for program, good in zip(self.programs, self._good, strict=True)}
        return MonthRecord(
            replication=self.streams.replication,
            programs=shares,
            overall=sum(shares.values()) / len(shares) if shares else 0.0,
            outages={tier.spec.key: tier.outages for tier in self.tiers.values()},
            external_success=self._external_good / self.until,
        )
