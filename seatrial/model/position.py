"""Where a value stands in a source file, so that every finding can be opened in an editor."""

from __future__ import annotations

import attrs


@attrs.frozen(order=True)
class Position:
    """A place in a file, counted as editors count: from line 1 and column 1."""

    file: str
    """Path as shown to people: relative to the working directory where possible, `<stdin>` for `-`."""
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"
