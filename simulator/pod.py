"""One pod: its life from scheduling to deletion, its CPU, its slots, and what it has counted so far."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import simpy

from simulator.station import Sharing, Slots

if TYPE_CHECKING:
    from collections.abc import Generator

    from simulator.cluster import Workload

PENDING, STARTING, READY, TERMINATING, GONE = "Pending", "Starting", "Ready", "Terminating", "Gone"


class Killed:
    """Why a request is interrupted: the pod that it was in is gone."""

    __slots__ = ("pod",)

    def __init__(self, pod: Pod) -> None:
        self.pod = pod


class Pod:
    """A pod of a workload, from its creation on."""

    __slots__ = (
        "accepting",
        "attempts",
        "container_start",
        "cpu",
        "created",
        "deleting",
        "name",
        "pools",
        "ready",
        "ready_changed",
        "served",
        "slots",
        "state",
        "visitors",
        "workload",
    )

    def __init__(self, workload: Workload, name: str) -> None:
        """Create the pod; `live` brings it up."""
        env = workload.env
        self.workload = workload
        self.name = name
        self.created: float = env.now
        self.container_start = math.inf
        self.cpu = Sharing(env, workload.cores)
        self.slots = Slots(env, workload.concurrency, workload.queue)
        self.state = PENDING
        self.ready = False
        self.ready_changed: float = env.now
        self.accepting = False
        """Whether its process answers connections."""
        self.deleting = False
        self.attempts = 0
        """Requests sent to external dependencies."""
        self.served = 0
        """Requests taken in."""
        self.pools: dict[int, Slots] = {}
        self.visitors: dict[simpy.Process, None] = {}
        """Requests in or waiting for this pod, in order of arrival (a plain set would lose that order)."""

    def pool(self, service: int) -> Slots:
        """Return the pod's connections to the service of that index; they are opened when first needed."""
        if service not in self.pools:
            self.pools[service] = Slots(self.workload.env, self.workload.pool_size)
        return self.pools[service]

    def give_up(self, turn: simpy.Event) -> None:
        """Take the active process out of the queue where it waits for *turn*."""
        process = self.workload.env.active_process
        assert process is not None
        self.visitors.pop(process, None)
        self.slots.forget(turn)

    @property
    def load(self) -> int:
        """Requests in service or waiting."""
        return self.slots.busy + self.slots.waiting

    @property
    def memory(self) -> float:
        """Working set in MiB."""
        behaviour = self.workload.behaviour
        return behaviour.memory_base + behaviour.memory_per_request * self.load

    def start_now(self) -> None:
        """Be running, ready and reachable at once: the state in which a scenario finds the system."""
        self.created = self.container_start = self.ready_changed = -3600.0
        self.state, self.ready, self.accepting = READY, True, True
        self.workload.routable.append(self)

    def live(self) -> Generator[simpy.Event, Any, None]:
        """Be scheduled, pull, initialize, start and pass the probes; a process that ends when the pod is ready."""
        workload, env = self.workload, self.workload.env
        control, spec = workload.control, workload.spec
        yield env.timeout(workload.scheduling.next())
        cached = workload.cached.next() < control.image_cached
        preparation = 0.0 if cached else workload.pulling.next()
        for _ in range(spec.init_containers):
            preparation += workload.initializing.next()
        yield env.timeout(preparation)
        if self._doomed():
            return
        self.container_start = env.now
        self.state = STARTING
        while True:
            up = workload.starting.next()
            ready_after = self._ready_after(up)
            yield env.timeout(ready_after if ready_after is not None else self._given_up_after())
            if self._doomed():
                return
            if ready_after is not None:
                break
            self.container_start = env.now  # The kubelet restarts a container whose startup probe gave up.
        self.state, self.ready = READY, True
        self.ready_changed = env.now
        if up > ready_after:
            env.process(self._answer_after(up - ready_after))
        else:
            self.accepting = True
        yield env.timeout(control.endpoint_propagation)
        if not self._doomed():
            workload.routable.append(self)

    def _answer_after(self, wait: float) -> Generator[simpy.Event, Any, None]:
        """Without a readiness probe the endpoints name a pod that cannot answer yet."""
        yield self.workload.env.timeout(wait)
        self.accepting = not self._doomed()

    def _doomed(self) -> bool:
        """Whether the pod was deleted while it waited for something."""
        return self.deleting

    def _ready_after(self, up: float) -> float | None:
        """Seconds from container start to Ready, or None when the startup probe gives up first.

        Probes run every period after their initial delay; readiness is probed at once when the startup probe has
        succeeded (k8s.io/kubernetes v1.37.2 pkg/kubelet/prober/worker.go).
        """
        startup, readiness = self.workload.spec.startup, self.workload.spec.readiness
        after = 0.0
        if startup is not None:
            turns = max(0, math.ceil((up - startup.initial_delay) / startup.period))
            if turns >= startup.failures:
                return None
            after = startup.initial_delay + turns * startup.period
        if readiness is None:
            return after  # Without a readiness probe a started container is ready, able to answer or not.
        first = max(after, readiness.initial_delay)
        turns = max(0, math.ceil((up - first) / readiness.period))
        return first + (turns + readiness.successes - 1) * readiness.period

    def _given_up_after(self) -> float:
        startup = self.workload.spec.startup
        assert startup is not None
        return startup.initial_delay + startup.failures * startup.period

    def terminate(self) -> Generator[simpy.Event, Any, None]:
        """Leave as on deletion: endpoints go, preStop runs, SIGTERM drains, the grace period ends what is left."""
        workload, env = self.workload, self.workload.env
        spec, deadline = workload.spec, env.now + workload.spec.grace
        self.deleting, self.ready, self.state = True, False, TERMINATING
        self.ready_changed = env.now
        env.process(self._leave_endpoints())
        if self.container_start == math.inf:
            self.kill()  # Nothing runs yet that could drain.
            return
        yield env.timeout(min(spec.pre_stop, spec.grace))
        self.accepting = False  # SIGTERM: no new connections; those in progress are finished.
        while self.load and env.now < deadline:
            yield env.timeout(min(1.0, deadline - env.now))
        self.kill()

    def _leave_endpoints(self) -> Generator[simpy.Event, Any, None]:
        yield self.workload.env.timeout(self.workload.control.endpoint_propagation)
        if self in self.workload.routable:
            self.workload.routable.remove(self)

    def kill(self) -> None:
        """Stop at once: whatever is inside fails, and so does what arrives before the endpoints follow."""
        self.deleting, self.ready, self.accepting, self.state = True, False, False, GONE
        if self in self.workload.routable:
            self.workload.env.process(self._leave_endpoints())
        for process in tuple(self.visitors):
            if process.is_alive:
                process.interrupt(Killed(self))
        self.visitors.clear()
        self.workload.forget(self)
