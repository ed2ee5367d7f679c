"""How the server takes connections."""

import socket
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from waitress import wasyncore

from phoneprov.serving import MOST_ACCEPTED_AT_ONCE, make_server


@pytest.fixture
def server() -> Iterator[Any]:
    made: Any = make_server(
        Flask(__name__), host="127.0.0.1", port=0, threads=1, on_arrival=lambda: None
    )
    yield made
    wasyncore.close_all(made._map)
    made.task_dispatcher.shutdown()


@pytest.mark.parametrize(
    ("waiting", "taken"),
    [(1, 1), (60, 60), (MOST_ACCEPTED_AT_ONCE + 20, MOST_ACCEPTED_AT_ONCE)],
)
def test_one_turn_takes_all_who_wait_up_to_a_limit(server: Any, waiting: int, taken: int) -> None:
    address = ("127.0.0.1", server.effective_port)
    clients = [socket.create_connection(address, timeout=5) for _ in range(waiting)]
    wasyncore.loop(timeout=5, use_poll=True, map=server._map, count=1)
    assert len(server.active_channels) == taken
    for client in clients:
        client.close()
