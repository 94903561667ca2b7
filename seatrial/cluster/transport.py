"""How requests travel: with time-outs, a few tries where trying again is safe, and one clear message at the end."""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable
from typing import Any

import attrs
import urllib3
from kubernetes.client import rest
from kubernetes.client.exceptions import ApiException
from urllib3.exceptions import (
    ConnectTimeoutError,
    HTTPError,
    LocationParseError,
    MaxRetryError,
    NewConnectionError,
    ProxyError,
    ReadTimeoutError,
    SSLError,
)

from seatrial.cluster import certificate
from seatrial.model.errors import InputError, ToolError

_IDEMPOTENT = frozenset({"GET", "HEAD", "PUT", "DELETE"})
"""RFC 9110, 9.2.2. A POST or PATCH is one only if its caller says so."""
_OVERLOADED = 429
_UNAUTHORIZED = 401
_SERVER_ERRORS = frozenset({502, 503, 504})
_INTERNAL_ERROR = 500
"""Tried again when reading only: a server-side apply whose fields have wrong types ends in a 500 too."""
_CHUNK = 1 << 16


@attrs.frozen
class Timeouts:
    """How long to wait, in seconds."""

    connect: float = 5.0
    """For the connection, TLS included."""
    read: float = 20.0
    """For the next part of an answer."""
    total: float = 60.0
    """For one call with all its tries and waits."""


@attrs.frozen
class Retries:
    """How often to try again, and how long to wait in between."""

    attempts: int = 5
    first: float = 0.25
    """Seconds before the second try; doubled each time, unless the server says how long."""
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic


