"""The GitHub report is workflow commands, the gravest first, and says what GitHub will not show."""

from __future__ import annotations

import re
from urllib.parse import unquote

import attrs
import pytest
from hypothesis import given

from seatrial.model.verdict import Severity
from seatrial.report import Run, render
from seatrial.report.text import one_line, visible
from tests.report.samples import arbitrary, fixed_replicas, runs
from tests.report.test_terminal import CONTROL

GITHUB = """\
::error title=Requests are fast enough (simulation/latency-p95%2C high%2C inconclusive)::\
latency-p95[Objective]: 481 ms (455 to 507 ms) against 500 ms%0Afix: simulate 40 replications
::warning file=manifests/api.yaml,line=6,col=13,\
title=Replicas are left to the autoscaler (autoscaling/no-fixed-replicas%2C medium)::\
shop/api[Deployment]: `api` has 3 replicas and an autoscaler%0Afix: remove `replicas`
::warning file=manifests/web.yaml,line=9,col=3,\
title=Replicas are left to the autoscaler (autoscaling/no-fixed-replicas%2C medium)::\
shop/web[Deployment]: `web` has 3 replicas and an autoscaler%0Afix: remove `replicas`
seatrial: found 3 problems: 1 high, 2 medium; 1 of them inconclusive \
(2 files, 5 objects, 3 checks; 1 pass, 1 waived, 2 skipped)
"""
COMMAND = re.compile(r"::(error|warning|notice) (?:file=([^,]*),line=(\d+),col=(\d+),)?title=([^,]*?)::(.*)")


def test_the_whole_report(run: Run) -> None:
    assert render(run, "github") == GITHUB


@pytest.mark.parametrize(
    "severity, level",
    [
        (Severity.CRITICAL, "error"),
        (Severity.HIGH, "error"),
        (Severity.MEDIUM, "warning"),
        (Severity.LOW, "notice"),
        (Severity.INFO, "notice"),
    ],
)
def test_severities_become_levels(run: Run, severity: Severity, level: str) -> None:
    verdict = attrs.evolve(fixed_replicas("api", None), severity=severity)

    assert render(attrs.evolve(run, verdicts=(verdict,)), "github").startswith(f"::{level} ")


def test_annotations_that_github_drops_are_counted_for_each_level(run: Run) -> None:
    medium = [fixed_replicas(f"app{number}", None) for number in range(13)]
    high = [attrs.evolve(verdict, severity=Severity.HIGH) for verdict in medium[:11]]
    low = [attrs.evolve(verdict, severity=Severity.LOW) for verdict in medium[:10]]

    shown = render(attrs.evolve(run, verdicts=(*medium, *low, *high)), "github").splitlines()

    assert [line.partition(" ")[0] for line in shown] == (
        ["::error"] * 11 + ["::warning"] * 13 + ["::notice"] * 10 + ["seatrial:"] * 2
    )
    assert shown[-1] == (
        "seatrial: GitHub shows 10 annotations of each level per step: 4 of 34 are not shown on the pull request; "
        "all are in this log"
    )


@arbitrary
@given(runs())
def test_no_text_forges_a_command_or_a_property(run: Run) -> None:
    shown = render(run, "github")

    *commands, _ = [line for line in shown.splitlines() if not line.startswith("seatrial: GitHub")]
    parsed = [COMMAND.fullmatch(line) for line in commands]
    assert CONTROL.findall(shown.replace("\t", "")) == []
    assert len(commands) == len(run.problems)
    for match, verdict in zip(parsed, run.problems, strict=True):
        assert match
        assert unquote(match[2] or "") == (one_line(verdict.position.file) if verdict.position else "")
        told = f"{verdict.subject}: {verdict.message}"
        assert unquote(match[6]).startswith(visible(told))
