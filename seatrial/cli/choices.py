"""Options whose value is one of a list."""

from __future__ import annotations

from collections.abc import Iterable

from seatrial.model.errors import InputError
from seatrial.model.suggest import did_you_mean


def choose(option: str, value: str, allowed: Iterable[str]) -> str:
    """The value if it is allowed. Raises InputError naming the nearest one otherwise."""
    names = list(allowed)
    if value not in names:
        raise InputError(
            f"{option} has no value {value!r}{did_you_mean(value, names)}", remedy=f"choose among: {', '.join(names)}"
        )
    return value
