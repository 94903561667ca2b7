"""A small declared architecture that is valid, to be broken in one place at a time."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest
import yaml

from seatrial.model.architecture import Architecture

ROOT = Path(__file__).parents[2]
FILES = ("requirements", "components", "edges", "objectives", "assumptions", "scenarios", "node-pools")

VALID: dict[str, Any] = {
    "requirements": {
        "groups": {"A": "Everything"},
        "requirements": [
            {"id": "R001", "group": "A", "line": "1", "text": "It runs.", "checks": ["references/component"]},
            {"id": "R002", "group": "A", "line": None, "text": "It may fly.", "planned": "wings"},
        ],
    },
    "components": {
        "namespaces": [{"name": "shop", "pod_security": "restricted", "pod_security_version": "v1.37"}],
        "labels": {"part_of": "shop", "required": ["app"]},
        "images": {"registries": ["ghcr.io/shop/"], "forbidden": []},
        "storage_classes": [{"name": "fast", "tier": "data", "expandable": True, "default": True}],
        "ingress": {"class": "nginx", "issuer": "letsencrypt"},
        "metrics": {
            "cpu": {"type": "Resource", "name": "cpu", "target": "Utilization", "value": 70},
            "rate": {"type": "Pods", "name": "requests_per_second", "target": "AverageValue"},
        },
        "resources": {
            "web": {"requests": {"cpu": "100m"}, "limits": {"cpu": "1"}},
            "small": {"requests": {"cpu": "1m"}},
        },
        "profiles": {
            "web": {
                "tier": "web",
                "namespace": "shop",
                "kind": "Deployment",
                "selector": {"app": "{app}"},
                "containers": {"main": {"resources": "web", "ports": {"http": 8080}}},
                "min_replicas": 1,
                "max_replicas": 4,
                "autoscaler": "{workload}-hpa",
                "metrics": ["cpu", "rate"],
                "objects": ["Deployment/{workload}", "StorageClass/fast"],
            }
        },
        "components": [
            {"id": "WEB", "name": "Shop", "profile": "web", "workload": "shop-web", "metric_values": {"rate": "10"}},
            {
                "id": "DB",
                "name": "Data",
                "tier": "data",
                "namespace": "shop",
                "kind": "StatefulSet",
                "workload": "shop-db",
                "selector": {"app": "shop-db"},
                "containers": {"postgres": {"ports": {"postgres": 5432}}},
                "storage": {
                    "claim": "data",
                    "mount_path": "/data",
                    "class": "fast",
                    "size": "1Gi",
                    "access_mode": "ReadWriteOnce",
                },
            },
            {"id": "NET", "name": "World", "tier": "external", "external": {"ranges": [{"cidr": "0.0.0.0/0"}]}},
            {"id": "HPA", "name": "Scaler", "tier": "scaling", "gathers": "Deployment"},
        ],
    },
    "edges": {
        "edges": [
            {"source": "WEB", "target": "DB", "port": 5432},
            {"source": "HPA", "target": ["WEB", "DB"], "kind": "scale", "drawn": False},
        ]
    },
    "objectives": {
        "objectives": [
            {
                "name": "availability",
                "title": "It is there",
                "indicator": "answered requests",
                "comparison": ">=",
                "threshold": 0.999,
                "unit": "ratio",
                "scope": "users",
                "window_s": 1000,
                "confidence": 0.95,
                "scenarios": ["steady"],
            },
            {
                "name": "limits",
                "title": "It stays small",
                "indicator": "replicas",
                "comparison": "within",
                "limits": "components",
                "unit": "replicas",
                "scope": "all",
                "planned": "growth",
            },
        ]
    },
    "assumptions": {
        "assumptions": [
            {"name": "cpu", "title": "CPU", "unit": "s", "value": 0.2, "low": 0.1, "high": 0.3, "source": "guess"},
            {
                "name": "wait",
                "title": "Wait",
                "unit": "s",
                "value": 1,
                "low": 1,
                "high": 1,
                "source": "guess",
                "distribution": "lognormal",
                "variation": 0.5,
            },
        ]
    },
    "scenarios": {
        "stations": [
            {
                "component": "web",
                "concurrency": "cpu",
                "queue": "cpu",
                "start": "wait",
                "memory_base": "cpu",
                "memory_per_request": "cpu",
            }
        ],
        "externals": [],
        "metrics": [{"name": "requests_per_second", "signal": "requests"}],
        "requests": [
            {
                "name": "page",
                "title": "Page",
                "kind": "user",
                "of": ["shop"],
                "timeout": "wait",
                "steps": [
                    {
                        "ingress": {
                            "name": "{of}-ingress",
                            "path": "/",
                            "steps": [
                                {
                                    "branch": {
                                        "probability": "cpu",
                                        "then": [{"cpu": "cpu"}],
                                        "else": [{"delay": "wait"}],
                                    }
                                },
                                {"call": {"service": "cache", "optional": True, "steps": []}},
                                {"repeat": {"mean": "wait", "steps": [{"fail": "cpu"}]}},
                            ],
                        }
                    }
                ],
            }
        ],
        "scenarios": [
            {
                "name": "steady",
                "title": "Steady",
                "description": "Nothing happens.",
                "duration": 100,
                "warm_up": 10,
                "replications": {"minimum": 2, "maximum": 4},
                "load": [{"request": "page", "rate": 3, "profile": {"shape": "steady"}}],
                "faults": [{"kind": "pod-kill", "workload": "shop-web", "at": 5, "count": 1}],
            }
        ],
    },
    "node-pools": {
        "pools": [
            {
                "name": "general",
                "count": 3,
                "cpu": 8,
                "memory": "32Gi",
                "ephemeralStorage": "50Gi",
                "pods": 110,
                "zones": ["a", "b"],
                "labels": {"storage-type": "ssd"},
                "taints": [{"key": "dedicated", "value": "shop", "effect": "NoSchedule"}],
            }
        ]
    },
}


class Declared:
    """The valid architecture as mutable data, and its files in a folder of their own."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.data: dict[str, Any] = copy.deepcopy(VALID)

    def write(self) -> None:
        folder = self.root / "architecture"
        folder.mkdir(exist_ok=True)
        for name in FILES:
            if name in self.data:
                text = yaml.safe_dump(self.data[name], sort_keys=False, allow_unicode=True)
                (folder / f"{name}.yaml").write_text(text, encoding="utf-8")

    def load(self) -> Architecture:
        self.write()
        return Architecture.load(self.root)


@pytest.fixture
def declared(tmp_path: Path) -> Declared:
    return Declared(tmp_path)


@pytest.fixture(scope="session")
def booking() -> Architecture:
    """The Booking System's own architecture."""
    return Architecture.load(ROOT)


@pytest.fixture(scope="session")
def valid() -> dict[str, Any]:
    """The valid architecture as data; copy it before changing it."""
    return VALID
