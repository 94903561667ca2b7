"""From bytes to text that YAML may hold, with mistakes of encoding told where they stand.

Files saved as UTF-16, files that are no text at all, and stray control characters are common mistakes whose place a
decoder knows only as an offset.
"""

from __future__ import annotations

import codecs
import re

from seatrial.model.errors import InputError
from seatrial.model.position import Position

_BREAK = re.compile("\r\n|[\r\n\x85\u2028\u2029]")
"""Line breaks as YAML 1.1 counts them."""
_FORBIDDEN = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters outside of YAML 1.1's c-printable (section 4.1.1)."""
_MARKS = (
    (codecs.BOM_UTF32_LE, "UTF-32"),
    (codecs.BOM_UTF32_BE, "UTF-32"),
    (codecs.BOM_UTF16_LE, "UTF-16"),
    (codecs.BOM_UTF16_BE, "UTF-16"),
)


def place(text: str, index: int, file: str) -> Position:
    """Line and column of the character at *index*, as YAML counts them."""
    breaks = list(_BREAK.finditer(text, 0, index))
    return Position(file, len(breaks) + 1, index - (breaks[-1].end() if breaks else 0) + 1)


def decode(data: bytes, file: str) -> str:
    """The UTF-8 text of *data*, without byte order mark.

    Raises InputError, at the first byte that is wrong, for text in another encoding and for what is no text.
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            remedy = "save it as UTF-8, the only encoding read"
            raise InputError(f"the text is {encoding}", remedy=remedy, position=Position(file, 1, 1))
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8-sig", "replace")
        raise InputError(
            f"byte 0x{data[error.start]:02x} is not UTF-8 text",
            remedy="save it as UTF-8; leave it out if it is no text",
            position=place(before, len(before), file),
        ) from None


def forbidden_character(text: str, file: str) -> InputError | None:
    """The error for the first character that YAML does not allow, or None if there is none."""
    found = _FORBIDDEN.search(text)
    if found is None:
        return None
    position, code = place(text, found.start(), file), ord(found[0])
    if code == 0:
        remedy = "save the file as UTF-8 if it is UTF-16; leave it out if it is no text"
        return InputError("a NUL byte, which no YAML or JSON text holds", remedy=remedy, position=position)
    found_text = f"the control character U+{code:04X}, which YAML does not allow"
    remedy = f'remove it, or write it as "\\u{code:04x}" within double quotes'
    return InputError(found_text, remedy=remedy, position=position)
