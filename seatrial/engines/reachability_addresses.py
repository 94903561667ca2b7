"""Addresses outside the cluster as exact ranges of integers, so that CIDR arithmetic cannot err."""

from __future__ import annotations

import ipaddress
import itertools
from collections.abc import Iterable

import attrs

from seatrial.engines.reachability_ports import Range, subtract

_SIZES = {4: 2**32, 6: 2**128}


@attrs.frozen(order=True)
class Addresses:
    """IP addresses of one family as disjoint ranges."""

    family: int
    """4 or 6."""
    ranges: tuple[Range, ...]

    @classmethod
    def of(cls, cidr: str, excepted: Iterable[str] = ()) -> Addresses:
        """A CIDR without the excepted ones (those of the other family do not matter). Raises ValueError."""
        network = ipaddress.ip_network(cidr, strict=False)
        ranges: tuple[Range, ...] = (_range(network),)
        for text in excepted:
            hole = ipaddress.ip_network(text, strict=False)
            if hole.version == network.version:
                ranges = subtract(ranges, (_range(hole),))
        return cls(network.version, ranges)

    @classmethod
    def everything(cls, family: int) -> Addresses:
        """All addresses of a family."""
        return cls(family, ((0, _SIZES[family] - 1),))

    def __contains__(self, address: object) -> bool:
        """Whether it holds an integer address."""
        return isinstance(address, int) and any(first <= address <= last for first, last in self.ranges)

    def covers(self, other: Addresses) -> bool:
        """Whether every one of the other addresses is among these."""
        return self.family == other.family and not subtract(other.ranges, self.ranges)

    def __str__(self) -> str:
        """`first-last` of each range, or `any address` of the family."""
        if self == Addresses.everything(self.family):
            return f"any IPv{self.family} address"
        kind = ipaddress.IPv4Address if self.family == 4 else ipaddress.IPv6Address
        return ", ".join(
            f"{kind(first)}-{kind(last)}" if first != last else f"{kind(first)}" for first, last in self.ranges
        )


def _range(network: ipaddress.IPv4Network | ipaddress.IPv6Network) -> Range:
    return int(network.network_address), int(network.broadcast_address)


def partition(blocks: Iterable[Addresses], family: int) -> tuple[Range, ...]:
    """The whole family cut wherever a block begins or ends: within one part every address is treated alike."""
    size = _SIZES[family]
    cuts = {0, size}
    for block in blocks:
        if block.family == family:
            for first, last in block.ranges:
                cuts |= {first, last + 1}
    ordered = sorted(cuts)
    return tuple((first, after - 1) for first, after in itertools.pairwise(ordered))
