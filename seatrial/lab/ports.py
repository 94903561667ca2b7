"""Ports that no other program can take between their choice and their use."""

from __future__ import annotations

import socket

LOOPBACK = "127.0.0.1"


def reserve() -> socket.socket:
    """A socket bound to a free port of the loopback interface, to be kept open as long as the port is used.

    It never listens, so it takes no connection. Only a program of the same user that asks for the sharing of the port
    (`--permit-port-sharing` of the control plane) can bind it too; the system gives it to nobody who asks for any free
    port.
    """
    held = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    held.bind((LOOPBACK, 0))
    return held


def number(held: socket.socket) -> int:
    """The port that *held* is bound to."""
    port: int = held.getsockname()[1]
    return port
