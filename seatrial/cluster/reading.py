"""Reading a live cluster as if it were a manifest set: every kind that manifests can hold, page by page.

Left out are the records that controllers keep for themselves, and what a controller made of another object: no manifest
holds them, and the checks look at the object that they were made of. The values of Secrets are replaced by fingerprints
as soon as a page has arrived. What cannot be read is told, never passed over.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import attrs
import requests

from seatrial.cluster import objects
from seatrial.cluster.connection import Connection
from seatrial.cluster.discovery import Served, discover
from seatrial.cluster.kinds import Kind
from seatrial.cluster.reviews import Reviewer, rule
from seatrial.model import fingerprint
from seatrial.model.dig import as_dict, as_list, as_str, dig
from seatrial.model.document import Resource
from seatrial.model.errors import ToolError
from seatrial.model.position import Position

PAGE = 500
"""Objects asked for at once, as kubectl does (k8s.io/cli-runtime v0.37.2, `--chunk-size`)."""
_LARGEST = 200_000
"""Objects after which a cluster is too large to be held in memory: some 2 GB."""
_TOLD = 20
"""Kinds between two notes on progress."""
_EXPIRIES = 5
"""Continuations of one list that may expire before what was read has to do."""
_IN_A_ROW = 3
"""Kinds that may fail one after the other before the rest is not asked for any more."""

RECORDS = frozenset(
    {
        ("", "Event"),
        ("", "Endpoints"),
        ("", "ComponentStatus"),
        ("", "Node"),
        ("apiregistration.k8s.io", "APIService"),
        ("apps", "ControllerRevision"),
        ("autoscaling.k8s.io", "VerticalPodAutoscalerCheckpoint"),
        ("certificates.k8s.io", "CertificateSigningRequest"),
        ("coordination.k8s.io", "Lease"),
        ("coordination.k8s.io", "LeaseCandidate"),
        ("discovery.k8s.io", "EndpointSlice"),
        ("events.k8s.io", "Event"),
        ("flowcontrol.apiserver.k8s.io", "FlowSchema"),
        ("flowcontrol.apiserver.k8s.io", "PriorityLevelConfiguration"),
        ("networking.k8s.io", "IPAddress"),
        ("networking.k8s.io", "ServiceCIDR"),
        ("resource.k8s.io", "ResourceSlice"),
        ("storage.k8s.io", "CSINode"),
        ("storage.k8s.io", "CSIStorageCapacity"),
        ("storage.k8s.io", "VolumeAttachment"),
    }
)
"""Kinds that controllers, kubelets and the server keep for themselves. Read all the same where a manifest holds one."""
_MEASURED = frozenset({"metrics.k8s.io", "custom.metrics.k8s.io", "external.metrics.k8s.io"})
"""Groups of measurements, which are no objects."""
_LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"


@attrs.frozen
class NotSeen:
    """Something that was wanted and could not be read."""

    what: str
    """The resource and its group, such as `secrets` or `deployments.apps`."""
    kind: str
    namespace: str
    """Empty for everywhere, and for cluster-scoped kinds."""
    reason: str
    remedy: str = ""

    def __str__(self) -> str:
        where = f" in {self.namespace}" if self.namespace else ""
        return f"{self.what}{where}: {self.reason}"


@attrs.frozen(eq=False)
class LiveLocator:
    """The place of a live object: it is in no file, so its name in the cluster stands for one."""

    file: str

    def position(self, pointer: str = "") -> Position:  # noqa: ARG002 - a Locator's, and all fields are in one place
        """The object's place, whatever the field."""
        return Position(self.file, 1, 1)


@attrs.frozen(eq=False)
class Live:
    """What was read of a cluster."""

    resources: tuple[Resource, ...]
    """With their managed fields, without their status."""
    kinds: tuple[Kind, ...]
    """What was asked for."""
    served: Served
    seen: dict[str, int]
    """Kind to objects read, those of controllers left out."""
    dropped: int
    """Objects that a controller made of another one."""
    not_seen: tuple[NotSeen, ...]
    requests: int

    def namespaced(self, resource: Resource) -> bool | None:
        """Whether a kind is; None where the server has none of that name."""
        known = {(kind.api_version.rpartition("/")[0], kind.kind): kind.namespaced for kind in self.served.kinds}
        return known.get((resource.group, resource.kind))


