"""The checks on a live cluster, and its drift from the manifests."""

from __future__ import annotations

import datetime
import hashlib
import json
from collections.abc import Callable, Sequence

import attrs

from seatrial import verification
from seatrial.audit.drifting import GROUP as DRIFT
from seatrial.audit.drifting import Drifting
from seatrial.audit.partial import Blind
from seatrial.audit.prepared import prepared
from seatrial.audit.scope import CONTROL_PLANE, Judged, owned_namespaces
from seatrial.audit.seen import Seen
from seatrial.checks.base import CheckInfo, Context, Options
from seatrial.cluster.connection import Connection
from seatrial.cluster.reading import Live, NotSeen, read
from seatrial.engines.schema import known_versions
from seatrial.finished import Verification
from seatrial.model import project
from seatrial.model.errors import InputError
from seatrial.model.inventory import Inventory
from seatrial.model.suggest import did_you_mean
from seatrial.model.verdict import Verdict
from seatrial.report.run import Surroundings

GROUPS = (*verification.GROUPS, DRIFT)
"""Groups of checks of an audit. The simulation runs only if it is asked for: the manifests answer it without a
cluster."""
_ON_DEMAND = "simulation"


@attrs.frozen
class Wish:
    """What to audit."""

    path: str | None = None
    """Manifests to compare with, None for none."""
    overlay: str | None = None
    namespace: str | None = None
    """The one to judge; None for those of the manifests."""
    everywhere: bool = False
    """Whether to judge every namespace but those of the control plane."""
    only: Sequence[str] | None = None
    drift: bool = True


def audit(
    connection: Connection,
    wish: Wish,
    options: Options | None = None,
    *,
    progress: Callable[[str], None] = lambda _message: None,
    today: datetime.date | None = None,
) -> Verification:
    """Judge what is live, and compare it with the manifests. Nothing is written.

    Raises InputError for unusable input, ToolError where the cluster cannot be read or a check cannot run.
    """
    groups = choose_groups(wish)
    chosen = options or Options()
    if wish.path is not None:
        overlay = verification.choose_overlay(wish.path, wish.overlay)
        declared = verification.open_context(wish.path, overlay, chosen, progress)
    elif wish.overlay is not None:
        raise InputError("--overlay is given, but there are no manifests", remedy="name their PATH too")
    else:
        overlay, declared = None, None
    desired = declared.inventory if declared is not None else None
    owned = owned_namespaces(desired) if desired is not None else ()
    namespaces = _namespaces(wish, owned)
    wanted = frozenset((item.api_version, item.kind) for item in desired.resources) if desired is not None else set()
    live = read(connection, namespaces=namespaces, wanted=frozenset(wanted), progress=progress)
    if wish.namespace is not None:
        _require_namespace(live, wish.namespace)
    version, note = schema_version(connection.version)
    inventory = Inventory(prepared(live.resources), digest=_digest(live), origin=_name(connection))
    # A part of a system cannot keep the promises of the whole.
    promised = declared is not None and (not namespaces or set(owned) <= set(namespaces))
    context = Context(
        inventory,
        declared.architecture if declared is not None and promised else None,
        declared.policies if declared is not None else project.shipped_policies(),
        attrs.evolve(chosen, kubernetes_version=version),
        progress,
    )
    judged, blind = Judged.of(namespaces, desired, inventory), Blind.of(live.not_seen, context)
    extra: list[Seen | Drifting] = [Seen(live)]
    if DRIFT in groups and desired is not None:
        extra.append(Drifting(desired, live, namespaces, connection.namespace, owned))

    def revise(verdicts: Sequence[Verdict], checks: Sequence[CheckInfo]) -> list[Verdict]:
        return judged.revise(map(blind.revise, verdicts), checks)

    subject = verification.Judging(
        _name(connection),
        overlay,
        extra=extra,
        revise=revise,
        surroundings=_surroundings(connection, live, namespaces, note),
        compared={"manifests": desired.digest} if desired is not None else {},
    )
    return verification.judge(context, [name for name in groups if name != DRIFT], subject, today=today)


def choose_groups(wish: Wish) -> tuple[str, ...]:
    """The groups to run, in their order. Raises InputError for an unknown name, and for drift without manifests."""
    comparable = wish.drift and wish.path is not None
    if wish.only is None:
        return tuple(name for name in GROUPS if name != _ON_DEMAND and (name != DRIFT or comparable))
    for name in wish.only:
        if name not in GROUPS:
            raise InputError(
                f"an audit has no group of checks {name!r}{did_you_mean(name, GROUPS)}",
                remedy=f"choose among: {', '.join(GROUPS)}",
            )
    if not wish.only:
        raise InputError("--only names no group of checks", remedy=f"choose among: {', '.join(GROUPS)}")
    if DRIFT in wish.only and not comparable:
        raise InputError(
            "drift is asked for, but there is nothing to compare the cluster with",
            remedy="name the PATH of the manifests, and leave --no-drift out",
        )
    return tuple(name for name in GROUPS if name in wish.only)


def schema_version(server: str) -> tuple[str, str]:
    """The minor version whose schemas judge a server's objects, and a note where it is not the server's own."""
    known = known_versions()
    parts = server.removeprefix("v").split(".")
    digits = ["".join(character for character in part if character.isdigit()) for part in parts[:2]]
    own = ".".join(digits)
    if own in known or len(digits) != 2 or not all(digits):
        return (own if own in known else known[-1]), ""
    pair = (int(digits[0]), int(digits[1]))
    nearest = known[0] if pair < tuple(int(part) for part in known[0].split(".")) else known[-1]
    return nearest, f"judged by the schemas of {nearest}, as those of {own} are not known"


def _namespaces(wish: Wish, owned: tuple[str, ...]) -> tuple[str, ...]:
    if wish.namespace is not None:
        return (wish.namespace,)
    return () if wish.everywhere else owned


def _require_namespace(live: Live, name: str) -> None:
    """Refuse a namespace that is not there: an audit of nothing would look like a clean one."""
    names = [item.name for item in live.resources if item.kind == "Namespace"]
    if name not in names and not any(found.kind == "Namespace" for found in live.not_seen):
        raise InputError(
            f"the cluster has no namespace {name!r}{did_you_mean(name, names)}",
            remedy=f"choose among: {', '.join(sorted(names))}",
        )


def _name(connection: Connection) -> str:
    return f"cluster {connection.context or connection.server}"


def _digest(live: Live) -> str:
    digest = hashlib.sha256()
    for item in live.resources:
        digest.update(json.dumps(item.data, sort_keys=True).encode())
    return digest.hexdigest()


def _surroundings(connection: Connection, live: Live, namespaces: tuple[str, ...], note: str) -> Surroundings:
    everything = sorted(item.name for item in live.resources if item.kind == "Namespace")
    return Surroundings(
        name=connection.context or "of this pod",
        version=f"{connection.version}{f' ({note})' if note else ''}",
        namespaces=namespaces or tuple(name for name in everything if name not in CONTROL_PLANE) or ("all",),
        seen=live.seen,
        not_seen=tuple(_grouped(live.not_seen)),
        requests=connection.transport.sent,
    )


def _grouped(not_seen: Sequence[NotSeen]) -> list[str]:
    """What was not seen, told once for each reason."""
    by_reason: dict[str, list[str]] = {}
    for found in not_seen:
        where = f" in {found.namespace}" if found.namespace else ""
        reason = "forbidden" if found.reason.startswith("forbidden") else found.reason
        by_reason.setdefault(reason, []).append(f"{found.what}{where}")
    return [f"{reason}: {', '.join(names)}" for reason, names in by_reason.items()]
