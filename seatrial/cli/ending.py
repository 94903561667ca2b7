"""Being ended from outside: what a command has started is to end with it, in order."""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Iterator
from types import FrameType

_ENDING = (signal.SIGTERM, signal.SIGHUP)
"""What ends a command besides Ctrl-C: being told to, and its terminal being closed."""


@contextlib.contextmanager
def unwound() -> Iterator[None]:
    """Let these signals unwind like Ctrl-C, with the exit code of a shell (128 and the signal's number).

    A signal that is ignored stays so: that is how `nohup` outlives its terminal.
    """

    def leave(number: int, _frame: FrameType | None) -> None:
        raise SystemExit(128 + number)

    before = {
        number: signal.signal(number, leave) for number in _ENDING if signal.getsignal(number) is not signal.SIG_IGN
    }
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
