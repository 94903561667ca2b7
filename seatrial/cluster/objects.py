"""pykube's way to list objects, on our connection: its session sends through the guarded, patient transport.

So pykube has no credentials, time-outs or retries of its own, and nothing that it does goes around the guard.
"""

from __future__ import annotations

from typing import Any

import pykube
import requests
from pykube.objects import APIObject
from pykube.query import Query
from requests.adapters import BaseAdapter
from requests.structures import CaseInsensitiveDict

from seatrial.cluster.connection import Connection
from seatrial.cluster.kinds import Kind


class _Adapter(BaseAdapter):
    """Hands requests of the library `requests` to a connection."""

    def __init__(self, connection: Connection) -> None:
        super().__init__()
        self._connection = connection

    def send(self, request: requests.PreparedRequest, **_options: Any) -> requests.Response:  # type: ignore[override]  # time-outs and certificates are the connection's
        """Send and read the whole answer. Raises ToolError where none is to be had."""
        headers, method, url = dict(request.headers), str(request.method), str(request.url)
        self._connection.api.update_params_for_auth(headers, [], ["BearerToken"], url, method, request.body)
        answer = self._connection.transport.request(method, url, headers=headers, body=request.body)
        response = requests.Response()
        response.status_code = answer.status
        response.headers = CaseInsensitiveDict(answer.headers)
        response.url = str(request.url)
        response.request = request
        response.reason = answer.reason
        response._content = answer.data or b""  # noqa: SLF001 - how adapters fill a response that is read already
        response._content_consumed = True  # noqa: SLF001 - as above
        return response

    def close(self) -> None:
        """Nothing to close: the connection belongs to its owner."""


def client(connection: Connection) -> Any:
    """A pykube client that sends through *connection*."""
    config = pykube.KubeConfig(
        {
            "current-context": "audit",
            "contexts": [{"name": "audit", "context": {"cluster": "audit", "user": "audit"}}],
            "clusters": [{"name": "audit", "cluster": {"server": connection.server.rstrip("/")}}],
            "users": [{"name": "audit", "user": {}}],
        }
    )
    found = pykube.HTTPClient(config, http_adapter=_Adapter(connection))
    # Otherwise `requests` would add proxies and ~/.netrc's passwords of its own.
    found.session.trust_env = False
    found.session.headers["User-Agent"] = connection.api.user_agent
    return found


def query(api: Any, kind: Kind, namespace: str) -> Any:
    """A query for all objects of a kind, in one namespace or (empty) everywhere."""
    found = type(
        kind.kind,
        (APIObject,),
        {"version": kind.api_version, "endpoint": kind.plural, "kind": kind.kind, "base": None},
    )
    return Query(api, found, namespace or pykube.all)
