"""What is live beside the manifest is judged by who put it there."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest

from seatrial.engines.drift import Change, last_writer
from seatrial.engines.drift.owners import Field, Key, Member, Ownership, shown
from tests.drift.live import applied, compare, deployment, differences, entry, field_set

TEMPLATE = ("f:spec", "f:template", "f:spec")


def nested(path: tuple[str, ...], leaf: dict[str, Any]) -> dict[str, Any]:
    for step in reversed(path):
        leaf = {step: leaf}
    return leaf


def test_a_live_object_as_applied_has_not_drifted() -> None:
    desired = deployment(ports=[{"containerPort": 80}], args=["--x"], env=[{"name": "A", "value": "1"}])

    assert differences(desired, applied(desired)) == []


def test_a_field_set_by_hand_is_drift_and_names_the_hand() -> None:
    desired = deployment()
    live = applied(desired)
    live["spec"]["template"]["spec"]["hostNetwork"] = True
    live["metadata"]["managedFields"].append(entry("kubectl-patch", nested(TEMPLATE, {"f:hostNetwork": {}}), "Update"))

    (found,) = differences(desired, live)
    assert (found.change, shown(found.path), found.live) == (Change.ADDED, "spec.template.spec.hostNetwork", True)
    assert [str(manager) for manager in found.managers] == ["kubectl-patch (Update, 2026-01-01T00:00:00Z)"]


def test_a_variable_added_by_hand_is_one_difference_not_three() -> None:
    desired = deployment(env=[{"name": "A", "value": "1"}])
    live = applied(desired)
    live["spec"]["template"]["spec"]["containers"][0]["env"].append({"name": "B", "value": "2"})
    own = nested(
        (*TEMPLATE, "f:containers", 'k:{"name":"web"}', "f:env", 'k:{"name":"B"}'),
        {".": {}, "f:name": {}, "f:value": {}},
    )
    live["metadata"]["managedFields"].append(entry("kubectl-set", own, "Update"))

    (found,) = differences(desired, live)
    assert shown(found.path) == "spec.template.spec.containers[name=web].env[name=B]"
    assert found.pointer == "/spec/template/spec/containers/0/env"


@pytest.mark.parametrize(
    "manager", ["kube-controller-manager", "kubelet", "cert-manager-ingress-shim", "external-secrets"]
)
def test_what_a_controller_adds_is_its_work(manager: str) -> None:
    desired = deployment()
    live = applied(desired)
    live["metadata"]["annotations"]["example.com/seen"] = "yes"
    own = nested(("f:metadata", "f:annotations"), {"f:example.com/seen": {}})
    live["metadata"]["managedFields"].append(entry(manager, own, "Update"))

    assert differences(desired, live) == []
    live["metadata"]["managedFields"][-1]["manager"] = "kubectl-annotate"
    assert [found.live for found in differences(desired, live)] == ["yes"]


def test_a_changed_field_is_drift_whoever_owns_it_but_a_controller() -> None:
    desired = deployment()
    live = applied(desired)
    live["spec"]["replicas"] = 5
    del live["metadata"]["managedFields"][0]["fieldsV1"]["f:spec"]["f:replicas"]
    live["metadata"]["managedFields"].append(entry("kubectl", {"f:spec": {"f:replicas": {}}}, "Update", "scale"))

    (found,) = differences(desired, live)
    assert (found.desired, found.live) == (2, 5)
    assert [str(manager) for manager in found.managers] == ["kubectl (Update of scale, 2026-01-01T00:00:00Z)"]


@pytest.mark.parametrize("where", ["declared", "live"])
def test_the_replicas_of_an_autoscaled_workload_are_the_autoscalers(where: str) -> None:
    desired = deployment()
    live = applied(desired)
    live["spec"]["replicas"] = 5
    scaler = {
        "apiVersion": "autoscaling/v2",
        "kind": "HorizontalPodAutoscaler",
        "metadata": {"name": "web", "namespace": "shop"},
        "spec": {"scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"}, "maxReplicas": 9},
    }
    found = compare([desired, scaler] if where == "declared" else [desired], [live, applied(scaler)])

    assert [pair.differences for pair in found.pairs if pair.desired.kind == "Deployment"] == [()]
    scaler["spec"]["scaleTargetRef"]["name"] = "other"  # type: ignore[index]  # a document
    found = compare([desired], [live, applied(scaler)])
    assert [len(pair.differences) for pair in found.pairs] == [1]


def by_update(desired: dict[str, Any], manager: str) -> dict[str, Any]:
    """A live object that was created by a client that does not apply: it owns the defaults too."""
    live = applied(desired)
    body = {name: value for name, value in live.items() if name == "spec"}
    live["metadata"]["managedFields"][0] = entry(
        manager, field_set(body) | {"f:metadata": {"f:labels": {".": {}, "f:app": {}}}}, "Update"
    )
    return live


@pytest.mark.parametrize("manager", ["kubectl-create", "kubectl-client-side-apply", "helm", "terraform"])
def test_defaults_are_no_drift_where_the_creator_owns_them(manager: str) -> None:
    desired = deployment(ports=[{"containerPort": 80}])

    assert differences(desired, by_update(desired, manager)) == []


def test_a_field_of_the_creator_that_is_no_default_is_drift() -> None:
    desired = deployment()
    more = copy.deepcopy(desired)
    more["spec"]["template"]["spec"]["hostPID"] = True

    assert [shown(found.path) for found in differences(desired, by_update(more, "helm"))] == [
        "spec.template.spec.hostPID"
    ]


def test_the_note_of_client_side_apply_tells_defaults_from_declared_fields() -> None:
    desired = deployment()
    live = by_update(desired, "kubectl-client-side-apply")
    live["spec"]["minReadySeconds"] = 7
    live["metadata"]["managedFields"][0]["fieldsV1"]["f:spec"]["f:minReadySeconds"] = {}
    live["metadata"]["annotations"]["kubectl.kubernetes.io/last-applied-configuration"] = json.dumps(desired)

    assert differences(desired, live) == []  # the note does not have it, so the server put it there
    noted = copy.deepcopy(desired)
    noted["spec"]["minReadySeconds"] = 7
    live["metadata"]["annotations"]["kubectl.kubernetes.io/last-applied-configuration"] = json.dumps(noted)
    assert [shown(found.path) for found in differences(desired, live)] == ["spec.minReadySeconds"]


def test_a_field_applied_before_and_no_longer_declared_is_drift() -> None:
    before = deployment(args=["--debug"])

    (found,) = differences(deployment(), applied(before))
    assert shown(found.path) == "spec.template.spec.containers[name=web].args"
    assert found.managers[0].name == "seatrial"


def test_without_managed_fields_declared_fields_are_compared_all_the_same() -> None:
    desired = deployment()
    live = applied(desired)
    del live["metadata"]["managedFields"]
    assert differences(desired, live) == []

    live["spec"]["template"]["spec"]["containers"][0]["image"] = "example.com/web:2"
    assert [found.pointer for found in differences(desired, live)] == ["/spec/template/spec/containers/0/image"]


@pytest.mark.parametrize(
    "label",
    ["argocd.argoproj.io/tracking-id", "kustomize.toolkit.fluxcd.io/name", "meta.helm.sh/release-name"],
)
def test_notes_of_deployment_tools_are_no_drift(label: str) -> None:
    desired = deployment()
    live = applied(desired)
    live["metadata"]["annotations"][label] = "x"
    live["metadata"]["managedFields"].append(
        entry("argocd-controller", {"f:metadata": {"f:annotations": {f"f:{label}": {}}}})
    )

    assert differences(desired, live) == []


def test_field_sets_are_read_as_upstream_writes_them() -> None:
    data = {
        "metadata": {
            "managedFields": [
                entry(
                    "m",
                    {
                        "f:spec": {"f:ports": {'k:{"containerPort":80,"protocol":"TCP"}': {".": {}, "f:name": {}}}},
                        "f:metadata": {"f:finalizers": {".": {}, 'v:"example.com/done"': {}}},
                        "x:unknown": {},
                        "k:{broken": {},
                    },
                )
            ]
        }
    }
    ownership = Ownership.of(data)
    port = Key.of({"protocol": "TCP", "containerPort": 80})

    assert ownership.of_path((Field("spec"), Field("ports"), port))
    assert ownership.of_path((Field("spec"), Field("ports"), port, Field("name")))
    assert not ownership.of_path((Field("spec"), Field("ports"), Key.of({"protocol": "TCP", "containerPort": "80"})))
    assert not ownership.of_path((Field("spec"), Field("ports")))
    assert ownership.at_or_below((Field("spec"),))
    assert ownership.of_path((Field("metadata"), Field("finalizers"), Member.of("example.com/done")))


@pytest.mark.parametrize("broken", [None, "text", [1], {"a": 1}, [{"fieldsV1": "text"}], [{"fieldsV1": {"f:a": 1}}]])
def test_managed_fields_of_any_shape_are_read(broken: object) -> None:
    desired = deployment()
    live = applied(desired)
    live["metadata"]["managedFields"] = broken

    assert differences(desired, live) == []


def test_the_last_writer_is_the_last_one_that_is_no_controller() -> None:
    live = applied(deployment())
    late = entry("kube-controller-manager", {"f:status": {}}, "Update", "status") | {"time": "2026-02-02T00:00:00Z"}
    live["metadata"]["managedFields"].append(late)

    writer = last_writer(live)
    assert writer is not None
    assert writer.name == "seatrial"
