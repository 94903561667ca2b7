"""What a real kube-apiserver says of an object, and what the schema check says of it, in comparable words.

The server is asked with `POST ...?dryRun=All&fieldValidation=Strict`, which decodes, defaults and validates the object
and stores nothing. Only validation is compared (ADR 0034): an answer that rests on other objects or on the cluster is
`NOT_JUDGED` and says why.
"""

from __future__ import annotations

import base64
import http.client
import json
import os
import re
import ssl
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from enum import Enum
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import attrs
import yaml

from seatrial.checks import schema
from seatrial.engines.schema import DEFAULT_VERSION, kubernetes_schemas
from seatrial.model.dig import as_dict, as_list, as_str, dig
from seatrial.model.document import Resource
from seatrial.model.pointer import join, resolve
from seatrial.model.position import Position
from seatrial.model.verdict import Status
from tests.inventories import FILE


class Answer(Enum):
    """What can be said of an object."""

    VALID = "valid"
    INVALID = "invalid"
    NOT_JUDGED = "not judged"


@attrs.frozen
class Judgement:
    """An answer, the fields that it names as JSON pointers, and its words."""

    answer: Answer
    pointers: tuple[str, ...] = ()
    message: str = ""


CLUSTER_SPECIFIC = (
    (
        "the address is not of this cluster's range",
        re.compile(r"failed to allocate IP|provided IP is not in the valid range|range is full"),
    ),
    ("the port is not of this cluster's range", re.compile(r"provided port is not in the valid range")),
    ("the port or address is taken", re.compile(r"provided (IP|port) is already allocated")),
    ("the address family is not of this cluster", re.compile(r"not configured on this cluster")),
)
"""Words of kube-apiserver 1.37.2 (`pkg/registry/core/service`) that reject an object because of this cluster only."""

NAMESPACE = "agreement"
EXPLORING = bool(os.environ.get("SEATRIAL_EXPLORE"))
"""Whether mutants are others each time. A gate compares the same ones, so that it fails for what a change did."""
_PLACE = re.compile(r"\.?([^.\[\]]+)|\[([^\]]*)\]")
_UNKNOWN = re.compile(r'(?:unknown|duplicate) field "([^"]*)"')


def pointer_of(field: str) -> str:
    """The JSON pointer of a field as the server writes it: `spec.ports[0].name`, `spec.limits[cpu]`."""
    parts: list[str | int] = []
    for name, key in _PLACE.findall(field):
        parts.append(name or (int(key) if key.isdigit() else key))
    return join(*parts)


