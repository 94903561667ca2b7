"""Objects made comparable: the values of Secrets as fingerprints, and text for people without credentials."""

from __future__ import annotations

import re
from typing import Any

from seatrial.engines.drift.owners import Field, Key, Path
from seatrial.engines.drift.values import compact
from seatrial.model import fingerprint
from seatrial.model.dig import as_dict

_LONGEST = 160
_CREDENTIALS = re.compile(r"(?<=://)[^/\s@]+@")
_TELLING = re.compile(r"passw|passphrase|secret|token|credential|api_?key|private_?key|auth", re.IGNORECASE)
"""Names of environment variables and keys whose values are nobody's business."""


def comparable(data: dict[str, Any]) -> dict[str, Any]:
    """The object with a Secret's `stringData` where the server puts it, and fingerprints instead of values.

    Secrets read from a cluster hold fingerprints already, which stay as they are.
    """
    if data.get("kind") != "Secret":
        return data
    values = {key: fingerprint.of_encoded(value) for key, value in as_dict(data.get("data")).items()}
    values |= {key: fingerprint.of_text(value) for key, value in as_dict(data.get("stringData")).items()}
    found = {key: value for key, value in data.items() if key not in {"data", "stringData"}}
    return found | ({"data": values} if values else {})


def shown(kind: str, path: Path, value: Any) -> str:
    """A value as a line of a diff; empty where it must not be shown."""
    fields = [step.name for step in path if isinstance(step, Field)]
    if kind == "Secret" and fields[:1] in (["data"], ["stringData"]):
        return ""
    if fields[-1:] and _TELLING.search(fields[-1]) and isinstance(value, str):
        return ""
    if "env" in fields and (_telling_variable(path) or _holds_telling_variable(value)):
        return ""
    text = _CREDENTIALS.sub("...@", compact(value))
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}... ({len(text)} characters)"


def _telling_variable(path: Path) -> bool:
    names = (value for step in path if isinstance(step, Key) for _, value in step.fields)
    return any(_TELLING.search(name) for name in names)


def _holds_telling_variable(value: Any) -> bool:
    return isinstance(value, dict) and "value" in value and _TELLING.search(str(value.get("name"))) is not None
