"""Sending objects to a server: to ask what it would say (a dry run), or for real in dependency order.

Only a connection opened for writing can do either: to the guard a dry run looks like the write that it rehearses.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable
from typing import Any

import attrs

from seatrial.cluster import field_paths
from seatrial.cluster.connection import Connection, Reply
from seatrial.cluster.kinds import Kind, Kinds
from seatrial.cluster.order import DEFINITION, stages
from seatrial.model.dig import as_dict, as_list, as_str, dig
from seatrial.model.document import Resource
from seatrial.model.errors import ToolError

FIELD_MANAGER = "seatrial"
_APPLY = "application/apply-patch+yaml"
"""JSON is YAML, so that the body is sent as JSON all the same."""
_QUOTED = re.compile(r"Value:[^}]*(?=\})")
_TELLING = 4
"""Length from which a value in a message is no accident."""
NO_SUCH_KIND = "NoSuchKind"
ESTABLISHED_SECONDS = 30.0


@attrs.frozen
class Cause:
    """One reason of a refusal."""

    message: str
    field: str = ""
    """The field as the server names it."""
    pointer: str = ""
    """The same as a JSON pointer into the object that was sent."""
    reason: str = ""
    """The server's word, such as `FieldValueInvalid`."""


@attrs.frozen(eq=False)
class Answer:
    """What the server said to one object."""

    resource: Resource
    accepted: bool
    status: int
    """HTTP status; 0 where nothing was sent, because the server has no such kind."""
    reason: str
    message: str
    causes: tuple[Cause, ...]
    warnings: tuple[str, ...]
    object: dict[str, Any] = attrs.field(repr=False)
    """The object as the server has it or would have it: defaulted and admitted; empty where it was refused."""

    @property
    def pointer(self) -> str:
        """Where the first cause points."""
        return next((cause.pointer for cause in self.causes), "")


@attrs.define(eq=False)
class Applier:
    """Sends objects through one connection. May be used by several threads at once."""

    connection: Connection
    kinds: Kinds = attrs.field(default=attrs.Factory(lambda self: Kinds(self.connection), takes_self=True))
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic

    def create(self, resource: Resource, *, dry_run: bool = True) -> Answer:
        """POST the object. A dry run passes through decoding, defaulting, validation and admission, and stores nothing.

        Raises ToolError when the server cannot be asked.
        """
        kind = self.kinds.find(resource.api_version, resource.kind)
        if kind is None:
            return _no_such_kind(resource)
        query = {"fieldManager": FIELD_MANAGER, "fieldValidation": "Strict"} | ({"dryRun": "All"} if dry_run else {})
        path = kind.path(resource.namespace)
        reply = self.connection.request("POST", path, query=query, body=resource.data, idempotent=dry_run)
        return _answer(resource, reply)

    def apply(self, resource: Resource, *, dry_run: bool = False) -> Answer:
        """Apply the object on the server's side, as the owner of its every field. Raises ToolError as `create` does."""
        kind = self.kinds.find(resource.api_version, resource.kind)
        if kind is None:
            return _no_such_kind(resource)
        name = as_str(dig(resource.data, "metadata", "name"))
        if not name:
            # Nothing can be applied under a name that the server has yet to make up.
            return self.create(resource, dry_run=dry_run)
        query = {"fieldManager": FIELD_MANAGER, "fieldValidation": "Strict", "force": "true"}
        reply = self.connection.request(
            "PATCH",
            kind.path(resource.namespace, name),
            query=query | ({"dryRun": "All"} if dry_run else {}),
            body=resource.data,
            content_type=_APPLY,
            idempotent=True,
        )
        return _answer(resource, reply)

    def apply_all(
        self, resources: Iterable[Resource], *, progress: Callable[[str], None] | None = None
    ) -> tuple[Answer, ...]:
        """Apply the objects in dependency order, and wait for the custom kinds among them. What is refused stays out.

        Raises ToolError when the server cannot be asked, or does not take up a custom kind in time.
        """
        answers: list[Answer] = []
        every = list(resources)
        for stage in stages(every):
            answers.extend(self.apply(resource) for resource in stage)
            if progress is not None:
                progress(f"applied {len(answers)} of {len(every)} objects")
            if stage[0].kind == DEFINITION:
                missing = self.wait_established(answer.resource.name for answer in answers if answer.accepted)
                if missing:
                    raise ToolError(
                        f"the server did not establish {', '.join(missing)} within {ESTABLISHED_SECONDS:g} s",
                        remedy="look at the conditions of the CustomResourceDefinition",
                    )
        return tuple(answers)

    def wait_established(self, names: Iterable[str]) -> tuple[str, ...]:
        """Wait until the server serves these CustomResourceDefinitions: those that it does not within 30 s."""
        waiting = set(names)
        deadline = self.clock() + ESTABLISHED_SECONDS
        while waiting:
            reply = self.connection.get("/apis/apiextensions.k8s.io/v1/customresourcedefinitions")
            for item in as_list(dig(reply.body, "items")):
                conditions = [as_dict(condition) for condition in as_list(dig(item, "status", "conditions"))]
                if any(c.get("type") == "Established" and c.get("status") == "True" for c in conditions):
                    waiting.discard(as_str(dig(item, "metadata", "name")))
            if not waiting or self.clock() > deadline:
                break
            self.sleep(0.1)
        return tuple(sorted(waiting))

    def patch(self, kind: Kind, namespace: str, name: str, body: dict[str, Any]) -> Reply:
        """Merge *body* into an object of the server (RFC 7396)."""
        return self.connection.request(
            "PATCH",
            kind.path(namespace, name),
            query={"fieldManager": FIELD_MANAGER, "fieldValidation": "Strict"},
            body=body,
            content_type="application/merge-patch+json",
            idempotent=True,
        )

    def delete(self, kind: Kind, namespace: str, name: str) -> Reply:
        """Delete an object and, in the background, what it owns."""
        return self.connection.request("DELETE", kind.path(namespace, name), query={"propagationPolicy": "Background"})


