"""The SARIF report is valid SARIF 2.1.0 by the schema of OASIS, and means what code scanning takes it to mean."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import attrs
import jsonschema_rs
import pytest
from hypothesis import given

from seatrial.model.position import Position
from seatrial.model.verdict import Status
from seatrial.report import Run, render
from seatrial.report.text import visible
from tests.report.samples import FILE, arbitrary, fixed_replicas, runs

STANDARD = jsonschema_rs.validator_for(
    json.loads(Path(__file__).with_name("schemas").joinpath("sarif-schema-2.1.0.json").read_text(encoding="utf-8")),
    validate_formats=True,
)


def sarif(run: Run, **options: bool) -> dict[str, Any]:
    """Return the only run of the report, once the standard has accepted it."""
    log = json.loads(render(run, "sarif", **options).encode("utf-8"))
    assert [f"{error.instance_path}: {error.message}" for error in STANDARD.iter_errors(log)] == []
    assert log["version"] == "2.1.0"
    (only,) = log["runs"]
    assert isinstance(only, dict)
    return only


def without_fingerprint(result: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in result.items() if key != "partialFingerprints"}


def location(uri: str, name: str, kind: str, qualified: str, **region: Any) -> dict[str, Any]:
    return {
        "physicalLocation": {"artifactLocation": {"uri": uri, "uriBaseId": "%SRCROOT%"}, **region},
        "logicalLocations": [{"name": name, "fullyQualifiedName": qualified, "kind": kind}],
    }


def test_a_failure_is_a_result_with_its_region(run: Run) -> None:
    result = next(r for r in sarif(run)["results"] if "api" in r["message"]["text"])

    assert without_fingerprint(result) == {
        "ruleId": "autoscaling/no-fixed-replicas",
        "ruleIndex": 1,
        "kind": "fail",
        "level": "warning",
        "message": {"text": "`api` has 3 replicas and an autoscaler\nFix: remove `replicas`"},
        "locations": [
            location(
                "manifests/api.yaml",
                "api",
                "Deployment",
                "shop/api[Deployment]",
                region={"startLine": 6, "startColumn": 13, "endColumn": 14},
            )
        ],
        "properties": {
            "severity": "medium",
            "status": "fail",
            "pointer": "/spec/replicas",
            "requirements": ["R2"],
            "evidence": {},
        },
    }


def test_an_inconclusive_verdict_is_open_and_points_at_the_input(run: Run) -> None:
    result = next(r for r in sarif(run)["results"] if r["kind"] == "open")

    assert (result["ruleId"], result["level"]) == ("simulation/latency-p95", "none")
    assert result["locations"] == [location("manifests", "latency-p95", "Objective", "latency-p95[Objective]")]
    assert result["properties"]["evidence"] == {"scenario": "peak", "p95": 0.481}


def test_a_waived_failure_is_suppressed_with_its_waiver(run: Run) -> None:
    suppressed = [result["suppressions"] for result in sarif(run)["results"] if "suppressions" in result]

    assert suppressed == [
        [
            {
                "kind": "external",
                "status": "accepted",
                "justification": "migrating",
                "properties": {"owner": "team shop", "expires": "2027-01-31"},
            }
        ]
    ]


def test_a_rule_tells_what_its_check_is(run: Run) -> None:
    rules = sarif(run)["tool"]["driver"]["rules"]

    assert [rule["id"] for rule in rules] == [check.id for check in run.checks]
    assert rules[1] == {
        "id": "autoscaling/no-fixed-replicas",
        "name": "Replicas are left to the autoscaler",
        "shortDescription": {"text": "Replicas are left to the autoscaler"},
        "fullDescription": {"text": "A fixed number undoes what the autoscaler did."},
        "help": {
            "text": "A fixed number undoes what the autoscaler did.\n\nFix: remove `replicas`",
            "markdown": "# Replicas\n",
        },
        "defaultConfiguration": {"enabled": True, "level": "warning"},
        "properties": {
            "severity": "medium",
            "security-severity": "5.5",
            "precision": "very-high",
            "group": "policy",
            "kinds": ["Deployment"],
            "tags": ["NSA-1", "autoscaling", "policy"],
        },
    }


def test_passed_and_skipped_verdicts_are_results_only_when_asked_for(run: Run) -> None:
    assert [result["kind"] for result in sarif(run)["results"]] == ["open", "fail", "fail", "fail"]
    assert sorted(result["kind"] for result in sarif(run, show_passed=True)["results"]) == [
        "fail",
        "fail",
        "fail",
        "notApplicable",
        "notApplicable",
        "open",
        "pass",
    ]


def test_skips_are_told_in_any_case(run: Run) -> None:
    assert sarif(run)["invocations"] == [
        {
            "executionSuccessful": True,
            "toolExecutionNotifications": [
                {
                    "associatedRule": {"id": "schema/kubernetes"},
                    "level": "note",
                    "message": {"text": "schema/kubernetes skipped 2 times: no schema of its kind"},
                }
            ],
        }
    ]


def test_the_run_can_be_repeated_from_its_record(run: Run) -> None:
    assert sarif(run)["properties"] == {
        "path": "manifests",
        "overlay": "production",
        "groups": ["schema", "policy", "simulation"],
        "seed": 7,
        "files": 2,
        "objects": 5,
        "verdicts": {"pass": 1, "fail": 2, "inconclusive": 1, "skipped": 2, "waived": 1},
        "versions": {"seatrial": "1.2.3", "python": "3.11.7"},
        "digests": {"manifests": "sha256:00ff"},
    }


def fingerprints(run: Run, *verdicts: Any) -> list[str]:
    results = sarif(attrs.evolve(run, verdicts=verdicts))["results"]
    return [result["partialFingerprints"]["seatrialFinding/v1"] for result in results]


def test_a_finding_keeps_its_fingerprint_when_lines_move(run: Run) -> None:
    before = fingerprints(run, fixed_replicas("api", Position(FILE, 6, 13)))
    after = fingerprints(run, fixed_replicas("api", Position("other.yaml", 60, 1)))

    assert before == after


def test_different_findings_have_different_fingerprints(run: Run) -> None:
    api = fixed_replicas("api", None)
    found = fingerprints(run, api, api, fixed_replicas("web", None), attrs.evolve(api, pointer="/spec"))

    assert len(set(found)) == 4


@pytest.mark.parametrize(
    "path, expected",
    [
        ("a b/ü#1%.yaml", {"uri": "a%20b/%C3%BC%231%25.yaml", "uriBaseId": "%SRCROOT%"}),
        ("c:d.yaml", {"uri": "c%3Ad.yaml", "uriBaseId": "%SRCROOT%"}),
        ("/abs/x.yaml", {"uri": "file:///abs/x.yaml"}),
        ("//host/x.yaml", {"uri": "file:///host/x.yaml"}),
        ("<stdin>", {"uri": "%3Cstdin%3E", "uriBaseId": "%SRCROOT%"}),
    ],
)
def test_paths_become_uri_references(run: Run, path: str, expected: dict[str, str]) -> None:
    only = attrs.evolve(run, verdicts=(fixed_replicas("api", Position(path, 1, 1)),))

    assert sarif(only)["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"] == expected


@arbitrary
@given(runs())
def test_every_text_is_valid_and_comes_back_visible(run: Run) -> None:
    results = sarif(run, show_passed=True)["results"]

    assert [result["ruleId"] for result in results] == [visible(v.check) for v in run.with_status(*Status)]
    assert all(
        result["message"]["text"].startswith(visible(verdict.message))
        for result, verdict in zip(results, run.with_status(*Status), strict=True)
    )
