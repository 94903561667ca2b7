"""Nothing but reading leaves this machine, unless a connection was opened for writing.

The guard sits below every client library, where a request is put on the wire: no call of theirs, ours or a dependency's
goes around it. Allowed are GET and HEAD (so LIST and WATCH), and POST to the access reviews of `authorization.k8s.io`,
which ask and store nothing (k8s.io/api v0.37.2 authorization/v1). Some GETs do more than read: `exec`, `attach`,
`portforward` and `proxy` reach into a container or a node, so they are refused as well.
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import unquote, urlsplit

import urllib3

from seatrial.model.errors import ToolError

_READING = frozenset({"GET", "HEAD"})
_REVIEW = re.compile(
    r"/apis/authorization\.k8s\.io/v[0-9a-z]+/(?:namespaces/[a-z0-9.-]+/)?"
    r"(?:selfsubjectaccessreviews|selfsubjectrulesreviews|subjectaccessreviews|localsubjectaccessreviews)"
)
"""Resources whose creation answers a question and leaves no object behind."""
_REACHING_IN = re.compile(
    r"/api/v1/(?:(?:namespaces/[^/]+/)?(?:pods|services|nodes)/[^/]+/(?:exec|attach|portforward|proxy)(?:/.*)?|proxy/.*)"
)
"""Subresources of the verb `connect` (k8s.io/kubernetes v1.37.2 pkg/registry/core/rest/storage_core.go)."""


class WriteRefusedError(ToolError):
    """A request that would have changed the cluster was stopped before it left: a defect of ours, never the user's."""


def refusal(method: str, target: str, base: str = "") -> str:
    """Why a request must not leave, or an empty string.

    *target* is a path or URL with its query; *base* is the path of the server's own URL, empty for most.
    """
    path = urlsplit(target).path
    if base and not path.startswith(base):
        return f"{path} is outside of the server's {base}"
    path = path.removeprefix(base)
    name = method.upper()
    if name in _READING:
        # Servers decode and collapse before they route, so the guard judges the path the way they see it.
        plain = re.sub(r"/{2,}", "/", unquote(path))
        if ".." in plain.split("/"):
            return f"{path} climbs out of its own path"
        return f"{path} reaches into a container or node" if _REACHING_IN.fullmatch(plain) else ""
    if name == "POST" and _REVIEW.fullmatch(path):
        return ""
    return f"{name} {path} may change the cluster"


def install(manager: urllib3.PoolManager, base: str = "") -> None:
    """Let *manager* put on the wire only what reads. Every connection it opens from now on is guarded."""
    manager.clear()
    manager.pool_classes_by_scheme = {
        scheme: _guarded(pool, base) for scheme, pool in manager.pool_classes_by_scheme.items()
    }


def _guarded(pool: Any, base: str) -> Any:
    """The connection pool class with its connections' `putrequest`, the lowest step of http.client, guarded."""

    class Connection(pool.ConnectionCls):  # type: ignore[misc]  # the class is only known when the pool is
        def putrequest(self, method: str, url: str, *args: Any, **options: Any) -> None:
            if reason := refusal(method, url, base):
                raise WriteRefusedError(
                    f"refused to send: {reason}, and this connection is read-only",
                    remedy="this is a defect of Seatrial: report it",
                )
            super().putrequest(method, url, *args, **options)

    class Pool(pool):  # type: ignore[misc]  # as above
        ConnectionCls = Connection

    return Pool
