"""Objects are sent as the API conventions say, and every answer is understood with its place."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest

from seatrial.cluster.applying import Applier
from seatrial.cluster.connection import connect
from seatrial.cluster.transport import Retries
from seatrial.model.document import Resource
from seatrial.model.errors import ToolError
from tests.cluster.servers import FakeServer, Request, Response, serving
from tests.inventories import at, inventory

SERVED = {
    "/api/v1": [
        ("namespaces", "Namespace", False),
        ("configmaps", "ConfigMap", True),
        ("pods", "Pod", True),
        ("secrets", "Secret", True),
    ],
    "/apis/apps/v1": [("deployments", "Deployment", True), ("deployments/scale", "Scale", True)],
    "/apis/apiextensions.k8s.io/v1": [("customresourcedefinitions", "CustomResourceDefinition", False)],
}
DEPLOYMENT = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: boat, namespace: harbour}
spec: {replicas: three}
"""


def resource(text: str) -> Resource:
    (found,) = inventory(text).resources
    return found


def with_discovery(script: Callable[[Request], Response]) -> Callable[[Request], Response]:
    def answer(request: Request) -> Response:
        if request.method == "GET" and request.path in SERVED:
            items = [
                {"name": name, "kind": kind, "namespaced": own, "verbs": []} for name, kind, own in SERVED[request.path]
            ]
            return Response({"kind": "APIResourceList", "resources": items})
        if request.method == "GET" and re.fullmatch(r"/apis?(/[\w.]+){1,2}", request.path):
            return Response({"kind": "Status", "reason": "NotFound"}, status=404)
        return script(request)

    return answer


def always(response: Response) -> Callable[[Request], Response]:
    return with_discovery(lambda _: response)


def applier(server: FakeServer, folder: Path) -> Applier:
    retries = Retries(sleep=lambda _: None)
    time = iter(range(1000))
    found = Applier(connect(server.kubeconfig(folder), writable=True, retries=retries))
    found.sleep, found.clock = (lambda _: None), (lambda: float(next(time)))
    return found


def writes(server: FakeServer) -> Iterator[Request]:
    return (request for request in server.requests if request.method != "GET")


def test_a_dry_run_stores_nothing_and_is_strict(tmp_path: Path) -> None:
    with serving(with_discovery(lambda request: Response(request.json(), status=201))) as server:
        answer = applier(server, tmp_path).create(resource(DEPLOYMENT))
        (sent,) = writes(server)
    assert (sent.method, sent.path) == ("POST", "/apis/apps/v1/namespaces/harbour/deployments")
    query = dict(parse_qsl(sent.target.partition("?")[2]))
    assert query == {"dryRun": "All", "fieldValidation": "Strict", "fieldManager": "seatrial"}
    assert (answer.accepted, answer.status, answer.object["kind"]) == (True, 201, "Deployment")


def test_an_apply_owns_its_fields_on_the_server(tmp_path: Path) -> None:
    with serving(with_discovery(lambda request: Response(request.json()))) as server:
        applier(server, tmp_path).apply(resource(DEPLOYMENT))
        (sent,) = writes(server)
    assert (sent.method, sent.path) == ("PATCH", "/apis/apps/v1/namespaces/harbour/deployments/boat")
    query = dict(parse_qsl(sent.target.partition("?")[2]))
    assert query == {"force": "true", "fieldValidation": "Strict", "fieldManager": "seatrial"}
    assert sent.headers["Content-Type"] == "application/apply-patch+yaml"
    assert sent.json()["spec"] == {"replicas": "three"}


@pytest.mark.parametrize(
    "text,path",
    [
        ("{apiVersion: v1, kind: Namespace, metadata: {name: a}}", "/api/v1/namespaces/a"),
        ("{apiVersion: v1, kind: ConfigMap, metadata: {name: a}}", "/api/v1/namespaces/default/configmaps/a"),
        (
            "{apiVersion: v1, kind: ConfigMap, metadata: {name: ../b, namespace: 'c/d?'}}",
            "/api/v1/namespaces/c%2Fd%3F/configmaps/..%2Fb",
        ),
    ],
)
def test_an_object_is_sent_where_it_belongs(tmp_path: Path, text: str, path: str) -> None:
    with serving(with_discovery(lambda _: Response())) as server:
        applier(server, tmp_path).apply(resource(text))
        assert [request.path for request in writes(server)] == [path]


def test_a_generated_name_is_created_not_applied(tmp_path: Path) -> None:
    with serving(with_discovery(lambda _: Response())) as server:
        applier(server, tmp_path).apply(resource("{apiVersion: v1, kind: Pod, metadata: {generateName: a-}}"))
        assert [(request.method, request.path) for request in writes(server)] == [
            ("POST", "/api/v1/namespaces/default/pods")
        ]


