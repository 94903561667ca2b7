"""Where work happens: CPU shared among requests, a limited number of slots, a bounded queue before them.

CPU sharing is processor sharing with a per-request limit of one core: n requests on c cores each run at
min(1, c/n). A container limit of 200m is a capacity of 0.2 cores: the fluid mean of the kernel's 100 ms quota periods,
which is pessimistic for a single short request that fits into one period's quota.
"""

from __future__ import annotations

import heapq
import math
from collections import deque
from typing import Any

import simpy
from simpy.events import NORMAL, Event

_EPSILON = 1e-12


class Sharing:
    """Processor sharing in virtual time: every request in service has received the same virtual work.

    A request that needs w and enters at virtual time v leaves at v + w, so the next to leave is the least of a heap and
    one calendar event suffices for the whole station, whatever its load. An arrival that slows the others leaves that
    event standing: it finds nothing due and puts itself off.
    """

    __slots__ = ("_due", "_env", "_heap", "_order", "_since", "_used", "_virtual", "active", "cores")

    def __init__(self, env: simpy.Environment, cores: float) -> None:
        """Share *cores* among whoever burns."""
        self._env = env
        self.cores = cores
        self.active = 0
        self._virtual = 0.0
        self._since = env.now
        self._used = 0.0
        self._heap: list[tuple[float, int, Event]] = []
        self._order = 0
        self._due = math.inf

    def burn(self, work: float) -> Event:
        """Return an event that happens when *work* core-seconds have been received."""
        self._advance()
        done = Event(self._env)
        self._order += 1
        heapq.heappush(self._heap, (self._virtual + work, self._order, done))
        self.active += 1
        self._schedule()
        return done

    def abandon(self, done: Event) -> None:
        """Stop working for the request that waits for *done* (it timed out)."""
        self._advance()
        for index, entry in enumerate(self._heap):
            if entry[2] is done:
                self._heap[index] = self._heap[-1]
                self._heap.pop()
                heapq.heapify(self._heap)
                self.active -= 1
                self._schedule()
                return

    def used(self) -> float:
        """Core-seconds spent so far: the counter that the kubelet reports."""
        self._advance()
        return self._used

    def _advance(self) -> None:
        now = self._env.now
        passed = now - self._since
        if passed > 0.0:
            self._since = now
            count = self.active
            if count:
                if count <= self.cores:
                    self._virtual += passed
                    self._used += passed * count
                else:
                    self._virtual += passed * self.cores / count
                    self._used += passed * self.cores
            else:
                self._virtual = 0.0

    def _schedule(self) -> None:
        if not self._heap:
            return
        count = self.active
        rate = 1.0 if count <= self.cores else self.cores / count
        wait = max(0.0, (self._heap[0][0] - self._virtual) / rate)
        due = self._env.now + wait
        if due < self._due:
            self._due = due
            timer = Event(self._env)
            timer._ok = True  # noqa: SLF001  (simpy's own Timeout does the same; a Timeout costs a third more)
            timer._value = due  # noqa: SLF001  (as above)
            timer.callbacks.append(self._fire)
            self._env.schedule(timer, NORMAL, wait)

    def _fire(self, timer: Any) -> None:
        if timer.value != self._due:
            return  # A shorter request came after this was planned; its own event took over.
        self._due = math.inf
        self._advance()
        heap, limit = self._heap, self._virtual + _EPSILON + 1e-12 * self._env.now
        while heap and heap[0][0] <= limit:
            heapq.heappop(heap)[2].succeed()
            self.active -= 1
        if not heap:
            self._virtual = 0.0
        self._schedule()


class Slots:
    """A number of slots and a first-in, first-out queue of limited length before them."""

    __slots__ = ("_env", "_waiting", "busy", "capacity", "queue_limit")

    def __init__(self, env: simpy.Environment, capacity: float, queue_limit: float = math.inf) -> None:
        """Offer *capacity* slots; refuse those who would be more than *queue_limit* waiting."""
        self._env = env
        self.capacity = capacity
        self.queue_limit = queue_limit
        self.busy = 0
        self._waiting: deque[Event] = deque()

    @property
    def waiting(self) -> int:
        """How many wait for a slot."""
        return len(self._waiting)

    @property
    def full(self) -> bool:
        """Whether the next one would be refused."""
        return self.busy >= self.capacity and len(self._waiting) >= self.queue_limit

    def take(self) -> Event | None:
        """Take a slot: None when there was one, otherwise the event of getting it. Ask `full` before."""
        if self.busy < self.capacity:
            self.busy += 1
            return None
        turn = Event(self._env)
        self._waiting.append(turn)
        return turn

    def give_back(self) -> None:
        """Release one slot: the longest waiting gets it."""
        if self._waiting and self.busy <= self.capacity:
            self._waiting.popleft().succeed()
        else:
            self.busy -= 1

    def forget(self, turn: Event) -> None:
        """Leave the queue; when the slot had been given in this very moment, pass it on."""
        if turn.triggered:
            self.give_back()
        else:
            self._waiting.remove(turn)
