"""Spans of time as the API server reads them: of Go, and of the format `duration`, which takes more."""

from __future__ import annotations

import re
from decimal import Decimal

_GO = re.compile(r"[+-]?(?:0|(?:(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:ns|us|µs|μs|ms|s|m|h))+)")
_GO_PART = re.compile(r"([0-9]*\.?[0-9]*)(ns|us|µs|μs|ms|s|m|h)")
_WORDS = re.compile(r"([0-9]{1,18})\s*([A-Za-zµ]+)")
_SECOND = 10**9
_GO_UNITS = {
    "ns": 1,
    "us": 10**3,
    "µs": 10**3,
    "μs": 10**3,
    "ms": 10**6,
    "s": _SECOND,
    "m": 60 * _SECOND,
    "h": 3600 * _SECOND,
}
_UNITS = (
    (1, ("ns", "nano")),
    (10**3, ("us", "µs", "micro")),
    (10**6, ("ms", "milli")),
    (_SECOND, ("s", "sec")),
    (60 * _SECOND, ("m", "min")),
    (3600 * _SECOND, ("h", "hr", "hour")),
    (24 * 3600 * _SECOND, ("d", "day")),
    (7 * 24 * 3600 * _SECOND, ("w", "wk", "week")),
)
_LOW, _HIGH = -(2**63), 2**63 - 1


def go_duration(text: str) -> int | None:
    """Nanoseconds of a duration such as `1h30m`, None for anything else (Go 1.27 `time/format.go`, ParseDuration)."""
    if _GO.fullmatch(text) is None:
        return None
    total = sum(int(Decimal(number) * _GO_UNITS[unit]) for number, unit in _GO_PART.findall(text))
    signed = -total if text.startswith("-") else total
    return signed if _LOW <= signed <= _HIGH else None


def open_duration(text: str) -> int | None:
    """Nanoseconds of a value of the format `duration`, such as `5 min` too, None for anything else.

    As k8s.io/kube-openapi v0.0.0-20260721132016 `pkg/validation/strfmt/duration.go` (ParseDuration): what is no number
    with a unit is passed over, and the last word for a unit may be longer.
    """
    go = go_duration(text)
    if go is not None:
        return go
    found = [
        int(number) * size
        for number, word in _WORDS.findall(text)
        for size, names in _UNITS
        if word.lower() in names or word.lower().startswith(names[-1])
    ]
    return sum(found) if found else None
