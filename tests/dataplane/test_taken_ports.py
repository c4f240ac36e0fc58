"""A port that another program takes after the ports were checked is named, and used once it is free."""

import contextlib
import http.client
import os
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from local.dataplane import DataPlane
from local.dataplane.proxy.listening import CHECK_SECONDS, ListeningPorts
from tests.dataplane.running_platform import Platform
from tests.support.waiting import wait_for


@pytest.fixture
def taken() -> Iterator[socket.socket]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener


def test_a_port_of_another_program_is_not_the_proxys(taken: socket.socket) -> None:
    port, ports = taken.getsockname()[1], ListeningPorts()
    assert ports.advance([port], pid=1, now=10.0)
    assert ports.ports == []
    (problem,) = ports.problems
    assert f"Port {port} was taken by python" in problem
    assert f"(process {os.getpid()})" in problem
    assert not ports.advance([port], pid=1, now=10.0 + CHECK_SECONDS / 2), "it looks again after a second"
    taken.close()
    assert ports.advance([port], pid=1, now=10.0 + CHECK_SECONDS), "it is free, so the proxy must try again"
    assert (ports.ports, ports.problems) == ([], [])


def test_the_proxys_own_port_counts_until_its_process_is_another_one(taken: socket.socket) -> None:
    port, ports = taken.getsockname()[1], ListeningPorts()
    assert not ports.advance([port], pid=os.getpid(), now=10.0)
    assert ports.ports == [port]
    assert ports.advance([port], pid=1, now=10.1), "after a restart the port is another program's"
    assert ports.ports == []


def test_a_listener_that_is_gone_is_neither_a_port_nor_a_problem(taken: socket.socket) -> None:
    port, ports = taken.getsockname()[1], ListeningPorts()
    ports.advance([port], pid=1, now=10.0)
    assert not ports.advance([], pid=1, now=10.1)
    assert (ports.ports, ports.problems) == ([], [])


@pytest.mark.slow
def test_the_proxy_takes_the_port_as_soon_as_it_is_free(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    data_plane, port = platform.data_plane, platform.account.http_port
    data_plane.stop()
    with socket.socket() as other, ThreadPoolExecutor() as executor:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind(("127.0.0.1", port))
        other.listen()
        with monkeypatch.context() as patch:
            patch.setattr(DataPlane, "_refuse_taken_ports", lambda _: None)  # it was free at that moment
            started = executor.submit(data_plane.start)
            wait_for("the problem", lambda: any(f"Port {port} was taken" in each for each in _problems(data_plane)), 30)
            assert not data_plane.status().ready
            other.close()
            started.result(timeout=30)
    assert data_plane.status().problems == ()
    with contextlib.closing(http.client.HTTPConnection("localhost", port, timeout=10)) as connection:
        connection.request("GET", "/")
        assert connection.getresponse().status == 301


def _problems(data_plane: DataPlane) -> tuple[str, ...]:
    return data_plane.status().problems
