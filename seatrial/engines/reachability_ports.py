"""Sets of connections: which ports of which protocols, exactly, as disjoint ranges."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import attrs

PROTOCOLS = ("TCP", "UDP", "SCTP")
"""What a NetworkPolicy can name (k8s.io/api v0.37.2 core/v1 `Protocol`)."""
FIRST, LAST = 1, 65535

Range = tuple[int, int]
"""First and last port, both included."""


def merge(ranges: Iterable[Range]) -> tuple[Range, ...]:
    """The same integers as disjoint ranges in order, adjacent ones joined; empty ones are dropped."""
    merged: list[Range] = []
    for first, last in sorted(ranges):
        if first > last:
            continue
        if merged and first <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(last, merged[-1][1]))
        else:
            merged.append((first, last))
    return tuple(merged)


def intersect(left: tuple[Range, ...], right: tuple[Range, ...]) -> tuple[Range, ...]:
    """The integers in both."""
    return merge((max(a, c), min(b, d)) for a, b in left for c, d in right if max(a, c) <= min(b, d))


def subtract(left: tuple[Range, ...], right: tuple[Range, ...]) -> tuple[Range, ...]:
    """The integers of *left* that are not in *right*."""
    rest = list(merge(left))
    for low, high in right:
        rest = [
            part
            for first, last in rest
            for part in ((first, min(last, low - 1)), (max(first, high + 1), last))
            if part[0] <= part[1]
        ]
    return merge(rest)


@attrs.frozen
class Connections:
    """The connections allowed from one peer to another."""

    tcp: tuple[Range, ...] = ()
    udp: tuple[Range, ...] = ()
    sctp: tuple[Range, ...] = ()

    @classmethod
    def of(cls, protocol: str, first: int, last: int | None = None) -> Connections:
        """One range of one protocol, cut to what a port can be; nothing for an unknown protocol."""
        ranges = merge([(max(first, FIRST), min(first if last is None else last, LAST))])
        match protocol:
            case "TCP":
                return cls(tcp=ranges)
            case "UDP":
                return cls(udp=ranges)
            case "SCTP":
                return cls(sctp=ranges)
        return cls()

    def __or__(self, other: Connections) -> Connections:
        if other is ALL or not self:
            return other
        if self is ALL or not other:
            return self
        return Connections(*(merge(a + b) for a, b in zip(self._parts(), other._parts(), strict=True)))

    def __and__(self, other: Connections) -> Connections:
        if self is ALL:
            return other
        if other is ALL:
            return self
        return Connections(*(intersect(a, b) for a, b in zip(self._parts(), other._parts(), strict=True)))

    def __sub__(self, other: Connections) -> Connections:
        if not self or not other:
            return self
        return Connections(*(subtract(a, b) for a, b in zip(self._parts(), other._parts(), strict=True)))

    def __bool__(self) -> bool:
        return bool(self.tcp or self.udp or self.sctp)

    def _parts(self) -> tuple[tuple[Range, ...], ...]:
        return self.tcp, self.udp, self.sctp

    def __iter__(self) -> Iterator[tuple[str, Range]]:
        """Protocol and range, in order."""
        for protocol, ranges in zip(PROTOCOLS, self._parts(), strict=True):
            for item in ranges:
                yield protocol, item

    def __str__(self) -> str:
        """`All Connections`, `No Connections`, or `TCP 80,8000-8010,UDP 53`."""
        if self == ALL:
            return "All Connections"
        texts = []
        for protocol, ranges in zip(PROTOCOLS, self._parts(), strict=True):
            if ranges:
                texts.append(f"{protocol} " + ",".join(str(a) if a == b else f"{a}-{b}" for a, b in ranges))
        return ",".join(texts) or "No Connections"


NONE = Connections()
ALL = Connections(((FIRST, LAST),), ((FIRST, LAST),), ((FIRST, LAST),))
"""Every port of every protocol that policies know; others, such as ICMP, are left to the network plugin."""
