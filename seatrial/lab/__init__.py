"""A real control plane on this machine: its processes, their certificates, and simulated nodes."""

from __future__ import annotations

from seatrial.lab.control import down, down_all, running, status, up
from seatrial.lab.nodes import DEFAULT_POOLS
from seatrial.lab.record import Lab
from seatrial.model.architecture.node_pools import NodePool, Taint

__all__ = ["DEFAULT_POOLS", "Lab", "NodePool", "Taint", "down", "down_all", "running", "status", "up"]
