"""Reading manifests that may have any shape: a wrong type anywhere is an absent value, never a crash."""

from __future__ import annotations

from typing import Any


def dig(value: Any, *path: str | int, default: Any = None) -> Any:
    """Follow *path* through mappings (string parts) and lists (integer parts); *default* where it ends early."""
    for part in path:
        if isinstance(part, int):
            if not isinstance(value, list) or not -len(value) <= part < len(value):
                return default
            value = value[part]
        else:
            if not isinstance(value, dict) or part not in value:
                return default
            value = value[part]
    return value


def as_dict(value: Any) -> dict[str, Any]:
    """The value if it is a mapping, else an empty one."""
    return value if isinstance(value, dict) else {}


def as_list(value: Any) -> list[Any]:
    """The value if it is a list, else an empty one."""
    return value if isinstance(value, list) else []


def as_str(value: Any) -> str:
    """The value if it is a string, else the empty string."""
    return value if isinstance(value, str) else ""


def as_int(value: Any) -> int | None:
    """The value if it is an integer (a boolean is none), else None."""
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def string_map(value: Any) -> dict[str, str]:
    """The entries of a mapping whose keys and values are strings: labels, annotations, plain selectors."""
    return {key: item for key, item in as_dict(value).items() if isinstance(item, str)}
