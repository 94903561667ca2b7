"""When a certificate ends: the one thing about it that explains a refused log-in.

Reads just enough DER (ITU-T X.690) to reach `validity` in a certificate (RFC 5280, 4.1): the standard library has no
public reader for certificates that are not part of a connection.
"""

from __future__ import annotations

import datetime
import ssl
from pathlib import Path

_SEQUENCE, _UTC_TIME, _VERSION = 0x30, 0x17, 0xA0


def _element(data: bytes, offset: int) -> tuple[int, int, int]:
    """Tag, start and end of the content of the element at *offset*."""
    tag, length, start = data[offset], data[offset + 1], offset + 2
    if length & 0x80:
        size = length & 0x7F
        length, start = int.from_bytes(data[start : start + size], "big"), start + size
    return tag, start, start + length


def not_after(pem: str) -> datetime.datetime:
    """The end of the first certificate's validity. Raises ValueError if *pem* holds none."""
    begin, end = pem.find("-----BEGIN CERTIFICATE-----"), pem.find("-----END CERTIFICATE-----")
    if begin < 0 or end < begin:
        raise ValueError("no certificate in PEM form")
    data = ssl.PEM_cert_to_DER_cert(pem[begin : end + len("-----END CERTIFICATE-----")])
    try:
        _, offset, _ = _element(data, 0)
        _, offset, _ = _element(data, offset)  # TBSCertificate
        if data[offset] == _VERSION:
            offset = _element(data, offset)[2]
        for _ in range(3):  # serial number, signature algorithm, issuer
            offset = _element(data, offset)[2]
        tag, offset, _ = _element(data, offset)
        if tag != _SEQUENCE:
            raise ValueError("no validity in the certificate")
        offset = _element(data, offset)[2]  # notBefore
        tag, start, end = _element(data, offset)
    except IndexError as error:
        raise ValueError("the certificate is cut short") from error
    # strptime's %y puts 69..99 into the last century; RFC 5280 does so from 50, and no certificate of today ends there.
    pattern = "%y%m%d%H%M%SZ" if tag == _UTC_TIME else "%Y%m%d%H%M%SZ"
    return datetime.datetime.strptime(data[start:end].decode(), pattern).replace(tzinfo=datetime.UTC)


def ended(file: str | None) -> datetime.datetime | None:
    """When the certificate in *file* ended, or None while it is valid or cannot be read."""
    if file is None:
        return None
    try:
        end = not_after(Path(file).read_text(encoding="ascii"))
    except (OSError, ValueError):
        return None
    return end if end < datetime.datetime.now(tz=datetime.UTC) else None
