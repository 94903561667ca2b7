"""Do all pools together stay below what the database accepts, when every client is at its maximum?"""

from __future__ import annotations

from collections.abc import Iterator

from seatrial.checks.base import CheckInfo
from seatrial.checks.capacity.clients import Pool, pools
from seatrial.checks.capacity.database import Server, server
from seatrial.checks.capacity.replicas import maximum
from seatrial.checks.judging import Judged, Problem
from seatrial.model.dig import dig, string_map
from seatrial.model.inventory import Inventory
from seatrial.model.verdict import Severity
from seatrial.model.workload import Workload

INFO = CheckInfo(
    id="capacity/connection-pool",
    title="Database accepts all connection pools",
    severity=Severity.HIGH,
    description=(
        "For every PostgreSQL server of the manifests: the pods of its clients at the maximum of their autoscaler and "
        "in the middle of a rollout, times the size of their pools, do not exceed max_connections less the reserved "
        "ones. Sizes are read from the environment of the containers, the limit from the server's flags and ConfigMaps."
    ),
    remediation="lower the pool size or the maximum replicas, raise max_connections, or put a pooler in between",
    group="capacity",
)


def judge(inventory: Inventory) -> Iterator[Judged]:
    """Judge every PostgreSQL server."""
    found = list(pools(inventory))
    for workload in inventory.workloads():
        limits = server(inventory, workload)
        if limits is None:
            continue
        clients = [pool for pool in found if _reaches(inventory, pool, workload)]
        yield _judged(inventory, workload, limits, clients)


def _reaches(inventory: Inventory, pool: Pool, database: Workload) -> bool:
    """Whether the host of a pool is a Service that selects the database."""
    name, _, rest = pool.host.partition(".")
    namespace = rest.partition(".")[0] or pool.workload.resource.namespace
    service = inventory.get("Service", namespace, name)
    if service is None or database.resource.namespace != namespace:
        return False
    selector = string_map(dig(service.data, "spec", "selector"))
    return any(found.resource is database.resource for found in inventory.select(namespace, selector))


def _judged(inventory: Inventory, database: Workload, limits: Server, clients: list[Pool]) -> Judged:
    needed = 0
    told = []
    for pool in clients:
        most = maximum(inventory, pool.workload)
        if most is None:
            told.append(f"DaemonSet {pool.workload.resource.name} with {pool.size} on every node (not counted)")
            continue
        needed += most.pods * pool.size
        told.append(f"{pool.workload.resource.name}: ({most}) x {pool.size} = {most.pods * pool.size} ({pool.source})")
    reserved = limits.settings["superuser_reserved_connections"] + limits.settings["reserved_connections"]
    bound = f"{limits.available} (max_connections {limits.settings['max_connections']} from {limits.origin}"
    bound += f", {reserved} reserved)"
    evidence = {"needed": needed, "available": limits.available, "clients": told}
    problems: tuple[Problem, ...] = ()
    if needed > limits.available:
        message = f"its clients may open {needed} connections, but it accepts {bound}: {'; '.join(told)}"
        problems = (Problem(database.pod_spec_pointer, message, evidence=evidence),)
    passed = f"its clients open at most {needed} of {bound}"
    if not clients:
        passed = f"no client with a pool is known; it accepts {bound}"
    return Judged(database.resource, problems, passed, database.pod_spec_pointer, evidence)
