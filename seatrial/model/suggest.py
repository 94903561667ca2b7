"""Answering an unknown name with the one that was probably meant."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def nearest(word: str, candidates: Iterable[str]) -> str | None:
    """The candidate closest to *word* (case does not count), or None if none is close."""
    by_folded = {candidate.casefold(): candidate for candidate in sorted(candidates, reverse=True)}
    close = difflib.get_close_matches(word.casefold(), sorted(by_folded), n=1, cutoff=0.6)
    return by_folded[close[0]] if close else None


def did_you_mean(word: str, candidates: Iterable[str]) -> str:
    """` (did you mean X?)`, to stand behind a message that ends in the unknown *word*; empty if nothing is close."""
    found = nearest(word, candidates)
    return f" (did you mean {found}?)" if found is not None else ""
