"""An API server made of a list of objects: discovery, paginated lists and access reviews, with faults to order."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import attrs

from seatrial.cluster.connection import Connection, connect
from seatrial.cluster.transport import Retries, Timeouts
from tests.cluster.servers import FakeServer, Request, Response, serving

KINDS: dict[str, tuple[str, str, bool]] = {
    "configmaps": ("v1", "ConfigMap", True),
    "events": ("v1", "Event", True),
    "namespaces": ("v1", "Namespace", False),
    "pods": ("v1", "Pod", True),
    "secrets": ("v1", "Secret", True),
    "serviceaccounts": ("v1", "ServiceAccount", True),
    "services": ("v1", "Service", True),
    "deployments": ("apps/v1", "Deployment", True),
    "replicasets": ("apps/v1", "ReplicaSet", True),
    "clusterroles": ("rbac.authorization.k8s.io/v1", "ClusterRole", False),
    "things": ("example.com/v1", "Thing", True),
}
"""By plural: apiVersion, kind, and whether it is namespaced."""
REVIEW = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
VERBS = ["get", "list", "watch", "create", "delete"]
QUICK = Retries(attempts=3, sleep=lambda _: None)
SHORT = Timeouts(connect=2, read=1, total=5)
"""So that no test can hang: a call ends within five seconds whatever the server does."""


def status(code: int, message: str = "", reason: str = "") -> Response:
    return Response({"kind": "Status", "status": "Failure", "code": code, "message": message, "reason": reason}, code)


def thing(plural: str, name: str, namespace: str = "shop", **fields: Any) -> dict[str, Any]:
    api_version, kind, namespaced = KINDS[plural]
    metadata = {"name": name, "uid": name, "resourceVersion": "1"} | ({"namespace": namespace} if namespaced else {})
    return {"apiVersion": api_version, "kind": kind, "metadata": metadata | fields.pop("metadata", {})} | fields


@attrs.define(eq=False)
class FakeCluster:
    """Objects, and how the server misbehaves."""

    objects: list[dict[str, Any]] = attrs.field(factory=list)
    forbidden: set[str] = attrs.field(factory=set)
    """Plurals that may not be listed; `namespace:plural` allows it in that namespace only."""
    reviews: bool = True
    """Whether access reviews are answered."""
    aggregated: bool = True
    stale: tuple[str, ...] = ()
    """Groups whose own server does not answer."""
    faults: list[Callable[[Request, int], Response | None]] = attrs.field(factory=list)
    """Asked before everything else, with how often the same target was asked before."""
    version: str = "v1.37.2"
    asked: dict[str, int] = attrs.field(factory=dict)

    def __call__(self, request: Request) -> Response:
        before = self.asked.get(request.target, 0)
        self.asked[request.target] = before + 1
        for fault in self.faults:
            found = fault(request, before)
            if found is not None:
                return found
        if request.method == "POST":
            return self._review(request) if request.path == REVIEW else status(405)
        if request.path == "/version":
            return Response({"gitVersion": self.version})
        if request.path in {"/api", "/apis"}:
            return self._discovery(request)
        parts = request.path.strip("/").split("/")
        if len(parts) == (2 if parts[0] == "api" else 3):
            return self._group("/".join(parts[1:]))
        return self._list(request)

    def _review(self, request: Request) -> Response:
        if not self.reviews:
            return status(403, "reviews are not for you")
        asked = request.json()["spec"]["resourceAttributes"]
        allowed = not self.forbidden if asked["resource"] == "*" else self._may(asked["resource"], asked)
        return Response({"kind": "SelfSubjectAccessReview", "status": {"allowed": allowed}}, 201)

    def _may(self, plural: str, asked: dict[str, str]) -> bool:
        return plural not in self.forbidden or f"{asked.get('namespace', '')}:{plural}" in self.forbidden

    def _discovery(self, request: Request) -> Response:
        core = request.path == "/api"
        versions = sorted({found[0] for found in KINDS.values() if ("/" not in found[0]) == core})
        if not self.aggregated:
            if core:
                return Response({"kind": "APIVersions", "versions": versions})
            groups = [
                {
                    "name": found.partition("/")[0],
                    "versions": [{"groupVersion": found}],
                    "preferredVersion": {"groupVersion": found},
                }
                for found in versions
            ]
            return Response({"kind": "APIGroupList", "groups": groups})
        items = [
            {
                "metadata": {"name": found.rpartition("/")[0]},
                "versions": [
                    {
                        "version": found.rpartition("/")[2],
                        "freshness": "Stale" if found.rpartition("/")[0] in self.stale else "Current",
                        "resources": [
                            {
                                "resource": plural,
                                "responseKind": {"group": "", "version": "", "kind": kind},
                                "scope": "Namespaced" if namespaced else "Cluster",
                                "verbs": VERBS,
                            }
                            for plural, (version, kind, namespaced) in KINDS.items()
                            if version == found
                        ],
                    }
                ],
            }
            for found in versions
        ]
        return Response({"kind": "APIGroupDiscoveryList", "items": items})

    def _group(self, version: str) -> Response:
        if version.partition("/")[0] in self.stale:
            return status(503, "the server is currently unable to handle the request")
        resources = [
            {"name": plural, "kind": kind, "namespaced": namespaced, "verbs": VERBS}
            for plural, (found, kind, namespaced) in KINDS.items()
            if found == version
        ]
        resources.append({"name": "pods/log", "kind": "Pod", "namespaced": True, "verbs": ["get"]})
        return Response({"kind": "APIResourceList", "resources": resources}) if resources else status(404)

    def _list(self, request: Request) -> Response:
        parts = request.path.strip("/").split("/")
        parts = parts[2:] if parts[0] == "api" else parts[3:]
        namespace, name = "", ""
        if parts[0] == "namespaces" and len(parts) >= 3:
            namespace, parts = parts[1], parts[2:]
        plural = parts[0]
        name = parts[1] if len(parts) > 1 else ""
        if plural not in KINDS:
            return status(404)
        _, kind, _ = KINDS[plural]
        items = [
            item
            for item in self.objects
            if item["kind"] == kind and (not namespace or item["metadata"].get("namespace") == namespace)
        ]
        if name:
            found = [item for item in items if item["metadata"]["name"] == name]
            return Response(found[0]) if found else status(404)
        if not self._may(plural, {"namespace": namespace}):
            return status(403, f"{plural} is forbidden", "Forbidden")
        query = {key: values[0] for key, values in parse_qs(urlsplit(request.target).query).items()}
        start, limit = int(query.get("continue", "0")), int(query.get("limit", "100000"))
        # Lists leave the type out of their items, as the server does.
        page = [
            {key: value for key, value in item.items() if key not in {"apiVersion", "kind"}}
            for item in items[start : start + limit]
        ]
        more = {"continue": str(start + limit)} if start + limit < len(items) else {}
        return Response({"kind": f"{kind}List", "metadata": {"resourceVersion": "9", **more}, "items": page})


@contextlib.contextmanager
def connected(cluster: FakeCluster, folder: Path) -> Iterator[tuple[Connection, FakeServer]]:
    """The cluster served, and a read-only connection to it."""
    with (
        serving(cluster) as server,
        connect(server.kubeconfig(folder), retries=QUICK, timeout=SHORT) as connection,
    ):
        yield connection, server
