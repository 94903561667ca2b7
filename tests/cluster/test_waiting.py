"""Waiting ends when everything is Ready, when it is in vain, or when the time is over; and says what is missing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import attrs
import pytest

from seatrial.cluster.connection import connect
from seatrial.cluster.standing import Standing, Wanted, absent, standing
from seatrial.cluster.waiting import Patience, Waiting
from seatrial.model.document import Resource
from seatrial.model.errors import ToolError
from tests.cluster.servers import Request, Response, serving
from tests.inventories import inventory

NAMES = {
    "/api/v1": [("pods", "Pod"), ("events", "Event"), ("persistentvolumeclaims", "PersistentVolumeClaim")],
    "/apis/apps/v1": [("deployments", "Deployment"), ("statefulsets", "StatefulSet"), ("daemonsets", "DaemonSet")],
}
DEPLOYMENT = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: boat, namespace: harbour}
spec: {selector: {matchLabels: {app: boat}}}
"""
Objects = dict[str, list[dict[str, Any]]]


def resource(text: str) -> Resource:
    (found,) = inventory(text).resources
    return found


def deployment(replicas: int, created: int, ready: int, **status: Any) -> dict[str, Any]:
    counts = {"replicas": created, "updatedReplicas": created, "readyReplicas": ready, "observedGeneration": 1}
    return {
        "metadata": {"name": "boat", "generation": 1},
        "spec": {"replicas": replicas},
        "status": {**counts, **status},
    }


@attrs.define
class Cluster:
    """A namespace whose objects change with time."""

    state: Callable[[float], Objects]
    now: float = 0.0

    def script(self, request: Request) -> Response:
        if request.path in NAMES:
            kinds = [
                {"name": name, "kind": kind, "namespaced": True, "verbs": ["list"]}
                for name, kind in NAMES[request.path]
            ]
            return Response({"resources": kinds})
        return Response({"items": self.state(self.now).get(request.path.rpartition("/")[2], [])})

    def wait(self, folder: Path, *wanted: Wanted, timeout: float = 60.0) -> tuple[Standing, ...]:
        def sleep(seconds: float) -> None:
            self.now += seconds

        patience = Patience(timeout=timeout, settle=5.0, poll=1.0, sleep=sleep, clock=lambda: self.now)
        with serving(self.script) as server, connect(server.kubeconfig(folder)) as connection:
            return Waiting(connection, patience=patience).until_ready(wanted)


def pod(name: str, **conditions: tuple[str, str]) -> dict[str, Any]:
    found = [{"type": kind, "status": status, "message": text} for kind, (status, text) in conditions.items()]
    return {"metadata": {"name": name, "labels": {"app": "boat"}}, "status": {"conditions": found}}


def event(kind: str, name: str, reason: str, message: str, time: str = "2026-01-01T00:00:00Z") -> dict[str, Any]:
    return {
        "involvedObject": {"kind": kind, "name": name},
        "reason": reason,
        "message": message,
        "lastTimestamp": time,
        "type": "Warning",
    }


