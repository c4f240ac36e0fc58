"""One platform with its data plane for the whole folder; each test finds it as the first one did."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from local.dataplane import DataPlane, Settings
from local.dataplane.containers.addresses import Addresses
from local.dataplane.process_registry import ProcessRegistry
from local.dataplane.proxy.certificates import Certificates
from local.dataplane.stores.postgres_place import remove_data
from local.dataplane.stores.stores import Stores
from tests.dataplane.account import REGION, Account
from tests.dataplane.extra import Extra
from tests.dataplane.running_platform import Platform
from tests.dataplane.tasks import Tasks
from tests.support.answers import assert_faithful
from tests.support.postgres import free_port

PROJECT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="package")
def account() -> Iterator[Account]:
    command = [sys.executable, "-m", "local.server", "--port", "0"]
    server = subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE, text=True)
    try:
        assert server.stdout is not None
        url = server.stdout.readline().split()[-1]
        yield Account(url, database_port=free_port(), https_port=free_port(), http_port=free_port())
        assert_faithful(url)
    finally:
        server.terminate()
        server.communicate()


@pytest.fixture(scope="package")
def running_platform(account: Account, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    settings = Settings(
        endpoint_url=account.endpoint_url,
        region=REGION,
        folder=tmp_path_factory.mktemp("dataplane"),
        windlass_folder=PROJECT,
        listener_ports={"https": account.https_port, "http": account.http_port},
        time_factor=0.05,
        longest_drain_seconds=0.5,
    )
    platform = Platform(account, DataPlane(settings))
    try:
        platform.data_plane.start()
        platform.migrate()
        yield platform
    finally:
        platform.data_plane.remove()


@pytest.fixture
def platform(running_platform: Platform) -> Platform:
    """Blue live with two tasks, green with one, everything healthy."""
    running_platform.ensure_steady(blue=2, green=1)
    return running_platform


@pytest.fixture
def stores(tmp_path: Path) -> Iterator[Stores]:
    """Data stores without an account."""
    addresses = Addresses(tmp_path)
    stores = Stores(
        tmp_path / "stores",
        registry=ProcessRegistry(tmp_path / "processes.json"),
        addresses=addresses,
        certificates=Certificates(tmp_path / "certificates", tmp_path / "authority"),
    )
    yield stores
    stores.stop()
    addresses.claim.close()
    for store in (tmp_path / "stores").glob("*"):
        remove_data(store)


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Tasks]:
    """Starts a task of the given containers, without an account."""
    tasks = Tasks(tmp_path)
    yield tasks
    tasks.end()


@pytest.fixture
def extra(running_platform: Platform) -> Iterator["Extra"]:
    """Creates a service beside the two colours, and deletes it."""
    service = Extra(running_platform)
    yield service
    service.delete()
