"""One replication of a load scenario: the cluster, its control plane, the arrivals and the faults, run to the end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import simpy

from simulator import profile as profiles
from simulator.autoscaling import Loop
from simulator.cluster import Workload
from simulator.observe import Recorder, ReplicationRecord
from simulator.reference import RequestPlane
from simulator.sampling import MetricsServer, Prometheus
from simulator.streams import Streams

if TYPE_CHECKING:
    from collections.abc import Generator

    from seatrial.model.architecture.scenarios import Fault, Load, Scenario
    from simulator.program import Program
    from simulator.twin import Twin

GRID_POINTS = 60
"""Points in time at which the state is written down, for plots."""
DRAIN = 60.0
"""Seconds that a run goes on after the last arrival, so that slow requests are not left out of the statistics."""


def replicate(twin: Twin, scenario: Scenario, seed: int, replication: int) -> ReplicationRecord:
    """Run one replication of a load scenario: the same (seed, replication) always gives the same record."""
    return _Run(twin, scenario, Streams(seed, replication)).result()


class _Run:
    def __init__(self, twin: Twin, scenario: Scenario, streams: Streams) -> None:
        self.env = env = simpy.Environment()
        self.scenario = scenario
        self.streams = streams
        self.workloads = [Workload(env, twin, index, streams) for index in range(len(twin.topology.workloads))]
        self.recorder = Recorder(env, scenario.warm_up)
        self.plane = RequestPlane(env, twin, streams, self.workloads, self.recorder)
        phases = streams.generator("phases")
        server = MetricsServer(env, twin, self.workloads, float(phases.uniform(0, twin.control.metrics_resolution)))
        prometheus = Prometheus(env, twin, self.workloads, float(phases.uniform(0, twin.control.scrape_interval)))
        env.process(server.run())
        env.process(prometheus.run())
        self.loops = [
            Loop(env, spec, self.workloads[spec.workload], server, prometheus, self.recorder)
            for spec in twin.topology.autoscalers
        ]
        for loop in self.loops:
            env.process(loop.run(float(phases.uniform(0, twin.control.sync_period))))
        interval = scenario.duration / GRID_POINTS
        env.process(self.recorder.watch(self.workloads, interval, scenario.duration))
        for load in scenario.load:
            for program in twin.programs:
                if program.request == load.request:
                    self.recorder.open(program)
                    env.process(self._arrive(load, program))
        for number, fault in enumerate(scenario.faults):
            env.process(self._fault(fault, f"fault/{number}"))

    def _arrive(self, load: Load, program: Program) -> Generator[simpy.Event, Any, None]:
        env = self.env
        source = self.streams.generator(f"{program.name}/arrivals")
        values = self.plane.prepare(program)
        for ordinal, at in enumerate(profiles.arrivals(load.profile, load.rate, self.scenario.duration, source)):
            yield env.timeout(at - env.now)
            self.recorder.started += 1
            self.plane.launch(program, values, ordinal)

    def _fault(self, fault: Fault, name: str) -> Generator[simpy.Event, Any, None]:
        source = self.streams.generator(name)
        yield self.env.timeout(fault.at)
        for workload in self.workloads:
            if fault.workload in (workload.spec.name, workload.spec.key):
                running = [pod for pod in workload.pods if pod.accepting]
                for index in source.permutation(len(running))[: fault.count]:
                    running[index].kill()

    def result(self) -> ReplicationRecord:
        self.env.run(until=self.scenario.duration + DRAIN)
        recorder = self.recorder
        calls: dict[str, dict[str, int]] = {}
        latency: dict[str, list[float]] = {}
        for outside in self.plane.outside:
            counted = [entry for entry in outside.log if entry[0] >= self.scenario.warm_up]
            calls[outside.spec.name] = {
                "total": len(counted),
                "ok": sum(1 for entry in counted if entry[1]),
                "attempts": sum(entry[2] for entry in counted),
                "refused": sum(entry[3] for entry in counted),
                "failed": sum(entry[4] for entry in counted),
            }
            latency[outside.spec.name] = [value for at, value in outside.latencies if at >= self.scenario.warm_up]
        return ReplicationRecord(
            replication=self.streams.replication,
            grid=recorder.grid,
            classes=recorder.classes,
            workloads=recorder.workloads,
            most_replicas={f"{loop.spec.namespace}/{loop.spec.name}": loop.most for loop in self.loops},
            least_replicas={f"{loop.spec.namespace}/{loop.spec.name}": loop.least for loop in self.loops},
            calls=calls,
            call_latency=latency,
            decisions=recorder.decisions,
            unfinished=recorder.started - recorder.ended,
            started=recorder.started,
        )
