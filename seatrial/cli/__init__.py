"""The command line: one module a command, imported only when it runs, so that `--help` answers at once."""

from __future__ import annotations

from seatrial.cli.app import main

__all__ = ["main"]
