"""The reference engine: every request is a SimPy process that walks its program. Written to be read, not to be fast.

Whatever a request holds (slots, connections) stands on a stack of frames. A failure unwinds the stack to the innermost
optional call, or ends the request; a time limit and the death of a pod come as SimPy interrupts.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import simpy
from simpy.events import Event

from simulator.cluster import Service, Workload
from simulator.dependency import LeakyBucket, Outside
from simulator.pod import Killed, Pod
from simulator.program import Code, Op, Program
from simulator.streams import Streams

if TYPE_CHECKING:
    from collections.abc import Generator

    from simulator.observe import Recorder
    from simulator.station import Slots
    from simulator.twin import Twin

OK = "ok"
RATE_LIMITED = "rate limited"
NO_ENDPOINT = "no endpoint"
REFUSED = "connection refused"
QUEUE_FULL = "queue full"
KILLED = "pod killed"
TIMEOUT = "timeout"
EXTERNAL = "external call failed"
APPLICATION = "application failure"

_ADMIT, _ENTER, _LEAVE, _CPU, _DELAY, _ACQUIRE, _RELEASE = (int(code) for code in list(Code)[:7])
_BRANCH, _JUMP, _REPEAT, _EXTERNAL, _FAIL, _END = (int(code) for code in list(Code)[7:])

_Frame = tuple[Pod | None, "Slots", int]
"""Pod entered (None for a pooled connection), the slots to give back to, and where an optional call recovers."""

_Values = list[Callable[[int], float]]
"""For each draw of a program: the value for a request's ordinal."""


_NONE_LOST = 1 << 30
_ALL_LOST = -1
_ROUNDING = 1e-9
"""Seconds by which a planned time may be missed in floating point."""


class _Deadline:
    """Interrupt cause: the request took too long."""

    __slots__ = ()


class Deadlines:
    """Time limits of one duration: they expire in the order of their start, so one calendar event serves them all."""

    def __init__(self, env: simpy.Environment, limit: float) -> None:
        """Interrupt every process that is still alive *limit* seconds after `watch`."""
        self._env = env
        self._limit = limit
        self._queue: deque[tuple[float, simpy.Process]] = deque()
        self._cause = _Deadline()

    def watch(self, process: simpy.Process) -> None:
        """Start the clock of *process*."""
        self._queue.append((self._env.now + self._limit, process))
        if len(self._queue) == 1:
            self._plan()

    def _plan(self) -> None:
        self._env.timeout(max(0.0, self._queue[0][0] - self._env.now)).callbacks.append(self._expire)

    def _expire(self, _: Event) -> None:
        queue, now = self._queue, self._env.now
        while queue and (queue[0][0] <= now + _ROUNDING or not queue[0][1].is_alive):
            process = queue.popleft()[1]
            if process.is_alive:
                process.interrupt(self._cause)
        if queue:
            self._plan()


class RequestPlane:
    """Everything that requests pass through, for one replication."""

    def __init__(
        self, env: simpy.Environment, twin: Twin, streams: Streams, workloads: list[Workload], recorder: Recorder
    ) -> None:
        """Connect the Services of *twin* with the pods of *workloads*."""
        self._env = env
        self._twin = twin
        self._streams = streams
        self._recorder = recorder
        self.services = [Service(spec, [workloads[i] for i in spec.workloads]) for spec in twin.topology.services]
        self.outside = [Outside(env, spec, streams) for spec in twin.dependencies]
        self._limits = [
            LeakyBucket(env, spec.limit.rate, spec.limit.burst) if spec.limit else None
            for spec in twin.topology.ingresses
        ]
        self._deadlines: dict[float, Deadlines] = {}
        self._patience: dict[str, float] = {}

    def prepare(self, program: Program) -> _Values:
        """Open a program's streams: by ordinal where each request takes one value, in order where it takes more."""
        values: _Values = []
        for spec in program.draws:
            draws = self._streams.draws(spec.name, spec.distribution)
            values.append(draws.__getitem__ if spec.indexed else draws.following)
        return values

    def launch(self, program: Program, values: _Values, ordinal: int) -> None:
        """Start request number *ordinal* of its class, now."""
        limit = self._limit(program)
        process = self._env.process(self._serve(program, values, ordinal))
        if limit not in self._deadlines:
            self._deadlines[limit] = Deadlines(self._env, limit)
        self._deadlines[limit].watch(process)

    def _limit(self, program: Program) -> float:
        """Seconds until the caller gives up: its own patience, or that of the ingress controller if it is less."""
        if program.name not in self._patience:
            passed = [self._twin.topology.ingresses[op.a] for op in program.ops if op.code == _ADMIT and op.a >= 0]
            limits = [spec.read_timeout for spec in passed if spec.read_timeout is not None]
            self._patience[program.name] = min([program.timeout, *limits])
        return self._patience[program.name]

    # An interpreter has one branch for each operation; calling a method for each would halve its speed.
    def _serve(  # noqa: C901, PLR0912, PLR0915  (see above)
        self, program: Program, values: _Values, ordinal: int
    ) -> Generator[Event, Any, None]:
        env, ops, started = self._env, program.ops, self._env.now
        me = env.active_process
        assert me is not None
        frames: list[_Frame] = []
        waiting: tuple[Callable[[Event], None], Event] | None = None
        """How to break off the wait, and for what."""
        pc, failure, lost = 0, OK, _NONE_LOST
        while True:
            try:
                while failure == OK:
                    op = ops[pc]
                    pc += 1
                    code = op.code
                    if code == _CPU:
                        pod = _current(frames)
                        done = pod.cpu.burn(values[op.draw](ordinal))
                        waiting = (pod.cpu.abandon, done)
                        yield done
                        waiting = None
                    elif code == _DELAY:
                        yield env.timeout(values[op.draw](ordinal))
                    elif code == _ENTER:
                        chosen = self._choose(op, values, ordinal)
                        if isinstance(chosen, str):
                            # An optional call that cannot even begin goes on behind itself.
                            pc, failure = (op.target, OK) if op.target >= 0 else (pc, chosen)
                            continue
                        chosen.visitors[me] = None
                        turn = chosen.slots.take()
                        if turn is not None:
                            waiting = (chosen.give_up, turn)
                            yield turn
                            waiting = None
                        chosen.served += 1
                        frames.append((chosen, chosen.slots, op.target))
                    elif code == _LEAVE:
                        _give_back(frames, me)
                    elif code == _ACQUIRE:
                        pool = _current(frames).pool(op.a)
                        turn = pool.take()
                        if turn is not None:
                            waiting = (pool.forget, turn)
                            yield turn
                            waiting = None
                        frames.append((None, pool, op.target))
                    elif code == _RELEASE:
                        _give_back(frames, me)
                    elif code == _BRANCH:
                        if values[op.draw](ordinal) >= op.value:
                            pc = op.target
                    elif code == _JUMP:
                        pc = op.target
                    elif code == _REPEAT:
                        if values[op.draw](ordinal) < op.value:
                            pc = op.target
                    elif code == _EXTERNAL:
                        if not (yield from self.outside[op.a].call(_current(frames))):
                            failure = EXTERNAL
                    elif code == _FAIL:
                        if values[op.draw](ordinal) < op.value:
                            failure = APPLICATION
                    elif code == _ADMIT:
                        wait = self._admit(op, values, ordinal)
                        if wait is None:
                            failure = RATE_LIMITED
                        elif wait > 0.0:
                            yield env.timeout(wait)
                    else:
                        self._recorder.finished(program, started, OK)
                        return
            except simpy.Interrupt as interrupt:
                if waiting is not None:
                    waiting[0](waiting[1])
                    waiting = None
                failure, lost = TIMEOUT, _ALL_LOST
                if isinstance(interrupt.cause, Killed):
                    failure, lost = KILLED, _NONE_LOST
                    gone = interrupt.cause.pod
                    for index, frame in enumerate(frames):
                        if frame[0] is gone:
                            lost = index
                            break
                    else:
                        # It died while the request stood in its queue: the call that was beginning has failed.
                        begun = ops[pc - 1]
                        if begun.code == _ENTER and begun.target >= 0:
                            pc, failure = begun.target, OK
            if failure != OK:
                pc = _unwind(frames, lost, me)
                if pc < 0:
                    self._recorder.finished(program, started, failure)
                    return
                failure, lost = OK, _NONE_LOST

    def _choose(self, op: Op, values: _Values, ordinal: int) -> Pod | str:
        """Choose the pod to enter; a string tells why there is none."""
        if op.a < 0:
            return NO_ENDPOINT
        through_nginx = op.draw >= 0
        pod = self.services[op.a].choose(values[op.draw](ordinal) if through_nginx else None)
        if pod is None:
            return NO_ENDPOINT
        if not pod.accepting and through_nginx:
            # A connection that fails is tried at the next upstream (proxy_next_upstream, default `error timeout`).
            pod = next((other for other in pod.workload.routable if other.accepting), pod)
        if not pod.accepting:
            return REFUSED
        return QUEUE_FULL if pod.slots.full else pod

    def _admit(self, op: Op, values: _Values, ordinal: int) -> float | None:
        """Seconds that the rate limit holds the request back; None when it refuses it."""
        bucket = self._limits[op.a] if op.a >= 0 else None
        rule = self._twin.topology.ingresses[op.a].limit if op.a >= 0 else None
        if bucket is None or rule is None:
            return 0.0
        excess = bucket.admit(int(values[op.draw](ordinal)) if rule.per_client else 0)
        if excess is None:
            return None
        return excess / rule.rate if rule.delayed else 0.0


def _current(frames: list[_Frame]) -> Pod:
    """The pod that the request is in: the compiler lets no program burn, query or call outside where it is in none."""
    pod = frames[-1][0]
    assert pod is not None
    return pod


def _give_back(frames: list[_Frame], me: simpy.Process) -> int:
    """Give back what was taken last; return where its call recovers from failure, -1 for nowhere."""
    pod, slots, recover = frames.pop()
    if pod is not None:
        pod.visitors.pop(me, None)
    slots.give_back()
    return recover


def _unwind(frames: list[_Frame], lost: int, me: simpy.Process) -> int:
    """Give back frames down to an optional call that may fail; return where to go on, -1 for nowhere.

    An optional call inside the frame with index *lost* cannot help: the pod that made it is gone itself.
    """
    while frames:
        recover = _give_back(frames, me)
        if recover >= 0 and len(frames) <= lost:
            return recover
    return -1
