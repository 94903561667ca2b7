"""Requests to the lab's own API server with the standard library alone: the supervisor needs four kinds of them."""

from __future__ import annotations

import http.client
import json
import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import attrs

from seatrial.lab.ports import LOOPBACK

UNREACHABLE = (OSError, http.client.HTTPException)
"""What a request raises while the server does not answer, or stops in the middle of an answer."""


class RefusedError(Exception):
    """The server answered with an error."""

    def __init__(self, status: int, message: str) -> None:
        """Keep the HTTP *status* and the server's *message*."""
        super().__init__(f"{status}: {message}")
        self.status = status


@attrs.frozen
class Client:
    """One identity at one server."""

    port: int
    context: ssl.SSLContext
    timeout: float = 10.0
    """Seconds without any byte after which a request is given up."""

    @classmethod
    def open(cls, port: int, authority: Path, certificate: Path, key: Path) -> Client:
        """A client that trusts *authority* alone, and shows *certificate*."""
        context = ssl.create_default_context(cafile=str(authority))
        context.load_cert_chain(str(certificate), str(key))
        return cls(port, context)

    def get(self, path: str) -> Any:
        """The object or list at *path*. Raises RefusedError, or one of UNREACHABLE."""
        return self._request("GET", path, None)

    def create(self, path: str, body: dict[str, Any]) -> None:
        """Create an object in the collection *path*; one that is there already is left alone."""
        try:
            self._request("POST", path, body)
        except RefusedError as refused:
            if refused.status != http.client.CONFLICT:
                raise

    def delete(self, path: str) -> None:
        """Delete the object at *path*; one that is gone already is no mistake."""
        try:
            self._request("DELETE", path, None)
        except RefusedError as refused:
            if refused.status != http.client.NOT_FOUND:
                raise

    def answers(self, path: str) -> bool:
        """True if *path* answers with 200."""
        try:
            connection = self._connect(2.0)
            try:
                connection.request("GET", path)
                return connection.getresponse().status == http.client.OK
            finally:
                connection.close()
        except UNREACHABLE:
            return False

    def watch(self, path: str, seconds: int) -> Iterator[dict[str, Any]]:
        """Every object of the collection *path* as it is now, and each change of one, for *seconds*."""
        connection = self._connect(seconds + self.timeout)
        try:
            connection.request("GET", f"{path}?watch=1&timeoutSeconds={seconds}")
            response = connection.getresponse()
            if response.status != http.client.OK:
                raise RefusedError(response.status, response.read().decode(errors="replace"))
            while line := response.readline():
                event = json.loads(line)
                if event["type"] == "ERROR":
                    return
                yield event
        finally:
            connection.close()

    def _request(self, method: str, path: str, body: dict[str, Any] | None) -> Any:
        connection = self._connect(self.timeout)
        try:
            headers = {"Content-Type": "application/json"} if body is not None else {}
            connection.request(method, path, json.dumps(body) if body is not None else None, headers)
            response = connection.getresponse()
            text = response.read()
        finally:
            connection.close()
        answer = json.loads(text) if text.startswith(b"{") else text.decode(errors="replace")
        if response.status >= http.client.BAD_REQUEST:
            message = answer.get("message", "") if isinstance(answer, dict) else answer
            raise RefusedError(response.status, str(message))
        return answer

    def _connect(self, timeout: float) -> http.client.HTTPSConnection:
        return http.client.HTTPSConnection(LOOPBACK, self.port, timeout=timeout, context=self.context)
