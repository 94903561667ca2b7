"""The twin: a system as data, ready to be run; made from its manifests and its declared architecture."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import attrs

from seatrial.model.errors import InputError
from seatrial.model.suggest import did_you_mean
from simulator import topology as topologies
from simulator.program import Program, compile_request
from simulator.streams import Distribution
from simulator.topology import Topology

if TYPE_CHECKING:
    from seatrial.model.architecture import Architecture
    from seatrial.model.architecture.assumptions import Assumption
    from seatrial.model.architecture.node_pools import NodePool
    from seatrial.model.architecture.scenarios import External, PodMetric, Scenario, Station
    from seatrial.model.inventory import Inventory

MOST_REPLICAS = 10_000
"""Replicas of one workload: twice the nodes of the largest supported cluster, and still simulated in memory."""


@attrs.frozen
class Behaviour:
    """How the pods of one component behave under load."""

    concurrency: float
    queue: float
    start: Distribution
    memory_base: float
    """MiB"""
    memory_per_request: float
    """MiB"""


@attrs.frozen
class Dependency:
    """A service outside the cluster with an account-wide quota."""

    name: str
    requests_per_minute: float
    input_tokens_per_minute: float
    output_tokens_per_minute: float
    quota_window: float
    input_tokens: Distribution
    output_tokens: Distribution
    first_token: Distribution
    per_token: Distribution
    failure: float
    timeout: float
    attempts: int
    backoff: float


@attrs.frozen
class Control:
    """Timing of the control plane and of the platform; seconds unless said otherwise."""

    pod_scheduling: Distribution
    image_pull: Distribution
    image_cached: float
    """Probability that a node has the image already."""
    init_container: Distribution
    endpoint_propagation: float
    metrics_resolution: float
    metrics_delay: float
    scrape_interval: float
    rate_window: float
    sync_period: float
    cpu_initialization: float
    readiness_delay: float
    tolerance: float
    downscale_stabilization: float
    node_cores: float
    """Cores that a container without CPU limit may use: those of the smallest node."""
    pool_size: int
    """Connections of one pod to its database, where the manifests do not say."""


@attrs.frozen
class Twin:
    """A system that can be simulated. Plain data: it travels to worker processes as it is."""

    topology: Topology
    programs: tuple[Program, ...]
    behaviours: dict[str, Behaviour]
    dependencies: tuple[Dependency, ...]
    metrics: tuple[PodMetric, ...]
    control: Control
    assumptions: dict[str, Assumption]
    availability: dict[str, str]
    """Names of the assumptions behind the availability model, by their role there."""
    scenarios: dict[str, Scenario]
    nodes: int
    """Nodes of all pools, which pods are spread over."""
    used: tuple[str, ...]
    """Names of the assumptions that building the twin has read."""

    def scenario(self, name: str) -> Scenario:
        """Return the scenario of that name. Raises InputError with the nearest name for an unknown one."""
        if name not in self.scenarios:
            raise InputError(
                f"there is no scenario {name!r}{did_you_mean(name, self.scenarios)}",
                remedy=f"choose one of {', '.join(self.scenarios)}" if self.scenarios else "declare scenarios first",
            )
        return self.scenarios[name]

    def behaviour(self, component: str) -> Behaviour | None:
        """Return how pods of *component* behave, if a station says so."""
        return self.behaviours.get(component)


class _Numbers:
    """Reads assumptions by name and remembers which were read."""

    def __init__(self, assumptions: Mapping[str, Assumption]) -> None:
        self._assumptions = assumptions
        self.used: dict[str, None] = {}

    def distribution(self, name: str) -> Distribution:
        if name not in self._assumptions:
            raise InputError(
                f"the simulation needs the assumption {name!r}, which is not declared"
                f"{did_you_mean(name, self._assumptions)}",
                remedy=f"add {name!r} with unit, value, low, high and source to the assumptions",
            )
        self.used[name] = None
        found = self._assumptions[name]
        return Distribution(found.value, found.distribution, found.variation or 0.0)

    def number(self, name: str) -> float:
        return self.distribution(name).mean


def _behaviour(station: Station, numbers: _Numbers) -> Behaviour:
    return Behaviour(
        numbers.number(station.concurrency),
        numbers.number(station.queue),
        numbers.distribution(station.start),
        numbers.number(station.memory_base),
        numbers.number(station.memory_per_request),
    )


def _dependency(external: External, numbers: _Numbers) -> Dependency:
    return Dependency(
        name=external.name,
        requests_per_minute=numbers.number(external.requests_per_minute),
        input_tokens_per_minute=numbers.number(external.input_tokens_per_minute),
        output_tokens_per_minute=numbers.number(external.output_tokens_per_minute),
        quota_window=numbers.number("quota-window"),
        input_tokens=numbers.distribution(external.input_tokens),
        output_tokens=numbers.distribution(external.output_tokens),
        first_token=numbers.distribution(external.first_token),
        per_token=numbers.distribution(external.per_token),
        failure=numbers.number(external.failure),
        timeout=numbers.number(external.timeout),
        attempts=max(1, round(numbers.number(external.attempts))),
        backoff=numbers.number(external.backoff),
    )


def _control(topology: Topology, numbers: _Numbers, pools: Iterable[NodePool]) -> Control:
    resolution = numbers.number("metrics-resolution")
    return Control(
        pod_scheduling=numbers.distribution("pod-scheduling"),
        image_pull=numbers.distribution("image-pull"),
        image_cached=numbers.number("image-cached-ratio"),
        init_container=numbers.distribution("init-container"),
        endpoint_propagation=numbers.number("endpoint-propagation"),
        metrics_resolution=topology.metric_resolution or resolution,
        metrics_delay=numbers.number("metrics-delay"),
        scrape_interval=numbers.number("scrape-interval"),
        rate_window=numbers.number("rate-window"),
        sync_period=numbers.number("hpa-sync-period"),
        cpu_initialization=numbers.number("hpa-cpu-initialization"),
        readiness_delay=numbers.number("hpa-readiness-delay"),
        tolerance=numbers.number("hpa-tolerance"),
        downscale_stabilization=numbers.number("hpa-downscale-stabilization"),
        node_cores=min(float(pool.cpu.value) for pool in pools),
        pool_size=max(1, round(numbers.number("database-pool-size"))),
    )


def _check_faults(topology: Topology, scenarios: Iterable[Scenario]) -> None:
    """Raise InputError for a fault that would hit nothing, so that no scenario is milder than it says."""
    known = {name for workload in topology.workloads for name in (workload.name, workload.key)}
    for scenario in scenarios:
        for fault in scenario.faults:
            if fault.workload not in known:
                raise InputError(
                    f"the scenario {scenario.name!r} breaks the workload {fault.workload!r}, which the manifests do "
                    f"not have{did_you_mean(fault.workload, known)}",
                    remedy="name a Deployment or StatefulSet of the manifests",
                    position=fault.position,
                )


def build(inventory: Inventory, architecture: Architecture) -> Twin:
    """Build the twin of a manifest set under the declared scenarios and assumptions.

    Raises InputError for an assumption that is needed but not declared, for a fault of a workload that the manifests
    do not have, and for more replicas than can be simulated.
    """
    topology = topologies.read(inventory)
    for workload in topology.workloads:
        if workload.replicas > MOST_REPLICAS:
            raise InputError(
                f"{workload.kind} {workload.key} asks for {workload.replicas} replicas; "
                f"at most {MOST_REPLICAS} of one workload can be simulated",
                remedy="set spec.replicas, or the autoscaler's minReplicas, to what is meant",
            )
    declared = architecture.scenarios
    numbers = _Numbers(architecture.assumptions)
    externals = tuple(external.name for external in declared.externals)
    clients = Distribution(numbers.number("clients") / 2.0, "uniform")
    programs = tuple(
        compile_request(request, of, topology, externals, numbers.distribution, clients)
        for request in declared.requests
        for of in request.of
    )
    behaviours = {station.component: _behaviour(station, numbers) for station in declared.stations}
    dependencies = tuple(_dependency(external, numbers) for external in declared.externals)
    control = _control(topology, numbers, architecture.node_pools)
    for name in declared.availability.values():
        numbers.number(name)
    _check_faults(topology, declared.scenarios)
    return Twin(
        topology=topology,
        programs=programs,
        behaviours=behaviours,
        dependencies=dependencies,
        metrics=declared.metrics,
        control=control,
        assumptions=dict(architecture.assumptions),
        availability=dict(declared.availability),
        scenarios={scenario.name: scenario for scenario in declared.scenarios},
        nodes=sum(pool.count for pool in architecture.node_pools),
        used=tuple(numbers.used),
    )