def _no_such_kind(resource: Resource) -> Answer:
    what = resource.kind or "without a kind"
    message = f"the server has no {what} of {resource.api_version or 'an empty apiVersion'}"
    field = "kind" if resource.api_version and resource.kind else ("apiVersion" if resource.kind else "kind")
    cause = Cause(message, field, f"/{field}", NO_SUCH_KIND)
    return Answer(resource, False, 0, NO_SUCH_KIND, message, (cause,), (), {})


def _answer(resource: Resource, reply: Reply) -> Answer:
    warnings = tuple(_discreet(resource, text) for text in reply.warnings)
    if reply.ok:
        return Answer(resource, True, reply.status, "", "", (), warnings, as_dict(reply.body))
    message = _discreet(resource, reply.message) or f"HTTP status {reply.status}"
    causes = tuple(_causes(reply, resource)) or (Cause(message),)
    return Answer(resource, False, reply.status, reply.reason, message, causes, warnings, {})


def _causes(reply: Reply, resource: Resource) -> Iterable[Cause]:
    data = resource.data
    listed = [as_dict(item) for item in as_list(dig(reply.body, "details", "causes"))]
    located = [item for item in listed if as_str(item.get("field"))]
    for item in located:
        field = as_str(item.get("field"))
        text = _discreet(resource, as_str(item.get("message")))
        yield Cause(text, field, field_paths.pointer(field, data), as_str(item.get("reason")))
    if located:
        return
    for field, pointer, text in field_paths.mentioned(reply.message, data):
        yield Cause(_discreet(resource, text), field, pointer, reply.reason)


def _discreet(resource: Resource, text: str) -> str:
    """The server's words without a Secret's values: the merge of an apply quotes what it could not merge."""
    if resource.kind != "Secret":
        return text
    text = _QUOTED.sub("Value:...", text)
    for field in ("data", "stringData"):
        for value in as_dict(resource.data.get(field)).values():
            if isinstance(value, str) and len(value) >= _TELLING:
                text = text.replace(value, "...")
    return text
