"""What the twin reads from manifests, so that no number is told twice."""

from __future__ import annotations

import json
from typing import Any

import pytest

from seatrial.model.source import load
from simulator import topology
from simulator.topology import Probe, RateLimit
from tests.simulator.small_systems import autoscaler, cpu_target, deployment, service


def read(folder, *manifests: dict[str, Any]):
    path = folder / "manifests.json"
    path.write_text(json.dumps({"apiVersion": "v1", "kind": "List", "items": list(manifests)}))
    return topology.read(load(str(path)))


def ingress(**annotations: str):
    paths = [
        {"path": path, "pathType": "Prefix", "backend": {"service": {"name": name, "port": {"number": 80}}}}
        for path, name in (("/", "web"), ("/api", "api"))
    ]
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "Ingress",
        "metadata": {
            "name": "front",
            "namespace": "shop",
            "annotations": {f"nginx.org/{key.replace('_', '-')}": value for key, value in annotations.items()},
        },
        "spec": {"rules": [{"host": "shop.example", "http": {"paths": paths}}]},
    }


def test_probes_limits_and_shutdown_come_from_the_main_container(tmp_path):
    container = {
        "resources": {"limits": {"cpu": "600m"}, "requests": {"cpu": "200m", "memory": "1Ki"}},
        "startupProbe": {"periodSeconds": 2, "failureThreshold": 30},
        "readinessProbe": {"initialDelaySeconds": 4, "successThreshold": 2},
        "lifecycle": {"preStop": {"exec": {"command": ["sh", "-c", "sleep 15"]}}},
    }
    (found,) = read(
        tmp_path, deployment("web", container=container, pod={"terminationGracePeriodSeconds": 45})
    ).workloads

    assert found.cpu_limit == 0.6
    assert found.requests == (("main", {"cpu": 200, "memory": 1024 * 1000}),)
    assert found.startup == Probe(0.0, 2.0, 30, 1)
    assert found.readiness == Probe(4.0, 10.0, 3, 2)
    assert (found.pre_stop, found.grace) == (15.0, 45.0)


def test_the_default_container_is_the_main_one(tmp_path):
    web = deployment("web")
    pod = web["spec"]["template"]
    pod["metadata"]["annotations"] = {"kubectl.kubernetes.io/default-container": "app"}
    pod["spec"]["containers"].append({"name": "app", "resources": {"limits": {"cpu": "3"}}})
    (found,) = read(tmp_path, web).workloads

    assert found.cpu_limit == 3.0


@pytest.mark.parametrize(
    "container, expected",
    [
        ({"env": [{"name": "ConnectionStrings__Db", "value": "Host=db;Maximum Pool Size=15;Timeout=5"}]}, 15),
        ({"env": [{"name": "PG_POOL_MAX", "value": "7"}]}, 7),
        ({"envFrom": [{"configMapRef": {"name": "settings"}}]}, 9),
        ({"env": [{"name": "PASSWORD", "valueFrom": {"secretKeyRef": {"name": "connection", "key": "text"}}}]}, 11),
        ({}, None),
    ],
    ids=["connection string", "variable", "config map", "external secret", "nowhere"],
)
def test_the_size_of_a_connection_pool_is_found_where_it_is_configured(tmp_path, container, expected):
    settings_map = {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "settings", "namespace": "shop"},
        "data": {"DB_POOL_SIZE": "9"},
    }
    external = {
        "apiVersion": "external-secrets.io/v1",
        "kind": "ExternalSecret",
        "metadata": {"name": "connection", "namespace": "shop"},
        "spec": {"target": {"template": {"data": {"text": "Host=db;Max Pool Size=11;Password={{ .password }}"}}}},
    }
    (found,) = read(tmp_path, deployment("web", container=container), settings_map, external).workloads

    assert found.pool_size == expected


