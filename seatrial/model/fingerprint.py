"""Secrets compared without keeping them: a value's fingerprint under a key that nobody has, not even the next run."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
from typing import Any

_KEY = secrets.token_bytes(32)
_MARK = b"seatrial-fingerprint:"


def _fingerprint(value: bytes) -> str:
    """Base64, so that it may stand where the value stood. A fingerprint is its own; valid in this process only."""
    digest = value if value.startswith(_MARK) else _MARK + hmac.new(_KEY, value, hashlib.sha256).digest()
    return base64.b64encode(digest).decode("ascii")


def of_encoded(value: Any) -> str:
    """The fingerprint of a value of a Secret's `data`; of the text itself where that is no base64."""
    text = value if isinstance(value, str) else repr(value)
    try:
        return _fingerprint(base64.b64decode("".join(text.split()), validate=True))
    except (binascii.Error, ValueError):
        return _fingerprint(text.encode("utf-8", "surrogatepass"))


def of_text(value: Any) -> str:
    """The fingerprint of a value of a Secret's `stringData`."""
    return _fingerprint((value if isinstance(value, str) else repr(value)).encode("utf-8", "surrogatepass"))