class Server:
    """A kube-apiserver behind a kept-alive connection. Not safe for threads: one instance each."""

    @classmethod
    def of_kubeconfig(cls, path: Path) -> Server:
        """The server of the first context, with the certificates that the file embeds."""
        config = yaml.safe_load(path.read_text(encoding="utf-8"))
        cluster, user = config["clusters"][0]["cluster"], config["users"][0]["user"]
        authority = base64.b64decode(cluster["certificate-authority-data"]).decode()
        context = ssl.create_default_context(cadata=authority)
        with tempfile.TemporaryDirectory() as folder:
            # OpenSSL reads a client's certificate from files only.
            certificate, key = Path(folder, "crt"), Path(folder, "key")
            certificate.write_bytes(base64.b64decode(user["client-certificate-data"]))
            key.write_bytes(base64.b64decode(user["client-key-data"]))
            context.load_cert_chain(certificate, key)
        return cls(cluster["server"], context)

    def __init__(self, url: str, context: ssl.SSLContext, token: str | None = None) -> None:
        """Learn what the server at *url* serves, and give the objects a namespace of their own."""
        parts = urlsplit(url)
        self._address = (parts.hostname or "localhost", parts.port or 443)
        self._context = context
        self._headers = {"Content-Type": "application/json", "Accept": "application/json"}
        if token:
            self._headers["Authorization"] = f"Bearer {token}"
        self._connection: http.client.HTTPSConnection | None = None
        self._endpoints: dict[tuple[str, str], tuple[str, bool]] = dict(self._discover())
        self.request("POST", "/api/v1/namespaces", {"metadata": {"name": NAMESPACE}})
        self._namespaces = {NAMESPACE: Judgement(Answer.VALID)}

    def close(self) -> None:
        """Close the connection; the next request opens another."""
        if self._connection is not None:
            self._connection.close()
        self._connection = None

    def request(self, method: str, path: str, body: Any = None) -> tuple[int, dict[str, Any]]:
        """Status code and body of the answer; a connection that the server closed is opened anew once."""
        text = None if body is None else json.dumps(body).encode()
        for last in (False, True):
            if self._connection is None:
                self._connection = http.client.HTTPSConnection(*self._address, context=self._context, timeout=30)
            try:
                self._connection.request(method, path, body=text, headers=self._headers)
                answer = self._connection.getresponse()
                said = answer.read()
                # A path that is only about to be served is answered with plain text.
                return answer.status, as_dict(json.loads(said)) if said.startswith(b"{") else {}
            except (http.client.HTTPException, ConnectionError):
                self.close()
                if last:
                    raise
        raise AssertionError("unreachable")

    def prepare(self, objects: Iterable[Mapping[str, Any]]) -> None:
        """Create what admission asks of the Pods among the objects: it would answer before validation does."""
        for data in objects:
            spec = as_dict(data.get("spec")) if data.get("kind") == "Pod" else {}
            for account in filter(None, (spec.get("serviceAccountName"), spec.get("serviceAccount"), "default")):
                body: dict[str, Any] = {"metadata": {"name": account}}
                self.request("POST", f"/api/v1/namespaces/{NAMESPACE}/serviceaccounts", body)
            if "priorityClassName" in spec:
                body = {"metadata": {"name": spec["priorityClassName"]}, "value": 1000}
                body["preemptionPolicy"] = spec.get("preemptionPolicy")
                self.request("POST", "/apis/scheduling.k8s.io/v1/priorityclasses", body)
            if "runtimeClassName" in spec:
                body = {"metadata": {"name": spec["runtimeClassName"]}, "handler": "any"}
                body["overhead"] = {"podFixed": spec["overhead"]} if "overhead" in spec else None
                self.request("POST", "/apis/node.k8s.io/v1/runtimeclasses", body)

    def _discover(self) -> Iterator[tuple[tuple[str, str], tuple[str, bool]]]:
        groups = [
            version["groupVersion"]
            for group in self.request("GET", "/apis")[1]["groups"]
            for version in group["versions"]
        ]
        for api_version in ("v1", *groups):
            root = f"/apis/{api_version}" if "/" in api_version else f"/api/{api_version}"
            for item in as_list(dig(self.request("GET", root)[1], "resources")):
                if "/" not in item["name"]:
                    yield (api_version, item["kind"]), (f"{root}/{{}}{item['name']}", item["namespaced"])

    def serves(self, api_version: object, kind: object) -> bool:
        """Whether objects of that kind can be sent."""
        return (api_version, kind) in self._endpoints

    def judge(self, data: Any) -> Judgement:
        """The server's answer on an object as a manifest holds it."""
        sent = plain_numbers(data)
        api_version, kind = dig(sent, "apiVersion"), dig(sent, "kind")
        if not isinstance(api_version, str) or not isinstance(kind, str) or not self.serves(api_version, kind):
            return Judgement(Answer.INVALID, ("/kind",), "no such kind")
        template, namespaced = self._endpoints[api_version, kind]
        found = Judgement(Answer.VALID)
        path = template.format("")
        if namespaced:
            path = template.format(f"namespaces/{NAMESPACE}/")
            wanted = dig(sent, "metadata", "namespace")
            if isinstance(wanted, str) and wanted:
                # Whether that namespace exists is no question of validity; whether it could exist is.
                found = self._namespace(wanted)
                sent = {**sent, "metadata": {**sent["metadata"], "namespace": NAMESPACE}}
        try:
            status, answer = self.request("POST", f"{path}?dryRun=All&fieldValidation=Strict", sent)
        except (http.client.HTTPException, ConnectionError):
            # Some objects make the validation code of kube-apiserver 1.37.2 panic; the handler drops the connection.
            return Judgement(Answer.NOT_JUDGED, (), "the server dropped the connection")
        own = _interpret(status, answer)
        return found if own.answer is Answer.VALID and found.answer is not Answer.VALID else own

    def _namespace(self, name: str) -> Judgement:
        if name not in self._namespaces:
            body = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}
            status, answer = self.request("POST", "/api/v1/namespaces?dryRun=All&fieldValidation=Strict", body)
            judged = _interpret(status, answer)
            self._namespaces[name] = attrs.evolve(judged, pointers=("/metadata/namespace",) if judged.pointers else ())
        return self._namespaces[name]


