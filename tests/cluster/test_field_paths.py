"""The fields that servers name are found in what was sent. The messages are those of kube-apiserver v1.37.2."""

from __future__ import annotations

from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import given

from seatrial.cluster import field_paths
from seatrial.cluster.warning_header import texts
from seatrial.model.pointer import resolve
from tests.inventories import JSON_VALUES

CONTAINERS = [
    {"name": "a", "ports": [{"containerPort": 80, "protocol": "TCP"}, {"containerPort": 80, "protocol": "UDP"}]},
    {"name": "b.c", "image": 3, "args": ["x", "y"]},
]
DATA: dict[str, Any] = {
    "metadata": {"annotations": {"x.y/z": 3, "a": "b"}, "labels": {"app.kubernetes.io/name": "?"}},
    "spec": {"hard": {"requests.cpu": "-3", "pods": 1}, "containers": CONTAINERS, "replicas": "three"},
}


@pytest.mark.parametrize(
    "path,pointer",
    [
        ("spec.replicas", "/spec/replicas"),
        ("spec.hard[requests.cpu]", "/spec/hard/requests.cpu"),
        ("spec.containers[1].image", "/spec/containers/1/image"),
        ("metadata.annotations.x.y/z", "/metadata/annotations/x.y~1z"),
        ("metadata.labels[app.kubernetes.io/name]", "/metadata/labels/app.kubernetes.io~1name"),
        ('.spec.containers[name="b.c"].image', "/spec/containers/1/image"),
        (
            '.spec.containers[name="a"].ports[containerPort=80,protocol="UDP"].protocol',
            "/spec/containers/0/ports/1/protocol",
        ),
        ('.spec.containers[name="b.c"].args[="y"]', "/spec/containers/1/args/1"),
        # What is missing has the pointer that it would have; what is beyond that cannot be told.
        ("spec.template.metadata.labels", "/spec/template"),
        ("spec.containers[7].image", "/spec/containers"),
        ('.spec.containers[name="z"]', "/spec/containers"),
        ("spec.replicas.deeper", "/spec/replicas"),
        ("", ""),
        ("<nil>", "/<nil>"),
    ],
)
def test_a_field_becomes_a_pointer(path: str, pointer: str) -> None:
    assert field_paths.pointer(path, DATA) == pointer


@pytest.mark.parametrize(
    "message,found",
    [
        (
            (
                'Deployment in version "v1" cannot be handled as a Deployment: json: cannot unmarshal string into Go '
                "struct field DeploymentSpec.spec.replicas of type int32"
            ),
            ["/spec/replicas"],
        ),
        (
            (
                'Pod in version "v1" cannot be handled as a Pod: strict decoding error: unknown field '
                '"spec.containers[1].image", duplicate field "spec.hard"'
            ),
            ["/spec/containers/1/image", "/spec/hard"],
        ),
        (
            (
                "failed to create typed patch object (default/a; apps/v1, Kind=Deployment): .spec.replicas: expected "
                "numeric (int or float), got string"
            ),
            ["/spec/replicas"],
        ),
        (
            (
                "failed to create typed patch object (default/a; /v1, Kind=Service): .metadata.annotations.x.y/z: "
                "expected string, got &value.valueUnstructured{Value:3}"
            ),
            ["/metadata/annotations/x.y~1z"],
        ),
        ("quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'", []),
        ('namespaces "nowhere" not found', []),
    ],
)
def test_messages_without_causes_name_their_fields(message: str, found: list[str]) -> None:
    assert [pointer for _, pointer, _ in field_paths.mentioned(message, DATA)] == found


def test_each_strict_mistake_is_told_by_itself() -> None:
    message = 'strict decoding error: unknown field "spec.a", unknown field "spec.b"'
    assert [text for _, _, text in field_paths.mentioned(message, {})] == [
        'unknown field "spec.a"',
        'unknown field "spec.b"',
    ]


@given(st.text('.[]=",az09/:', max_size=40), JSON_VALUES)
def test_whatever_the_server_says_all_but_the_last_step_exists(path: str, data: Any) -> None:
    pointer = field_paths.pointer(path, data)
    resolve(data, pointer.rpartition("/")[0])


@given(st.text(max_size=60), JSON_VALUES)
def test_any_text_may_be_a_message(message: str, data: Any) -> None:
    for _, pointer, _ in field_paths.mentioned(message, data):
        resolve(data, pointer.rpartition("/")[0])


@pytest.mark.parametrize(
    "headers,found",
    [
        ([], ()),
        (['299 - "v1 Endpoints is deprecated in v1.33+"'], ("v1 Endpoints is deprecated in v1.33+",)),
        (['299 - "a"', '299 - "b"', '299 - "a"'], ("a", "b")),
        (['299 - "a, b", 299 - "c"'], ("a, b", "c")),
        ([r'299 - "level \"restricted\" and \\ more"'], ('level "restricted" and \\ more',)),
        (['299 kube "a" "Wed, 21 Oct 2015 07:28:00 GMT"'], ("a",)),
        (['214 - "transformed"'], ()),
        (["no warning at all"], ()),
    ],
)
def test_warnings_are_read_from_their_headers(headers: list[str], found: tuple[str, ...]) -> None:
    assert texts(headers) == found


@given(st.lists(st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1), max_size=4, unique=True))
def test_every_text_survives_the_header(sent: list[str]) -> None:
    quoted = ['299 - "{}"'.format(text.replace("\\", "\\\\").replace('"', '\\"')) for text in sent]
    assert texts(quoted) == tuple(sent)
    assert texts([", ".join(quoted)]) == tuple(sent)
