"""The one record that every check answers with: what was judged, how it came out, and on what evidence."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

import attrs

from seatrial.model.position import Position


class Status(StrEnum):
    """How a check came out for one subject."""

    PASS = "pass"
    FAIL = "fail"
    INCONCLUSIVE = "inconclusive"
    """The evidence does not suffice either way; the message says what would."""
    SKIPPED = "skipped"
    """The check could not apply; the message says why."""
    WAIVED = "waived"
    """It failed, and a waiver with reason, owner and expiry accepts that."""


class Severity(StrEnum):
    """How much a failure matters, from least to most."""

    INFO = "info"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """Position in the order of severities, 0 for info."""
        return list(Severity).index(self)


@attrs.frozen(order=True)
class Subject:
    """What a verdict is about: a Kubernetes object, or a declared thing such as an objective."""

    api_version: str
    kind: str
    namespace: str
    """Empty for cluster-scoped objects and for declared things."""
    name: str

    def __str__(self) -> str:
        """`namespace/name[Kind]`, or `name[Kind]` without a namespace."""
        prefix = f"{self.namespace}/" if self.namespace else ""
        return f"{prefix}{self.name}[{self.kind}]"


@attrs.frozen
class Verdict:
    """One check, one subject, one outcome."""

    check: str
    """Identifier `category/rule-name`."""
    status: Status
    severity: Severity
    subject: Subject
    message: str
    """One sentence: what was found and what is needed. Never holds the value of a Secret."""
    pointer: str = ""
    """JSON pointer of the offending field within the subject, empty for the whole object."""
    position: Position | None = None
    remediation: str = ""
    """What to change, in the imperative."""
    requirements: tuple[str, ...] = ()
    """Identifiers of the declared requirements that this verdict is evidence for."""
    evidence: Mapping[str, Any] = attrs.field(factory=dict)
    """Measured values behind the outcome, as JSON values."""
