"""Whole `seatrial verify`, every check and the simulation of each scenario, and where its time goes."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

from benchmarks import measure


def main() -> None:
    """Measure and print."""
    options = measure.arguments(__doc__, runs=1)
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        to_report = ("--format", "json", "--output", str(report))
        whole = measure.Contender(
            name="seatrial verify",
            command=(measure.program("seatrial"), "verify", "--overlay", options.overlay, *to_report),
            exit_codes=(0, 1),
        )
        measure.print_machine(runs=options.runs)
        title = f"Whole verify of the {options.overlay} overlay (aim: under 60 s and 600 MiB)"
        measured = measure.interleave([whole], options.runs)
        measure.print_table(title, measured, reference=whole.name)
        scope = json.loads(report.read_text(encoding="utf-8"))["scope"]
    print("\nseconds by group of checks, last run")
    for group, seconds in sorted(scope["seconds"].items(), key=lambda item: -item[1]):
        print(f"{group:12} {seconds:8.2f}")


if __name__ == "__main__":
    main()