def read(
    connection: Connection,
    *,
    namespaces: tuple[str, ...] = (),
    wanted: frozenset[tuple[str, str]] = frozenset(),
    progress: Callable[[str], None] = lambda _message: None,
) -> Live:
    """Read a cluster: everywhere, or in these *namespaces* and what belongs to none.

    *wanted* are pairs of apiVersion and kind that manifests hold: those kinds are read in that version, if served.
    Raises ToolError where the server does not answer, and where nothing may be read at all.
    """
    return _Reading(connection, namespaces, progress).run(wanted)


@attrs.define(eq=False)
class _Reading:
    connection: Connection
    namespaces: tuple[str, ...]
    progress: Callable[[str], None]
    resources: list[Resource] = attrs.field(factory=list, init=False)
    seen: dict[str, int] = attrs.field(factory=dict, init=False)
    not_seen: list[NotSeen] = attrs.field(factory=list, init=False)
    dropped: int = attrs.field(default=0, init=False)
    failures: int = attrs.field(default=0, init=False)

    def run(self, wanted: frozenset[tuple[str, str]]) -> Live:
        self.progress(f"asking {self.connection.server} what it has")
        served = discover(self.connection)
        for api_version, reason in served.broken:
            if api_version.rpartition("/")[0] not in _MEASURED:
                self.not_seen.append(NotSeen(f"everything of {api_version}", "", "", reason, "repair its APIService"))
        declared = {(version.rpartition("/")[0], kind) for version, kind in wanted}
        kinds = tuple(kind for kind in served.choose(wanted) if _worth_reading(kind, declared))
        reviewer, client = Reviewer(self.connection), objects.client(self.connection)
        for number, kind in enumerate(kinds, 1):
            if number % _TOLD == 1:
                self.progress(f"reading {kind.plural}: {number} of {len(kinds)} kinds")
            for namespace in (self.namespaces or ("",)) if kind.namespaced else ("",):
                self._kind(client, reviewer, kind, namespace)
        if not self.seen:
            raise ToolError(
                f"nothing of {self.connection.server} may be read: {self.not_seen[0] if self.not_seen else 'no kind'}",
                remedy="bind a ClusterRole such as `view` to this identity, or name the --namespace that it may see",
            )
        return Live(
            tuple(self.resources),
            kinds,
            served,
            self.seen,
            self.dropped,
            tuple(self.not_seen),
            self.connection.transport.sent,
        )

    def _kind(self, client: Any, reviewer: Reviewer, kind: Kind, namespace: str) -> None:
        def missed(reason: str, remedy: str = "") -> None:
            self.not_seen.append(NotSeen(_named(kind), kind.kind, namespace, reason, remedy))

        if self.failures >= _IN_A_ROW:
            missed(f"not asked for: the server failed {_IN_A_ROW} times in a row", "run again when it is well")
            return
        right = reviewer.may_list(kind, namespace)
        if right.allowed is False:
            if self._alone(kind, missed):
                return
            missed(f"forbidden{f' ({right.reason})' if right.reason else ''}", rule(kind, namespace))
            return
        try:
            complete = self._pages(client, kind, namespace)
        except _ListError as error:
            self.failures += error.grave
            missed(str(error), rule(kind, namespace) if error.forbidden else "run again when the server is well")
            return
        except ToolError as error:
            self.failures += 1
            if self.failures >= _IN_A_ROW and not self.seen:
                raise
            missed(error.found, error.remedy)
            return
        self.failures = 0
        if not complete:
            missed("read in part: the list changed faster than it could be read", "run again")

    def _alone(self, kind: Kind, missed: Callable[[str], None]) -> bool:
        """Read what may be read though its list may not: the Namespaces that were asked for. False if that is nothing.

        One that was deleted since is told and passed over.
        """
        if kind.kind != "Namespace" or kind.api_version != "v1" or not self.namespaces:
            return False
        replies = [(name, self.connection.get(kind.path(name=name))) for name in self.namespaces]
        if not all(reply.ok or reply.status == 404 for _, reply in replies):
            return False
        for name, reply in replies:
            if reply.ok and isinstance(reply.body, dict):
                self._take(kind, reply.body)
            else:
                missed(f"{name} is not there, or was deleted meanwhile")
        return True

    def _pages(self, client: Any, kind: Kind, namespace: str) -> bool:
        """Read a list to its end. False where it could not be read as it was at one moment.

        A continuation is valid for some minutes; afterwards the server answers 410 with one that goes on from there in
        the newest state (k8s.io/apimachinery v0.37.2 meta/v1 ListMeta.continue). Once the list is begun anew.
        """
        begun = len(self.resources), self.dropped, self.seen.get(kind.kind, 0)
        token, expiries = "", 0
        while True:
            try:
                page = _page(client, kind, namespace, token)
            except _ExpiredError as expired:
                expiries += 1
                if expiries == 1:
                    del self.resources[begun[0] :]
                    self.dropped, self.seen[kind.kind] = begun[1:]
                    token = ""
                    continue
                if expiries > _EXPIRIES or not expired.token:
                    return False
                token = expired.token
                continue
            self.seen.setdefault(kind.kind, 0)
            for item in as_list(page.get("items")):
                if isinstance(item, dict):
                    self._take(kind, item)
            token = as_str(dig(page, "metadata", "continue"))
            if not token:
                return expiries < 2

    def _take(self, kind: Kind, item: dict[str, Any]) -> None:
        """Keep one object: typed, without its status, its secrets made unreadable."""
        metadata = as_dict(item.get("metadata"))
        if any(dig(owner, "controller") is True for owner in as_list(metadata.get("ownerReferences"))):
            self.dropped += 1
            return
        if len(self.resources) >= _LARGEST:
            raise ToolError(
                f"{self.connection.server} holds more than {_LARGEST:,} objects",
                remedy="audit one --namespace at a time",
            )
        data = {"apiVersion": kind.api_version, "kind": kind.kind} | {
            key: value for key, value in item.items() if key not in {"apiVersion", "kind", "status"}
        }
        if kind.kind == "Secret" and kind.api_version == "v1":
            _redact(data)
        where = as_str(metadata.get("namespace"))
        parts = [self.connection.context or "pod", *([where] if where else []), kind.kind, as_str(metadata.get("name"))]
        self.resources.append(Resource(data, LiveLocator(f"cluster:{'/'.join(parts)}")))
        self.seen[kind.kind] = self.seen.get(kind.kind, 0) + 1


