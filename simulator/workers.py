"""Replications on several processes. Which process runs which replication changes nothing: streams are named."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from types import TracebackType
from typing import TYPE_CHECKING, Self

from seatrial.model.errors import ToolError
from simulator.availability import simulate_month
from simulator.replication import replicate

if TYPE_CHECKING:
    from simulator.measures import Record
    from simulator.twin import Twin

_twin: Twin | None = None


def _receive(twin: Twin) -> None:
    """Keep the twin for all jobs of this process, so that it travels once."""
    global _twin  # noqa: PLW0603  (an executor's initializer has no other place to leave something)
    _twin = twin
    # Ctrl-C reaches every process of a terminal; the one that started the others ends them.
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _run_here(job: tuple[str, int, int]) -> Record:
    assert _twin is not None
    return run_one(_twin, *job)


def run_one(twin: Twin, scenario: str, seed: int, replication: int) -> Record:
    """Run one replication of a scenario of the twin, of whichever kind it is."""
    found = twin.scenario(scenario)
    simulate = simulate_month if found.kind == "availability" else replicate
    return simulate(twin, found, seed, replication)


class Workers:
    """Runs replications of one twin; a context manager that ends its processes."""

    def __init__(self, twin: Twin, count: int | None = None) -> None:
        """Use *count* processes, one per core by default; with one, everything happens in this process."""
        self._twin = twin
        self.count = count if count is not None else max(1, os.cpu_count() or 1)
        self._executor: ProcessPoolExecutor | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._executor is not None:
            self._executor.shutdown(wait=True, cancel_futures=True)
            self._executor = None

    def run(self, scenario: str, seed: int, replications: Sequence[int]) -> Iterator[Record]:
        """Yield the records of *replications*, in that order. Raises ToolError when a process dies."""
        jobs = [(scenario, seed, replication) for replication in replications]
        if self.count <= 1 or len(jobs) <= 1:
            for job in jobs:
                yield run_one(self._twin, *job)
            return
        if self._executor is None:
            # Spawned, not forked: the same on every platform, and safe beside threads.
            self._executor = ProcessPoolExecutor(
                self.count, multiprocessing.get_context("spawn"), initializer=_receive, initargs=(self._twin,)
            )
        # Months take milliseconds, so they travel in bundles.
        chunk = max(1, len(jobs) // (8 * self.count))
        try:
            yield from self._executor.map(_run_here, jobs, chunksize=chunk)
        except BrokenProcessPool as broken:
            raise ToolError(
                f"a process that simulated {scenario!r} ended before its replication did",
                remedy="look for a lack of memory, or simulate in one process with --workers 1",
            ) from broken
