"""The table of contradictions in the documentation, made from what is declared.

To write it anew: `python -m tests.architecture.contradictions_page`.
"""

from __future__ import annotations

from pathlib import Path

from seatrial.model.architecture.contradictions import Contradiction, Contradictions, load_contradictions

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "reference" / "contradictions.md"

_HEAD = """\
# The architecture document, taken literally

The overlay `{overlay}` renders the examples and tables of the architecture document to the letter. It is known-bad
input, and is never deployed. Of the {all} places in which the document contradicts itself or the world, checks find
{found} there{partly}; none of these checks fails in production on the same ground. A test compares this page with
what the checks say.

| | contradiction | settled by | found by |
|---|---|---|---|
"""


def declared() -> Contradictions:
    """The Booking System's contradictions."""
    found = load_contradictions(ROOT)
    assert found is not None
    return found


def text() -> str:
    """The whole page."""
    items = declared().contradictions
    found = [item for item in items if item.found_by]
    in_part = [item for item in found if item.missing]
    partly = f" ({len(in_part)} of them in part)" if in_part else ""
    head = _HEAD.format(overlay=declared().overlay, all=len(items), found=len(found), partly=partly)
    return head + "".join(f"{_row(item)}\n" for item in items)


def _row(item: Contradiction) -> str:
    decisions = ", ".join(f"[{name[:4]}](../../architecture/decisions/{name})" for name in item.decisions)
    checks: dict[str, list[str]] = {}
    for finder in item.found_by:
        subjects = checks.setdefault(finder.check, [])
        if finder.subject not in subjects:
            subjects.append(finder.subject)
    parts = [f"`{check}` of {', '.join(subjects)}" for check, subjects in checks.items()]
    if item.missing:
        parts.append(f"{'not' if parts else 'none yet'}: {item.missing}")
    return f"| {item.id} | {item.title} | {decisions or 'no decision'} | {'; '.join(parts)} |"


if __name__ == "__main__":
    PAGE.write_text(text(), encoding="utf-8")
