r"""What may reach a terminal, a log or a page: text from manifests is a stranger's and is made visible, never obeyed.

A name in a manifest may hold an escape sequence that repaints the terminal, a line break that forges a log command, a
direction override that shows one name as another, or half a surrogate pair that no encoding accepts. All of them are
written out as escapes (`\x1b`, `\n`, `\u202e`), so that the reader sees that something is there, and what.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

# Categories Cc (but for tab and line feed), Zl, Zp, Cs; the bidirectional controls of Unicode UAX #9 table "Explicit
# Directional", the byte order mark, and the two noncharacters that XML 1.0 section 2.2 forbids.
_UNSAFE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufeff\ufffe\uffff]"
)
_BREAKS = re.compile("[\t\n]")
_NAMED = {"\t": "\\t", "\n": "\\n", "\r": "\\r"}


def _escape(match: re.Match[str]) -> str:
    character = match.group()
    if character in _NAMED:
        return _NAMED[character]
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


def visible(text: str) -> str:
    """Return *text* with every unsafe character written out; tabs and line feeds stay."""
    return _UNSAFE.sub(_escape, text)


def one_line(text: str) -> str:
    """Return *text* as `visible` does, on one line: tabs and line feeds are written out too."""
    return _BREAKS.sub(_escape, visible(text))


def lines(text: str) -> list[str]:
    """Return the lines of *text*, each safe to print; a message of a check may have several."""
    return [one_line(line) for line in text.split("\n")]


def count(number: int, singular: str, plural: str = "") -> str:
    """Return *number* with its noun: `1 file`, `3 files`, `1,200 objects`."""
    return f"{number:,} {singular if number == 1 else plural or singular + 's'}"


def listing(parts: Iterable[str]) -> str:
    """Join *parts* as a sentence does: `a, b and c`."""
    *head, last = list(parts) or [""]
    return f"{', '.join(head)} and {last}" if head else last