class Transport(rest.RESTClientObject):
    """The library's HTTP client with time-outs, retries and clear errors; its API classes work on it unchanged."""

    def __init__(self, configuration: Any, timeouts: Timeouts, retries: Retries, origin: str) -> None:
        """Prepare pools; nothing is sent yet. *origin* says in messages where the credentials came from."""
        # Retrying is done here: urllib3 would neither know the total time nor tell the caller what happened.
        configuration.retries = False
        super().__init__(configuration)
        self._timeouts = timeouts
        self._retries = retries
        self._origin = origin
        self.sent = 0
        """Requests put on the wire, further tries included."""

    def request(
        self,
        method: str,
        url: str,
        headers: Any = None,
        body: Any = None,
        post_params: Any = None,
        _request_timeout: Any = None,
        *,
        idempotent: bool | None = None,
    ) -> Any:
        """Send one request and read its whole answer (a watch is left open for its reader).

        429 is tried again always, as the server did nothing; other failures only if *idempotent* (default: by method).
        Raises ToolError when no answer is to be had, and for an identity that is not accepted (401).
        """
        again = method.upper() in _IDEMPOTENT if idempotent is None else idempotent
        deadline = self._retries.clock() + self._timeouts.total
        timeout = _request_timeout or (self._timeouts.connect, self._timeouts.read)
        send: Any = super().request
        attempt = 1
        while True:
            wait = self._retries.first * 2 ** (attempt - 1)
            self.sent += 1
            try:
                reply = send(method, url, headers, body, post_params, timeout)
                if "watch=" not in url and "follow=" not in url:
                    reply.data = self._whole(reply.response, deadline)
            except (HTTPError, ApiException) as error:
                last = attempt >= self._retries.attempts or self._retries.clock() + wait > deadline
                if last or not again or not _passing(error):
                    raise self._unanswered(error, method) from error
            else:
                if reply.status == _UNAUTHORIZED:
                    raise self._unauthorized()
                if not _worth_another(reply.status, method, again):
                    return reply
                wait = _retry_after(reply.headers.get("Retry-After")) or wait
                if attempt >= self._retries.attempts or self._retries.clock() + wait > deadline:
                    return reply
            self._retries.sleep(wait)
            attempt += 1

    def _whole(self, response: urllib3.HTTPResponse, deadline: float) -> bytes:
        """The body, of a server that may send it a byte at a time and so never run into the read time-out."""
        parts: list[bytes] = []
        while part := response.read1(_CHUNK):
            parts.append(part)
            if self._retries.clock() > deadline:
                response.close()
                raise ToolError(
                    f"{self._server} did not finish an answer within {self._timeouts.total:g} s",
                    remedy="look at the server's load and the network, then run again",
                )
        response.release_conn()
        return b"".join(parts)

    @property
    def _server(self) -> str:
        return f"the API server {self.configuration.host}"

    def _unanswered(self, error: Exception, method: str) -> ToolError | InputError:
        """What to tell about a request without an answer."""
        reason = error.reason if isinstance(error, MaxRetryError) else error
        if isinstance(reason, LocationParseError):
            return InputError(
                f"the server {self.configuration.host!r} of {self._origin} is no URL", remedy="repair the kubeconfig"
            )
        if isinstance(reason, SSLError | ApiException):
            return self._tls(reason)
        if isinstance(reason, ProxyError):
            return ToolError(
                f"the proxy before {self._server} does not answer: {reason.original_error}",
                remedy="look at HTTPS_PROXY, and name what is reached without it in NO_PROXY",
            )
        if isinstance(reason, NewConnectionError | ConnectTimeoutError):
            cause = reason.__cause__ or reason
            told = getattr(cause, "strerror", None) or str(cause) or "time-out"
            if not isinstance(reason, NewConnectionError):
                told = f"no answer within {self._timeouts.connect:g} s"
            return ToolError(
                f"{self._server} cannot be reached: {told}",
                remedy=f"is the cluster running, and the address in {self._origin} right?",
            )
        if isinstance(reason, ReadTimeoutError):
            return ToolError(
                f"{self._server} did not answer {method} within {self._timeouts.read:g} s",
                remedy="look at the server's load and the network, then run again",
            )
        return ToolError(
            f"{self._server} broke off its answer: {reason}",
            remedy="look at the server and the network, then run again",
        )

    def _tls(self, error: Exception) -> ToolError:
        text = str(error)
        own = certificate.ended(self.configuration.cert_file)
        if own is not None and "verify failed" not in text:
            return self._unauthorized()
        verify = _cause(error, ssl.SSLCertVerificationError)
        told = getattr(verify, "verify_message", "") or text.replace("\n", ": ")
        if "has expired" in text:
            return ToolError(
                f"the certificate of {self._server} has expired",
                remedy="let the cluster's administrator renew it (kubeadm certs renew)",
            )
        return ToolError(
            f"no trusted TLS connection to {self._server}: {told}",
            remedy=f"compare the server and certificate-authority in {self._origin} with the cluster's",
        )

    def _unauthorized(self) -> ToolError:
        end = certificate.ended(self.configuration.cert_file)
        if end is not None:
            return ToolError(
                f"the client certificate of {self._origin} expired on {end:%Y-%m-%d %H:%M} UTC",
                remedy="get a new kubeconfig from the cluster's administrator",
            )
        return ToolError(
            f"{self._server} does not accept the credentials of {self._origin} (401 Unauthorized)",
            remedy="they may have expired: log in again, or get a new kubeconfig; `kubectl auth whoami` must work",
        )


def _worth_another(status: int, method: str, again: bool) -> bool:
    """Whether the same request may be answered better in a moment."""
    if status == _INTERNAL_ERROR:
        return method.upper() in ("GET", "HEAD")
    return status == _OVERLOADED or (again and status in _SERVER_ERRORS)


def _passing(error: Exception) -> bool:
    """Whether the failure may be gone in a moment: not where there is nobody to answer, or nobody to trust."""
    reason = error.reason if isinstance(error, MaxRetryError) else error
    lasting = (SSLError, ApiException, LocationParseError, ProxyError, NewConnectionError, ConnectTimeoutError)
    return not isinstance(reason, lasting)


def _cause(error: BaseException, kind: type[BaseException]) -> BaseException | None:
    """The exception of that kind among the causes and arguments of *error*."""
    seen: list[BaseException] = [error]
    for current in seen:
        if isinstance(current, kind):
            return current
        inner = (current.__cause__, current.__context__, *current.args)
        seen += [item for item in inner if isinstance(item, BaseException) and item not in seen]
    return None


def _retry_after(value: str | None) -> float:
    """Seconds of a Retry-After header; Kubernetes sends whole seconds, never a date. 0 if there is none."""
    return float(value) if value is not None and value.isascii() and value.isdigit() else 0.0
