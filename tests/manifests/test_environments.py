"""Environments differ in what they must and in nothing else."""

from __future__ import annotations

import json

import pytest

from tests.manifests.rendering import Object, environment


def by_identity(name: str, namespace: str) -> dict[tuple[str, str], Object]:
    return {
        (item["kind"], item["metadata"]["name"].replace(namespace, "booking-system")): item
        for item in environment(name)
    }


def differences(one: object, other: object, path: str = "") -> dict[str, tuple[object, object]]:
    """Pointers of the leaves in which two JSON values differ, with both values."""
    if isinstance(one, dict) and isinstance(other, dict):
        keys = sorted({*one, *other})
        pairs = [(f"{path}/{key}", one.get(key), other.get(key)) for key in keys]
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        pairs = [(f"{path}/{index}", left, right) for index, (left, right) in enumerate(zip(one, other, strict=True))]
    else:
        return {} if one == other else {path: (one, other)}
    found: dict[str, tuple[object, object]] = {}
    for where, left, right in pairs:
        found.update(differences(left, right, where))
    return found


@pytest.mark.parametrize(
    "name, namespace, domain",
    [
        ("staging", "booking-system-staging", "staging.example.com"),
        ("development", "booking-system-dev", "dev.example.com"),
    ],
)
def test_only_namespace_hosts_issuer_and_secrets_differ_from_production(name: str, namespace: str, domain: str):
    there, here = by_identity("production", "booking-system"), by_identity(name, namespace)
    assert set(there) == set(here)

    changed = {key: differences(there[key], here[key]) for key in there}

    allowed = {
        "Ingress": {("letsencrypt-prod", "letsencrypt-staging")}
        | {(f"booking-agent{n}.example.com", f"booking-agent{n}.{domain}") for n in (2, 3, 4)},
    }
    for (kind, _), found in changed.items():
        expected = {("booking-system", namespace)} | allowed.get(kind, set())
        assert set(found.values()) <= expected, json.dumps(found, indent=1)


@pytest.mark.parametrize("name", ["staging", "development"])
def test_nothing_of_another_environment_is_in_the_namespace_of_production(name: str):
    assert [item for item in environment(name) if item["metadata"].get("namespace") == "booking-system"] == []


@pytest.mark.parametrize("name", ["production", "staging", "development"])
def test_cluster_scoped_objects_have_no_namespace(name: str):
    kinds = {"ClusterIssuer", "IngressClass", "Namespace", "PriorityClass", "StorageClass"}

    assert [item for item in environment(name) if item["kind"] in kinds and "namespace" in item["metadata"]] == []
