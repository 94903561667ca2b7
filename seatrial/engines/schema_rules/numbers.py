"""Numbers that may be percentages.

Truth: k8s.io/kubernetes v1.37.2 `pkg/apis/apps/validation/validation.go` (`ValidatePositiveIntOrPercent`,
`IsNotMoreThan100Percent`, `getIntOrPercentValue`).
"""

from __future__ import annotations

import re

from seatrial.engines.schema_rules.field import Field, Violations

_PERCENT = re.compile(r"[0-9]+%")


def int_or_percent(field: Field, *, at_most_all: bool) -> Violations:
    """A number of zero or more, or a percentage."""
    yield from field.within(0)
    if isinstance(field.value, str):
        if not _PERCENT.fullmatch(field.text):
            yield from field.wrong("a number or a percentage such as 25%")
        elif at_most_all and int(field.text[:-1]) > 100:
            yield from field.wrong("at most 100%", "lower the value")


def value_of(field: Field, default: int) -> int:
    """The number, or the percentage as one; text that is neither counts as zero, as upstream reads it."""
    if field.value is None:
        return default
    if isinstance(field.value, str):
        if _PERCENT.fullmatch(field.text):
            return int(field.text[:-1])
        return int(field.text) if re.fullmatch(r"[+-]?[0-9]+", field.text) else 0
    return field.number or 0
