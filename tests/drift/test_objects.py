"""Which objects are missing, and which live in the manifests' namespaces though nobody declares them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.drift.live import NAMESPACE, applied, compare, deployment, entry


def config(name: str, **fields: Any) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name, "namespace": NAMESPACE}} | fields


def leftovers(*live: dict[str, Any], desired: tuple[dict[str, Any], ...] = ()) -> list[str]:
    return [found.live.name for found in compare(list(desired), list(live)).leftovers]


def test_a_declared_object_that_is_not_live_is_missing() -> None:
    found = compare([config("a"), config("b")], [applied(config("b"))])

    assert [missing.desired.name for missing in found.missing] == ["a"]
    assert [pair.desired.name for pair in found.pairs] == ["b"]


def test_an_object_without_a_namespace_lands_in_the_default_one() -> None:
    desired = config("a")
    del desired["metadata"]["namespace"]

    assert compare([desired], [applied(config("a"))]).missing == ()


def test_the_version_is_no_part_of_the_identity_and_the_group_is() -> None:
    role = {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "Role", "metadata": config("r")["metadata"]}
    other = role | {"apiVersion": "rbac.authorization.k8s.io/v1beta1"}

    assert compare([role], [other]).missing == ()
    assert len(compare([role], [role | {"apiVersion": "example.com/v1"}]).missing) == 1


def test_an_object_that_nobody_declares_is_left_over() -> None:
    assert leftovers(applied(config("extra")), applied(config("known")), desired=(config("known"),)) == ["extra"]


def test_other_namespaces_are_not_ours_to_judge() -> None:
    other = config("extra")
    other["metadata"]["namespace"] = "elsewhere"

    assert leftovers(other) == []


OWNER = [{"apiVersion": "batch/v1", "kind": "CronJob", "name": "nightly", "uid": "1", "controller": True}]
MADE = {
    "the root certificate": config("kube-root-ca.crt"),
    "the default account": {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": config("default")["metadata"]},
    "what another object owns": {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": config("nightly-1")["metadata"] | {"ownerReferences": OWNER},
    },
    "a lease": {"apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": config("leader")["metadata"]},
    "an account's token": {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": config("default-token")["metadata"],
        "type": "kubernetes.io/service-account-token",
    },
    "what only a controller wrote": config("state")
    | {
        "metadata": config("state")["metadata"]
        | {"managedFields": [entry("kube-controller-manager", {"f:data": {}}, "Update")]}
    },
}


@pytest.mark.parametrize("made", MADE.values(), ids=MADE)
def test_what_the_server_and_controllers_make_is_not_left_over(made: dict[str, Any]) -> None:
    assert leftovers(made) == []


def stateful_set() -> dict[str, Any]:
    data = deployment() | {"kind": "StatefulSet"}
    data["metadata"] = data["metadata"] | {"name": "db"}
    data["spec"]["volumeClaimTemplates"] = [{"metadata": {"name": "data"}, "spec": {"accessModes": ["ReadWriteOnce"]}}]
    return data


def claim(name: str) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": config(name)["metadata"]}


def test_claims_of_a_declared_template_are_not_left_over_and_others_are() -> None:
    found = leftovers(
        applied(stateful_set()), claim("data-db-0"), claim("data-db-12"), claim("data-db"), claim("data-dbx-0"),
        desired=(stateful_set(),),
    )  # fmt: skip

    assert found == ["data-db", "data-dbx-0"]


def test_what_the_server_adds_to_a_claim_template_is_no_drift() -> None:
    live = applied(stateful_set())
    template = live["spec"]["volumeClaimTemplates"][0]
    template |= {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "status": {"phase": "Pending"}}
    template["metadata"]["creationTimestamp"] = None
    template["spec"]["volumeMode"] = "Filesystem"

    (pair,) = compare([stateful_set()], [live]).pairs
    assert pair.differences == ()


def certificate_secret() -> dict[str, Any]:
    annotations = {"cert-manager.io/certificate-name": "shop-tls"}
    metadata = config("shop-tls")["metadata"] | {"annotations": annotations}
    return {"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "type": "kubernetes.io/tls"}


def test_the_secret_of_a_declared_certificate_is_not_left_over() -> None:
    ingress = {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "Ingress",
        "metadata": config("shop")["metadata"],
        "spec": {"tls": [{"hosts": ["shop.example.com"], "secretName": "shop-tls"}]},
    }

    assert leftovers(certificate_secret()) == ["shop-tls"]
    assert leftovers(applied(ingress), certificate_secret(), desired=(ingress,)) == []


# Kustomize's hash of a generated name: ten of the characters 2456789bcdfghkmt (sigs.k8s.io/kustomize/api hasher.go).
NOW, BEFORE = "settings-59tmb7kf4g", "settings-2bh6c8d5kt"


def test_another_generation_of_a_generated_object_is_named_with_the_missing_one() -> None:
    found = compare([config(NOW)], [applied(config(BEFORE))])

    (missing,) = found.missing
    assert missing.replaced is not None
    assert missing.replaced.name == BEFORE


def test_earlier_generations_beside_the_present_one_are_told_as_such() -> None:
    found = compare([config(NOW)], [applied(config(NOW)), applied(config(BEFORE)), applied(config("other"))])

    assert {item.live.name: item.earlier for item in found.leftovers} == {BEFORE: True, "other": False}


def test_an_ordinary_name_is_no_generation() -> None:
    found = compare([config("settings-production")], [applied(config("settings-development"))])

    assert found.missing[0].replaced is None


def test_an_object_that_is_being_deleted_is_as_good_as_gone() -> None:
    going = applied(config("a"))
    going["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z"

    found = compare([config("a")], [going])
    assert [missing.going is not None for missing in found.missing] == [True]
    assert found.pairs == ()
    assert leftovers(going) == []
