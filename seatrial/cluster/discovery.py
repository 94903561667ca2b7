"""Everything that a server lets be listed: in two requests where it aggregates discovery, in one a group elsewhere.

Aggregated discovery: k8s.io/api v0.37.2 apidiscovery/v2 types.go, served since Kubernetes 1.27. A group whose own
server does not answer (metrics, custom APIs) is marked stale there; asked for by itself it answers 503.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import attrs

from seatrial.cluster.connection import Connection, Reply
from seatrial.cluster.kinds import Kind
from seatrial.model.dig import as_dict, as_list, as_str, dig
from seatrial.model.errors import ToolError

_AGGREGATED = "application/json;g=apidiscovery.k8s.io;v={};as=APIGroupDiscoveryList"
_ACCEPT = ", ".join((_AGGREGATED.format("v2"), _AGGREGATED.format("v2beta1"), "application/json"))
_LIST = "APIGroupDiscoveryList"
_STALE = "Stale"
_CORE = "v1"


@attrs.frozen
class Served:
    """What a server has."""

    kinds: tuple[Kind, ...]
    """Every kind in every version that is served; a group's preferred version first."""
    broken: tuple[tuple[str, str], ...] = ()
    """Group and version of an API whose own server does not answer, each with the reason."""

    def choose(self, wanted: frozenset[tuple[str, str]] = frozenset()) -> tuple[Kind, ...]:
        """One version of each kind that can be listed: a *wanted* pair of apiVersion and kind, else the preferred."""
        chosen: dict[tuple[str, str], Kind] = {}
        for kind in self.kinds:
            key = kind.api_version.rpartition("/")[0], kind.kind
            if "list" not in kind.verbs:
                continue
            if key not in chosen or (kind.api_version, kind.kind) in wanted:
                chosen[key] = kind
        return tuple(chosen.values())


def discover(connection: Connection) -> Served:
    """Ask the server what it has. Raises ToolError where it does not say: it is then no Kubernetes API server."""
    kinds: list[Kind] = []
    broken: list[tuple[str, str]] = []
    for root in ("/api", "/apis"):
        reply = connection.request("GET", root, accept=_ACCEPT)
        if not reply.ok:
            raise _silent(connection, root, reply)
        aggregated = as_str(dig(reply.body, "kind")) == _LIST
        if not aggregated and not (as_list(dig(reply.body, "versions")) or as_list(dig(reply.body, "groups"))):
            raise _silent(connection, root, reply)
        versions = _aggregated(reply.body) if aggregated else _one_by_one(connection, root, reply.body)
        for version in versions:
            if isinstance(version, Kind):
                kinds.append(version)
            else:
                broken.append(version)
    return Served(tuple(kinds), tuple(broken))


def _silent(connection: Connection, path: str, reply: Reply) -> ToolError:
    told = f": {reply.message}" if reply.message else ""
    if reply.status == 403:
        return ToolError(
            f"{connection.server} forbids {path}{told}",
            remedy="bind the ClusterRole system:discovery to this identity",
        )
    return ToolError(
        f"{connection.server} answers {path} with {reply.status} and no list of APIs{told}",
        remedy=f"is it a Kubernetes API server? look at the address in {connection.origin}",
    )


def _aggregated(body: Any) -> Iterator[Kind | tuple[str, str]]:
    for group in as_list(as_dict(body).get("items")):
        name = as_str(dig(group, "metadata", "name"))
        for version in as_list(dig(group, "versions")):
            api_version = f"{name}/{dig(version, 'version')}" if name else as_str(dig(version, "version"))
            if dig(version, "freshness") == _STALE:
                yield api_version, "its API server does not answer"
                continue
            for resource in as_list(dig(version, "resources")):
                # The kind of the answers may be of another group (metadata only); what is listed is named here.
                yield Kind(
                    api_version,
                    as_str(dig(resource, "responseKind", "kind")),
                    as_str(dig(resource, "resource")),
                    dig(resource, "scope") == "Namespaced",
                    _verbs(resource),
                )


def _one_by_one(connection: Connection, root: str, body: Any) -> Iterator[Kind | tuple[str, str]]:
    if root == "/api":
        names = [_CORE] if _CORE in as_list(as_dict(body).get("versions")) else []
    else:
        names = [name for group in as_list(as_dict(body).get("groups")) for name in _group_versions(group)]
    for api_version in names:
        reply = connection.get(f"{root}/{api_version}")
        if not reply.ok:
            yield api_version, f"{reply.status} {reply.message}".strip()
            continue
        for resource in as_list(dig(reply.body, "resources")):
            if "/" not in as_str(dig(resource, "name")):
                yield Kind(
                    api_version,
                    as_str(dig(resource, "kind")),
                    as_str(dig(resource, "name")),
                    dig(resource, "namespaced") is True,
                    _verbs(resource),
                )


def _group_versions(group: Any) -> list[str]:
    """The versions of a group, the preferred one first."""
    preferred = as_str(dig(group, "preferredVersion", "groupVersion"))
    names = [as_str(dig(version, "groupVersion")) for version in as_list(dig(group, "versions"))]
    return sorted((name for name in names if name), key=lambda name: name != preferred)


def _verbs(resource: Any) -> frozenset[str]:
    return frozenset(verb for verb in as_list(dig(resource, "verbs")) if isinstance(verb, str))
