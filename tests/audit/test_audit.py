"""An audit: the checks of `verify` on what is live, drift beside them, and nothing but reading."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
import xmlschema

from seatrial import audit, report, verification
from seatrial.audit import Wish
from seatrial.finished import Verification
from seatrial.model.errors import InputError
from seatrial.model.verdict import Severity, Status, Verdict
from tests.audit import shop
from tests.cluster.fake_cluster import REVIEW, FakeCluster, connected, thing

STATIC = ["schema", "references", "policy", "network", "capacity"]


def audited(cluster: FakeCluster, folder: Path, **wish: Any) -> Verification:
    wish.setdefault("path", shop.write(folder))
    with connected(cluster, folder) as (connection, _):
        return audit.audit(connection, Wish(**wish))


def of(done: Verification, check: str, status: Status = Status.FAIL) -> list[Verdict]:
    return [found for found in done.verdicts if found.check.startswith(check) and found.status is status]


def outcomes(verdicts: tuple[Verdict, ...]) -> set[tuple[str, str, str]]:
    """What was decided of each object of the manifests; messages name schema versions and places."""
    named = {f"{item['kind']}/{item['metadata']['name']}" for item in shop.manifests()}
    return {
        (found.check, str(found.subject), str(found.status))
        for found in verdicts
        if f"{found.subject.kind}/{found.subject.name}" in named and not found.check.startswith(("drift/", "cluster/"))
    }


def test_what_was_applied_is_judged_as_the_manifests_are_and_has_not_drifted(tmp_path: Path) -> None:
    done = audited(shop.cluster(), tmp_path)
    verified = verification.verify(shop.write(tmp_path), only=STATIC)

    assert outcomes(done.verdicts) == outcomes(verified.verdicts)
    assert of(done, "drift/") == []
    assert len(of(done, "drift/unchanged", Status.PASS)) == len(shop.manifests())


def test_only_reading_and_asking_leave_the_machine(tmp_path: Path) -> None:
    with connected(shop.cluster(), tmp_path) as (connection, server):
        audit.audit(connection, Wish(path=shop.write(tmp_path)))

        assert {request.method for request in server.requests} == {"GET", "POST"}
        assert {request.path for request in server.requests if request.method == "POST"} == {REVIEW}


def test_each_drift_is_one_finding_that_names_field_values_place_and_author(tmp_path: Path) -> None:
    cluster = shop.cluster()
    container = shop.find(cluster, "Deployment")["spec"]["template"]["spec"]["containers"][0]
    container["image"] = "example.com/web:2.0.0"
    cluster.objects.remove(shop.find(cluster, "Service"))
    cluster.objects.append(thing("configmaps", "extra"))
    done = audited(cluster, tmp_path)

    (changed,) = of(done, "drift/unchanged")
    assert changed.message.splitlines() == [
        (
            "spec.template.spec.containers[name=web].image is another than declared, "
            "set by seatrial (Apply, 2026-01-01T00:00:00Z)"
        ),
        "- example.com/web:1.0.0",
        "+ example.com/web:2.0.0",
    ]
    assert changed.pointer == "/spec/template/spec/containers/0/image"
    assert changed.position is not None
    assert Path(changed.position.file).name == "shop.yaml"
    assert (
        "image: example.com/web:1.0.0" in (tmp_path / "shop.yaml").read_text().splitlines()[changed.position.line - 1]
    )
    assert [str(found.subject) for found in of(done, "drift/missing")] == ["shop/web[Service]"]
    assert [str(found.subject) for found in of(done, "drift/undeclared")] == ["shop/extra[ConfigMap]"]


@pytest.mark.parametrize("format", report.FORMATS)
def test_no_report_shows_a_secret(tmp_path: Path, format: str) -> None:  # noqa: A002 - the option's name
    cluster = shop.cluster()
    shop.find(cluster, "Secret", "login")["data"]["password"] = "aHVudGVyMw=="
    env = shop.find(cluster, "Deployment")["spec"]["template"]["spec"]["containers"][0]["env"]
    env[0] = {"name": "LOGIN_PASSWORD", "value": "hunter4"}
    done = audited(cluster, tmp_path)

    assert [found.pointer for found in of(done, "drift/unchanged") if found.subject.kind == "Secret"] == [
        "/data/password"
    ]
    text = report.render(done.run, format, show_passed=True)
    for secret in ("hunter2", "hunter3", "hunter4", "aHVudGVyM"):
        assert secret not in text


@pytest.mark.parametrize("format", report.FORMATS)
def test_every_format_tells_the_cluster(tmp_path: Path, format: str) -> None:  # noqa: A002 - the option's name
    text = report.render(audited(shop.cluster(forbidden={"services"}), tmp_path).run, format)

    assert "harbour" in text
    if format not in {"concise", "github"}:  # those tell that it was seen in part
        assert "services" in text
    assert "v1.37.2" in text


def test_sarif_and_junit_of_an_audit_keep_to_their_schemas(tmp_path: Path) -> None:
    run = audited(shop.cluster(forbidden={"services"}), tmp_path).run
    schemas = Path(__file__).resolve().parents[1] / "report" / "schemas"
    standard = jsonschema_rs.validator_for(
        json.loads((schemas / "sarif-schema-2.1.0.json").read_text(encoding="utf-8")), validate_formats=True
    )

    log = json.loads(report.render(run, "sarif"))
    assert [error.message for error in standard.iter_errors(log)] == []
    assert log["runs"][0]["properties"]["cluster"]["notSeen"] == ["forbidden: services in shop"]
    xmlschema.XMLSchema(schemas / "junit-10.xsd").validate(report.render(run, "junit"))


class TestScope:
    def test_with_manifests_their_namespaces_are_judged(self, tmp_path: Path) -> None:
        done = audited(shop.cluster(), tmp_path)

        assert {found.subject.namespace for found in done.verdicts} == {"", "shop"}
        assert done.run.scope.surroundings is not None
        assert done.run.scope.surroundings.namespaces == ("shop",)

    def test_without_manifests_everything_but_the_control_plane(self, tmp_path: Path) -> None:
        cluster = shop.cluster()
        cluster.objects.append(thing("configmaps", "other", "elsewhere"))
        done = audited(cluster, tmp_path, path=None)

        assert {found.subject.namespace for found in done.verdicts} == {"", "shop", "elsewhere"}
        names = {(found.subject.kind, found.subject.name) for found in of(done, "schema/", Status.PASS)}
        assert not names & {("ClusterRole", "system:node"), ("Namespace", "kube-system"), ("Deployment", "coredns")}
        assert not of(done, "drift/", Status.PASS)

    def test_one_namespace(self, tmp_path: Path) -> None:
        cluster = shop.cluster()
        cluster.objects += [thing("namespaces", "elsewhere"), thing("configmaps", "other", "elsewhere")]
        done = audited(cluster, tmp_path, path=None, namespace="elsewhere")

        assert {str(found.subject) for found in of(done, "schema/", Status.PASS)} == {
            "elsewhere/other[ConfigMap]",
            "elsewhere[Namespace]",
        }

    def test_a_namespace_that_is_not_there(self, tmp_path: Path) -> None:
        with pytest.raises(InputError, match=r"no namespace 'shopp' .did you mean shop"):
            audited(shop.cluster(), tmp_path, namespace="shopp")

    def test_drift_of_one_namespace_leaves_the_others_alone(self, tmp_path: Path) -> None:
        cluster = shop.cluster()
        cluster.objects += [thing("namespaces", "elsewhere")]
        done = audited(cluster, tmp_path, namespace="elsewhere")

        assert [str(found.subject) for found in of(done, "drift/missing")] == []

    def test_cluster_scoped_objects_are_judged_if_declared(self, tmp_path: Path) -> None:
        cluster = shop.cluster()
        cluster.objects.append(thing("clusterroles", "stranger"))
        done = audited(cluster, tmp_path)

        assert "ClusterRole" not in {found.subject.kind for found in done.verdicts if found.check != "cluster/seen"}


class TestPartial:
    def test_what_may_not_be_read_is_neither_missing_nor_passed(self, tmp_path: Path) -> None:
        done = audited(shop.cluster(forbidden={"secrets", "configmaps"}), tmp_path)

        assert of(done, "references/secret-key") == []
        assert of(done, "references/config-map-key") == []
        (told,) = of(done, "references/secret-key", Status.SKIPPED)
        assert "cannot tell without what was not seen: secrets in shop: forbidden" in told.message
        missing = of(done, "drift/missing", Status.SKIPPED)
        assert {found.subject.kind for found in missing} == {"Secret", "ConfigMap"}
        assert of(done, "drift/missing") == []

    def test_a_dangling_reference_is_found_where_everything_is_seen(self, tmp_path: Path) -> None:
        cluster = shop.cluster()
        cluster.objects.remove(shop.find(cluster, "Secret", "login"))

        assert [found.subject.name for found in of(audited(cluster, tmp_path), "references/secret-key")] == ["web"]

    def test_each_unseen_kind_is_a_counted_skip_with_the_rule_that_it_takes(self, tmp_path: Path) -> None:
        done = audited(shop.cluster(forbidden={"secrets"}), tmp_path)

        (skip,) = of(done, "cluster/seen", Status.SKIPPED)
        assert skip.message == (
            "not seen: secrets in shop: forbidden; it takes "
            'Role in shop: {apiGroups: [""], resources: ["secrets"], verbs: ["list"]}'
        )
        assert done.run.scope.surroundings is not None
        assert done.run.scope.surroundings.partial

    def test_a_kind_that_the_server_does_not_have_is_missing(self, tmp_path: Path) -> None:
        path = tmp_path / "more.yaml"
        path.write_text("apiVersion: example.org/v1\nkind: Boat\nmetadata: {name: b, namespace: shop}\n")
        (found,) = of(audited(shop.cluster(), tmp_path, path=str(path)), "drift/missing")

        assert found.message == "the server has no kind Boat of example.org/v1, so there can be no b"


class TestGroups:
    def test_all_but_simulation_and_features_run(self, tmp_path: Path) -> None:
        assert audited(shop.cluster(), tmp_path).run.scope.groups == (*STATIC, "cluster", "drift")

    def test_those_asked_for_run(self, tmp_path: Path) -> None:
        assert audited(shop.cluster(), tmp_path, only=["drift", "schema"]).run.scope.groups == (
            "schema",
            "cluster",
            "drift",
        )

    def test_drift_may_be_left_out(self, tmp_path: Path) -> None:
        assert "drift" not in audited(shop.cluster(), tmp_path, drift=False).run.scope.groups

    @pytest.mark.parametrize(
        "wish,message",
        [
            ({"only": ["drfit"]}, "did you mean drift"),
            ({"only": ["features"]}, "no group of checks 'features'"),
            ({"only": []}, "names no group"),
            ({"only": ["drift"], "drift": False}, "nothing to compare"),
            ({"only": ["drift"], "path": None}, "nothing to compare"),
            ({"overlay": "production", "path": None}, "there are no manifests"),
        ],
    )
    def test_what_cannot_be_asked_for(self, tmp_path: Path, wish: dict[str, Any], message: str) -> None:
        with pytest.raises(InputError, match=message):
            audited(shop.cluster(), tmp_path, **wish)

    def test_the_checks_of_a_cluster_are_known_to_verify_so_that_waivers_may_name_them(self, tmp_path: Path) -> None:
        done = audited(shop.cluster(), tmp_path)

        known = {info.id for info in done.run.checks if info.group in {"drift", "cluster"}}
        assert known == verification.LIVE_CHECKS


class TestVersion:
    @pytest.mark.parametrize(
        "server,judged",
        [("v1.37.2", "1.37"), ("v1.31.0-gke.100", "1.31"), ("v1.99.0", "1.37"), ("v1.19+", "1.25"), ("odd", "1.37")],
    )
    def test_the_schemas_of_the_server_judge_or_the_nearest_known(self, server: str, judged: str) -> None:
        assert audit.schema_version(server)[0] == judged

    def test_another_version_than_the_servers_is_told(self, tmp_path: Path) -> None:
        done = audited(shop.cluster(version="v1.99.0"), tmp_path)

        assert done.run.scope.surroundings is not None
        assert "judged by the schemas of 1.37, as those of 1.99 are not known" in done.run.scope.surroundings.version


def autoscaled(cluster: FakeCluster, owner: dict[str, Any]) -> dict[str, Any]:
    """The workload of the shop with an autoscaler, its replicas owned as told."""
    item = shop.find(cluster, "Deployment")
    entries = item["metadata"]["managedFields"]
    del entries[0]["fieldsV1"]["f:spec"]["f:replicas"]
    entries.append({"fieldsV1": {"f:spec": {"f:replicas": {}}}, **owner})
    return {
        "apiVersion": "autoscaling/v2",
        "kind": "HorizontalPodAutoscaler",
        "metadata": {"name": "web", "namespace": "shop"},
        "spec": {"scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"}},
    }


@pytest.mark.parametrize(
    "owner,seen",
    [
        ({"manager": "kube-controller-manager", "operation": "Update", "subresource": "scale"}, None),
        ({"manager": "kubectl", "operation": "Apply"}, 2),
    ],
)
def test_replicas_are_shown_to_the_checks_only_where_somebody_fixes_them(owner: dict[str, Any], seen: object) -> None:
    from seatrial.audit.prepared import prepared
    from tests.drift.live import resource

    cluster = shop.cluster()
    scaler = autoscaled(cluster, owner)
    found = prepared([resource(item) for item in (*cluster.objects, scaler)])

    (web,) = (item for item in found if (item.kind, item.name) == ("Deployment", "web"))
    assert web.data["spec"].get("replicas") == seen


def test_replicas_that_client_side_apply_noted_are_fixed_though_the_autoscaler_owns_them_now() -> None:
    from seatrial.audit.prepared import prepared
    from tests.drift.live import resource

    cluster = shop.cluster()
    scaler = autoscaled(cluster, {"manager": "kube-controller-manager", "operation": "Update", "subresource": "scale"})
    annotations = shop.find(cluster, "Deployment")["metadata"].setdefault("annotations", {})
    annotations["kubectl.kubernetes.io/last-applied-configuration"] = '{"spec": {"replicas": 2}}'
    found = prepared([resource(item) for item in (*cluster.objects, scaler)])

    (web,) = (item for item in found if (item.kind, item.name) == ("Deployment", "web"))
    assert web.data["spec"]["replicas"] == 2
    assert not [key for key in web.annotations if "last-applied" in key]


@pytest.mark.parametrize(
    "subjects,kept",
    [(["system:authenticated"], False), (["system:authenticated", "system:unauthenticated"], True)],
)
def test_what_everyone_may_is_no_right_of_an_account_unless_somebody_widened_it(
    subjects: list[str], kept: bool
) -> None:
    from seatrial.audit.prepared import prepared
    from tests.drift.live import resource

    binding = {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "ClusterRoleBinding",
        "metadata": {"name": "system:basic-user"},
        "subjects": [{"kind": "Group", "name": name} for name in subjects],
    }
    assert bool(prepared([resource(binding)])) is kept


def test_severities_gate_as_for_verify(tmp_path: Path) -> None:
    cluster = shop.cluster()
    cluster.objects.append(thing("configmaps", "extra"))
    run = audited(cluster, tmp_path, only=["drift"]).run

    assert run.exit_code(Severity.MEDIUM) == 1
    assert run.exit_code(Severity.HIGH) == 0
