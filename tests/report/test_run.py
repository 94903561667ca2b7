"""A run counts once for all formats, decides the exit code, and refuses to look green when nothing was judged."""

from __future__ import annotations

from typing import Any

import attrs
import pytest

from seatrial.model.errors import InputError
from seatrial.model.position import Position
from seatrial.model.verdict import Severity, Status, Verdict
from seatrial.report import FORMATS, Run, Scope, render
from seatrial.report.run import Skip, Waiver
from tests.report.samples import fixed_replicas, small_run


@pytest.mark.parametrize(
    "status, severity, fail_on, expected",
    [
        (Status.FAIL, Severity.HIGH, Severity.HIGH, 1),
        (Status.FAIL, Severity.CRITICAL, Severity.HIGH, 1),
        (Status.FAIL, Severity.MEDIUM, Severity.HIGH, 0),
        (Status.INCONCLUSIVE, Severity.HIGH, Severity.HIGH, 1),
        (Status.INCONCLUSIVE, Severity.LOW, Severity.HIGH, 0),
        (Status.WAIVED, Severity.CRITICAL, Severity.INFO, 0),
        (Status.SKIPPED, Severity.CRITICAL, Severity.INFO, 0),
        (Status.PASS, Severity.CRITICAL, Severity.INFO, 0),
    ],
)
def test_the_exit_code_follows_from_problems_of_that_severity(
    status: Status, severity: Severity, fail_on: Severity, expected: int
) -> None:
    verdict = attrs.evolve(fixed_replicas("api", None, status), severity=severity)
    passed = fixed_replicas("web", None, Status.PASS)

    assert attrs.evolve(small_run(), verdicts=(verdict, passed)).exit_code(fail_on) == expected


def empty(**more: Any) -> Run:
    return attrs.evolve(small_run(), **more)


def scope(files: int, objects: int) -> Scope:
    return attrs.evolve(small_run().scope, files=files, objects=objects)


@pytest.mark.parametrize(
    "run, found",
    [
        (empty(scope=scope(0, 0)), "`manifests` holds no manifest file"),
        (empty(scope=scope(1, 0)), "`manifests` holds no Kubernetes object"),
        (empty(checks=()), "no check was selected"),
        (empty(verdicts=()), "there is no verdict"),
        (
            empty(verdicts=small_run().verdicts[1:3]),
            "every check was skipped (schema/kubernetes: no schema of its kind)",
        ),
    ],
)
def test_an_empty_scope_is_an_error_and_never_a_report(run: Run, found: str) -> None:
    with pytest.raises(InputError) as told:
        run.exit_code(Severity.INFO)
    assert found in str(told.value)
    assert "fix: " in str(told.value)
    for format_ in FORMATS:
        with pytest.raises(InputError):
            render(run, format_)


def test_an_unknown_format_is_answered_with_the_nearest_one() -> None:
    with pytest.raises(
        InputError, match=r"unknown report format `jsn` \(did you mean json\?\)\n  fix: use one of terminal"
    ):
        render(small_run(), "jsn")


def test_problems_are_in_reading_order() -> None:
    low = attrs.evolve(fixed_replicas("z", None), severity=Severity.LOW)
    later = fixed_replicas("b", Position("a.yaml", 10, 1))
    first = fixed_replicas("c", Position("a.yaml", 9, 1))
    unsure = fixed_replicas("a", Position("a.yaml", 1, 1), Status.INCONCLUSIVE)

    assert attrs.evolve(small_run(), verdicts=(low, unsure, later, first)).problems == (first, later, unsure, low)


def test_skips_are_counted_by_reason_the_most_frequent_first() -> None:
    def skip(name: str, reason: str) -> Verdict:
        return attrs.evolve(fixed_replicas(name, None, Status.SKIPPED), message=reason)

    run = attrs.evolve(small_run(), verdicts=tuple(skip(*pair) for pair in [("a", "y"), ("b", "x"), ("c", "x")]))

    check = "autoscaling/no-fixed-replicas"
    assert run.skips == (Skip(check, "x", 2), Skip(check, "y", 1))


@pytest.mark.parametrize(
    "statuses, expected",
    [
        ([Status.PASS], "no problem found"),
        ([Status.PASS, Status.WAIVED, Status.WAIVED], "no problem found; 2 waived failures"),
        ([Status.FAIL], "found 1 problem: 1 medium"),
        ([Status.FAIL, Status.INCONCLUSIVE], "found 2 problems: 2 medium; 1 of them inconclusive"),
    ],
)
def test_the_headline_tells_the_outcome(statuses: list[Status], expected: str) -> None:
    verdicts = tuple(fixed_replicas(f"app{number}", None, status) for number, status in enumerate(statuses))

    assert attrs.evolve(small_run(), verdicts=verdicts).headline == expected


@pytest.mark.parametrize(
    "evidence, expected",
    [
        ({"waiver": {"reason": "r", "owner": "o", "expires": "e"}}, Waiver("r", "o", "e")),
        ({"waiver": {"owner": None}}, Waiver("", "", "")),
        ({"waiver": "yes"}, Waiver("", "", "")),
        ({}, Waiver("", "", "")),
    ],
)
def test_a_waiver_is_read_from_the_evidence(evidence: dict[str, object], expected: Waiver) -> None:
    assert Waiver.of(fixed_replicas("a", None, Status.WAIVED, evidence=evidence)) == expected


def test_a_verdict_of_an_unknown_check_is_counted_under_its_category() -> None:
    strange = attrs.evolve(fixed_replicas("a", None), check="feature/no-such-check")
    run = attrs.evolve(small_run(), verdicts=(strange,))

    assert run.by_group["feature"][Status.FAIL] == 1
    assert run.title_of("feature/no-such-check") == "no such check"
