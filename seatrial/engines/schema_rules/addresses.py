"""IP addresses and networks.

Truth: k8s.io/apimachinery v0.37.2 `pkg/util/validation/ip.go` (`IsValidIPForLegacyField`,
`IsValidCIDRForLegacyField`) and k8s.io/utils `internal/third_party/forked/golang/net` (`ParseIPSloppy`).
"""

from __future__ import annotations

import ipaddress
import re

from seatrial.engines.schema_rules.field import Field, Violations

_STRICT = (1, 36)
"""Since then leading zeros, IPv4-mapped addresses and host bits are rejected (feature gate StrictIPCIDRValidation)."""
_ZEROS = re.compile(r"(?<![0-9])0+(?=[0-9])")

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def parse_ip(text: str, *, strict: bool) -> Address | None:
    """The address, or None where the server reads none."""
    plain = text if strict or ":" in text else _ZEROS.sub("", text)
    try:
        found = ipaddress.ip_address(plain)
    except ValueError:
        return None
    if isinstance(found, ipaddress.IPv6Address) and (found.scope_id or (strict and found.ipv4_mapped)):
        return None
    return found


def parse_network(text: str, *, strict: bool) -> Network | None:
    """The network, or None where the server reads none."""
    address, slash, length = text.partition("/")
    found = parse_ip(address, strict=strict)
    if found is None or not slash or not re.fullmatch(r"[0-9]{1,3}", length) or int(length) > found.max_prefixlen:
        return None
    if strict and length != str(int(length)):
        return None
    network = ipaddress.ip_network((found, int(length)), strict=False)
    return None if strict and network.network_address != found else network


def ip(field: Field) -> Violations:
    """Complain of a string that is no address."""
    if isinstance(field.value, str) and parse_ip(field.text, strict=field.version >= _STRICT) is None:
        yield from field.wrong("an IP address such as 10.9.8.7 or 2001:db8::ffff")


def network(field: Field) -> Violations:
    """Complain of a string that is no network."""
    if isinstance(field.value, str) and parse_network(field.text, strict=field.version >= _STRICT) is None:
        yield from field.wrong("a network such as 10.9.8.0/24 or 2001:db8::/64, with no bit set beyond its length")


def is_inside(inner: Field, outer: Field) -> bool:
    """Whether one network is a strict part of the other; true where either cannot be read."""
    small, large = parse_network(inner.text, strict=False), parse_network(outer.text, strict=False)
    if small is None or large is None:
        return True
    if isinstance(small, ipaddress.IPv4Network) and isinstance(large, ipaddress.IPv4Network):
        return small.prefixlen > large.prefixlen and small.subnet_of(large)
    if isinstance(small, ipaddress.IPv6Network) and isinstance(large, ipaddress.IPv6Network):
        return small.prefixlen > large.prefixlen and small.subnet_of(large)
    return False
