"""A proof from the manifests to the verdicts, in a lab of its own or in one that runs already.

Each proof gets a fresh lab of its own unless told otherwise: overlays of one system share the names of cluster-scoped
objects (StorageClass, PriorityClass), some of whose fields cannot be changed, and its nodes are those that the
architecture declares. Bringing one up takes seconds.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import attrs

from seatrial import lab, verification
from seatrial.checks.base import Options
from seatrial.cluster.connection import Connection, connect
from seatrial.cluster.waiting import Patience
from seatrial.finished import Verification
from seatrial.model.architecture import Architecture
from seatrial.model.architecture.node_pools import NodePool
from seatrial.model.errors import InputError
from seatrial.proof.server import Server


def prove(
    path: str,
    *,
    overlay: str | None = None,
    kubeconfig: str | Path | None = None,
    pools: Sequence[NodePool] | None = None,
    patience: Patience | None = None,
    progress: Callable[[str], None] | None = None,
) -> Verification:
    """Prove the manifests at *path* with a real control plane: a new lab, or the running one of *kubeconfig*.

    A new lab has the nodes of *pools*, else those that the architecture declares, else the lab's own.

    Raises InputError for unusable input and for a kubeconfig that is not of a lab, ToolError when the lab or an
    upstream definition cannot be had.
    """
    tell = progress or _silent
    overlay = verification.choose_overlay(path, overlay)
    context = verification.open_context(path, overlay, Options(), progress)
    if not context.inventory.resources:
        # Before a lab is brought up for nothing; the report would refuse the run all the same.
        raise InputError(f"nothing to prove: {path} holds no Kubernetes object", remedy="name a manifest set")
    with _control_plane(pools or pools_of(context.architecture), kubeconfig, tell) as connection:
        server = Server(connection, patience or Patience())
        subject = verification.Judging(path, overlay, extra=(server,))
        done = verification.judge(context, (), subject)
        versions = {**done.run.scope.versions, "kube-apiserver": connection.version}
    return attrs.evolve(done, run=attrs.evolve(done.run, scope=attrs.evolve(done.run.scope, versions=versions)))


def _silent(_message: str) -> None:
    """Progress that nobody watches."""


@contextlib.contextmanager
def _control_plane(
    pools: Sequence[NodePool], kubeconfig: str | Path | None, progress: Callable[[str], None]
) -> Iterator[Connection]:
    if kubeconfig is not None:
        with connect(str(kubeconfig), writable=True) as connection:
            require_lab(connection)
            yield connection
        return
    with (
        lab.running(pools, progress=progress) as made,
        connect(str(made.kubeconfig), writable=True) as connection,
    ):
        yield connection


def pools_of(architecture: Architecture | None) -> Sequence[NodePool]:
    """The node pools to prove on: those of the architecture, or the lab's own for foreign manifests."""
    declared = architecture.node_pools if architecture is not None else ()
    return declared or lab.DEFAULT_POOLS


def require_lab(connection: Connection) -> None:
    """Refuse whatever is not a running lab of this user. Raises InputError."""
    labs = lab.status()
    if any(item.server == connection.server for item in labs):
        return
    running = ", ".join(f"{item.name} ({item.kubeconfig})" for item in labs) or "none"
    raise InputError(
        f"{connection.server} of {connection.origin} is no lab: a proof applies everything, so it never touches "
        "another cluster",
        remedy=f"leave --kubeconfig out, or name that of a running lab: {running}",
    )
