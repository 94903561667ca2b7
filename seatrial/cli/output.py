"""Where a report goes: standard output, or a file that is there whole or not at all."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from seatrial.model.errors import InputError

_WIDTH = 100


def expect(file: str | None) -> None:
    """Refuse a place that cannot take the report before the work is done, not after it."""
    if file is not None and not Path(file).absolute().parent.is_dir():
        raise InputError(f"cannot write {file}: its directory does not exist", remedy="create the directory first")
    if file is not None and Path(file).is_dir():
        raise InputError(f"cannot write {file}: it is a directory", remedy="name a file in it")


def deliver(content: str | bytes, file: str | None) -> None:
    """Print the content, or write it to *file*. Raises InputError if the file cannot be written."""
    if file is None:
        text = content if isinstance(content, str) else content.decode()
        sys.stdout.write(text if text.endswith("\n") else text + "\n")
        sys.stdout.flush()
        return
    from seatrial import report

    report.write(Path(file), content)


def colored() -> bool:
    """Whether standard output takes colours (NO_COLOR and FORCE_COLOR decide before the terminal does)."""
    import os

    if os.environ.get("NO_COLOR"):
        return False
    return bool(os.environ.get("FORCE_COLOR")) or sys.stdout.isatty()


def width() -> int:
    """Columns of the terminal, or a stable default where there is none."""
    return shutil.get_terminal_size((_WIDTH, 24)).columns if sys.stdout.isatty() else _WIDTH