@pytest.mark.parametrize(
    "text,place,message",
    [
        ("{apiVersion: v1, kind: Boat, metadata: {name: a}}", "Boat", "the server has no Boat of v1"),
        ("{apiVersion: apps/v9, kind: Deployment}", "Deployment", "the server has no Deployment of apps/v9"),
        ("{apiVersion: ../v1, kind: Pod}", "Pod", "the server has no Pod of ../v1"),
        ("{apiVersion: v1, kind: Scale}", "Scale", "the server has no Scale of v1"),
    ],
)
def test_a_kind_that_the_server_does_not_have(tmp_path: Path, text: str, place: str, message: str) -> None:
    with serving(with_discovery(lambda _: Response())) as server:
        answer = applier(server, tmp_path).create(resource(text))
        assert list(writes(server)) == []
    assert (answer.accepted, answer.reason, answer.message) == (False, "NoSuchKind", message)
    assert answer.resource.position(answer.pointer) == at(text, place)


def test_causes_have_their_place_in_the_file(tmp_path: Path) -> None:
    status = {
        "kind": "Status",
        "reason": "Invalid",
        "message": 'Deployment.apps "boat" is invalid: ...',
        "details": {"causes": [{"reason": "FieldValueInvalid", "message": "Invalid value", "field": "spec.replicas"}]},
    }
    with serving(with_discovery(lambda _: Response(status, status=422))) as server:
        answer = applier(server, tmp_path).create(resource(DEPLOYMENT))
    assert (answer.accepted, answer.status, answer.reason) == (False, 422, "Invalid")
    (cause,) = answer.causes
    assert (cause.field, cause.pointer, cause.reason) == ("spec.replicas", "/spec/replicas", "FieldValueInvalid")
    assert answer.resource.position(cause.pointer) == at(DEPLOYMENT, "three")


def test_warnings_come_with_the_answer(tmp_path: Path) -> None:
    headers = (("Warning", '299 - "one"'), ("Warning", '299 - "two"'))
    with serving(with_discovery(lambda _: Response(headers=headers))) as server:
        assert applier(server, tmp_path).apply(resource(DEPLOYMENT)).warnings == ("one", "two")


@pytest.mark.parametrize("body", [None, [], "text", {"message": 3, "details": {"causes": [None, {"field": 7}]}}])
def test_any_refusal_is_understood(tmp_path: Path, body: Any) -> None:
    with serving(with_discovery(lambda _: Response(body, status=418))) as server:
        answer = applier(server, tmp_path).create(resource(DEPLOYMENT))
    assert (answer.accepted, answer.status, answer.message) == (False, 418, "HTTP status 418")
    assert len(answer.causes) == 1


@pytest.mark.parametrize(
    "message",
    [
        ".stringData.pin: expected string, got &value.valueUnstructured{Value:48151623}",
        'data[word]: Invalid value: "c2VhIGRvZw==": must not be that',
        "data: illegal value sea-dog-42 found",
    ],
)
def test_the_values_of_a_secret_are_not_repeated(tmp_path: Path, message: str) -> None:
    text = """
apiVersion: v1
kind: Secret
metadata: {name: boat}
data: {word: c2VhIGRvZw==}
stringData: {pin: 48151623, name: sea-dog-42}
"""
    warning = message.replace('"', "'")
    for details in ({}, {"causes": [{"field": "data", "message": message}]}):
        body = {"message": message, "details": details}
        refusal = Response(body, status=422, headers=(("Warning", f'299 - "{warning}"'),))
        with serving(always(refusal)) as server:
            answer = applier(server, tmp_path).apply(resource(text))
        assert answer.message
        assert answer.warnings
        told = str((answer.message, answer.causes, answer.warnings))
        assert not any(value in told for value in ("48151623", "c2VhIGRvZw==", "sea-dog-42"))


def test_custom_kinds_are_waited_for(tmp_path: Path) -> None:
    """The server takes a definition at once and serves its kind a moment later."""
    text = """
{apiVersion: v1, kind: ConfigMap, metadata: {name: after}}
---
{apiVersion: apiextensions.k8s.io/v1, kind: CustomResourceDefinition, metadata: {name: boats.example.com}}
"""
    polls = iter(["False", "False", "True"])

    def script(request: Request) -> Response:
        if request.method != "GET":
            return Response(request.json())
        condition = {"type": "Established", "status": next(polls)}
        item = {"metadata": {"name": "boats.example.com"}, "status": {"conditions": [condition]}}
        return Response({"items": [item]})

    with serving(with_discovery(script)) as server:
        answers = applier(server, tmp_path).apply_all(inventory(text).resources)
        assert [request.path.rpartition("/")[2] for request in writes(server)] == ["boats.example.com", "after"]
    assert [answer.accepted for answer in answers] == [True, True]
    assert next(polls, None) is None


def test_a_custom_kind_that_never_comes_ends_the_wait(tmp_path: Path) -> None:
    text = "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: boats}"
    never = pytest.raises(ToolError, match="did not establish boats within 30 s")
    with serving(with_discovery(lambda _: Response({"items": []}))) as server:
        found = applier(server, tmp_path)
        assert found.wait_established(["boats", "ships"]) == ("boats", "ships")
        with never:
            found.apply_all([resource(text)])
