"""The upstream programs that our engines are compared with: pins, builds, cache."""

from __future__ import annotations

from seatrial.toolchain.building import Built, build
from seatrial.toolchain.cache import cached, find, require, variable
from seatrial.toolchain.modules import cached_module_folder, module_folder
from seatrial.toolchain.table import LAB, TOOLS, Tool

__all__ = [
    "LAB",
    "TOOLS",
    "Built",
    "Tool",
    "build",
    "cached",
    "cached_module_folder",
    "find",
    "module_folder",
    "require",
    "variable",
]
