"""Who opens pools of database connections: read from the environment of each container."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

import attrs

from seatrial.checks.capacity.environment import UNKNOWN, environment
from seatrial.model.inventory import Inventory
from seatrial.model.workload import Container, Workload

NPGSQL_DEFAULT = 100
"""Maximum Pool Size of an Npgsql connection string that does not set it (Npgsql documentation, since 3.1)."""

_POOL_KEYS = frozenset({"maximumpoolsize", "maxpoolsize", "maximum_pool_size", "max_pool_size", "pool_max_conns"})
_POOL_KEYS |= {"poolmaxsize", "pool_size", "poolsize", "connection_limit"}
_HOST_KEYS = frozenset({"host", "server", "datasource"})
_POOL_VARIABLE = re.compile(
    r"(^|_)(MAX(IMUM)?_?POOL_?SIZE|POOL_?MAX(_?SIZE|_?CONNS?)?|MAX_POOL|POOL_?SIZE|MAX_OPEN_CONN(ECTION)?S)$",
    re.IGNORECASE,
)
_HOST_VARIABLE = re.compile(r"(^PGHOST$|(^|_)(DATABASE|DB|POSTGRES(QL)?)_?(HOST|SERVER|HOSTNAME)$)", re.IGNORECASE)
_URL = re.compile(r"^(jdbc:)?postgres(ql)?(\+\w+)?://", re.IGNORECASE)


@attrs.frozen(eq=False)
class Pool:
    """One container that keeps a pool of connections to one host."""

    workload: Workload
    container: Container
    host: str
    size: int
    source: str
    """Where the size stands, as a person finds it."""


def pools(inventory: Inventory) -> Iterator[Pool]:
    """The pools of every container that tells a database host and how many connections it keeps."""
    for workload in inventory.workloads():
        for container in workload.containers():
            known = environment(inventory, workload.resource.namespace, container)
            found = _of(known)
            if found is not None and not container.init:
                yield Pool(workload, container, *found)


def _of(known: dict[str, str]) -> tuple[str, int, str] | None:
    """Host, size and source of the pool that an environment describes."""
    for name, text in known.items():
        fields = connection_string(text) or connection_url(text)
        host = next((fields[key] for key in fields if key in _HOST_KEYS), "")
        if not host or UNKNOWN in host:
            continue
        key = next((key for key in fields if key in _POOL_KEYS), "")
        size = _number(fields[key]) if key else None
        if size is not None:
            return host, size, name
        variable = _pool_variable(known)
        if variable is not None:
            return host, variable[1], variable[0]
        if not _URL.match(text):
            return host, NPGSQL_DEFAULT, f"the default of Npgsql, since {name} sets no Maximum Pool Size"
    host = next((text for name, text in known.items() if _HOST_VARIABLE.search(name) and UNKNOWN not in text), "")
    variable = _pool_variable(known)
    return (host, variable[1], variable[0]) if host and variable is not None else None


def _pool_variable(known: dict[str, str]) -> tuple[str, int] | None:
    for name, text in known.items():
        size = _number(text)
        if _POOL_VARIABLE.search(name) and size is not None:
            return name, size
    return None


def _number(text: str) -> int | None:
    text = text.strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else None


def connection_string(text: str) -> dict[str, str]:
    """The fields of `Key=Value;Key=Value`, keys in lower case without spaces; empty if it is for no database."""
    fields: dict[str, str] = {}
    for part in text.split(";"):
        key, equals, value = part.partition("=")
        if equals:
            fields[key.strip().lower().replace(" ", "")] = value.strip()
    is_database = _HOST_KEYS & fields.keys() and {"database", "initialcatalog", "username", "userid"} & fields.keys()
    return fields if is_database else {}


def connection_url(text: str) -> dict[str, str]:
    """The host and the query of `postgres://user:password@host:port/name?pool_max_conns=5`; else empty."""
    if not _URL.match(text):
        return {}
    try:
        parts = urlsplit(text.removeprefix("jdbc:"))
        host = parts.hostname or ""
    except ValueError:
        return {}
    pairs = (item.partition("=") for item in parts.query.split("&"))
    return {"host": host, **{key.lower(): value for key, _, value in pairs if key}}