class _ListError(Exception):
    """A list that the server refused."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.forbidden = status == 403
        self.grave = int(status == 429 or status >= 500)


class _ExpiredError(Exception):
    """A continuation that is no longer valid."""

    def __init__(self, token: str) -> None:
        super().__init__()
        self.token = token
        """The one that goes on in the newest state; empty where the server gives none."""


def _page(client: Any, kind: Kind, namespace: str, token: str) -> dict[str, Any]:
    """One page of a list."""
    parameters: dict[str, str | int] = {"limit": PAGE} | ({"continue": token} if token else {})
    try:
        body = objects.query(client, kind, namespace).execute(params=parameters).json()
    except requests.HTTPError as error:
        answer = error.response
        assert answer is not None  # raise_for_status always gives it
        status, told = answer.status_code, _message(answer)
        if status == 410:
            raise _ExpiredError(_continuation(answer)) from None
        if status == 403:
            raise _ListError(status, f"forbidden{f' ({told})' if told else ''}") from None
        if status in {404, 405}:
            raise _ListError(status, "the server has it no more: its definition was removed meanwhile") from None
        raise _ListError(status, f"the server answered {status}{f': {told}' if told else ''}") from None
    except (requests.JSONDecodeError, json.JSONDecodeError):
        raise _ListError(500, "the server's answer is no JSON") from None
    if not isinstance(body, dict) or not isinstance(body.get("items", []), list | None):
        raise _ListError(500, "the server's answer is no list")
    return body


def _continuation(response: requests.Response) -> str:
    try:
        return as_str(dig(response.json(), "metadata", "continue"))
    except requests.JSONDecodeError:
        return ""


def _message(response: requests.Response) -> str:
    try:
        return as_str(dig(response.json(), "message"))
    except requests.JSONDecodeError:
        return ""


def _worth_reading(kind: Kind, declared: set[tuple[str, str]]) -> bool:
    key = kind.api_version.rpartition("/")[0], kind.kind
    return key in declared or (key not in RECORDS and key[0] not in _MEASURED)


def _named(kind: Kind) -> str:
    group = kind.api_version.rpartition("/")[0]
    return f"{kind.plural}.{group}" if group else kind.plural


def _redact(data: dict[str, Any]) -> None:
    for field, print_of in (("data", fingerprint.of_encoded), ("stringData", fingerprint.of_text)):
        values = data.get(field)
        if isinstance(values, dict):
            data[field] = {key: print_of(value) for key, value in values.items()}
        elif values is not None:
            data[field] = {}
    annotations = dig(data, "metadata", "annotations")
    if isinstance(annotations, dict):
        # kubectl keeps a copy of the whole Secret there.
        data["metadata"] = {
            **data["metadata"],
            "annotations": {k: v for k, v in annotations.items() if k != _LAST_APPLIED},
        }
