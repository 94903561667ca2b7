"""Answering a mistyped name with the one that was probably meant."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def did_you_mean(word: str, candidates: Iterable[str]) -> str:
    """` (did you mean X?)` for the nearest candidate, or nothing if none is near."""
    nearest = difflib.get_close_matches(word, list(candidates), n=1)
    return f" (did you mean {nearest[0]}?)" if nearest else ""
