"""A connection to one cluster: credentials, transport and guard put together."""

from __future__ import annotations

import functools
import ipaddress
import json
from collections.abc import Mapping
from typing import Any, Self
from urllib.parse import quote, urlencode, urlsplit

import attrs
import urllib3
from kubernetes import client

from seatrial.cluster import credentials, guard
from seatrial.cluster.credentials import Credentials
from seatrial.cluster.transport import Retries, Timeouts, Transport
from seatrial.cluster.warning_header import texts
from seatrial.model.dig import as_str, dig
from seatrial.model.errors import ToolError

_CONNECTIONS = 8
"""Open at once, for callers with threads."""


@attrs.frozen
class Reply:
    """What a server answered."""

    status: int
    body: Any
    """The JSON value; None for an answer without a body."""
    warnings: tuple[str, ...] = ()
    """Texts of the Warning headers."""
    headers: Mapping[str, str] = attrs.field(factory=dict, repr=False)

    @property
    def ok(self) -> bool:
        """Whether the server did what it was asked."""
        return 200 <= self.status < 300

    @property
    def message(self) -> str:
        """The server's sentence on a failure (`metav1.Status`), empty where it gave none."""
        return as_str(dig(self.body, "message"))

    @property
    def reason(self) -> str:
        """The server's word for a failure, such as `NotFound` or `Forbidden`."""
        return as_str(dig(self.body, "reason"))


@attrs.frozen(eq=False)
class Connection:
    """An open connection. May be used by several threads at once."""

    credentials: Credentials
    api: client.ApiClient
    """The library's client, for its API classes and its dynamic client; guarded like everything else."""
    transport: Transport
    writable: bool

    @property
    def server(self) -> str:
        """The server's URL."""
        return str(self.credentials.configuration.host)

    @property
    def context(self) -> str:
        """Name of the kubeconfig's context; empty in a pod."""
        return self.credentials.context

    @property
    def namespace(self) -> str:
        """Namespace that the context works in."""
        return self.credentials.namespace

    @property
    def origin(self) -> str:
        """Where the credentials come from, as shown to people."""
        return self.credentials.origin

    def request(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str | int | bool] | None = None,
        body: Any = None,
        content_type: str = "application/json",
        accept: str = "application/json",
        idempotent: bool | None = None,
    ) -> Reply:
        """Send one request and answer with whatever the server said, of any status but 401.

        *idempotent* allows further tries of a POST or PATCH that is safe to repeat, such as a dry run. Raises ToolError
        when no answer is to be had (also `WriteRefusedError`, for a write on a read-only connection).
        """
        url = self.server.rstrip("/") + path
        if query:
            url += "?" + urlencode([(key, _plain(value)) for key, value in query.items()], quote_via=quote)
        headers = {"Accept": accept, "User-Agent": self.api.user_agent}
        if body is not None:
            headers["Content-Type"] = content_type
        self.api.update_params_for_auth(headers, [], ["BearerToken"], path, method, body)
        answer = self.transport.request(method, url, headers=headers, body=body, idempotent=idempotent)
        return Reply(answer.status, self._json(answer), texts(answer.headers.getlist("Warning")), answer.headers)

    def get(self, path: str, **query: str | int | bool) -> Reply:
        """GET of a path with its query."""
        return self.request("GET", path, query=query)

    @functools.cached_property
    def version(self) -> str:
        """Version of the server, such as `v1.37.2`. Raises ToolError if the server does not say."""
        reply = self.get("/version")
        found = as_str(dig(reply.body, "gitVersion"))
        if not found:
            raise ToolError(
                f"{self.server} answers /version with {reply.status} and no version: is it a Kubernetes API server?",
                remedy=f"look at the server address in {self.origin}",
            )
        return found

    def close(self) -> None:
        """Close every connection."""
        self.transport.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()

    def _json(self, answer: Any) -> Any:
        text = answer.read()
        if not text:
            return None
        try:
            return json.loads(text)
        except ValueError as error:
            # Proxies and load balancers answer for servers that are gone, in HTML.
            kind = answer.headers.get("Content-Type", "an unnamed type")
            if answer.status >= 400:
                return {"message": f"the answer is {kind}, not JSON: not from a Kubernetes API server"}
            raise ToolError(
                f"{self.server} answered with {kind}, not JSON: it is no Kubernetes API server",
                remedy=f"look at the server address in {self.origin}",
            ) from error


def connect(
    kubeconfig: str | None = None,
    context: str | None = None,
    *,
    timeout: Timeouts | None = None,
    retries: Retries | None = None,
    writable: bool = False,
) -> Connection:
    """Open a connection, read-only unless *writable*. Nothing is sent yet.

    Raises InputError without usable credentials, ToolError where a log-in program of theirs fails.
    """
    found = credentials.load(kubeconfig, context)
    configuration = found.configuration
    parts = urlsplit(configuration.host)
    if _loopback(parts.hostname or ""):
        # A proxy has another loopback than we do; Go's client, so kubectl too, never takes one to it.
        configuration.proxy = None
    configuration.connection_pool_maxsize = _CONNECTIONS
    if not configuration.verify_ssl:
        # The kubeconfig asks for it (insecure-skip-tls-verify); urllib3 would say so again at every request.
        urllib3.disable_warnings(urllib3.exceptions.InsecureRequestWarning)
    transport = Transport(configuration, timeout or Timeouts(), retries or Retries(), found.origin)
    if not writable:
        guard.install(transport.pool_manager, parts.path.rstrip("/"))
    api = client.ApiClient(configuration)
    api.rest_client = transport
    api.user_agent = "seatrial"
    return Connection(found, api, transport, writable)


def _plain(value: str | int | bool) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
