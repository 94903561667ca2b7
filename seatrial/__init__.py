"""Seatrial proves a Kubernetes architecture before it sails."""

from __future__ import annotations

__all__ = ["__version__"]


def __getattr__(name: str) -> str:
    # Reading the installed metadata takes longer than all else that `seatrial --help` does.
    if name == "__version__":
        from importlib import metadata

        return metadata.version("seatrial")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
