"""Which kinds a server has and where they are: asked for group by group, when first needed."""

from __future__ import annotations

from urllib.parse import quote

import attrs

from seatrial.cluster.connection import Connection
from seatrial.model.dig import as_dict, as_list, as_str, dig

_DEFAULT_NAMESPACE = "default"


@attrs.frozen
class Kind:
    """A kind that the server has."""

    api_version: str
    kind: str
    plural: str
    namespaced: bool
    verbs: frozenset[str]

    def path(self, namespace: str = "", name: str = "") -> str:
        """Path of the collection, or of the object *name* in it; a namespaced kind without one is in `default`."""
        root = f"/apis/{self.api_version}" if "/" in self.api_version else f"/api/{self.api_version}"
        place = f"/namespaces/{quote(namespace or _DEFAULT_NAMESPACE, safe='')}" if self.namespaced else ""
        return f"{root}{place}/{self.plural}" + (f"/{quote(name, safe='')}" if name else "")


@attrs.define(eq=False)
class Kinds:
    """The kinds of one server."""

    connection: Connection
    _known: dict[str, dict[str, Kind]] = attrs.field(factory=dict)

    def find(self, api_version: str, kind: str) -> Kind | None:
        """The kind, or None where the server has none of that name. Raises ToolError if the server fails to say."""
        if not api_version or not kind:
            return None
        known = self._known.get(api_version)
        if known is None or kind not in known:
            # A definition applied since may have brought the kind, so its absence is never remembered.
            known = self._ask(api_version)
            if known:
                self._known[api_version] = known
        return known.get(kind)

    def has_group(self, group: str) -> bool:
        """Whether the server has any kind of that API group. Raises ToolError if the server fails to say."""
        return self.connection.get(f"/apis/{quote(group, safe='')}").ok

    def _ask(self, api_version: str) -> dict[str, Kind]:
        if api_version.count("/") > 1 or api_version.startswith("/") or ".." in api_version:
            return {}
        root = "/apis/" if "/" in api_version else "/api/"
        reply = self.connection.get(root + quote(api_version))
        if not reply.ok:
            return {}
        found = [as_dict(item) for item in as_list(dig(reply.body, "resources"))]
        return {
            as_str(item.get("kind")): Kind(
                api_version,
                as_str(item.get("kind")),
                as_str(item.get("name")),
                item.get("namespaced") is True,
                frozenset(verb for verb in as_list(item.get("verbs")) if isinstance(verb, str)),
            )
            # `deployments/scale` is a subresource, often of another kind.
            for item in found
            if "/" not in as_str(item.get("name"))
        }
