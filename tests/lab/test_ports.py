"""A port is chosen and kept, so that nobody can take it before the component that it is for."""

from __future__ import annotations

import socket

import pytest

from seatrial.lab import ports


def listen(port: int, *, sharing: bool) -> socket.socket:
    made = socket.socket()
    if sharing:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    try:
        made.bind(("127.0.0.1", port))
        made.listen()
    except OSError:
        made.close()
        raise
    return made


def test_two_are_never_the_same() -> None:
    held = [ports.reserve() for _ in range(50)]
    try:
        assert len({ports.number(each) for each in held}) == 50
    finally:
        for each in held:
            each.close()


def test_nobody_else_can_take_one() -> None:
    with ports.reserve() as held, pytest.raises(OSError, match="in use"):
        listen(ports.number(held), sharing=False)


def test_the_component_that_shares_it_gets_the_connections() -> None:
    with (
        ports.reserve() as held,
        listen(ports.number(held), sharing=True) as component,
        socket.create_connection(("127.0.0.1", ports.number(held)), 5),
    ):
        component.settimeout(5)
        component.accept()[0].close()


def test_it_is_free_again_when_it_is_let_go() -> None:
    with ports.reserve() as held:
        number = ports.number(held)

    listen(number, sharing=False).close()
