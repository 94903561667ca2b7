"""The concise report has one line per finding, and a last one with the scope."""

from __future__ import annotations

from hypothesis import given

from seatrial.report import Run, render
from tests.report.samples import arbitrary, runs
from tests.report.test_terminal import CONTROL

CONCISE = """\
latency-p95[Objective]: high inconclusive simulation/latency-p95 481 ms (455 to 507 ms) against 500 ms
manifests/api.yaml:6:13: medium autoscaling/no-fixed-replicas `api` has 3 replicas and an autoscaler \
(shop/api[Deployment])
manifests/web.yaml:9:3: medium autoscaling/no-fixed-replicas `web` has 3 replicas and an autoscaler \
(shop/web[Deployment])
found 3 problems: 1 high, 2 medium; 1 of them inconclusive (2 files, 5 objects, 3 checks; 1 pass, 2 skipped, 1 waived)
"""


def test_each_finding_is_one_line(run: Run) -> None:
    assert render(run, "concise") == CONCISE


def test_all_verdicts_are_shown_when_asked_for(run: Run) -> None:
    assert render(run, "concise", show_passed=True).splitlines()[:4] == [
        "shop/api[Deployment]: critical pass schema/kubernetes valid",
        "shop/tls[Certificate]: critical skipped schema/kubernetes no schema of its kind",
        "shop/tls2[Certificate]: critical skipped schema/kubernetes no schema of its kind",
        "latency-p95[Objective]: high inconclusive simulation/latency-p95 481 ms (455 to 507 ms) against 500 ms",
    ]


@arbitrary
@given(runs())
def test_no_text_breaks_a_line(run: Run) -> None:
    shown = render(run, "concise")

    assert len(shown.splitlines()) == len(run.problems) + 1
    assert CONTROL.findall(shown) == []
