"""A running kube-apiserver to which custom kinds can be introduced."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from seatrial.model.dig import as_list, dig
from tests.schema.agreement import Server

_DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
_SECONDS = 30


@contextlib.contextmanager
def serving(kubeconfig: Path, definitions: Iterable[dict[str, Any]]) -> Iterator[Server]:
    """A server that serves these CustomResourceDefinitions; those that it has stay as they are."""
    with _connected(kubeconfig) as server:
        _introduce(server, definitions)
    # A server is asked once, at first, what it serves.
    with _connected(kubeconfig) as server:
        yield server


@contextlib.contextmanager
def _connected(kubeconfig: Path) -> Iterator[Server]:
    server = Server.of_kubeconfig(kubeconfig)
    try:
        yield server
    finally:
        if server._connection is not None:
            server._connection.close()


def _introduce(server: Server, definitions: Iterable[dict[str, Any]]) -> None:
    waiting = set()
    for data in definitions:
        status, answer = server.request("POST", f"{_DEFINITIONS}?fieldValidation=Strict", data)
        assert status < 300 or answer.get("reason") == "AlreadyExists", answer.get("message")
        waiting.add(data["metadata"]["name"])
    end = time.monotonic() + _SECONDS
    while waiting:
        assert time.monotonic() < end, f"the server does not serve {sorted(waiting)}"
        for item in server.request("GET", _DEFINITIONS)[1]["items"]:
            conditions = as_list(dig(item, "status", "conditions"))
            if any(one.get("type") == "Established" and one.get("status") == "True" for one in conditions):
                waiting.discard(item["metadata"]["name"])
        time.sleep(0.2)
    # Established is told a moment before every path answers.
    _wait_served(server, end)


def _wait_served(server: Server, end: float) -> None:
    while True:
        groups = server.request("GET", "/apis")[1]["groups"]
        versions = [version["groupVersion"] for group in groups for version in group["versions"]]
        with contextlib.suppress(ValueError):
            if all("resources" in server.request("GET", f"/apis/{version}")[1] for version in versions):
                return
        assert time.monotonic() < end, "the server does not answer for all groups"
        time.sleep(0.2)
