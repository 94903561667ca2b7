"""What a lab is to be: the order that the supervisor finds in the folder it is given."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, ClassVar

import attrs


@attrs.frozen
class Order:
    """Written by `control`, read by `supervisor`."""

    FILE: ClassVar[str] = "order.json"

    programs: dict[str, str]
    nodes: list[dict[str, Any]]
    timeout: float
    """Seconds until it must be ready."""
    owner: int
    owner_born: int
    detached: bool
    """True if it outlives its owner once it is ready."""
    started: float
    lock: int
    """Descriptor of the held lock."""

    def save(self, folder: Path) -> None:
        """Write it into the lab's folder."""
        (folder / self.FILE).write_text(json.dumps(attrs.asdict(self)), encoding="utf-8")

    @classmethod
    def read(cls, folder: Path) -> Order:
        """Read it from the lab's folder."""
        return cls(**json.loads((folder / cls.FILE).read_text(encoding="utf-8")))
