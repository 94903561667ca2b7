"""Writes a finished report so that nobody ever reads half of one."""

from __future__ import annotations

import contextlib
import os
import secrets
from pathlib import Path

from seatrial.model.errors import InputError
from seatrial.report.text import one_line


def write(path: str | Path, content: str | bytes) -> None:
    """Write *content* to *path* as a whole or not at all; text is written as UTF-8.

    The content goes to a new file beside *path*, which then takes its name. What a symbolic link points to is
    replaced, not the link. A device or a pipe, such as `/dev/stdout`, is written to directly.

    Raises:
        InputError: the file cannot be written there.
    """
    data = content.encode("utf-8") if isinstance(content, str) else content
    try:
        target = Path(os.path.realpath(path))
        if target.exists() and not target.is_file() and not target.is_dir():
            target.write_bytes(data)
            return
        _replace(target, data)
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        reason = getattr(error, "strerror", None) or error
        message = f"cannot write the report to `{one_line(str(path))}`: {reason}"
        raise InputError(message, remedy="give a file in an existing directory that you may write to") from error


def _replace(target: Path, data: bytes) -> None:
    temporary = target.with_name(f".{target.name[:100]}.{secrets.token_hex(8)}.tmp")
    try:
        # Mode x: never follow or overwrite a file that somebody put there; permissions follow the umask.
        with temporary.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if target.exists():
            temporary.chmod(target.stat().st_mode & 0o777)
        temporary.replace(target)
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise
