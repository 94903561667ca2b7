"""The texts of Warning headers: what an API server tells a client beside its answer.

The server writes `299 - "text"` (k8s.io/apimachinery v0.37.2 pkg/util/net/http.go NewWarningHeader), several of them as
several headers; intermediaries may join them with commas (RFC 7234, 5.5).
"""

from __future__ import annotations

import re
from collections.abc import Iterable

_VALUE = re.compile(r"""\s*299\s+\S+\s+"((?:[^"\\]|\\.)*)"(?:\s+"[^"]*")?\s*,?""", re.DOTALL)


def texts(headers: Iterable[str]) -> tuple[str, ...]:
    """The texts of all warnings of code 299, each once, in their order."""
    found: dict[str, None] = {}
    for header in headers:
        for match in _VALUE.finditer(header):
            found[re.sub(r"\\(.)", r"\1", match[1])] = None
    return tuple(found)
