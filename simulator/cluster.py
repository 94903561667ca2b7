"""The cluster's state during a run: workloads with their pods, and Services that lead to the ready ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

import simpy

from simulator.pod import Pod
from simulator.streams import UNIFORM, Streams
from simulator.twin import Behaviour

if TYPE_CHECKING:
    from simulator.topology import ServiceSpec, WorkloadSpec
    from simulator.twin import Twin

from simulator.streams import Distribution

UNDECLARED = Behaviour(float("inf"), float("inf"), Distribution(1.0), 0.0, 0.0)
"""Pods of a component without a station: nothing calls them, so only their start matters."""


class Workload:
    """The pods of a Deployment or StatefulSet, and the controller that keeps their number."""

    def __init__(self, env: simpy.Environment, twin: Twin, index: int, streams: Streams) -> None:
        """Start with the replicas of the manifest, all ready."""
        spec: WorkloadSpec = twin.topology.workloads[index]
        self.env = env
        self.spec = spec
        self.index = index
        self.control = twin.control
        self.behaviour = twin.behaviour(spec.component) or UNDECLARED
        self.cores = spec.cpu_limit or twin.control.node_cores
        self.concurrency: float = spec.slots or self.behaviour.concurrency
        self.queue = self.behaviour.queue
        if spec.connections is not None:
            self.concurrency, self.queue = spec.connections, 0
        self.pool_size = spec.pool_size or twin.control.pool_size
        self.scheduling = streams.draws(f"{spec.key}/scheduling", twin.control.pod_scheduling)
        self.pulling = streams.draws(f"{spec.key}/pull", twin.control.image_pull)
        self.cached = streams.draws(f"{spec.key}/cached", UNIFORM)
        self.initializing = streams.draws(f"{spec.key}/init", twin.control.init_container)
        self.starting = streams.draws(f"{spec.key}/start", self.behaviour.start)
        self.pods: list[Pod] = []
        """Every pod that is not gone, the terminating ones included, oldest first."""
        self.routable: list[Pod] = []
        """Pods that the endpoints name; a pod that died a moment ago may still be among them."""
        self.desired = spec.replicas
        self.cpu_of_gone = 0.0
        self._number = 0
        self._turn = 0
        for _ in range(self.desired):
            self._new_pod().start_now()

    def _new_pod(self) -> Pod:
        pod = Pod(self, f"{self.spec.name}-{self._number}")
        self._number += 1
        self.pods.append(pod)
        return pod

    @property
    def current(self) -> int:
        """Pods that are not being deleted."""
        return sum(1 for pod in self.pods if not pod.deleting)

    @property
    def ready(self) -> int:
        """Pods that are ready."""
        return sum(1 for pod in self.pods if pod.ready)

    def cpu_used(self) -> float:
        """Core-seconds of all pods so far, those that are gone included."""
        return self.cpu_of_gone + sum(pod.cpu.used() for pod in self.pods)

    def scale(self, replicas: int) -> None:
        """Set the wanted number and act on it as the ReplicaSet controller does."""
        self.desired = replicas
        self.reconcile()

    def reconcile(self) -> None:
        """Create what is missing; delete what is too much."""
        present = [pod for pod in self.pods if not pod.deleting]
        for _ in range(self.desired - len(present)):
            self.env.process(self._new_pod().live())
        surplus = len(present) - self.desired
        if surplus > 0:
            # Order of ActivePodsWithRanks as far as it applies here: pending first, then not ready, then the newest
            # (k8s.io/kubernetes v1.37.2 pkg/controller/controller_utils.go).
            present.sort(key=lambda pod: (pod.container_start < float("inf"), pod.ready, -pod.created, pod.name))
            for pod in present[:surplus]:
                self.env.process(pod.terminate())
                pod.deleting = True

    def forget(self, pod: Pod) -> None:
        """Take note that a pod is gone, and replace it if it is missed."""
        if pod in self.pods:
            self.pods.remove(pod)
            self.cpu_of_gone += pod.cpu.used()
            self.reconcile()

    def next_in_turn(self) -> Pod | None:
        """Round robin over the endpoints."""
        if not self.routable:
            return None
        self._turn += 1
        return self.routable[self._turn % len(self.routable)]

    def least_of_two(self, chance: float) -> Pod | None:
        """Of two different random endpoints the one with fewer requests (NGINX `random two least_conn`)."""
        pods = self.routable
        count = len(pods)
        if count <= 1:
            return pods[0] if pods else None
        pair = int(chance * count * (count - 1))
        first, second = divmod(min(pair, count * (count - 1) - 1), count - 1)
        one, other = pods[first], pods[second if second < first else second + 1]
        return one if one.load <= other.load else other


class Service:
    """A Service: one or several workloads behind one name."""

    def __init__(self, spec: ServiceSpec, workloads: list[Workload]) -> None:
        """Lead to the pods of *workloads*, of which a request takes the first that has an endpoint."""
        self.name = spec.name
        self.workloads = workloads

    def choose(self, chance: float | None) -> Pod | None:
        """Choose an endpoint: least of two for a *chance* in 0..1, round robin for None; None when there is none."""
        for workload in self.workloads:
            pod = workload.next_in_turn() if chance is None else workload.least_of_two(chance)
            if pod is not None:
                return pod
        return None