class TestEnds:
    def test_when_everything_is_ready(self, tmp_path: Path) -> None:
        cluster = Cluster(lambda now: {"deployments": [deployment(3, 3, min(3, int(now)))]})
        (found,) = cluster.wait(tmp_path, Wanted(resource(DEPLOYMENT)))
        assert (found.reached, found.ready, cluster.now) == (True, 3, 3.0)

    def test_when_waiting_is_in_vain(self, tmp_path: Path) -> None:
        lost = pod("boat-1", PodScheduled=("False", "0/3 nodes are available"))
        cluster = Cluster(lambda _: {"deployments": [deployment(1, 1, 0)], "pods": [lost]})
        (found,) = cluster.wait(tmp_path, Wanted(resource(DEPLOYMENT)))
        assert (found.reached, cluster.now) == (False, 6.0)
        assert found.because("unschedulable") == ("0/3 nodes are available",)

    def test_not_while_something_may_still_start(self, tmp_path: Path) -> None:
        starting = pod("boat-1", PodScheduled=("True", ""), Ready=("False", ""))
        cluster = Cluster(lambda now: {"deployments": [deployment(1, 1, int(now >= 30))], "pods": [starting]})
        (found,) = cluster.wait(tmp_path, Wanted(resource(DEPLOYMENT)))
        assert (found.reached, cluster.now) == (True, 30.0)

    def test_not_while_something_changes(self, tmp_path: Path) -> None:
        lost = pod("boat-9", PodScheduled=("False", "not yet"))
        cluster = Cluster(lambda now: {"deployments": [deployment(9, 9, int(now / 4))], "pods": [lost]})
        (found,) = cluster.wait(tmp_path, Wanted(resource(DEPLOYMENT)))
        assert (found.reached, cluster.now) == (True, 36.0)

    def test_when_the_time_is_over(self, tmp_path: Path) -> None:
        cluster = Cluster(lambda _: {"deployments": [deployment(1, 1, 0)], "pods": [pod("boat-1")]})
        (found,) = cluster.wait(tmp_path, Wanted(resource(DEPLOYMENT)), timeout=10.0)
        assert cluster.now == 11.0
        assert found.because("starting") == ("pod boat-1 is not scheduled yet",)

    def test_at_once_for_nothing(self, tmp_path: Path) -> None:
        assert Cluster(lambda _: {}).wait(tmp_path) == ()

    def test_with_a_message_if_the_server_refuses(self, tmp_path: Path) -> None:
        def script(request: Request) -> Response:
            kinds = [{"name": name, "kind": kind, "namespaced": True} for name, kind in NAMES.get(request.path, [])]
            return Response({"resources": kinds}) if kinds else Response({"message": "no"}, status=403)

        refused = pytest.raises(ToolError, match="cannot list deployments in namespace harbour: no")
        with serving(script) as server, connect(server.kubeconfig(tmp_path)) as connection, refused:
            Waiting(connection).until_ready([Wanted(resource(DEPLOYMENT))])


class TestReasons:
    def test_a_deployment_hands_on_why_no_pod_was_created(self, tmp_path: Path) -> None:
        failure = {"type": "ReplicaFailure", "status": "True", "message": 'pods "boat-1" is forbidden: no'}
        cluster = Cluster(lambda _: {"deployments": [deployment(1, 0, 0, conditions=[failure])]})
        (found,) = cluster.wait(tmp_path, Wanted(resource(DEPLOYMENT)))
        assert found.because("rejected") == ('pods "boat-1" is forbidden: no',)

    def test_a_stateful_set_tells_it_with_an_event_and_the_newest_counts(self, tmp_path: Path) -> None:
        live = {"metadata": {"name": "boat"}, "spec": {"replicas": 2}, "status": {"replicas": 1, "readyReplicas": 1}}
        told = [
            event("StatefulSet", "boat", "FailedCreate", "old", "2026-01-01T00:00:00Z"),
            event("StatefulSet", "boat", "FailedCreate", "exceeded quota", "2026-01-01T00:00:09Z"),
            event("StatefulSet", "boat", "Other", "unrelated", "2026-01-01T00:00:10Z"),
            event("StatefulSet", "ship", "FailedCreate", "of another", "2026-01-01T00:00:11Z"),
        ]
        cluster = Cluster(lambda _: {"statefulsets": [live], "events": told})
        (found,) = cluster.wait(tmp_path, Wanted(resource(DEPLOYMENT.replace("Deployment", "StatefulSet"))))
        assert found.because("rejected") == ("exceeded quota",)

    def test_an_unbound_claim_is_the_reason_of_its_pod(self, tmp_path: Path) -> None:
        waiting = pod("boat-1", PodScheduled=("False", "unbound immediate PersistentVolumeClaims"))
        waiting["spec"] = {"volumes": [{"persistentVolumeClaim": {"claimName": "hold"}}]}
        claim = {"metadata": {"name": "hold"}, "status": {"phase": "Pending"}}
        told = [event("PersistentVolumeClaim", "hold", "ProvisioningFailed", 'class "nowhere" not found')]
        objects = {"deployments": [deployment(1, 1, 0)], "pods": [waiting], "persistentvolumeclaims": [claim]}
        cluster = Cluster(lambda _: {**objects, "events": told})
        (found,) = cluster.wait(tmp_path, Wanted(resource(DEPLOYMENT)))
        assert [(reason.kind, reason.message) for reason in found.reasons] == [
            ("volume", 'claim hold is not bound: class "nowhere" not found')
        ]

    def test_the_same_reason_of_many_pods_is_told_once(self, tmp_path: Path) -> None:
        pods = [pod(f"boat-{number}", PodScheduled=("False", "no room")) for number in range(9)]
        cluster = Cluster(lambda _: {"deployments": [deployment(9, 9, 0)], "pods": pods})
        (found,) = cluster.wait(tmp_path, Wanted(resource(DEPLOYMENT)))
        assert [reason.message for reason in found.reasons] == ["no room"]

    def test_pods_of_others_do_not_count(self, tmp_path: Path) -> None:
        other = pod("ship-1", PodScheduled=("False", "no room"))
        other["metadata"]["labels"] = {"app": "ship"}
        cluster = Cluster(lambda _: {"deployments": [deployment(1, 0, 0)], "pods": [other]})
        (found,) = cluster.wait(tmp_path, Wanted(resource(DEPLOYMENT)), timeout=3.0)
        assert found.reasons == ()

    def test_a_workload_that_is_not_there(self, tmp_path: Path) -> None:
        (found,) = Cluster(lambda _: {}).wait(tmp_path, Wanted(resource(DEPLOYMENT)))
        assert found == absent(found.wanted)
        assert not found.reached


