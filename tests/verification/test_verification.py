"""The runner: what it runs, on what, and what becomes of mistakes."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

from seatrial import verification
from seatrial.checks import schema
from seatrial.finished import Verification
from seatrial.model.errors import InputError, ToolError
from seatrial.model.verdict import Status

MAP = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: m, namespace: shop}\n"


@pytest.fixture
def manifest(tmp_path: Path) -> str:
    path = tmp_path / "map.yaml"
    path.write_text(MAP)
    return str(path)


def test_groups_run_in_their_own_order_whatever_order_is_asked_for(manifest: str) -> None:
    done = verification.verify(manifest, only=["policy", "schema"])

    assert done.run.scope.groups == ("schema", "policy")
    assert set(done.run.scope.seconds) == {"schema", "policy"}


def test_the_scope_tells_what_decides(manifest: str) -> None:
    scope = verification.verify(manifest, only=["schema"]).run.scope

    assert (scope.files, scope.objects, scope.seed) == (1, 1, 1)
    assert set(scope.versions) == {"seatrial", "python", "regorus", "kubectl", "kubernetes"}
    assert all(digest.startswith("sha256:") for digest in scope.digests.values())


def test_foreign_manifests_have_neither_architecture_nor_waivers(manifest: str) -> None:
    done = verification.verify(manifest, only=["schema", "policy"])

    assert done.context.architecture is None
    assert done.run.requirements == ()
    assert not [verdict for verdict in done.verdicts if verdict.check.startswith(("waivers/", "intent/"))]


def test_a_check_that_did_not_run_cannot_be_asked_for(manifest: str) -> None:
    done = verification.verify(manifest, only=["schema"])

    assert [verdict.status for verdict in done.of("schema/kubernetes")] == [Status.PASS]
    with pytest.raises(InputError, match="did you mean schema/kubernetes"):
        done.of("schema/kubernets")


def test_a_defect_of_a_check_is_no_pass_but_a_failure_of_the_tool(
    manifest: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_context: object) -> None:
        raise ZeroDivisionError("three by nought")

    monkeypatch.setattr(schema, "run", broken)

    with pytest.raises(ToolError, match="group schema failed with ZeroDivisionError: three by nought"):
        verification.verify(manifest, only=["schema"])


def test_the_production_overlay_is_the_default_where_there_are_overlays(tmp_path: Path) -> None:
    for name in ("production", "staging"):
        folder = tmp_path / "overlays" / name
        folder.mkdir(parents=True)
        (folder / "kustomization.yaml").write_text("resources: []\n")

    assert verification.choose_overlay(str(tmp_path), None) == "production"
    assert verification.choose_overlay(str(tmp_path), "staging") == "staging"
    assert verification.choose_overlay(str(tmp_path / "overlays" / "staging"), None) is None


PROJECT = Path(__file__).resolve().parents[2] / "manifests"
STATIC = ["schema", "references", "policy", "network", "capacity"]


@pytest.fixture(scope="module")
def production() -> Verification:
    return verification.verify(str(PROJECT), overlay="production", only=STATIC)


@pytest.mark.parametrize("overlay", ["staging", "development"])
def test_other_environments_keep_the_same_promises_under_their_own_names(overlay: str) -> None:
    done = verification.verify(str(PROJECT), overlay=overlay, only=STATIC)

    assert [f"{found.check} {found.subject}: {found.message}" for found in done.run.problems] == []
    by_path = verification.verify(str(PROJECT / "overlays" / overlay), only=["references"])
    assert by_path.run.problems == ()


def test_production_passes_every_static_check_or_is_waived(production: Verification) -> None:
    problems = [f"{found.check} {found.subject}: {found.message}" for found in production.run.problems]

    assert problems == []
    assert production.run.by_status[Status.PASS] > 1000


def test_every_waiver_of_production_says_why_who_and_until_when(production: Verification) -> None:
    for found in production.verdicts:
        if found.status is Status.WAIVED:
            assert all(found.evidence["waiver"][key] for key in ("reason", "owner", "expires"))


def test_no_skip_of_production_is_without_a_reason(production: Verification) -> None:
    assert [found for found in production.verdicts if found.status is Status.SKIPPED and not found.message] == []
    assert production.run.silent == ()


def test_verdicts_carry_the_requirements_that_they_prove(production: Verification) -> None:
    limits = {
        found.subject.name: found.requirements
        for found in production.of("autoscaling/replica-limits")
        if found.subject.name == "booking-sub-s1-hpa"
    }

    assert "R146" in limits["booking-sub-s1-hpa"]


def test_waivers_of_checks_that_did_not_run_are_no_matter() -> None:
    done = verification.verify(str(PROJECT), overlay="production", only=["capacity"])

    assert {info.group for info in done.run.checks} == {"capacity"}
    assert done.run.silent == ()


def test_an_expired_waiver_lets_its_findings_count_again() -> None:
    done = verification.verify(str(PROJECT), overlay="production", only=["policy"], today=datetime.date(2099, 1, 1))

    failed = {found.check for found in done.run.problems}
    assert failed == {"images/digest-pinned", "waivers/expired"}
