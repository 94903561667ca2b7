"""Reading files once, with messages that a person can act on."""

from __future__ import annotations

import os
from pathlib import Path

from seatrial.model.errors import InputError
from seatrial.model.text import decode
from seatrial.model.yaml_source import MAX_BYTES


def shown(path: Path) -> str:
    """The path as people see it: relative to the working directory if it lies below, else as it is."""
    absolute = os.path.abspath(path)  # noqa: PTH100 - resolve() would name the target of a link, not the link
    relative = os.path.relpath(absolute)
    return absolute if relative.startswith("..") else relative


def read_text(path: Path) -> str:
    """The UTF-8 text of a file. Raises InputError if it cannot be read, is too large or is no text."""
    name = shown(path)
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise InputError(
                f"{name} holds {size / 2**20:.0f} MiB; at most {MAX_BYTES // 2**20} MiB are read",
                remedy="split it, or point to the directory that holds the parts",
            )
        return decode(path.read_bytes(), name)
    except OSError as error:
        raise InputError(f"cannot read {name}: {error.strerror}", remedy="check the path and its permissions") from None