def test_max_connections_is_read_from_arguments_and_mounted_configuration(tmp_path):
    mounted = {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "conf", "namespace": "shop"},
        "data": {"postgresql.conf": "shared_buffers = 128MB\nmax_connections = 80\n#max_connections = 5\n"},
    }
    volumes = {"volumes": [{"name": "conf", "configMap": {"name": "conf"}}]}
    first = deployment("one", container={"args": ["-c", "max_connections=120"]})
    second = deployment("two", container={"volumeMounts": [{"name": "conf", "mountPath": "/etc"}]}, pod=volumes)
    one, two = read(tmp_path, first, second, mounted).workloads

    assert (one.connections, two.connections) == (120, 80)


def test_replicas_that_the_manifest_leaves_to_the_autoscaler_start_at_its_minimum(tmp_path):
    web = deployment("web")
    del web["spec"]["replicas"]
    found = read(tmp_path, web, autoscaler("web-hpa", "web", 3, 7, cpu_target(60)))
    (scaler,) = found.autoscalers

    assert found.workloads[0].replicas == 3
    assert (scaler.name, scaler.workload, scaler.minimum, scaler.maximum) == ("web-hpa", 0, 3, 7)


def test_an_autoscaler_without_target_or_without_sense_does_not_act(tmp_path):
    lost = autoscaler("lost", "nobody", 1, 2, cpu_target(60))
    broken = autoscaler("broken", "web", 1, 2, cpu_target(60))
    broken["spec"]["maxReplicas"] = "many"

    assert read(tmp_path, deployment("web"), lost, broken).autoscalers == ()


def test_a_rate_limit_is_read_from_the_annotations(tmp_path):
    annotations = {"limit_req_rate": "300r/m", "limit_req_burst": "20", "limit_req_no_delay": "true"}
    (per_client,) = read(tmp_path, ingress(**annotations)).ingresses
    (shared,) = read(tmp_path, ingress(**annotations, limit_req_key="${server_name}")).ingresses

    assert per_client.limit == RateLimit(5.0, 20, delayed=False, per_client=True)
    assert shared.limit == RateLimit(5.0, 20, delayed=False, per_client=False)


def test_routes_are_tried_longest_first_and_timeouts_have_units(tmp_path):
    (found,) = read(tmp_path, ingress(proxy_read_timeout="2m")).ingresses

    assert found.routes == (("/api", "api"), ("/", "web"))
    assert (found.read_timeout, found.limit) == (120.0, None)


def test_a_service_leads_to_the_workloads_it_selects_and_to_none_otherwise(tmp_path):
    found = read(tmp_path, deployment("web"), service("web"), service("lost", of="nobody"))

    assert {one.name: one.workloads for one in found.services} == {"web": (0,), "lost": ()}


def test_placement_and_disruption_are_read_from_pod_and_budget(tmp_path):
    pod = {
        "topologySpreadConstraints": [{"topologyKey": "kubernetes.io/hostname"}],
        "tolerations": [{"key": "node.kubernetes.io/unreachable", "operator": "Exists", "tolerationSeconds": 30}],
    }
    budget = {
        "apiVersion": "policy/v1",
        "kind": "PodDisruptionBudget",
        "metadata": {"name": "web", "namespace": "shop"},
        "spec": {"selector": {"matchLabels": {"app": "web"}}},
    }
    guarded, bare = read(tmp_path, deployment("web", pod=pod), deployment("other"), budget).workloads

    assert (guarded.spread, guarded.unreachable_toleration, guarded.disruption_budget) == (True, 30.0, True)
    assert (bare.spread, bare.unreachable_toleration, bare.disruption_budget) == (False, 300.0, False)


def test_the_resolution_of_a_deployed_metrics_server_is_read(tmp_path):
    server = deployment("metrics-server", container={"args": ["--metric-resolution=20s"]})

    assert read(tmp_path, server).metric_resolution == 20.0
    assert read(tmp_path, deployment("web")).metric_resolution is None
