"""What a reference check consists of, and the words that several of them share."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import attrs

from seatrial.checks.base import CheckInfo
from seatrial.checks.judging import Judged
from seatrial.model.inventory import Inventory
from seatrial.model.suggest import did_you_mean
from seatrial.model.verdict import Severity

GROUP = "references"


@attrs.frozen
class Rule:
    """A check that judges objects of the inventory one by one."""

    info: CheckInfo
    judge: Callable[[Inventory], Iterator[Judged]]
    empty: str
    """Why the check is skipped when it finds nothing to judge."""


def rule(  # every part of a check's page, once
    name: str,
    title: str,
    severity: Severity,
    description: str,
    remediation: str,
    kinds: tuple[str, ...],
    judge: Callable[[Inventory], Iterator[Judged]],
    empty: str,
) -> Rule:
    """The rule `references/<name>`."""
    info = CheckInfo(
        id=f"{GROUP}/{name}",
        title=title,
        severity=severity,
        description=description,
        remediation=remediation,
        group=GROUP,
        kinds=kinds,
    )
    return Rule(info, judge, empty)


def where(namespace: str, name: str) -> str:
    """`namespace/name`, or only the name where the manifests leave the namespace out."""
    return f"{namespace}/{name}" if namespace else name


def absent(kind: str, namespace: str, name: str, others: Iterable[str]) -> str:
    """The sentence for an object that the set does not hold, with the nearest name that it does hold."""
    return f"there is no {kind} {where(namespace, name)} in the manifests{did_you_mean(name, others)}"


def names_of(inventory: Inventory, kind: str, namespace: str) -> list[str]:
    """Names of the objects of a kind in a namespace (empty for cluster-scoped kinds)."""
    return [resource.name for resource in inventory.in_namespace(namespace, kind)]
