"""What scripts rely on: exit codes, streams, formats."""

from __future__ import annotations

import json

GOOD = """\
apiVersion: v1
kind: ConfigMap
metadata: {name: settings, namespace: shop}
data: {mode: fast}
"""


def test_help_states_the_exit_codes(seatrial):
    done = seatrial("--help")

    assert done.returncode == 0
    assert "0 clean, 1 findings, 2 wrong usage" in done.stdout.replace("\n  ", " ")


def test_a_clean_run_exits_0_and_prints_its_scope(seatrial):
    done = seatrial("verify", "-", "--only", "schema", stdin=GOOD)

    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 object" in done.stdout


def test_findings_exit_1_unless_they_are_below_the_asked_severity(seatrial):
    bad = GOOD.replace("data: {mode: fast}", "data: {mode: 7}")

    assert seatrial("verify", "-", "--only", "schema", stdin=bad).returncode == 1
    assert seatrial("verify", "-", "--only", "schema", "--fail-on", "critical", stdin=bad).returncode == 0


def test_json_on_stdout_is_the_whole_report_and_nothing_else(seatrial):
    done = seatrial("verify", "-", "--only", "schema", "--format", "json", stdin=GOOD)

    report = json.loads(done.stdout)
    assert report["scope"]["counts"]["objects"] == 1
    (verdict,) = report["verdicts"]
    assert verdict["check"] == "schema/kubernetes"
    assert verdict["status"] == "pass"
    assert verdict["subject"] == {"apiVersion": "v1", "kind": "ConfigMap", "namespace": "shop", "name": "settings"}
    assert (verdict["file"], verdict["line"]) == ("<stdin>", 1)


def test_a_report_is_written_to_a_file_whole(seatrial, tmp_path):
    done = seatrial("verify", "-", "--only", "schema", "--format", "json", "-o", "report.json", stdin=GOOD)

    assert done.returncode == 0
    assert done.stdout == ""
    assert json.loads((tmp_path / "report.json").read_text())["verdicts"]
    assert [path.name for path in tmp_path.iterdir()] == ["report.json"]


def test_foreign_manifests_are_verified_without_an_architecture(seatrial):
    done = seatrial("verify", "-", "--format", "json", stdin=GOOD)

    report = json.loads(done.stdout)
    skips = {v["check"]: v["message"] for v in report["verdicts"] if v["status"] == "skipped"}
    assert "architecture" in skips["simulation/latency-p95"]
    assert "architecture" in skips["references/component"]
    assert {v["check"] for v in report["verdicts"] if v["status"] == "pass"} >= {"schema/kubernetes"}


def test_explain_lists_every_check_and_explains_one(seatrial):
    listing = seatrial("explain").stdout

    assert "security/pod-security-restricted" in listing
    assert "simulation/latency-p95" in listing

    page = seatrial("explain", "security/pod-security-restricted").stdout
    assert "severity:" in page
    assert "restricted" in page


def test_the_version_is_printed(seatrial):
    done = seatrial("--version")

    assert done.returncode == 0
    assert done.stdout.startswith("seatrial ")


def test_documents_that_are_no_objects_are_skipped_with_their_reason(seatrial):
    done = seatrial("verify", "-", "--only", "schema", "--format", "json", stdin=f"apiversion: v1\n---\n{GOOD}")

    (skip,) = [verdict for verdict in json.loads(done.stdout)["verdicts"] if verdict["status"] == "skipped"]
    assert skip["subject"]["kind"] == "Document"
    assert "neither apiVersion nor kind" in skip["message"]
    assert (skip["file"], skip["line"]) == ("<stdin>", 1)
