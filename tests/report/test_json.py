"""The JSON report holds the scope and every verdict, in the shape that other programs rely on."""

from __future__ import annotations

import json
import math
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from hypothesis import given

from seatrial.report import Run, render
from seatrial.report.json_text import plain
from tests.report.samples import arbitrary, runs


def counts(**more: int) -> dict[str, int]:
    return {"pass": 0, "fail": 0, "inconclusive": 0, "skipped": 0, "waived": 0} | more


def reported(check: str, status: str, severity: str, kind: str, name: str, message: str, **more: Any) -> dict[str, Any]:
    return {
        "check": check,
        "status": status,
        "severity": severity,
        "subject": {"apiVersion": "apps/v1", "kind": kind, "namespace": "shop", "name": name},
        "pointer": "",
        "file": None,
        "line": None,
        "column": None,
        "message": message,
        "remediation": "",
        "requirements": [],
        "evidence": {},
    } | more


SCHEMA = "schema/kubernetes"
REPLICAS = "autoscaling/no-fixed-replicas"
LATENCY = "simulation/latency-p95"
FIXED = {"pointer": "/spec/replicas", "remediation": "remove `replicas`"}
EXPECTED = {
    "scope": {
        "path": "manifests",
        "overlay": "production",
        "groups": ["schema", "policy", "simulation"],
        "seed": 7,
        "counts": {"files": 2, "objects": 5, "checks": 3, "verdicts": 7}
        | counts(**{"pass": 1}, fail=2, inconclusive=1, skipped=2, waived=1),
        "checks": [
            {"check": SCHEMA, "title": "Object matches its schema", "group": "schema"}
            | counts(**{"pass": 1}, skipped=2),
            {"check": REPLICAS, "title": "Replicas are left to the autoscaler", "group": "policy"}
            | counts(fail=2, waived=1),
            {"check": LATENCY, "title": "Requests are fast enough", "group": "simulation"} | counts(inconclusive=1),
        ],
        "skips": [{"check": SCHEMA, "reason": "no schema of its kind", "times": 2}],
        "versions": {"seatrial": "1.2.3", "python": "3.11.7"},
        "digests": {"manifests": "sha256:00ff"},
        "seconds": {"schema": 0.25, "policy": 0.5, "simulation": 2.0},
    },
    "verdicts": [
        reported(SCHEMA, "pass", "critical", "Deployment", "api", "valid", requirements=["R1"]),
        reported(
            SCHEMA,
            "skipped",
            "critical",
            "Certificate",
            "tls",
            "no schema of its kind",
            remediation="correct the field",
        ),
        reported(
            SCHEMA,
            "skipped",
            "critical",
            "Certificate",
            "tls2",
            "no schema of its kind",
            remediation="correct the field",
        ),
        reported(REPLICAS, "fail", "medium", "Deployment", "web", "`web` has 3 replicas and an autoscaler", **FIXED)
        | {"file": "manifests/web.yaml", "line": 9, "column": 3, "requirements": ["R2"]},
        reported(REPLICAS, "fail", "medium", "Deployment", "api", "`api` has 3 replicas and an autoscaler", **FIXED)
        | {"file": "manifests/api.yaml", "line": 6, "column": 13, "requirements": ["R2"]},
        reported(REPLICAS, "waived", "medium", "Deployment", "jobs", "`jobs` has 3 replicas and an autoscaler", **FIXED)
        | {"file": "manifests/api.yaml", "line": 6, "column": 13}
        | {"evidence": {"waiver": {"reason": "migrating", "owner": "team shop", "expires": "2027-01-31"}}},
        reported(LATENCY, "inconclusive", "high", "Objective", "latency-p95", "481 ms (455 to 507 ms) against 500 ms")
        | {"subject": {"apiVersion": "seatrial/v1", "kind": "Objective", "namespace": "", "name": "latency-p95"}}
        | {
            "remediation": "simulate 40 replications",
            "requirements": ["R3"],
            "evidence": {"scenario": "peak", "p95": 0.481},
        },
    ],
}


@pytest.mark.parametrize("show_passed", [True, False])
def test_every_verdict_is_there_whatever_people_see(run: Run, show_passed: bool) -> None:
    assert json.loads(render(run, "json", show_passed=show_passed)) == EXPECTED


@arbitrary
@given(runs())
def test_every_text_comes_back_as_it_was(run: Run) -> None:
    shown = render(run, "json")
    read = json.loads(shown.encode("utf-8"), parse_constant=lambda name: pytest.fail(f"{name} is no JSON"))

    assert [(v["check"], v["message"], v["subject"]["name"], v["pointer"], v["file"]) for v in read["verdicts"]] == [
        (v.check, v.message, v.subject.name, v.pointer, v.position.file if v.position else None) for v in run.verdicts
    ]


@pytest.mark.parametrize(
    "value, expected",
    [
        (math.nan, None),
        (-math.inf, None),
        (np.float64(0.5), 0.5),
        (np.float64("nan"), None),
        (np.int64(3), 3),
        (np.array([1, 2]), [1, 2]),
        (Decimal("1.50"), "1.50"),
        ((1, {"a": {2}}), [1, {"a": [2]}]),
        ({1: None}, {"1": None}),
        (True, True),
    ],
)
def test_evidence_of_any_type_becomes_plain_json(value: object, expected: object) -> None:
    converted = plain(value)

    assert converted == expected
    assert type(converted) is type(expected)
