"""Cron schedules and time zones.

Truth: github.com/robfig/cron/v3 v3.0.1 `parser.go` (`ParseStandard`), which k8s.io/kubernetes v1.37.2
`pkg/util/parsers` calls, and `pkg/apis/batch/validation/validation.go` (`validateTimeZone`).
"""

from __future__ import annotations

import re
import zoneinfo

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_NAMES = {
    3: {name: index for index, name in enumerate(_MONTHS, 1)},
    4: {name: index for index, name in enumerate(_DAYS)},
}
_BOUNDS = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 6))
_DESCRIPTORS = frozenset({"@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly"})
_DURATION = re.compile(r"[-+]?([0-9]+(\.[0-9]*)?|\.[0-9]+)(ns|us|µs|μs|ms|s|m|h)")
_ZONE_PART = re.compile(r"[A-Za-z.\-_0-9+]{1,14}")


def is_schedule(text: str) -> bool:
    """Whether the text is a schedule of five fields, or a descriptor such as `@daily`."""
    if text.startswith("@"):
        return text in _DESCRIPTORS or (text.startswith("@every ") and _is_duration(text.removeprefix("@every ")))
    fields = text.split()
    return len(fields) == len(_BOUNDS) and all(_is_field(item, index) for index, item in enumerate(fields))


def _is_duration(text: str) -> bool:
    if text == "0":
        return True
    rest = text.lstrip("+-") if len(text) - len(text.lstrip("+-")) <= 1 else ""
    while match := re.match(r"([0-9]+(\.[0-9]*)?|\.[0-9]+)(ns|us|µs|μs|ms|s|m|h)", rest):
        rest = rest[match.end() :]
        if not rest:
            return True
    return False


def _is_field(text: str, index: int) -> bool:
    # FieldsFunc drops empty parts: `1,,2` is `1,2`, and `,` names nothing.
    return all(_is_range(part, index) for part in text.split(",") if part)


def _is_range(text: str, index: int) -> bool:
    low, high = _BOUNDS[index]
    span, *steps = text.split("/")
    ends = span.split("-")
    if len(steps) > 1 or len(ends) > 2:
        return False
    if ends[0] in ("*", "?"):
        # Upstream looks no further: `*-9` is `*`.
        start, end = low, high
    else:
        numbers = [_number(part, index) for part in ends]
        if None in numbers:
            return False
        start = numbers[0] or 0
        end = (numbers[-1] or 0) if len(numbers) == 2 or not steps else high
    step = 1
    if steps:
        if not re.fullmatch(r"\+?[0-9]+", steps[0]):
            return False
        step = int(steps[0])
    return low <= start <= end <= high and step > 0


def _number(text: str, index: int) -> int | None:
    named = _NAMES.get(index, {}).get(text.lower())
    if named is not None:
        return named
    return int(text) if re.fullmatch(r"\+?[0-9]+", text) else None


def is_time_zone(text: str) -> bool:
    """Whether the text names a time zone of the IANA database; `Local` and the empty text do not."""
    parts = text.split("/")
    if not text or text.lower() == "local":
        return False
    if any(part in (".", "..") or part.startswith("-") or not _ZONE_PART.fullmatch(part) for part in parts):
        return False
    return text in zoneinfo.available_timezones() or text == "UTC"