def _interpret(status: int, answer: dict[str, Any]) -> Judgement:
    message, reason = as_str(answer.get("message")), answer.get("reason")
    if status in (200, 201) or reason == "AlreadyExists":
        return Judgement(Answer.VALID)
    causes = as_list(dig(answer, "details", "causes"))
    if status == 422 and reason == "Invalid":
        for why, words in CLUSTER_SPECIFIC:
            # One cause that is about the object itself is enough to reject it anywhere.
            if causes and all(words.search(as_str(dig(cause, "message"))) for cause in causes):
                return Judgement(Answer.NOT_JUDGED, (), why)
        fields = [as_str(dig(cause, "field")) for cause in causes]
        pointers = dict.fromkeys(pointer_of(field) for field in fields if field and field != "<nil>")
        return Judgement(Answer.INVALID, tuple(pointers), message)
    if status == 400 and reason == "BadRequest":
        return Judgement(Answer.INVALID, tuple(pointer_of(field) for field in _UNKNOWN.findall(message)), message)
    return Judgement(Answer.NOT_JUDGED, (), f"{status} {reason}: {message}")


def plain_numbers(value: Any) -> Any:
    """The value as kubectl sends it: its YAML reader turns 2.0 into 2, and 1e3 into 1000."""
    if isinstance(value, dict):
        return {key: plain_numbers(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain_numbers(item) for item in value]
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return int(value)
    return value


@attrs.frozen
class _Nowhere:
    def position(self, _pointer: str = "") -> Position:
        return Position(FILE, 1, 1)


class Checker:
    """The schema check, kept for many objects: what it compiled for one serves the next."""

    def __init__(self, version: str = DEFAULT_VERSION) -> None:
        """Judge objects for that Kubernetes version."""
        self.schemas = kubernetes_schemas(version)
        self._judge = schema._Judge(self.schemas, ())

    def judge(self, data: Any) -> Judgement:
        """The answer of the check on an object as a manifest holds it."""
        verdicts = list(self._judge.verdicts(Resource(data, _Nowhere())))
        failed = [item for item in verdicts if item.status is Status.FAIL]
        if failed:
            text = "; ".join(f"{item.pointer}: {item.message}" for item in failed)
            return Judgement(Answer.INVALID, tuple(dict.fromkeys(item.pointer for item in failed)), text)
        if any(item.status is Status.SKIPPED for item in verdicts):
            return Judgement(Answer.NOT_JUDGED, (), verdicts[0].message)
        return Judgement(Answer.VALID)


_BYTES = re.compile(r"^/?(data|binaryData)/.* is a list")
_HUGE = re.compile(r"is \"[^\"]*([eE]\+?(4[1-9]|[5-9][0-9])|.{60,}).*needed: a quantity")

TOLD: tuple[tuple[str, Callable[[Judgement, Judgement], bool]], ...] = (
    (
        "bytes written as a list of numbers, which Go's decoder takes: nobody means it, and we ask for base64",
        lambda server, ours: (
            server.answer is Answer.VALID and all(_BYTES.search(part) for part in ours.message.split("; /"))
        ),
    ),
    (
        "an amount with more than 64 characters or an exponent above 40: we read none so large",
        lambda server, ours: (
            server.answer is Answer.VALID and all(_HUGE.search(part) for part in ours.message.split("; /"))
        ),
    ),
)
"""Differences that stay, each with its reason: the server accepts and we do not. ADR 0034 lists them."""


def told(server: Judgement, ours: Judgement) -> bool:
    """Whether a disagreement is one of those that are told."""
    return any(holds(server, ours) for _, holds in TOLD)


def same_place(server: str, ours: Iterable[str], data: Any) -> bool:
    """Whether we point where the server points, or at an entry of it; an absent field is at its parent."""
    place = _nearest(data, server)
    return any(item == server or item.startswith(f"{server}/") or _nearest(data, item) == place for item in ours)


def _nearest(data: Any, pointer: str) -> str:
    parts = pointer.split("/")
    while len(parts) > 1:
        try:
            resolve(data, "/".join(parts))
        except KeyError:
            parts.pop()
        else:
            break
    return "/".join(parts)
