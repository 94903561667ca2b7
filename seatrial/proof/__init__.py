"""Manifests before the real API server: accepted, admitted, scheduled, ready."""

from __future__ import annotations

from seatrial.proof.catalog import CATALOG, GROUP
from seatrial.proof.proving import prove

__all__ = ["CATALOG", "GROUP", "prove"]
