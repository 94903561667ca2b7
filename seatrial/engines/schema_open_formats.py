"""The string formats that the API server checks in custom objects.

They are those of k8s.io/kube-openapi v0.0.0-20260721132016 `pkg/validation/strfmt`, as far as
k8s.io/apiextensions-apiserver v0.37 `pkg/apiserver/validation/formats.go` lets them through; dashes in a name do not
count there. Text of any other format is free.
"""

from __future__ import annotations

import datetime
import ipaddress
import re
from collections.abc import Callable

from seatrial.engines.durations import open_duration
from seatrial.engines.schema_formats import FORMATS, Format, is_dns_label, is_dns_subdomain

PREFIX = "openapi-"
"""Keeps these apart from the formats that our own constraints name."""

_BASE64 = re.compile(r"(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{4})")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TIME = re.compile(r"([0-9]{2}):([0-9]{2}):([0-9]{2})(.[0-9]+)?(z|([+-][0-9]{2}:[0-9]{2}))")
_UUID = r"[0-9a-f]{{8}}-?[0-9a-f]{{4}}-?{0}-?{1}-?[0-9a-f]{{12}}"
_MAC = re.compile(
    r"[0-9a-f]{2}([:-])[0-9a-f]{2}(?:\1[0-9a-f]{2}){4}(?:(?:\1[0-9a-f]{2}){2})?(?:(?:\1[0-9a-f]{2}){12})?"
    r"|[0-9a-f]{4}(?:\.[0-9a-f]{4}){2,3}|[0-9a-f]{4}(?:\.[0-9a-f]{4}){9}",
    re.IGNORECASE,
)


def is_date(text: str) -> bool:
    """`2006-01-02`, a day that exists (`strfmt/date.go`)."""
    try:
        return _DATE.fullmatch(text) is not None and bool(datetime.date.fromisoformat(text))
    except ValueError:
        return False


def is_date_time(text: str) -> bool:
    """RFC 3339 with any fraction; a leap second is refused (`strfmt/time.go`, IsDateTime)."""
    day, separator, rest = text.lower().partition("t")
    found = _TIME.fullmatch(rest.partition("t")[0])
    in_range = found is not None and found[1] <= "23" and found[2] <= "59" and found[3] <= "59"
    return bool(separator) and is_date(day) and in_range


def is_ip(text: str, *, sloppy: bool = False) -> bool:
    """An address of either family as Go's net.ParseIP takes it; *sloppy* ones may have leading zeros in their parts."""
    if sloppy:
        text = re.sub(r"(?<![0-9a-fA-F:])0+(?=[0-9]+(?:\.|$))|(?<=\.)0+(?=[0-9])", "", text)
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return "%" not in text


def is_cidr(text: str) -> bool:
    """An address, `/` and a prefix length (netutils.ParseCIDRSloppy)."""
    address, slash, length = text.partition("/")
    if not slash or not is_ip(address, sloppy=True) or re.fullmatch(r"[0-9]{1,3}", length) is None:
        return False
    return int(length) <= (128 if ":" in address else 32)


def is_uri(text: str) -> bool:
    """What Go's url.ParseRequestURI takes: a scheme or an absolute path, whole escapes, a host."""
    if not text or re.search(r"[\x00-\x1f\x7f]", text):
        return False
    scheme, colon, rest = text.partition(":")
    named = bool(colon) and re.fullmatch(r"[A-Za-z][A-Za-z0-9+.-]*", scheme) is not None
    if text == "*" or (named and not rest.startswith("/")):
        return True
    if re.search(r"%(?![0-9A-Fa-f]{2})", text):
        return False
    if not named or not rest.startswith("//"):
        return named or text.startswith("/")
    host = rest[2:].split("/", 1)[0].split("?", 1)[0].rpartition("@")[2]
    return re.fullmatch(r"(?:\[[^\]\s]*\]|[^\s\[\]<>\"\\^`{|}:]*)(?::[0-9]*)?", host) is not None


def _uuid(version: str = "") -> Callable[[str], bool]:
    third = f"{version}[0-9a-f]{{3}}" if version else "[0-9a-f]{4}"
    fourth = "[89ab][0-9a-f]{3}" if version in ("4", "5") else "[0-9a-f]{4}"
    pattern = re.compile(_UUID.format(third, fourth), re.IGNORECASE)
    return lambda text: pattern.fullmatch(text) is not None


def _named(accepts: Callable[[str], bool], needed: str) -> Format:
    return Format(accepts, needed, "correct the value")


_CHECKED = {
    "byte": _named(lambda text: _BASE64.fullmatch(text) is not None, "base64 that is not empty"),
    "date": _named(is_date, "a date such as 2006-01-02"),
    "datetime": _named(is_date_time, "a time such as 2006-01-02T15:04:05Z"),
    "duration": _named(lambda text: open_duration(text) is not None, "a duration such as 1h30m"),
    "ipv4": _named(lambda text: "." in text and is_ip(text, sloppy=True), "an IPv4 address"),
    "ipv6": _named(lambda text: ":" in text and is_ip(text), "an IPv6 address"),
    "cidr": _named(is_cidr, "a block of addresses such as 10.0.0.0/8"),
    "mac": _named(lambda text: _MAC.fullmatch(text) is not None, "a MAC address"),
    "uri": _named(is_uri, "a URI or an absolute path"),
    "uuid": _named(_uuid(), "a UUID"),
    "uuid3": _named(_uuid("3"), "a UUID of version 3"),
    "uuid4": _named(_uuid("4"), "a UUID of version 4"),
    "uuid5": _named(_uuid("5"), "a UUID of version 5"),
    "k8sshortname": _named(is_dns_label, "a DNS label"),
    "k8slongname": _named(is_dns_subdomain, "a DNS name"),
    "password": _named(lambda _text: True, "any text"),
}
UNCHECKED = frozenset(
    {"bsonobjectid", "email", "hostname", "isbn", "isbn10", "isbn13", "creditcard", "ssn", "hexcolor", "rgbcolor"}
)
"""Formats that the server checks and we do not: a verdict on such a kind says so."""

ALL_FORMATS = FORMATS | {f"{PREFIX}{name}": form for name, form in _CHECKED.items()}
"""Every format under which any schema of ours refers to one."""


def checked(name: str) -> bool:
    """Whether we check a format of an OpenAPI schema."""
    return name.replace("-", "") in _CHECKED


def known(name: str) -> bool:
    """Whether the server checks a format of an OpenAPI schema; it ignores others."""
    return checked(name) or name.replace("-", "") in UNCHECKED


def reference(name: str) -> str:
    """Under which name a compiled schema refers to the format *name*."""
    return f"{PREFIX}{name.replace('-', '')}"
