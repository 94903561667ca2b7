"""Answering an unknown name with the one that was probably meant."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def did_you_mean(word: str, candidates: Iterable[str]) -> str:
    """`did you mean "x"?` for the candidate closest to *word* (case does not count), empty if none is close."""
    by_folded = {candidate.casefold(): candidate for candidate in sorted(candidates, reverse=True)}
    close = difflib.get_close_matches(word.casefold(), sorted(by_folded), n=1, cutoff=0.6)
    return f'did you mean "{by_folded[close[0]]}"?' if close else ""
