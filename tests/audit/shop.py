"""A small shop: its manifests, and the cluster that they were applied to."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import yaml

from tests.cluster.fake_cluster import FakeCluster, thing
from tests.drift.live import applied

METADATA = {"namespace": "shop", "labels": {"app": "web"}}


def manifests() -> list[dict[str, Any]]:
    """Namespace, configuration, workload and Service; the workload reads the configuration and a Secret."""
    pod = {
        "containers": [
            {
                "name": "web",
                "image": "example.com/web:1.0.0",
                "ports": [{"containerPort": 8080}],
                "envFrom": [{"configMapRef": {"name": "settings"}}],
                "env": [{"name": "LOGIN", "valueFrom": {"secretKeyRef": {"name": "login", "key": "password"}}}],
            }
        ]
    }
    return [
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop", "labels": {"team": "shop"}}},
        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": METADATA | {"name": "settings"}, "data": {"A": "1"}},
        {
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": METADATA | {"name": "login"},
            "stringData": {"password": "hunter2"},
        },
        {
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "metadata": METADATA | {"name": "web"},
            "spec": {
                "replicas": 2,
                "selector": {"matchLabels": {"app": "web"}},
                "template": {"metadata": {"labels": {"app": "web"}}, "spec": pod},
            },
        },
        {
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": METADATA | {"name": "web"},
            "spec": {"selector": {"app": "web"}, "ports": [{"port": 80, "targetPort": 8080}]},
        },
    ]


def write(folder: Path) -> str:
    """The manifests as a file; answers with its path."""
    path = folder / "shop.yaml"
    path.write_text(yaml.safe_dump_all(manifests(), sort_keys=False))
    return str(path)


def live() -> list[dict[str, Any]]:
    """What lives in the cluster afterwards, with what every cluster has."""
    found = [applied(copy.deepcopy(item)) for item in manifests()]
    for item in found:
        if item["kind"] == "Secret":
            del item["stringData"]
            item["data"] = {"password": "aHVudGVyMg=="}  # hunter2
    owner = {"ownerReferences": [{"kind": "Deployment", "name": "web", "controller": True}]}
    return [
        *found,
        thing("namespaces", "kube-system"),
        thing("namespaces", "default"),
        thing("serviceaccounts", "default"),
        thing("configmaps", "kube-root-ca.crt", data={"ca.crt": "x"}),
        thing("replicasets", "web-1", metadata=owner),
        thing("deployments", "coredns", "kube-system", spec={"replicas": 1}),
        thing("clusterroles", "system:node", metadata={"labels": {"kubernetes.io/bootstrapping": "rbac-defaults"}}),
    ]


def cluster(**options: Any) -> FakeCluster:
    return FakeCluster(live(), **options)


def find(found: FakeCluster, kind: str, name: str = "web") -> dict[str, Any]:
    """A live object, to be changed."""
    return next(item for item in found.objects if (item["kind"], item["metadata"]["name"]) == (kind, name))
