import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from local.port_holder import port_holder
from tests.support.waiting import wait_for

PROGRAM = """
import socket, sys, time
server = socket.create_server((sys.argv[1], int(sys.argv[2])))
print(server.getsockname()[1], flush=True)
time.sleep(60)
"""


@contextmanager
def other_program(*arguments: object) -> Iterator[tuple[int, int]]:
    """A program that listens; its process id and port."""
    command = [sys.executable, "-c", PROGRAM, *map(str, arguments)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield process.pid, int(process.stdout.readline())
        finally:
            process.kill()


@pytest.fixture
def listening() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server


def test_the_process_that_listens_is_named(listening: socket.socket) -> None:
    holder = port_holder(listening.getsockname()[1])
    assert holder is not None
    assert holder.pid == os.getpid()
    assert holder.checkout is None
    assert str(holder) == f"{Path(sys.executable).name} (process {os.getpid()})"


def test_a_process_of_a_local_platform_is_named_by_its_checkout(tmp_path: Path) -> None:
    folder = tmp_path / "shop" / ".windlass" / "data-plane"
    with other_program("127.0.0.1", 0, "--folder", str(folder)) as (pid, port):
        assert str(port_holder(port)) == f"the local platform in {tmp_path / 'shop'} (process {pid})"


def test_a_program_on_the_same_port_of_another_address_is_not_the_holder(listening: socket.socket) -> None:
    port = listening.getsockname()[1]
    with other_program("127.9.9.9", port) as (pid, _):
        holder = port_holder(port)
        assert holder is not None
        assert holder.pid == os.getpid()
        listening.close()
        wait_for("no holder", lambda: port_holder(port) is None, 5)
        assert pid


def test_a_program_that_listens_on_all_addresses_is_the_holder() -> None:
    with other_program("0.0.0.0", 0) as (pid, port):
        holder = port_holder(port)
        assert holder is not None
        assert holder.pid == pid


def test_a_free_port_has_no_holder(listening: socket.socket) -> None:
    port = listening.getsockname()[1]
    listening.close()
    wait_for("the port to be free", lambda: port_holder(port) is None, 5)
