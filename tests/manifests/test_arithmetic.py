"""Numbers that stand in two places because Kubernetes asks for it, and must agree."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import pytest

from tests.manifests.rendering import (
    MANIFESTS,
    Object,
    amount,
    containers,
    environment,
    most_pods,
    named,
    pod_spec,
    production,
    variables,
)

MESH_PORTS = "traffic.sidecar.istio.io/includeInboundPorts"


def workloads(*components: str) -> list[Object]:
    found = production("Deployment", "StatefulSet")
    return [item for item in found if not components or item["metadata"]["labels"]["component"] in components]


def quota() -> dict[str, str]:
    hard: dict[str, str] = named("ResourceQuota", "booking-system-quota")["spec"]["hard"]
    return hard


def name_of(item: Object) -> str:
    return str(item["metadata"]["name"])


def pods_of(workload: Object) -> int:
    return most_pods(workload, environment("production"))


def needed(bound: str, resource: str, found: list[Object]) -> Decimal:
    """What the workloads take at most; requests of memory count as what a vertical autoscaler may make of them."""
    resized = {
        item["spec"]["targetRef"]["name"]
        for item in production("VerticalPodAutoscaler")
        if item["spec"]["updatePolicy"]["updateMode"] != "Off"
    }
    total = Decimal(0)
    for workload in found:
        counted = "limits" if resource == "memory" and name_of(workload) in resized else bound
        for container in containers(workload).values():
            total += amount(container["resources"][counted][resource]) * pods_of(workload)
    return total


def setting(path: str, pattern: str) -> int:
    (value,) = re.findall(pattern, (MANIFESTS / path).read_text(), re.MULTILINE)
    return int(value)


class TestQuota:
    @pytest.mark.parametrize("bound", ["requests", "limits"])
    @pytest.mark.parametrize("resource", ["cpu", "memory", "ephemeral-storage"])
    def test_covers_all_maxima_at_once_and_little_more(self, bound: str, resource: str):
        total = needed(bound, resource, workloads())

        assert total <= amount(quota()[f"{bound}.{resource}"]) <= total * Decimal("1.25")

    def test_covers_every_volume_at_its_largest(self):
        claims = [claim for item in workloads("database") for claim in item["spec"]["volumeClaimTemplates"]]
        grown = [amount(claim["metadata"]["annotations"]["resize.topolvm.io/storage_limit"]) for claim in claims]
        limits = named("LimitRange", "booking-system-limits")["spec"]["limits"]
        (largest,) = [item["max"]["storage"] for item in limits if item["type"] == "PersistentVolumeClaim"]

        assert len(grown) == 9 <= int(quota()["persistentvolumeclaims"])
        assert sum(grown) <= amount(quota()["requests.storage"])
        assert max(grown) <= amount(largest)

    def test_is_explained_by_a_table_that_is_right(self):
        text = (MANIFESTS / "base" / "namespace" / "README.md").read_text()
        row = r"^\| (\S+)(?: \(Gi\))? \| (\d\S*) \| (\S+) \| (\S+) \| (\S+) \|"
        written = {name: [Decimal(value) for value in values] for name, *values in re.findall(row, text, re.MULTILINE)}

        tiers = [
            workloads("frontend", "backend", "claude-agent"),
            workloads("database"),
            workloads("cache"),
            workloads(),
        ]
        computed = {
            f"{bound}.{resource}": [round(needed(bound, resource, tier) / unit, 2) for tier in tiers]
            for bound, resource, unit in (("requests", "cpu", 1), ("requests", "memory", 2**30), ("limits", "cpu", 1))
        }
        computed["pods"] = [Decimal(sum(map(pods_of, tier))) for tier in tiers]
        assert written == computed


class TestDatabase:
    @staticmethod
    def client_of(database: Object) -> dict[str, Any]:
        """Variables of the one workload that uses the database, and at most how many pods of it there are."""
        agent = name_of(database).removesuffix("-postgres")
        (client,) = [
            item for item in workloads("backend", "claude-agent") if item["metadata"]["labels"]["app"] == agent
        ]
        (container,) = containers(client).values()
        return {"pods": pods_of(client), **variables(container)}

    def test_has_connections_for_all_pools_of_its_client(self):
        file = "base/postgres-configuration/postgresql.conf"
        connections = setting(file, r"^max_connections = (\d+)$")
        reserved = setting(file, r"^superuser_reserved_connections = (\d+)$")
        reserved += setting(file, r"^reserved_connections = (\d+)$")

        clients = {name_of(item): self.client_of(item) for item in workloads("database")}

        wanted = {name: client["pods"] * int(client["DATABASE_MAXIMUM_POOL_SIZE"]) for name, client in clients.items()}
        assert {name: pools for name, pools in wanted.items() if pools > connections - reserved} == {}
        assert max(wanted.values()) == connections - reserved

    def test_is_what_its_client_is_told_of(self):
        for database in workloads("database"):
            own = variables(containers(database)["postgres"])
            told = self.client_of(database)
            backend = "DATABASE_HOST" in told
            prefix, name = ("DATABASE_", "NAME") if backend else ("PG", "DATABASE")

            assert told[f"{prefix}HOST"] == name_of(database)
            assert told[f"{prefix}{name}"] == own["POSTGRES_DB"]
            assert own["POSTGRES_DB"] == name_of(database).removesuffix("-postgres").replace("-", "_")
            source = own["POSTGRES_PASSWORD"]["secretKeyRef"]["name"]
            assert told[f"{prefix}PASSWORD"]["secretKeyRef"]["name"] == source

    def test_has_a_secret_of_its_own(self):
        own = [variables(containers(item)["postgres"])["POSTGRES_PASSWORD"] for item in workloads("database")]

        assert len({source["secretKeyRef"]["name"] for source in own}) == 9


def test_the_grace_period_outlasts_what_is_under_way():
    for workload in workloads():
        spec = pod_spec(workload)
        main = spec["containers"][0]
        sleep = main["lifecycle"]["preStop"]["sleep"]["seconds"]
        under_way = int(variables(main).get("CLAUDE_API_TIMEOUT_SECONDS", 0))

        assert spec["terminationGracePeriodSeconds"] > sleep + under_way


def test_a_pod_is_not_evicted_for_what_its_volumes_allow():
    for workload in workloads():
        volumes = [item["emptyDir"] for item in pod_spec(workload).get("volumes", []) if "emptyDir" in item]
        on_disk = sum(amount(item["sizeLimit"]) for item in volumes if item.get("medium") != "Memory")

        assert on_disk < amount(pod_spec(workload)["containers"][0]["resources"]["limits"]["ephemeral-storage"])


def test_the_cache_evicts_before_its_container_is_killed():
    megabytes = setting("base/redis-cache/redis.conf", r"^maxmemory (\d+)mb$")
    limit = amount(containers(named("Deployment", "redis-cache"))["redis"]["resources"]["limits"]["memory"])

    assert megabytes * 2**20 < limit * Decimal("0.8")


def test_a_mesh_would_be_told_of_exactly_the_ports_that_a_pod_has():
    for workload in workloads("frontend", "backend", "claude-agent"):
        told = workload["spec"]["template"]["metadata"]["annotations"][MESH_PORTS]
        ports = [port["containerPort"] for container in containers(workload).values() for port in container["ports"]]

        assert [int(port) for port in told.split(",")] == ports
