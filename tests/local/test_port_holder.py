import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from local.port_holder import port_holder
from tests.support.waiting import wait_for

PROGRAM = """
import socket, time
server = socket.create_server(("127.0.0.1", 0))
print(server.getsockname()[1], flush=True)
time.sleep(60)
"""


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
    command = [sys.executable, "-c", PROGRAM, "--folder", str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            holder = port_holder(int(process.stdout.readline()))
            assert str(holder) == f"the local platform in {tmp_path / 'shop'} (process {process.pid})"
        finally:
            process.kill()


def test_a_free_port_has_no_holder(listening: socket.socket) -> None:
    port = listening.getsockname()[1]
    listening.close()
    wait_for("the port to be free", lambda: port_holder(port) is None, 5)
