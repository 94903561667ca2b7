"""What needs no control plane: where a proof may go, what it installs, how it counts, where its verdicts point."""

from __future__ import annotations

from pathlib import Path

import pytest

from seatrial import lab
from seatrial.cluster.applying import Answer, Cause
from seatrial.cluster.connection import connect
from seatrial.cluster.kinds import Kinds
from seatrial.cluster.standing import Reason, Standing, Wanted
from seatrial.model.errors import InputError
from seatrial.model.verdict import Status
from seatrial.model.workload import Workload
from seatrial.proof import custom_kinds, judging, phases, places, scaling
from seatrial.proof.catalog import AT_MINIMUM, CATALOG, DRY_RUN, GROUP
from seatrial.proof.proving import prove
from tests.cluster.servers import Response, serving
from tests.inventories import at, inventory

MAP = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n"
DEPLOYMENT = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: boat, namespace: harbour}
spec:
  replicas: 3
  selector: {matchLabels: {app: boat}}
  template:
    metadata: {labels: {app: boat}}
    spec:
      nodeSelector: {storage-type: ssd}
      topologySpreadConstraints: [{maxSkew: 1}]
      initContainers: [{name: first}]
      containers: [{name: sail}, {name: oar}]
"""
AUTOSCALER = """
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: boat, namespace: harbour}
spec: {scaleTargetRef: {kind: Deployment, name: boat}, minReplicas: 2, maxReplicas: 5}
"""


def workload(text: str = DEPLOYMENT) -> Workload:
    (found,) = inventory(text).workloads()
    return found


class TestOnlyLabs:
    def test_a_cluster_that_is_no_lab_is_never_touched(self, tmp_path: Path) -> None:
        (tmp_path / "set.yaml").write_text(MAP)
        with serving(lambda _: Response()) as server:
            with pytest.raises(InputError, match=rf"{server.url} of .* is no lab") as caught:
                prove(str(tmp_path / "set.yaml"), kubeconfig=server.kubeconfig(tmp_path))
            assert server.requests == []
        assert "leave --kubeconfig out" in caught.value.remedy

    def test_a_lab_at_another_address_is_not_meant(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        other = lab.Lab(name="lab", folder=tmp_path, state="ready", started=0.0, server="https://127.0.0.1:1")
        monkeypatch.setattr(lab, "status", lambda: (other,))
        (tmp_path / "set.yaml").write_text(MAP)
        with serving(lambda _: Response()) as server:
            with pytest.raises(InputError, match="is no lab") as caught:
                prove(str(tmp_path / "set.yaml"), kubeconfig=server.kubeconfig(tmp_path))
            assert server.requests == []
        assert str(other.kubeconfig) in caught.value.remedy

    def test_a_kubeconfig_that_is_not_there(self, tmp_path: Path) -> None:
        (tmp_path / "set.yaml").write_text(MAP)
        with pytest.raises(InputError, match="there is no kubeconfig"):
            prove(str(tmp_path / "set.yaml"), kubeconfig=tmp_path / "absent")


class TestScaling:
    @pytest.mark.parametrize(
        "written,least,expected",
        [
            ("replicas: 3", "minReplicas: 2", 3),
            ("replicas: 1", "minReplicas: 2", 2),
            ("", "", 1),
            ("replicas: 9", "", 5),
        ],
    )
    def test_a_workload_starts_within_the_bounds(self, written: str, least: str, expected: int) -> None:
        """Without metrics the real autoscaler corrects only what is outside of its bounds."""
        text = DEPLOYMENT.replace("replicas: 3", written) + "---" + AUTOSCALER.replace("minReplicas: 2, ", f"{least}, ")
        found = inventory(text.replace(", , ", ", "))
        (bound,) = scaling.bounds(found.workloads(), found.of_kind("HorizontalPodAutoscaler")).values()
        assert (bound.minimum, bound.maximum) == (expected, 5)

    def test_an_autoscaler_of_something_else_does_not_count(self) -> None:
        found = inventory(f"{DEPLOYMENT}---{AUTOSCALER.replace('name: boat}', 'name: ship}')}")
        assert scaling.bounds(found.workloads(), found.of_kind("HorizontalPodAutoscaler")) == {}


class TestPlaces:
    @pytest.mark.parametrize(
        "message,pointer",
        [
            ('violates PodSecurity "restricted:latest": privileged (container "oar" must not', "containers/1"),
            ('unrestricted capabilities (containers "sail", "oar" must set', "containers/0"),
            ('runAsNonRoot != true (pod or container "first" must set', "initContainers/0"),
            ("0/3 nodes are available: 3 node(s) didn't match Pod's node affinity/selector.", "nodeSelector"),
            ("3 node(s) didn't match pod topology spread constraints.", "topologySpreadConstraints"),
            ("0/3 nodes are available: 3 Insufficient cpu.", "containers"),
            ("exceeded quota: hold, requested: pods=1", "containers"),
            ("maximum memory usage per Container is 1Gi, but limit is 2Gi", "containers"),
            ("3 node(s) had untolerated taint {a: b}", ""),
            ("something else", ""),
        ],
    )
    def test_a_message_points_at_what_it_means(self, message: str, pointer: str) -> None:
        assert places.of_pods(workload(), message) == "/spec/template/spec" + (f"/{pointer}" if pointer else "")

    def test_an_unbound_claim_of_a_template_points_there(self) -> None:
        text = DEPLOYMENT.replace("Deployment", "StatefulSet")
        assert places.of_pods(workload(text), "claim data-boat-0 is not bound: no") == "/spec/volumeClaimTemplates"

    @pytest.mark.parametrize(
        "warning,pointer",
        [
            (
                "spec.template.spec.nodeSelector[storage-type]: deprecated",
                "/spec/template/spec/nodeSelector/storage-type",
            ),
            ("metadata.name: this is used in the Pod's hostname", "/metadata/name"),
            ("apps/v1beta1 Deployment is deprecated in v1.9+, unavailable in v1.16+", "/apiVersion"),
            (
                'would violate PodSecurity "restricted:latest": x (container "sail" must',
                "/spec/template/spec/containers/0",
            ),
            ("anything: else", ""),
            ("Something nobody expects", ""),
        ],
    )
    def test_a_warning_points_at_what_it_means(self, warning: str, pointer: str) -> None:
        assert places.of_warning(workload().resource, warning) == pointer


class TestJudging:
    def standing(self, created: int, ready: int, *reasons: Reason) -> judging.Stand:
        item = workload()
        return judging.Stand(
            item, Standing(Wanted(item.resource), 3, created, ready, settled=created == ready, reasons=reasons)
        )

    def admitted(self, stand: judging.Stand) -> tuple[Status, str]:
        (verdict,) = judging.admitted(stand)
        return verdict.status, verdict.message

    def ready(self, stand: judging.Stand) -> tuple[Status, str]:
        (verdict,) = judging.ready(AT_MINIMUM, stand)
        return verdict.status, verdict.message

    def test_pods_that_are_all_there_pass(self) -> None:
        assert self.admitted(self.standing(3, 0)) == (Status.PASS, "3 pods admitted")
        assert self.ready(self.standing(3, 3)) == (Status.PASS, "3 pods placed and Ready")

    @pytest.mark.parametrize(
        "wrapped",
        [
            'pods "boat-0" is forbidden: no',
            'Error creating: pods "boat-0" is forbidden: no',
            '(combined from similar events): Error creating: pods "boat-0" is forbidden: no',
            'create Pod boat-0 in StatefulSet boat failed error: pods "boat-0" is forbidden: no',
        ],
    )
    def test_the_server_s_words_stand_alone(self, wrapped: str) -> None:
        stand = self.standing(2, 2, Reason("rejected", wrapped))
        assert self.admitted(stand) == (Status.FAIL, 'pods "boat-0" is forbidden: no')

    def test_missing_pods_without_any_reason_fail_too(self) -> None:
        assert self.admitted(self.standing(1, 1)) == (Status.FAIL, "1 of 3 pods were created in the time")
        assert self.ready(self.standing(3, 1)) == (Status.FAIL, "1 of 3 pods are Ready")

    @pytest.mark.parametrize(
        "kind,reason",
        [("Deployment", "it wants no pods"), ("DaemonSet", "no node of the pools is one for its pods")],
    )
    def test_no_pods_prove_nothing(self, kind: str, reason: str) -> None:
        item = workload(DEPLOYMENT.replace("Deployment", kind))
        stand = judging.Stand(item, Standing(Wanted(item.resource), 0, 0, 0, settled=True))
        assert self.admitted(stand) == self.ready(stand) == (Status.SKIPPED, reason)

    @pytest.mark.parametrize("known,status", [(True, Status.FAIL), (False, Status.INCONCLUSIVE)])
    def test_a_kind_that_nobody_defines_leaves_the_object_unproved(self, known: bool, status: Status) -> None:
        resource = workload().resource
        cause = Cause("the server has no Boat of v1", "kind", "/kind", "NoSuchKind")
        answer = Answer(resource, False, 0, "NoSuchKind", cause.message, (cause,), (), {})
        (verdict,) = judging.rehearsed(answer, known=known)
        assert (verdict.status, verdict.pointer) == (status, "/kind")

    def test_a_refusal_has_the_server_s_field_and_place(self) -> None:
        resource = workload().resource
        cause = Cause("must be positive", "spec.replicas", "/spec/replicas", "FieldValueInvalid")
        answer = Answer(resource, False, 422, "Invalid", "boat is invalid", (cause,), (), {})
        (verdict,) = judging.accepted(answer, "accepted").verdicts(DRY_RUN)
        assert (verdict.status, verdict.message) == (Status.FAIL, "spec.replicas: must be positive")
        assert verdict.position == at(DEPLOYMENT.replace("replicas: 3", "replicas: #"), "#")
        assert verdict.evidence == {"status": 422, "reason": "FieldValueInvalid"}

    def test_of_a_quota_only_its_own_rejections_count(self) -> None:
        (quota,) = inventory(
            "{apiVersion: v1, kind: ResourceQuota, metadata: {name: hold, namespace: harbour}}"
        ).resources
        live = {"status": {"hard": {"pods": "10", "requests.cpu": "2"}, "used": {"pods": "9", "requests.cpu": "500m"}}}
        other = self.standing(2, 2, Reason("rejected", "exceeded quota: hold-two, requested: pods=1"))
        judged = judging.quota(quota, live, [other])
        assert judged.problems == ()
        assert judged.passed == "rejects no pod; tightest is pods: 9 of 10 (90%)"
        own = self.standing(2, 2, Reason("rejected", "exceeded quota: hold, requested: pods=1"))
        assert len(judging.quota(quota, live, [other, own]).problems) == 1


class TestCronJobs:
    TEXT = """
