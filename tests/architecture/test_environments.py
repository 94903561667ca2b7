"""What an overlay may call differently from what the components declare."""

from __future__ import annotations

from pathlib import Path

import pytest

from seatrial.model.architecture import Architecture
from seatrial.model.errors import InputError
from tests.architecture.conftest import Declared

ROOT = Path(__file__).resolve().parents[2]


def numbers(architecture: Architecture) -> list[tuple[object, ...]]:
    return [(item.id, item.min_replicas, item.max_replicas, item.containers) for item in architecture.components]


def test_an_overlay_renames_namespace_hosts_and_issuer_and_no_number() -> None:
    production, staging = Architecture.load(ROOT), Architecture.load(ROOT, "staging")

    agent = staging.component("A2F")
    assert agent.key == "booking-system-staging/Deployment/booking-agent2-frontend"
    assert {reference.namespace for reference in agent.objects} == {"booking-system-staging"}
    assert agent.ingress is not None
    assert agent.ingress.host == "booking-agent2.staging.example.com"
    assert "Namespace/booking-system-staging" in [str(item) for item in staging.component("SYSTEM").objects]
    hosts = staging.parameters()["ingresses"]
    assert hosts["booking-agent2.staging.example.com"]["issuer"] == "letsencrypt-staging"
    assert numbers(staging) == numbers(production)


def test_what_is_not_renamed_keeps_its_name() -> None:
    assert Architecture.load(ROOT, "staging").component("NGINX").namespace == "nginx-ingress"


def test_an_overlay_without_an_entry_has_the_declared_names() -> None:
    assert Architecture.load(ROOT, "production").components == Architecture.load(ROOT).components


def test_a_namespace_that_nothing_declares_cannot_be_renamed(declared: Declared) -> None:
    name = declared.data["components"]["namespaces"][0]["name"]
    declared.data["components"]["environments"] = [{"overlay": "staging", "namespaces": {f"{name}x": "other"}}]

    with pytest.raises(InputError, match=f"did you mean {name}") as caught:
        declared.load()

    assert caught.value.position is not None
