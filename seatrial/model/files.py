"""Reading files once, with messages that a person can act on."""

from __future__ import annotations

import errno
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
    """The UTF-8 text of a file, or of a pipe. Raises InputError if it cannot be read, is too large or is no text."""
    name = shown(path)
    try:
        with path.open("rb") as stream:
            size = os.fstat(stream.fileno()).st_size
            # A pipe or device does not know its size.
            data = stream.read(MAX_BYTES + 1) if size <= MAX_BYTES else b""
    except OSError as error:
        raise _unreadable(path, error) from None
    if size > MAX_BYTES or len(data) > MAX_BYTES:
        told = f"{size / 2**20:.0f} MiB" if size else f"more than {MAX_BYTES // 2**20} MiB"
        raise InputError(
            f"{name} holds {told}; at most {MAX_BYTES // 2**20} MiB are read",
            remedy="split it, or point to the directory that holds the parts",
        )
    return decode(data, name)


def _unreadable(path: Path, error: OSError) -> InputError:
    name = shown(path)
    if path.is_symlink() and error.errno in (errno.ENOENT, errno.ELOOP):
        return InputError(
            f"{name} is a link to {path.readlink()}, which leads nowhere", remedy="correct or remove the link"
        )
    if error.errno == errno.ENOENT:
        return InputError(f"{name} does not exist", remedy="create the file, or correct the path")
    return InputError(f"cannot read {name}: {error.strerror}", remedy="check the path and its permissions")
