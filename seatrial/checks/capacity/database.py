"""How many connections a PostgreSQL server of the manifests accepts from its clients."""

from __future__ import annotations

import re
from collections.abc import Iterator

import attrs

from seatrial.model.dig import as_list, as_str, dig, string_map
from seatrial.model.inventory import Inventory
from seatrial.model.workload import Container, Workload

DEFAULTS = {"max_connections": 100, "superuser_reserved_connections": 3, "reserved_connections": 0}
"""PostgreSQL 16 and later, src/backend/utils/misc/guc_tables.c."""

_SETTING = re.compile(r"^\s*(\w+)\s*[=\s]\s*'?(\d{1,6})'?\s*(?:#.*)?$", re.MULTILINE)
_FLAG = re.compile(r"^(?:--|-c\s*)?(\w[\w-]*)=(\d{1,6})$")


@attrs.frozen
class Server:
    """The limits of one server."""

    settings: dict[str, int]
    origin: str
    """Where max_connections stands."""

    @property
    def available(self) -> int:
        """Connections that ordinary clients can have: the reserved ones are for administrators."""
        reserved = self.settings["superuser_reserved_connections"] + self.settings["reserved_connections"]
        return self.settings["max_connections"] - reserved


def is_postgres(container: Container) -> bool:
    """Whether a container runs a PostgreSQL server, by its image's name (exporters and poolers are others)."""
    image = as_str(container.data.get("image")).partition("@")[0].rpartition("/")[2].partition(":")[0]
    named = image in ("postgres", "postgresql", "postgis", "timescaledb", "pgvector")
    return named and not container.init


def server(inventory: Inventory, workload: Workload) -> Server | None:
    """The PostgreSQL server that a workload runs, or None; flags win over configuration files."""
    container = next((item for item in workload.containers() if is_postgres(item)), None)
    if container is None:
        return None
    settings, origin = dict(DEFAULTS), "the default of PostgreSQL"
    for name, text in _files(inventory, workload):
        found = {key: int(value) for key, value in _SETTING.findall(text) if key in DEFAULTS}
        settings.update(found)
        origin = name if "max_connections" in found else origin
    found = dict(_flags(container))
    settings.update(found)
    return Server(settings, "a flag of the server" if "max_connections" in found else origin)


def _files(inventory: Inventory, workload: Workload) -> Iterator[tuple[str, str]]:
    """Configuration files that the pod mounts from ConfigMaps."""
    for volume in as_list(workload.pod_spec.get("volumes")):
        sources = [dig(volume, "configMap")]
        sources += [dig(part, "configMap") for part in as_list(dig(volume, "projected", "sources"))]
        for source in sources:
            name = as_str(dig(source, "name"))
            resource = inventory.get("ConfigMap", workload.resource.namespace, name) if name else None
            for key, text in string_map(resource.data.get("data") if resource else None).items():
                if key.endswith(".conf"):
                    yield f"{key} of ConfigMap {name}", text


def _flags(container: Container) -> Iterator[tuple[str, int]]:
    words = [as_str(word) for field in ("command", "args") for word in as_list(container.data.get(field))]
    for word in words:
        match = _FLAG.match(word.strip())
        if match and match[1].replace("-", "_") in DEFAULTS:
            yield match[1].replace("-", "_"), int(match[2])
