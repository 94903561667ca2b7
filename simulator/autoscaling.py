"""The HPA controller in the simulated cluster: every period it sees what the metrics show, decides, and scales."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import simpy

from simulator import pod as pods
from simulator.hpa import Autoscaler, ControllerSettings, MetricsSnapshot, PodRequests, PodState, PodUsage
from simulator.observe import ScaleDecision

if TYPE_CHECKING:
    from collections.abc import Generator

    from simulator.cluster import Workload
    from simulator.observe import Recorder
    from simulator.pod import Pod
    from simulator.sampling import MetricsServer, Prometheus
    from simulator.topology import AutoscalerSpec
    from simulator.twin import Control

_MEBI = 1 << 20


def settings(control: Control) -> ControllerSettings:
    """Return the controller's settings from the assumptions."""
    return ControllerSettings(
        sync_period=control.sync_period,
        downscale_stabilization=control.downscale_stabilization,
        cpu_initialization_period=control.cpu_initialization,
        initial_readiness_delay=control.readiness_delay,
        tolerance=control.tolerance,
    )


class Loop:
    """One autoscaler and its target."""

    def __init__(
        self,
        env: simpy.Environment,
        spec: AutoscalerSpec,
        workload: Workload,
        server: MetricsServer,
        prometheus: Prometheus,
        recorder: Recorder,
    ) -> None:
        """Scale *workload* by what *server* and *prometheus* show of it."""
        self._env = env
        self.spec = spec
        self.workload = workload
        self._server = server
        self._prometheus = prometheus
        self._recorder = recorder
        self._hpa = Autoscaler(spec.spec, settings(workload.control))
        self._requests = PodRequests(containers=dict(workload.spec.requests))
        self._containers = [name for name, _ in workload.spec.requests]
        self._custom = [metric.name for metric in spec.spec.metrics if metric.type == "Pods"]
        self.most = self.least = workload.desired

    def run(self, phase: float) -> Generator[simpy.Event, Any, None]:
        """Sync for ever, for the first time after *phase* seconds; a process."""
        yield self._env.timeout(phase)
        while True:
            self.sync()
            yield self._env.timeout(self.workload.control.sync_period)

    def sync(self) -> None:
        """Do one pass of the controller."""
        workload, now = self.workload, self._env.now
        decision = self._hpa.reconcile(
            now,
            workload.desired,
            workload.current,
            [self._state(pod) for pod in workload.pods],
            self._snapshot(),
        )
        last = decision.last_scale_decision
        why = f"{last.reason}: {last.message}"
        self._recorder.decisions.append(
            ScaleDecision(now, self.spec.name, decision.current_replicas, decision.replicas, why)
        )
        if decision.replicas != workload.desired:
            self.most = max(self.most, decision.replicas)
            self.least = min(self.least, decision.replicas)
            workload.scale(decision.replicas)

    def _state(self, pod: Pod) -> PodState:
        pending = pod.state == pods.PENDING
        return PodState(
            pod.name,
            self._requests,
            phase="Pending" if pending else "Running",
            ready=pod.ready,
            started_at=None if math.isinf(pod.container_start) else pod.created,
            ready_changed_at=pod.ready_changed,
            deleting=pod.deleting,
        )

    def _snapshot(self) -> MetricsSnapshot:
        """What the metrics APIs answer now; the main container does all the work, those beside it report nothing."""
        usage = []
        by_pod: dict[str, dict[str, int]] = {name: {} for name in self._custom}
        for pod in self.workload.pods:
            seen = self._server.usage(pod)
            if seen is not None and self._containers:
                main = {"cpu": round(seen.cpu * 1000.0), "memory": round(seen.memory * _MEBI) * 1000}
                beside = {"cpu": 0, "memory": 0}
                containers = {name: main if index == 0 else beside for index, name in enumerate(self._containers)}
                usage.append(PodUsage(pod.name, seen.at, seen.window, containers))
            for name in self._custom:
                value = self._prometheus.value(pod, name)
                if value is not None:
                    by_pod[name][pod.name] = round(value * 1000.0)
        return MetricsSnapshot(usage=usage, by_pod=by_pod)
