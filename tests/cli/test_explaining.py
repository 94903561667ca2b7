"""`seatrial explain` of a promise: from the line of the document to objects, verdicts and evidence."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pytest

ROOT = Path(__file__).resolve().parents[2]
Explain = Callable[..., str]


@pytest.fixture
def explain(seatrial: Callable[..., CompletedProcess[str]]) -> Explain:
    """Explain names of this repository's project."""

    def run(*arguments: str) -> str:
        done = seatrial("explain", *arguments, cwd=ROOT)
        assert (done.returncode, done.stderr) == (0, "")
        return done.stdout

    return run


def test_a_requirement_is_traced_to_objects_and_verdicts(explain: Explain) -> None:
    told = explain("R320")

    assert "document: line 640-649\n" in told
    assert "proved by storage/node-placement of StatefulSet/booking-agent?-postgres: " in told
    answers = [line.split() for line in told.splitlines() if line.startswith("  pass")]
    assert [(status, subject) for status, subject, *_ in answers] == [
        ("pass", f"booking-system/booking-agent{number}-postgres[StatefulSet]") for number in (2, 3, 4)
    ]
    assert all(place.startswith("manifests/base/") for *_, place in answers)


def test_the_evidence_of_a_verdict_is_told(explain: Explain) -> None:
    told = explain("R375")

    assert "booking-system/booking-system-quota[ResourceQuota]" in told
    assert "    evidence: " in told
    assert "needed" in told


def test_failures_come_first_and_the_rest_is_counted(explain: Explain) -> None:
    literal = explain("R320", "manifests/overlays/as-written")
    many = explain("R284")

    assert "  pass " in literal
    assert "  it looked at nothing" not in literal
    answers = [line.split()[0] for line in explain("R284", "manifests/overlays/as-written").splitlines() if "[" in line]
    assert answers[0] == "fail"
    assert " more, " in many


def test_what_takes_a_simulation_is_left_to_verify(explain: Explain) -> None:
    assert "proved by simulation/availability: " in explain("R336")
    assert "  not run here; `seatrial verify` answers\n" in explain("R336")


def test_a_contradiction_is_told_with_its_resolution_and_finding(explain: Explain) -> None:
    told = explain("c8")

    assert told.startswith("C08: ")
    assert "document: line 528\n" in told
    assert "decision: architecture/decisions/0005-network.md\n" in told
    assert "found by network/namespace-selector of NetworkPolicy/booking-system-netpol\n  fail " in told
    assert "manifests/overlays/as-written/system/network-policy.yaml:" in told


def test_a_contradiction_that_no_check_finds_says_why(explain: Explain) -> None:
    assert "\nfound by none yet: " in explain("C01")
    assert "\nnot found: " in explain("C34")


def test_a_contradiction_that_is_not_there_is_refused(seatrial: Callable[..., CompletedProcess[str]]) -> None:
    unknown = seatrial("explain", "C99", cwd=ROOT)
    foreign = seatrial("explain", "C08")

    assert (unknown.returncode, foreign.returncode) == (2, 2)
    assert 'unknown contradiction "C99"' in unknown.stderr
    assert "choose one from C01 to C72" in unknown.stderr
    assert "none are declared here" in foreign.stderr
