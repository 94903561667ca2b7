"""What can go wrong, sorted by whose mistake it is: the exit code follows from the class."""

from __future__ import annotations

from typing import ClassVar

from seatrial.model.position import Position


class SeatrialError(Exception):
    """Something that ends a run, told in one message: where, what was found, what to do."""

    exit_code: ClassVar[int] = 3

    def __init__(self, found: str, *, remedy: str = "", position: Position | None = None) -> None:
        """Name what was *found* and its *remedy*; *position* says where, when it is known."""
        super().__init__(found)
        self.found = found
        self.remedy = remedy
        self.position = position

    def __str__(self) -> str:
        place = f"{self.position}: " if self.position else ""
        remedy = f"\n  fix: {self.remedy}" if self.remedy else ""
        return f"{place}{self.found}{remedy}"


class InputError(SeatrialError):
    """The user's input cannot be used: a path, a file's content, a name, an option (exit 2)."""

    exit_code: ClassVar[int] = 2


class ToolError(SeatrialError):
    """A tool that we rely on is missing or failed, or we did (exit 3)."""
