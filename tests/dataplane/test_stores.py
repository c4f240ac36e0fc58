"""Stores side by side: RDS and ElastiCache know nothing of each other's identifiers."""

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from local.dataplane.containers.addresses import Addresses
from local.dataplane.desired_state.model import Cache, Database, DesiredState
from local.dataplane.process_registry import ProcessRegistry
from local.dataplane.proxy.certificates import Certificates
from local.dataplane.stores.stores import Stores
from tests.support.waiting import wait_for

pytestmark = pytest.mark.slow

DATABASE = Database(
    identifier="acme",
    names=("acme.rds.test",),
    port=15999,
    major_version=16,
    username="app",
    database_name="app",
    password="for-tests-only",
)
CACHE = Cache(identifier="acme", names=("acme.cache.test",), port=16999, maxmemory_policy="noeviction", users=())


@pytest.fixture
def stores(tmp_path: Path) -> Iterator[Stores]:
    addresses = Addresses(tmp_path)
    found = Stores(
        tmp_path / "stores",
        registry=ProcessRegistry(tmp_path / "processes.json"),
        addresses=addresses,
        certificates=Certificates(tmp_path / "certificates", tmp_path / "authority"),
    )
    yield found
    found.stop()
    addresses.claim.close()


def test_a_database_and_a_cache_of_one_identifier_are_two_servers(stores: Stores) -> None:
    wanted = DesiredState(stores=(DATABASE, CACHE))

    def settled() -> bool:
        stores.advance(wanted, time.monotonic())
        return stores.is_reconciled(wanted)

    wait_for("both", settled, 60)
    database, cache = stores.description(wanted)
    assert (database["running"], cache["running"]) == (True, True), (database, cache)
    assert database["address"] != cache["address"]
    assert set(stores.names(wanted)) == {"acme.rds.test", "acme.cache.test"}


def test_a_proxy_before_a_database_is_another_name_and_another_port_of_it(stores: Stores) -> None:
    proxied = replace(DATABASE, names=("acme.rds.test", "proxy.rds.test"), proxy_ports=(5432,))

    def settled(wanted: DesiredState) -> bool:
        stores.advance(wanted, time.monotonic())
        return stores.is_reconciled(wanted)

    wait_for("the database", lambda: settled(DesiredState(stores=(DATABASE,))), 60)
    wanted = DesiredState(stores=(proxied,))
    wait_for(
        "the proxy's port",
        lambda: settled(wanted) and answers(stores.names(wanted)["proxy.rds.test"][0]),
        60,
    )
    assert stores.names(wanted)["acme.rds.test"] == stores.names(wanted)["proxy.rds.test"]


def answers(address: str) -> bool:
    """Whether the master user gets in where a proxy would listen."""
    place = {"host": address, "port": 5432, "user": "app", "dbname": "app", "password": DATABASE.password}
    try:
        with psycopg.connect(**place, sslmode="require", connect_timeout=5) as connection:
            return connection.execute("SELECT current_user").fetchone() == ("app",)
    except psycopg.OperationalError:
        return False
