"""Seatrial proves a Kubernetes architecture before it sails."""

from importlib import metadata

try:
    __version__ = metadata.version("seatrial")
except metadata.PackageNotFoundError:  # a source tree that was never installed
    __version__ = "0+unknown"

__all__ = ["__version__"]
