"""Measures whole processes: wall time and peak memory, interleaved so that a busy minute hits all contenders alike."""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import attrs

ROOT = Path(__file__).resolve().parents[1]


@attrs.frozen
class Run:
    """One finished process."""

    seconds: float
    """Wall-clock time from start to exit."""
    peak: float
    """Largest resident set in MiB of the process, or of one of the processes it waited for."""


@attrs.frozen
class Contender:
    """A command to measure."""

    name: str
    command: Sequence[str]
    exit_codes: tuple[int, ...] = (0,)
    """Codes with which it has done its work; a checker ends with 1 when it found something."""


def program(name: str) -> str:
    """Path of a program of this environment or of its peers (tox.ini), else of the PATH; ends the benchmark without."""
    folders = [Path(sys.executable).parent, Path(os.environ.get("PEERS", os.devnull)) / "bin"]
    found = next((str(folder / name) for folder in folders if (folder / name).exists()), shutil.which(name))
    if found is None:
        sys.exit(f"{name} is not installed here; `tox run -e bench` installs what the benchmarks compare")
    return found


def version(name: str) -> str:
    """Name and version of a program, as it says itself."""
    told = subprocess.run([program(name), "--version"], check=True, capture_output=True, text=True).stdout
    return f"{name} {told.split()[-1]}"


def run(contender: Contender) -> Run:
    """Run a command once; ends the benchmark if it fails, for a failure's time is no measurement."""
    with tempfile.TemporaryFile() as output:
        started = time.perf_counter()
        process = subprocess.Popen(
            contender.command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT
        )
        # wait4 gives the usage of this child alone; getrusage(RUSAGE_CHILDREN) keeps the maximum of all before it
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode not in contender.exit_codes:
            output.seek(0)
            sys.stderr.write(output.read().decode(errors="replace")[-4000:])
            sys.exit(f"{contender.name} ended with {process.returncode}: {' '.join(contender.command)}")
    unit = 1 if sys.platform == "darwin" else 1024  # ru_maxrss is in bytes on macOS and in KiB on Linux
    return Run(seconds=seconds, peak=usage.ru_maxrss * unit / 2**20)


def interleave(contenders: Sequence[Contender], runs: int) -> dict[str, list[Run]]:
    """Warm every contender once, then run them in turn."""
    for contender in contenders:
        run(contender)
    measured: dict[str, list[Run]] = {contender.name: [] for contender in contenders}
    for _ in range(runs):
        for contender in contenders:
            measured[contender.name].append(run(contender))
    return measured


def print_table(title: str, measured: Mapping[str, Sequence[Run]], *, reference: str) -> None:
    """Print medians with their range, peak memory, and the time of each in multiples of the reference's."""
    medians = {name: statistics.median(run.seconds for run in runs) for name, runs in measured.items()}
    width = max(map(len, measured))
    print(f"\n{title}")
    print(f"{'':{width}}  median s     min     max  peak MiB   x {reference}")
    for name, runs in measured.items():
        seconds = [run.seconds for run in runs]
        row = f"{medians[name]:8.2f} {min(seconds):7.2f} {max(seconds):7.2f} {max(run.peak for run in runs):9.0f}"
        print(f"{name:{width}}  {row} {medians[name] / medians[reference]:9.2f}")


def print_machine(*, runs: int) -> None:
    """Print what the figures depend on."""
    print(f"{platform.platform()}, Python {platform.python_version()}, {os.cpu_count()} cores, {runs} runs of each")


def arguments(description: str | None, *, runs: int) -> argparse.Namespace:
    """The options that all benchmarks share."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--runs", type=int, default=runs, help=f"measured runs of each contender (default {runs})")
    parser.add_argument("--overlay", default="production", help="overlay of manifests/ (default production)")
    parsed = parser.parse_args()
    if parsed.runs < 1:
        parser.error("--runs needs a positive number")
    return parsed
