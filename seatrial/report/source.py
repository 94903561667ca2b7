"""The source line behind a finding, with the offending part marked; nothing that may be secret is ever quoted.

Files are read again when the report is made: only lines that are shown are kept, and a file that has changed, gone or
grown beyond a sane size since simply yields no quotation.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import attrs

from seatrial.model.verdict import Verdict

_LARGEST = 8_000_000
"""Bytes of the largest file quoted from; a larger one is generated, and nobody looks for a line in it."""

# Within one YAML document: any object or reference of kind Secret, or a generator of one. Matching too much hides a
# line that could be shown; matching too little would print a password.
_SECRET_DOCUMENT = re.compile(r"""\bkind["']?\s*:\s*["']?Secret\b|\bsecretGenerator\b|\bstringData\b""")
# Line breaks as YAML counts them, and positions with it (YAML 1.1 section 4.1.4); str.splitlines has more.
_BREAK = re.compile("\r\n|[\r\n\x85\u2028\u2029]")
_SEPARATOR = re.compile(r"^---(\s|$)")
_ENV_VALUE = re.compile(r"/env/\d+(/value)?$")
_CREDENTIALS = re.compile(r"(?<=://)[^/\s@]+@")
_KEY = re.compile(r"""("[^"]*"|'[^']*'|[^\s'"#\[\]{},&*!|>%@`][^\s:{}\[\],]*)(?=\s*:(\s|$))""")
_QUOTED = re.compile(r""""(?:[^"\\]|\\.)*"|'(?:[^']|'')*'""")
_FLOW = re.compile(r"[^\s,{}\[\]](?:[^,{}\[\]]*[^\s,{}\[\]])?")  # a plain scalar within [...] or {...}
_PLAIN = re.compile(r"\S(?:.*?\S)??(?=\s*$|\s+#)")


@attrs.frozen
class Excerpt:
    """One line of a file and the part of it that a finding is about."""

    line: int
    """Counted from 1."""
    text: str
    start: int
    """Index into *text* of the first marked character, from 0."""
    end: int
    """Index after the last marked character, never beyond *text*."""


@attrs.frozen
class _File:
    lines: list[str]
    secret: list[bool]
    """For each line, whether its YAML document has to do with a Secret."""


@attrs.define
class Sources:
    """Quotes lines from the files that verdicts point into, reading each file once."""

    _files: dict[str, _File | None] = attrs.field(factory=dict, init=False)

    def excerpt(self, verdict: Verdict) -> Excerpt | None:
        """Return the line that *verdict* points at, or None where there is none or it may hold a secret."""
        place = verdict.position
        if place is None or verdict.subject.kind == "Secret" or verdict.check.startswith("secrets/"):
            return None
        if place.file not in self._files:
            self._files[place.file] = _read(place.file)
        file = self._files[place.file]
        index, start = place.line - 1, place.column - 1
        if file is None or not 0 <= index < len(file.lines) or file.secret[index]:
            return None
        text = file.lines[index]
        if not 0 <= start < len(text) or _CREDENTIALS.search(text):
            return None
        if _ENV_VALUE.search(verdict.pointer) and "value" in text:
            return None
        return Excerpt(place.line, text, start, _end(text, start))


def _read(file: str) -> _File | None:
    try:
        path = Path(file)
        if not path.is_file() or path.stat().st_size > _LARGEST:
            return None
        with path.open(encoding="utf-8-sig", newline="") as stream:
            text = stream.read()
    except (OSError, ValueError):  # ValueError: not UTF-8, or a NUL in the name
        return None
    lines = _BREAK.split(text)
    secret: list[bool] = []
    for document in _documents(lines):
        secret += [bool(_SECRET_DOCUMENT.search("\n".join(document)))] * len(document)
    return _File(lines, secret)


def _documents(lines: list[str]) -> Iterator[list[str]]:
    first = 0
    for index, line in enumerate(lines):
        if _SEPARATOR.match(line):
            yield lines[first:index]
            first = index
    yield lines[first:]


def _end(text: str, start: int) -> int:
    """Return where the key, quoted scalar or plain scalar (without its comment) that begins at *start* ends."""
    before = text[:start]
    within = before.count("{") + before.count("[") > before.count("}") + before.count("]")
    for pattern in (_KEY, _QUOTED, _FLOW if within else _PLAIN):
        match = pattern.match(text, start)
        if match:
            return match.end()
    return start + 1
