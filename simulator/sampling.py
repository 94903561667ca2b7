"""What autoscalers get to see: samples of metrics-server and rates of Prometheus, with their delays and windows."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import attrs
import simpy

if TYPE_CHECKING:
    from collections.abc import Generator

    from simulator.cluster import Workload
    from simulator.pod import Pod
    from simulator.twin import Twin

_YOUNGEST = 10.0
"""Age (s) from which metrics-server uses the start of a container as its first point
(metrics-server v0.9.0 pkg/storage/pod.go, resourceUsage)."""


@attrs.frozen
class Usage:
    """One pod's usage as metrics-server shows it."""

    at: float
    window: float
    """Seconds between the two points behind the CPU rate."""
    cpu: float
    """Cores"""
    memory: float
    """MiB"""


def extrapolated_rate(samples: Sequence[tuple[float, float]], start: float, end: float) -> float | None:
    """`rate()` of a counter over start..end from (time, value) samples inside; None with fewer than two.

    Source: prometheus promql/functions.go, extrapolatedRate: the increase is extended to the window's ends unless
    they are further than 1.1 times the mean spacing away (then by half a spacing), and never below zero at the start.
    """
    inside = [sample for sample in samples if start <= sample[0] <= end]
    if len(inside) < 2:
        return None
    increase = inside[-1][1] - inside[0][1]
    to_start, to_end = inside[0][0] - start, end - inside[-1][0]
    sampled = inside[-1][0] - inside[0][0]
    spacing = sampled / (len(inside) - 1)
    threshold = spacing * 1.1
    if to_start >= threshold:
        to_start = spacing / 2.0
    if increase > 0.0 and inside[0][1] >= 0.0:
        to_start = min(to_start, sampled * (inside[0][1] / increase))
    if to_end >= threshold:
        to_end = spacing / 2.0
    return increase * (sampled + to_start + to_end) / sampled / (end - start)


class MetricsServer:
    """Samples of CPU and memory of every pod, at the resolution of metrics-server."""

    def __init__(self, env: simpy.Environment, twin: Twin, workloads: list[Workload], phase: float) -> None:
        """Sample *workloads* for the first time after *phase* seconds."""
        self._env = env
        self._control = twin.control
        self._workloads = workloads
        self._phase = phase
        self._last: dict[Pod, tuple[float, float]] = {}
        self._shown: dict[Pod, Usage] = {}

    def run(self) -> Generator[simpy.Event, Any, None]:
        """Sample for ever; a process."""
        yield self._env.timeout(self._phase)
        while True:
            seen = {pod: self._sample(pod) for workload in self._workloads for pod in workload.pods}
            sample = self._env.timeout(self._control.metrics_delay, {pod: use for pod, use in seen.items() if use})
            sample.callbacks.append(self._show)
            self._last = {pod: point for pod, point in self._last.items() if pod in seen}
            yield self._env.timeout(self._control.metrics_resolution)

    def _sample(self, pod: Pod) -> Usage | None:
        now = self._env.now
        if now - pod.container_start < 0.0:
            return None
        used = pod.cpu.used()
        before = self._last.get(pod)
        self._last[pod] = (now, used)
        if before is None:
            if not _YOUNGEST <= now - pod.container_start < self._control.metrics_resolution:
                return None
            before = (pod.container_start, 0.0)
        window = now - before[0]
        return Usage(now, window, (used - before[1]) / window, pod.memory) if window > 0.0 else None

    def _show(self, sample: Any) -> None:
        self._shown = sample.value

    def usage(self, pod: Pod) -> Usage | None:
        """The latest sample of *pod* that is shown, if there is one."""
        return self._shown.get(pod)


class Prometheus:
    """Scrapes of what the pods export, and the rates that the metrics adapter takes of them."""

    def __init__(self, env: simpy.Environment, twin: Twin, workloads: list[Workload], phase: float) -> None:
        """Scrape *workloads* for the first time after *phase* seconds."""
        self._env = env
        self._control = twin.control
        self._workloads = workloads
        self._phase = phase
        self._signals = {metric.name: metric.signal for metric in twin.metrics}
        self._series: dict[Pod, deque[tuple[float, dict[str, float]]]] = {}

    def run(self) -> Generator[simpy.Event, Any, None]:
        """Scrape for ever; a process."""
        yield self._env.timeout(self._phase)
        while True:
            now = self._env.now
            for workload in self._workloads:
                for pod in workload.pods:
                    if pod.accepting:
                        values = {
                            "external-requests": float(pod.attempts),
                            "requests": float(pod.served),
                            "queue-length": float(pod.slots.waiting),
                            "in-flight": float(pod.slots.busy),
                        }
                        series = self._series.setdefault(pod, deque())
                        series.append((now, values))
                        while series[0][0] < now - self._control.rate_window - self._control.scrape_interval:
                            series.popleft()
            yield self._env.timeout(self._control.scrape_interval)

    def value(self, pod: Pod, metric: str) -> float | None:
        """What the adapter answers for *metric* of *pod*: a rate over its window, or the last scraped gauge."""
        signal, series, now = self._signals.get(metric), self._series.get(pod), self._env.now
        # Prometheus forgets a gauge 5 minutes after the last scrape (query lookback).
        if signal is None or not series or now - series[-1][0] > 300.0:
            return None
        if signal in ("external-requests", "requests"):
            points = [(at, values[signal]) for at, values in series]
            return extrapolated_rate(points, now - self._control.rate_window, now)
        return series[-1][1][signal]
