"""What a plain YAML scalar means, as Kubernetes reads it.

Kubernetes decodes manifests with sigs.k8s.io/yaml, whose scalars are those of the module go.yaml.in/yaml/v2
(sigs.k8s.io/yaml v1.6.0, go.yaml.in/yaml/v2 v2.4.4, resolve.go): YAML 1.1 booleans, timestamps kept as strings, no
sexagesimals.
"""

from __future__ import annotations

import math
import re

_BOOLEANS = {
    **dict.fromkeys(["y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"], True),
    **dict.fromkeys(["n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"], False),
}
_NULLS = frozenset(["", "~", "null", "Null", "NULL"])
_HINT = frozenset("+-.0123456789")
_INTEGER = re.compile(r"[-+]?(?:0|[1-9][0-9]*)")
_PREFIXED = re.compile(r"(?P<sign>[-+]?)0(?P<base>[xXbBoO]?)(?P<digits>[0-9a-fA-F]+)")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_BASES = {"": 8, "o": 8, "x": 16, "b": 2}
_LONGEST_NUMBER = 400
_NOT_FINITE = {".inf", "+.inf", "-.inf", ".nan"}

Scalar = str | int | float | bool | None


def _prefixed(text: str) -> int | None:
    match = _PREFIXED.fullmatch(text)
    if match is None:
        return None
    try:
        number = int(match["digits"], _BASES[match["base"].lower()])
    except ValueError:
        return None
    return -number if match["sign"] == "-" else number


def resolve_plain(text: str) -> Scalar:
    """Resolve an unquoted scalar. Raises ValueError for numbers that JSON cannot hold (infinities, NaN)."""
    if text in _BOOLEANS:
        return _BOOLEANS[text]
    if text in _NULLS:
        return None
    if text[0] not in _HINT:
        return text
    if text.lower() in _NOT_FINITE:
        raise ValueError("a number that Kubernetes cannot hold")  # unsaid, as it may be of a Secret
    bare = text.replace("_", "") if text[-1] != "_" else text
    if len(bare) > _LONGEST_NUMBER:
        return text
    if _INTEGER.fullmatch(bare):
        return int(bare)
    if (number := _prefixed(bare)) is not None:
        return number
    if _FLOAT.fullmatch(bare):
        value = float(bare)
        if not math.isfinite(value):
            raise ValueError("a number that Kubernetes cannot hold")  # unsaid, as it may be of a Secret
        return value
    return text
