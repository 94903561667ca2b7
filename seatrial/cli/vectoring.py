"""`seatrial vectors`."""

from __future__ import annotations

from pathlib import Path


def hpa(file: str) -> int:
    """Run the autoscaler's vectors; 1 if one differs."""
    from simulator.hpa.vectors import run_vectors

    report = run_vectors(Path(file))
    for mismatch in report.mismatches:
        print(f"{mismatch.name}: expected {mismatch.expected}, got {mismatch.got}")
    print(f"{report.passed} passed, {report.failed} failed")
    return 1 if report.failed else 0