class TestStanding:
    """What counts as Ready, controller by controller (k8s.io/api v0.37.2)."""

    def found(self, kind: str, live: dict[str, Any], replicas: int | None = None) -> Standing:
        text = f"{{apiVersion: v1, kind: {kind}, metadata: {{name: boat}}}}"
        return standing(Wanted(resource(text), replicas), live)

    def test_pods_of_the_old_template_do_not_count(self) -> None:
        assert self.found("Deployment", deployment(2, 2, 2)).reached
        assert not self.found("Deployment", deployment(2, 2, 2, updatedReplicas=1)).reached
        assert not self.found("Deployment", deployment(2, 3, 3, updatedReplicas=2)).reached

    def test_a_spec_that_the_controller_has_not_seen_is_not_reached(self) -> None:
        assert not self.found("Deployment", deployment(2, 2, 2, observedGeneration=0)).reached

    def test_the_autoscaler_has_to_have_scaled(self) -> None:
        found = self.found("Deployment", deployment(2, 2, 2), replicas=5)
        assert (found.reached, found.replicas) == (False, 5)
        assert self.found("Deployment", deployment(5, 5, 5), replicas=5).reached

    def test_replicas_default_to_one(self) -> None:
        assert self.found("ReplicaSet", {"status": {"replicas": 1, "readyReplicas": 1}}).reached
        assert not self.found("ReplicaSet", {}).reached

    def test_a_workload_scaled_to_nothing_is_reached(self) -> None:
        assert self.found("StatefulSet", {"spec": {"replicas": 0}}).reached

    @pytest.mark.parametrize("ready,reached", [(2, False), (3, True)])
    def test_a_daemon_set_is_wanted_on_its_nodes(self, ready: int, reached: bool) -> None:
        status = {"desiredNumberScheduled": 3, "currentNumberScheduled": 3, "updatedNumberScheduled": 3}
        assert self.found("DaemonSet", {"status": {**status, "numberReady": ready}}).reached is reached

    @pytest.mark.parametrize(
        "spec,status,reached",
        [
            ({}, {}, False),
            ({}, {"active": 1, "ready": 0}, False),
            ({}, {"active": 1, "ready": 1}, True),
            ({}, {"succeeded": 1}, True),
            ({"parallelism": 2, "completions": 5}, {"succeeded": 1, "active": 1, "ready": 1}, True),
            ({"parallelism": 3, "completions": 5}, {"succeeded": 1, "active": 1, "ready": 1}, False),
            ({"suspend": True}, {}, True),
        ],
    )
    def test_what_a_job_has_done_counts(self, spec: dict[str, Any], status: dict[str, Any], reached: bool) -> None:
        assert self.found("Job", {"spec": spec, "status": status}).reached is reached

    @pytest.mark.parametrize(
        "status,reached",
        [
            ({"phase": "Pending"}, False),
            ({"phase": "Running", "conditions": [{"type": "Ready", "status": "False"}]}, False),
            ({"phase": "Running", "conditions": [{"type": "Ready", "status": "True"}]}, True),
            ({"phase": "Succeeded"}, True),
        ],
    )
    def test_a_pod_stands_for_itself(self, status: dict[str, Any], reached: bool) -> None:
        assert self.found("Pod", {"status": status}).reached is reached

    @pytest.mark.parametrize("live", [{"status": None}, {"spec": [], "status": {"replicas": "3", "conditions": [7]}}])
    @pytest.mark.parametrize("kind", ["Deployment", "DaemonSet", "Job", "Pod"])
    def test_an_object_of_any_shape_is_read(self, kind: str, live: dict[str, Any]) -> None:
        assert not self.found(kind, live, replicas=1).reached
