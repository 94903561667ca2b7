"""Asking the server beforehand what we may read, so that a report says what was not seen, and which rule would show it.

SelfSubjectAccessReview: k8s.io/api v0.37.2 authorization/v1 types.go. Every authenticated user may create one
(ClusterRole system:basic-user), and it leaves nothing behind.
"""

from __future__ import annotations

from typing import Any

import attrs

from seatrial.cluster.connection import Connection
from seatrial.cluster.kinds import Kind
from seatrial.model.dig import as_str, dig

_PATH = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"


@attrs.frozen
class Right:
    """Whether something may be read."""

    allowed: bool | None
    """None where the server does not tell: only trying shows."""
    reason: str = ""


@attrs.define(eq=False)
class Reviewer:
    """Asks about one identity."""

    connection: Connection
    _everything: Right | None = attrs.field(default=None, init=False)

    def may_list(self, kind: Kind, namespace: str) -> Right:
        """Whether this identity may list a kind, in a *namespace* or (empty) everywhere."""
        if self._everything is None:
            # Administrators need one question instead of one a kind.
            self._everything = self._ask({"group": "*", "resource": "*", "verb": "*"})
        if self._everything.allowed:
            return self._everything
        group = kind.api_version.rpartition("/")[0]
        where = {"namespace": namespace} if namespace and kind.namespaced else {}
        return self._ask({"group": group, "resource": kind.plural, "verb": "list"} | where)

    def _ask(self, attributes: dict[str, str]) -> Right:
        body: dict[str, Any] = {
            "apiVersion": "authorization.k8s.io/v1",
            "kind": "SelfSubjectAccessReview",
            "spec": {"resourceAttributes": attributes},
        }
        reply = self.connection.request("POST", _PATH, body=body, idempotent=True)
        if not reply.ok:
            return Right(None)
        allowed = dig(reply.body, "status", "allowed")
        if dig(reply.body, "status", "evaluationError") and not allowed:
            return Right(None)  # part of the authorizer failed: the server itself is not sure
        return Right(allowed is True, as_str(dig(reply.body, "status", "reason")))


def rule(kind: Kind, namespace: str) -> str:
    """The rule that would allow to read a kind, as it stands in a Role or ClusterRole."""
    group = kind.api_version.rpartition("/")[0]
    where = f"Role in {namespace}" if namespace and kind.namespaced else "ClusterRole"
    return f'{where}: {{apiGroups: ["{group}"], resources: ["{kind.plural}"], verbs: ["list"]}}'
