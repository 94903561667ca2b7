"""Progress on stderr: a bar on a terminal, plain lines elsewhere."""

from __future__ import annotations

import contextlib
import re
import sys
from collections.abc import Callable, Iterator

_COUNT = re.compile(r"\b(\d+) of (\d+)\b")
"""How far a step is, where its message says so; the bar follows it."""


@contextlib.contextmanager
def shown() -> Iterator[Callable[[str], None]]:
    """Give a function that tells what is being done."""
    if not sys.stderr.isatty():
        yield lambda message: print(message, file=sys.stderr, flush=True)
        return
    from rich.console import Console
    from rich.markup import escape
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    console = Console(stderr=True)
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("starting", total=None)

        def tell(message: str) -> None:
            count = _COUNT.search(message)
            done, total = (int(count[1]), int(count[2])) if count else (0, None)
            progress.update(task, description=escape(message), completed=done, total=total)

        yield tell
