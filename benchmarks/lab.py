"""How long a lab takes to be ready and to go down, and how much memory its processes share out among themselves."""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks import measure
from seatrial import lab
from seatrial.model.architecture.node_pools import load_node_pools


def proportional_set(pid: int) -> float:
    """MiB of a process, with what several processes share divided among them (proc(5), smaps_rollup)."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024


def main() -> None:
    """Measure and print."""
    options = measure.arguments(__doc__, runs=5)
    measure.print_machine(runs=options.runs)
    pools = load_node_pools(measure.ROOT)
    ready, down = [], []
    memory: dict[str, list[float]] = {}
    for _ in range(options.runs):
        load = os.getloadavg()[0]
        started = time.perf_counter()
        with lab.running(pools) as made:
            ready.append(time.perf_counter() - started)
            for name, pid in {**made.pids, "supervisor": made.supervisor}.items():
                memory.setdefault(name, []).append(proportional_set(pid))
            leaving = time.perf_counter()
        down.append(time.perf_counter() - leaving)
        print(f"ready after {ready[-1]:.2f} s, down after {down[-1]:.2f} s (load of the machine before: {load:.1f})")
    print(f"\n{'':24}  median    min    max")
    for title, values, unit in (("ready (aim: under 10 s)", ready, "s"), ("down", down, "s")):
        print(_row(title, values, unit, 2))
    for name, values in memory.items():
        print(_row(name, values, "MiB", 0))
    print(_row("all", [sum(each) for each in zip(*memory.values(), strict=True)], "MiB", 0))


def _row(title: str, values: Sequence[float], unit: str, digits: int) -> str:
    figures = (statistics.median(values), min(values), max(values))
    return f"{title:24} {' '.join(f'{figure:6.{digits}f}' for figure in figures)} {unit}"


if __name__ == "__main__":
    main()
