"""Nothing but reading and asking leaves a read-only connection, whichever library wants to send it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import given

from seatrial.cluster.connection import Connection, connect
from seatrial.cluster.guard import WriteRefusedError, refusal
from tests.cluster.servers import Request, Response, serving

REVIEWS = "/apis/authorization.k8s.io/v1"
POD = "/api/v1/namespaces/harbour/pods/boat"
ALLOWED = [
    ("GET", "/api/v1/namespaces?limit=500&continue=abc"),
    ("GET", "/version"),
    ("GET", "/apis/apps/v1/deployments?watch=true"),
    ("GET", f"{POD}/log"),
    ("GET", "/api/v1/namespaces/proxy/pods"),
    ("GET", "/api/v1/namespaces/exec/pods/proxy"),
    ("HEAD", "/api/v1"),
    ("POST", f"{REVIEWS}/selfsubjectaccessreviews"),
    ("POST", f"{REVIEWS}/selfsubjectrulesreviews"),
    ("POST", f"{REVIEWS}/subjectaccessreviews"),
    ("POST", f"{REVIEWS}/namespaces/harbour/localsubjectaccessreviews"),
]
REFUSED = [
    ("POST", "/api/v1/namespaces"),
    ("POST", "/api/v1/namespaces?dryRun=All"),
    ("PUT", POD),
    ("PATCH", POD),
    ("DELETE", POD),
    ("OPTIONS", POD),
    ("TRACE", POD),
    ("get ", POD),
    ("POST", f"{REVIEWS}/selfsubjectaccessreviews/../../v1/namespaces"),
    ("POST", f"{REVIEWS}/%73elfsubjectaccessreviews"),
    ("POST", f"{REVIEWS}/selfsubjectaccessreviews/"),
    ("POST", f"/x{REVIEWS}/selfsubjectaccessreviews"),
    ("POST", "/apis/authentication.k8s.io/v1/tokenreviews"),
    ("POST", "/api/v1/namespaces/harbour/serviceaccounts/boat/token"),
    ("GET", f"{POD}/exec?command=rm"),
    ("GET", f"{POD}/attach"),
    ("GET", f"{POD}/portforward"),
    ("GET", f"{POD}/proxy/shutdown"),
    ("GET", "/api/v1/namespaces/harbour/services/boat:80/proxy/shutdown"),
    ("GET", "/api/v1/nodes/boat/proxy/run"),
    ("GET", "/api//v1/namespaces/harbour/pods/boat/exec"),
    ("GET", "/api/v1/namespaces/harbour/pods/boat/%65xec"),
    ("GET", "/api/v1/../v1/namespaces/harbour/pods/boat/exec"),
]
KEYED = st.sampled_from(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "CONNECT", "TRACE"])


@pytest.mark.parametrize("method,target", ALLOWED)
def test_reading_and_asking_are_allowed(method: str, target: str) -> None:
    assert refusal(method, target) == ""
    assert refusal(method, f"/k8s/clusters/c-1{target}", "/k8s/clusters/c-1") == ""


@pytest.mark.parametrize("method,target", REFUSED)
def test_everything_else_is_refused(method: str, target: str) -> None:
    assert refusal(method, target)
    assert refusal(method, f"/k8s/clusters/c-1{target}", "/k8s/clusters/c-1")


def test_beside_the_server_s_own_path_nothing_is_allowed() -> None:
    assert "outside" in refusal("GET", "/api/v1", "/k8s/clusters/c-1")


@given(KEYED, st.text("/abcv1.%?=&", max_size=40))
def test_only_reviews_are_posted_and_nothing_else_is_written(method: str, target: str) -> None:
    assert method in ("GET", "HEAD") or refusal(method, target)


def write_with_the_api_class(found: Connection) -> Any:
    from kubernetes import client

    return client.CoreV1Api(found.api).delete_namespace("harbour")


def write_with_the_dynamic_client(found: Connection) -> Any:
    return found.api.call_api("PATCH", found.server + POD, {"Content-Type": "application/json"}, {})


def write_with_the_pool(found: Connection) -> Any:
    return found.transport.pool_manager.request("POST", found.server + "/api/v1/namespaces", body=b"{}")


def write_below_the_pool(found: Connection) -> Any:
    pool: Any = found.transport.pool_manager.connection_from_url(found.server)
    return pool.ConnectionCls(host=pool.host, port=pool.port).request("DELETE", POD)


def write_in_chunks(found: Connection) -> Any:
    pool: Any = found.transport.pool_manager.connection_from_url(found.server)
    return pool.urlopen("PUT", POD, body=iter([b"{}"]), chunked=True)


@pytest.mark.parametrize(
    "write",
    [
        lambda found: found.request("POST", "/api/v1/namespaces", body={}),
        write_with_the_api_class,
        write_with_the_dynamic_client,
        write_with_the_pool,
        write_below_the_pool,
        write_in_chunks,
    ],
)
def test_no_layer_of_the_client_gets_a_write_out(tmp_path: Path, write: Callable[[Connection], Any]) -> None:
    with serving(lambda _: Response()) as server, connect(server.kubeconfig(tmp_path)) as found:
        with pytest.raises(WriteRefusedError, match="read-only"):
            write(found)
        assert server.requests == []


def test_a_connection_for_writing_writes(tmp_path: Path) -> None:
    with (
        serving(lambda _: Response(status=201)) as server,
        connect(server.kubeconfig(tmp_path), writable=True) as found,
    ):
        assert found.request("POST", "/api/v1/namespaces", body={"a": 1}).ok
        assert [(request.method, request.json()) for request in server.requests] == [("POST", {"a": 1})]


def test_a_redirect_leads_no_write_out(tmp_path: Path) -> None:
    """A 307 keeps the method: an answer to a review must not become a write elsewhere."""

    def script(request: Request) -> Response:
        return (
            Response(status=307, headers=(("Location", "/api/v1/namespaces"),))
            if "review" in request.path
            else Response()
        )

    with serving(script) as server, connect(server.kubeconfig(tmp_path)) as found:
        found.request("POST", f"{REVIEWS}/selfsubjectaccessreviews", body={})
        assert [request.path for request in server.requests] == [f"{REVIEWS}/selfsubjectaccessreviews"]