apiVersion: batch/v1
kind: CronJob
metadata: {name: nightly, namespace: harbour}
spec:
  jobTemplate:
    metadata: {labels: {a: b}, name: ignored}
    spec: {backoffLimit: 1, template: {spec: {containers: []}}}
"""

    def test_its_job_is_that_of_the_template(self) -> None:
        (cron_job,) = inventory(self.TEXT).resources
        job = phases.job_of(cron_job)
        assert (job.api_version, job.kind, job.namespace, job.labels) == ("batch/v1", "Job", "harbour", {"a": "b"})
        assert job.name.startswith("nightly-")
        assert len(job.name) <= len("nightly") + 11
        assert job.data["spec"] == {"backoffLimit": 1, "template": {"spec": {"containers": []}}}

    def test_a_refusal_of_the_job_is_one_of_the_cron_job(self) -> None:
        (cron_job,) = inventory(self.TEXT).resources
        cause = Cause("no", "spec.backoffLimit", "/spec/backoffLimit")
        answer = Answer(phases.job_of(cron_job), False, 422, "Invalid", "no", (cause,), (), {})
        (verdict,) = judging.accepted(judging.within(cron_job, answer), "").verdicts(DRY_RUN)
        assert verdict.subject == cron_job.subject
        assert verdict.position == at(self.TEXT.replace("backoffLimit: 1", "backoffLimit: #"), "#")


class TestCustomKinds:
    def test_nothing_is_installed_for_what_the_set_defines_itself(self) -> None:
        text = """
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: certificates.cert-manager.io}
spec: {group: cert-manager.io, names: {kind: Certificate}}
---
apiVersion: cert-manager.io/v1
kind: Certificate
metadata: {name: a}
"""
        assert custom_kinds.needed(inventory(text)) == ()

    def test_nothing_is_installed_for_kinds_that_nobody_knows(self) -> None:
        text = "{apiVersion: boats.example.com/v1, kind: Boat, metadata: {name: a}}"
        assert custom_kinds.needed(inventory(text)) == ()

    @pytest.mark.parametrize(
        "group,known",
        [
            ("v1", True),
            ("extensions/v1beta1", True),  # gone, and never anybody else's
            ("policy.example.com/v1", True),  # served here: the set's own definitions, or the server's kinds
            ("cert-manager.io/v1", True),
            ("argoproj.io/v1alpha1", False),  # of Argo CD, which we install, and of others
            ("boats.example.com/v1", False),
        ],
    )
    def test_who_can_tell_that_there_is_no_such_kind(self, tmp_path: Path, group: str, known: bool) -> None:
        (resource,) = inventory(f"{{apiVersion: {group}, kind: Boat, metadata: {{name: a}}}}").resources
        with serving(lambda request: Response(status=200 if "policy" in request.path else 404)) as server:
            kinds = Kinds(connect(server.kubeconfig(tmp_path)))
            assert custom_kinds.known(resource, kinds) is known

    def test_an_upstream_definition_waits_for_no_webhook(self) -> None:
        text = """
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: boats.example.com}
spec: {group: example.com, conversion: {strategy: Webhook, webhook: {}}}
"""
        (definition,) = inventory(text).resources
        assert custom_kinds._alone(definition).data["spec"] == {
            "group": "example.com",
            "conversion": {"strategy": "None"},
        }
        assert definition.data["spec"]["conversion"]["strategy"] == "Webhook"


def test_an_empty_set_needs_no_lab(tmp_path: Path) -> None:
    (tmp_path / "set.yaml").write_text("# nothing\n")
    with pytest.raises(InputError, match="holds no Kubernetes object"):
        prove(str(tmp_path / "set.yaml"))


def test_every_check_says_what_it_is() -> None:
    assert [info.group for info in CATALOG] == [GROUP] * len(CATALOG)
    assert all(info.id.startswith(f"{GROUP}/") and info.description and info.remediation for info in CATALOG)


def test_the_checks_name_kinds_that_are_waited_for() -> None:
    from seatrial.cluster.standing import API_VERSIONS
    from seatrial.proof.catalog import ADMITTED

    assert set(ADMITTED.kinds) == set(API_VERSIONS) | {"CronJob"}
